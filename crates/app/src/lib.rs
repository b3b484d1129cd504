//! Heli's `app` crate; see ARCHITECTURE.md.

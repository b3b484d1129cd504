//! Heli's `web` crate; see ARCHITECTURE.md.

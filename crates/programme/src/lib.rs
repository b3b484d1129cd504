//! Heli's `programme` crate; see ARCHITECTURE.md.

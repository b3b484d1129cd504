//! Heli's `engine` crate; see ARCHITECTURE.md.

//! Heli's `rules` crate; see ARCHITECTURE.md.

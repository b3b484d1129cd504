//! The `heli` executable.
fn main() {}

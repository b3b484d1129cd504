//! Libraries that are loaded before the C library.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The library of a C source, in a folder, built by the compiler that links Rust's programs too.
pub(crate) fn built(source: &Path, folder: &Path) -> PathBuf {
    let name = source.with_extension("so");
    let library = folder.join(name.file_name().unwrap());
    let done = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(source)
        .arg("-ldl")
        .status();
    assert!(done.unwrap().success());
    library
}

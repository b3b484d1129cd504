//! The programmes of this house are read without an error.

use crate::folder::files;
use programme::{Severity, read};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_programme_of_the_house_is_sound() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    let folders: Vec<PathBuf> = fs::read_dir(house)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("programme.toml").is_file())
        .collect();
    assert!(folders.len() >= 2);
    for folder in folders {
        let files = files(&folder);
        let errors: Vec<String> = read(&files)
            .faults
            .iter()
            .filter(|f| f.severity == Severity::Error)
            .map(|f| {
                let (line, column) = f.place.line_column(&files);
                let at = format!("{}:{line}:{column}", f.place.file);
                format!("{at} {}: {}", f.code, f.message.en)
            })
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", folder.display());
    }
}

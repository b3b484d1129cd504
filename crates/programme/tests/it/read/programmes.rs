//! The programmes of this house are read without an error, and what a folder may be warned of.

use crate::folder::{base, files};
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

#[test]
fn every_level_of_the_house_has_a_name() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    for folder in ["fujian", "meizhou-visits"] {
        let faults = read(&files(&house.join(folder))).faults;
        let bare = faults.iter().filter(|f| f.code == "undeclared-level");
        assert_eq!(bare.count(), 0, "{folder}");
    }
}

#[test]
fn a_level_without_a_name_is_told_once_at_its_first_unit() {
    let levels = |files: &_| {
        let faults = read(files).faults;
        let bare = faults.into_iter().filter(|f| f.code == "undeclared-level");
        bare.map(|f| {
            assert_eq!(f.severity, Severity::Warning);
            (f.place.line_column(files).0, f.message.en)
        })
        .collect::<Vec<_>>()
    };
    let mut files = base();
    assert_eq!(levels(&files), []);
    let text = files.get_mut("programme.toml").unwrap();
    let declared = "[level.county]\nname = { zh = \"县\", en = \"Counties\" }\n";
    assert!(text.contains(declared));
    *text = text.replace(declared, "");
    let found = levels(&files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, 4);
    assert!(found[0].1.contains("county"));
}

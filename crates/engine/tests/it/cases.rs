//! Every worked example of every programme of the house holds.

use crate::lake::{LAKE, files, lake_files, misses, sound};
use std::fs;
use std::path::Path;

#[test]
fn every_case_of_every_programme_holds() {
    let programmes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    let mut seen = 0;
    for entry in fs::read_dir(programmes).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("programme.toml").is_file() {
            continue;
        }
        let files = files(&folder);
        let programme = sound(&files);
        let (cases, _) = programme::case::cases(&programme, &files);
        assert!(!cases.is_empty(), "{} has no worked example", programme.id);
        assert_eq!(
            misses(&programme, &files),
            [] as [&str; 0],
            "{}",
            programme.id
        );
        seen += 1;
    }
    assert!(seen >= 2, "only {seen} programmes were found");
}

#[test]
fn every_case_of_the_lake_holds() {
    assert_eq!(misses(&LAKE, &lake_files()), [] as [&str; 0]);
}

#[test]
fn a_case_that_expects_something_else_is_a_miss() {
    let mut files = lake_files();
    let wrong = "[[value]]\nname = \"wrong\"\nrule = \"1 + 1\"\nexpect = \"3\"\n";
    files.insert("cases/wrong.cases.toml".into(), wrong.into());
    let said = misses(&LAKE, &files);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("expected “3”, got “2”"), "{said:?}");
}

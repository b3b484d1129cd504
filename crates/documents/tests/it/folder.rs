//! A programme's folder as a zip: there and back, and what is no folder.

use documents::{unzipped, zipped};
use programme::Files;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_folder_comes_back_as_it_was() {
    let files = Files::from([
        ("programme.toml".to_owned(), "id = \"甲\"".to_owned()),
        ("notices/a/notice.toml".to_owned(), String::new()),
    ]);
    let packed = zipped(&files).unwrap();
    assert_eq!(unzipped(&packed).unwrap(), files);
    assert_eq!(zipped(&files).unwrap(), packed, "the same bytes each time");
}

#[test]
fn a_folder_within_the_zip_is_found_and_the_rest_left_out() {
    let packed = zip(&[
        ("fujian/programme.toml", b"id = 1"),
        ("fujian/registers/a.toml", b""),
        ("fujian/notes.docx", b"\xff"),
        ("__MACOSX/fujian/._programme.toml", b"\xff"),
        ("other.csv", b""),
    ]);
    let files = unzipped(&packed).unwrap();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["programme.toml", "registers/a.toml"]);
}

#[test]
fn what_is_no_folder_is_refused_in_words() {
    let english = |bytes: &[u8]| unzipped(bytes).unwrap_err().en;
    assert!(english(b"no zip at all").contains("no zip"));
    assert!(english(&zip(&[("a.toml", b"")])).contains("no programme.toml"));
    let garbled = zip(&[("programme.toml", b"\xff\xfe")]);
    assert!(english(&garbled).contains("not UTF-8"));
    let out = zip(&[("../programme.toml", b"")]);
    assert!(english(&out).contains("no zip"));
    let many: Vec<String> = (0..2_001).map(|at| format!("{at}.toml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(english(&zip(&many)).contains("too large"));
}

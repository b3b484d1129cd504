//! The sound base programme, patches of it, and everything that checking a folder says.

use programme::{Fault, Files, Severity, case, read};
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The base programme's files.
pub(crate) fn base() -> Files {
    files(&tests().join("base"))
}

/// The files of a folder.
pub(crate) fn files(root: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap();
            let name = name.to_str().unwrap().replace('\\', "/");
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
    files
}

/// Every fault of a folder, worked examples included.
pub(crate) fn check(files: &Files) -> Vec<Fault> {
    let reading = read(files);
    let mut faults = reading.faults;
    if let Some(programme) = &reading.programme {
        faults.extend(case::cases(programme, files).1);
    }
    faults
}

/// A fault as one line, for the words of a failing test.
pub(crate) fn line(fault: &Fault, files: &Files) -> String {
    let (line, column) = fault.place.line_column(files);
    format!(
        "{}:{line}:{column} {:?} {} {}",
        fault.place.file, fault.severity, fault.code, fault.message.en
    )
}

/// File, line and code of every error.
pub(crate) fn errors(faults: &[Fault], files: &Files) -> Vec<(String, usize, String)> {
    faults
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .map(|f| {
            (
                f.place.file.clone(),
                f.place.line_column(files).0,
                f.code.to_owned(),
            )
        })
        .collect()
}

//! Programmes for tests: the province's, and a small one with registers of the test's own.

use programme::{Files, Programme, Severity, read};
use std::path::{Path, PathBuf};

fn files(root: &Path) -> Files {
    let mut files = Files::new();
    let mut folders: Vec<PathBuf> = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    files
}

fn sound(files: &Files) -> Programme {
    let reading = read(files);
    let errors = reading
        .faults
        .iter()
        .filter(|fault| fault.severity == Severity::Error);
    let errors: Vec<&str> = errors.map(|fault| fault.message.en.as_str()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    reading.programme.unwrap()
}

/// The example province: every kind of field, some thirty registers that refer to each other.
pub(crate) fn fujian() -> Programme {
    sound(&files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/fujian"),
    ))
}

/// The small programme of the readers' tests with these registers besides: id and the rest of their file.
pub(crate) fn with(registers: &[(&str, &str)]) -> Programme {
    let mut files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../programme/tests/base"));
    for (id, rest) in registers {
        let head = format!("id = \"{id}\"\nname = {{ zh = \"台账\", en = \"Register\" }}\n");
        files.insert(format!("registers/{id}.toml"), head + rest);
    }
    sound(&files)
}

/// A field in TOML: its id, its type, and further lines.
pub(crate) fn field(id: &str, kind: &str, rest: &str) -> String {
    format!("[field.{id}]\nname = {{ zh = \"字段\", en = \"Field\" }}\ntype = \"{kind}\"\n{rest}\n")
}

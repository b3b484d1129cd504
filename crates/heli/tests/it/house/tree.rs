//! The repository's files as these tests read them: what people write, without what tools make.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold only what tools made.
const MADE: [&str; 5] = [
    "target",
    "node_modules",
    "dist",
    "test-results",
    "playwright-report",
];

/// A text file: its path from the repository's root with `/` between the parts, and its text.
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    /// The crate that the file belongs to: `crates/rules/src/lib.rs` is of `rules`, `bench/heli/src/main.rs` of `bench`.
    pub(super) fn of_crate(&self) -> Option<&str> {
        if self.path.starts_with("bench/heli/") {
            return Some("bench");
        }
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Whether the file is part of what a crate ships, not of its tests.
    pub(super) fn is_shipped(&self) -> bool {
        self.path.split('/').nth(2) == Some("src")
    }
}

/// The repository's root.
pub(super) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    here.canonicalize().expect("the repository's root")
}

/// Every file whose name ends in one of `endings`, sorted by path.
pub(super) fn files(endings: &[&str]) -> Vec<File> {
    let root = root();
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    let mut files: Vec<File> = paths
        .iter()
        .filter(|path| {
            endings
                .iter()
                .any(|ending| path.to_string_lossy().ends_with(ending))
        })
        .map(|path| File {
            path: relative(&root, path),
            text: read(path),
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(
        !files.is_empty(),
        "no file ends in {endings:?}: is {} the repository?",
        root.display()
    );
    files
}

/// The text of one file, named from the root.
pub(super) fn text(path: &str) -> String {
    read(&root().join(path))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_file() {
            found.push(path);
        } else if !name.starts_with('.') && !MADE.contains(&name.as_str()) {
            walk(&path, found);
        }
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let parts = path
        .strip_prefix(root)
        .expect("a path under the root")
        .components();
    parts
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

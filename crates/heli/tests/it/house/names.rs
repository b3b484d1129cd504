//! Files and names: each file says what it is for, stays readable, and has a name that says something.

use super::hold;
use super::source::tokens;
use super::tree::files;

/// Words that name a drawer, not a thing.
const EMPTY_WORDS: [&str; 8] = [
    "common", "helper", "helpers", "manager", "misc", "service", "util", "utils",
];

/// A file longer than this is two files.
const LINES_MAX: usize = 500;

/// Keywords after which a name of ours is declared.
const DECLARES: [&str; 6] = ["struct", "enum", "trait", "type", "union", "mod"];

#[test]
fn every_rust_file_opens_by_saying_what_it_is_for() {
    let silent = files(&[".rs"])
        .into_iter()
        .filter(|file| !file.text.starts_with("//! "));
    hold(
        &silent
            .map(|file| {
                format!(
                    "{}:1: open with a `//!` line that says what the file is for",
                    file.path
                )
            })
            .collect::<Vec<_>>(),
    );
}

#[test]
fn no_source_file_is_longer_than_the_limit() {
    let long = files(&[".rs", ".ts", ".js", ".mjs", ".css", ".html"])
        .into_iter()
        // A table is as long as what is in it.
        .filter(|file| file.path != "crates/web/src/words.rs")
        .filter_map(|file| {
            let lines = file.text.lines().count();
            (lines > LINES_MAX).then(|| {
                format!(
                    "{}: {lines} lines; cut it at a seam below {LINES_MAX}",
                    file.path
                )
            })
        });
    hold(&long.collect::<Vec<_>>());
}

#[test]
fn files_and_types_are_named_for_what_they_are() {
    let mut breaches = Vec::new();
    for file in files(&[".rs"]) {
        let parts = file.path.split(['/', '.']).filter(|part| empty(part));
        breaches.extend(
            parts.map(|part| format!("{}: `{part}` says nothing; name what it holds", file.path)),
        );
        let names = declared(&file.text)
            .into_iter()
            .filter(|(_, name)| empty(name));
        breaches.extend(names.map(|(line, name)| {
            format!(
                "{}:{line}: `{name}` says nothing; name what it is",
                file.path
            )
        }));
    }
    hold(&breaches);
}

/// The names that a file declares, with their lines.
fn declared(source: &str) -> Vec<(usize, String)> {
    let tokens = tokens(source);
    let pairs = tokens
        .windows(2)
        .filter(|pair| DECLARES.contains(&pair[0].text.as_str()));
    pairs
        .map(|pair| (pair[1].line, pair[1].text.clone()))
        .collect()
}

/// Whether one of the words of a name, in either case style, is an empty one.
fn empty(name: &str) -> bool {
    let mut spaced = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            spaced.push(' ');
        }
        spaced.extend(letter.to_lowercase());
    }
    spaced
        .split([' ', '_', '-'])
        .any(|word| EMPTY_WORDS.contains(&word))
}

#[test]
fn a_planted_empty_name_is_found() {
    let source = "struct UnitManager; mod date_utils {} enum Kind { Helper } // struct Service\n";
    let found: Vec<String> = declared(source)
        .into_iter()
        .map(|(_, name)| name)
        .filter(|name| empty(name))
        .collect();
    assert_eq!(found, ["UnitManager", "date_utils"]);
    assert!(!empty("futile") && !empty("Serviceable"));
}

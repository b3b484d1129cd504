//! The walls: which crate may name which, and what the pure crates never see.
//! A new arrow is a visible change of the tables here.

use super::hold;
use super::manifests::{Manifest, manifests};
use super::source::{Token, children, tokens};
use super::tree::{File, files};

/// Our crates, and which of ours each may name.
const ARROWS: [(&str, &[&str]); 10] = [
    ("rules", &[]),
    ("programme", &["rules"]),
    ("engine", &["programme", "rules"]),
    ("journal", &["programme", "rules"]),
    ("store", &["journal", "programme", "rules"]),
    ("documents", &["engine", "programme", "rules"]),
    (
        "app",
        &[
            "documents",
            "engine",
            "journal",
            "programme",
            "rules",
            "store",
        ],
    ),
    ("web", &["app"]),
    ("heli", &["app", "web"]),
    ("bench", &["engine", "programme", "rules"]),
];

/// The pure crates, and the only outside crates that each may ship with.
/// None of those opens a file or a socket, reads a clock or draws a random number in the features we take.
const PURE: [(&str, &[&str]); 4] = [
    ("rules", &["cel", "jiff", "serde"]),
    ("programme", &["csv", "jiff", "serde", "serde_json", "toml"]),
    ("engine", &["jiff", "rustc-hash", "serde"]),
    ("journal", &["ed25519-dalek", "serde", "serde_json", "sha2"]),
];

/// What only one crate knows: the subject, its crates, and who knows it.
const KNOWN_ONLY_BY: [(&str, &[&str], &str); 4] = [
    (
        "HTTP",
        &[
            "axum",
            "axum-extra",
            "http",
            "http-body",
            "hyper",
            "tower",
            "tower-http",
        ],
        "web",
    ),
    ("page templates", &["askama", "rust-embed"], "web"),
    (
        "SQL",
        &[
            "sea-orm",
            "sea-query",
            "sqlx",
            "rusqlite",
            "postgres",
            "tokio-postgres",
        ],
        "store",
    ),
    (
        "document formats",
        &[
            "calamine",
            "docx-rs",
            "encoding_rs",
            "quick-xml",
            "rust_xlsxwriter",
            "typst",
            "typst-pdf",
            "zip",
        ],
        "documents",
    ),
];

/// Modules of the standard library that reach outside the process.
const OUTSIDE: [&str; 5] = ["env", "fs", "net", "os", "process"];

/// Words that wait, print or read a clock wherever they stand.
const IMPURE_WORDS: [&str; 8] = [
    "async",
    "await",
    "SystemTime",
    "Instant",
    "print",
    "println",
    "eprint",
    "eprintln",
];

fn row<'a, T: Copy>(table: &'a [(&'a str, T)], name: &str) -> Option<T> {
    table
        .iter()
        .find(|(of, _)| *of == name)
        .map(|(_, value)| *value)
}

#[test]
fn crates_follow_the_arrows() {
    let ours: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let mut breaches = Vec::new();
    for manifest in manifests() {
        let Some(may) = row(&ARROWS, &manifest.name) else {
            breaches.push(format!(
                "{}: `{}` has no row in ARROWS",
                manifest.path, manifest.name
            ));
            continue;
        };
        let named = manifest
            .dependencies
            .iter()
            .filter(|dependency| ours.contains(&dependency.name.as_str()));
        breaches.extend(
            named
                .filter(|dependency| !may.contains(&dependency.name.as_str()))
                .map(|dependency| {
                    format!(
                        "{}: `{}` may not name `{}`",
                        manifest.path, manifest.name, dependency.name
                    )
                }),
        );
    }
    hold(&breaches);
}

#[test]
fn pure_crates_ship_with_nothing_that_reaches_outside() {
    hold(
        &manifests()
            .iter()
            .flat_map(outside_dependencies)
            .collect::<Vec<_>>(),
    );
}

fn outside_dependencies(manifest: &Manifest) -> Vec<String> {
    let Some(may) = row(&PURE, &manifest.name) else {
        return Vec::new();
    };
    let ours = row(&ARROWS, &manifest.name).unwrap_or_default();
    let shipped = manifest
        .dependencies
        .iter()
        .filter(|dependency| dependency.shipped);
    shipped
        .map(|dependency| dependency.name.as_str())
        .filter(|name| !may.contains(name) && !ours.contains(name))
        .map(|name| {
            format!(
                "{}: `{}` is pure and `{name}` has no place in PURE",
                manifest.path, manifest.name
            )
        })
        .collect()
}

#[test]
fn pure_crates_name_no_file_network_clock_or_chance() {
    let pure = files(&[".rs"]).into_iter().filter(File::is_shipped);
    let pure = pure.filter(|file| {
        file.of_crate()
            .is_some_and(|name| row(&PURE, name).is_some())
    });
    let breaches: Vec<String> = pure
        .flat_map(|file| {
            let found = impurities(&tokens(&file.text));
            found.into_iter().map(move |(line, what)| {
                format!(
                    "{}:{line}: names `{what}` in a pure crate; take what it gives as an argument",
                    file.path
                )
            })
        })
        .collect();
    hold(&breaches);
}

/// Everything in a pure crate's source that waits, prints, or reaches outside the process, by line.
fn impurities(tokens: &[Token]) -> Vec<(usize, String)> {
    let outside = children(tokens, "std")
        .into_iter()
        .filter(|token| OUTSIDE.contains(&token.text.as_str()));
    let mut found: Vec<(usize, String)> = outside
        .map(|token| (token.line, format!("std::{}", token.text)))
        .collect();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| tokens[at].text.as_str());
        let reads_clock = token.text == "now" && before == "::";
        if reads_clock || IMPURE_WORDS.contains(&token.text.as_str()) {
            found.push((token.line, token.text.clone()));
        }
    }
    found.sort();
    found
}

/// The only files that may hold `unsafe`: the measured inner loops, and the measuring of the machine.
const UNSAFE: [&str; 2] = [
    "crates/rules/src/plan/kernel/wide.rs",
    "bench/heli/src/limits.rs",
];

#[test]
fn unsafe_stays_in_the_inner_loops() {
    let breaches: Vec<String> = files(&[".rs"])
        .into_iter()
        .filter(|file| !UNSAFE.iter().any(|may| file.path.ends_with(may)))
        .flat_map(|file| {
            let tokens = tokens(&file.text);
            let found: Vec<usize> = tokens
                .iter()
                .filter(|t| t.text == "unsafe")
                .map(|t| t.line)
                .collect();
            found.into_iter().map(move |line| {
                format!(
                    "{}:{line}: unsafe code; only {} may hold it",
                    file.path,
                    UNSAFE.join(" and ")
                )
            })
        })
        .collect();
    hold(&breaches);
}

#[test]
fn what_one_crate_knows_no_other_names() {
    let mut breaches = Vec::new();
    for (subject, crates, knower) in KNOWN_ONLY_BY {
        for manifest in manifests()
            .iter()
            .filter(|manifest| manifest.name != knower)
        {
            let named = manifest
                .dependencies
                .iter()
                .filter(|dependency| crates.contains(&dependency.name.as_str()));
            breaches.extend(named.map(|dependency| {
                format!(
                    "{}: names `{}`; only `{knower}` knows {subject}",
                    manifest.path, dependency.name
                )
            }));
        }
    }
    hold(&breaches);
}

#[test]
fn a_planted_breach_is_found() {
    let source = "use std::{fmt, fs};\nlet a = std::env::args();\nlet b = Timestamp::now();\nasync fn c() {}\n";
    let found = impurities(&tokens(source));
    let expected = [(1, "std::fs"), (2, "std::env"), (3, "now"), (4, "async")];
    assert_eq!(found, expected.map(|(line, what)| (line, what.to_owned())));
    assert!(impurities(&tokens("fn standing(now: Moment) -> Standing { at(now) }")).is_empty());
}

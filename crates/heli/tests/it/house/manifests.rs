//! The manifests: what they declare, and that every dependency says what it saves.

use super::hold;
use super::tree::{files, text};

/// A crate's manifest, as far as the tests of the house need it.
pub(super) struct Manifest {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
    table: toml::Table,
}

/// One line of a dependency table.
pub(super) struct Dependency {
    /// The crate's name as published, also where it is renamed.
    pub(super) name: String,
    /// Whether it is part of what the crate ships; otherwise only tests or the build use it.
    pub(super) shipped: bool,
    /// Whether the workspace's manifest settles its version.
    inherited: bool,
}

const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// The manifest of every crate of the workspace.
pub(super) fn manifests() -> Vec<Manifest> {
    let found = files(&["/Cargo.toml"])
        .into_iter()
        .filter(|file| file.of_crate().is_some());
    found.map(|file| manifest(file.path, &file.text)).collect()
}

fn manifest(path: String, text: &str) -> Manifest {
    let table: toml::Table = text
        .parse()
        .unwrap_or_else(|fault| panic!("{path}: {fault}"));
    let name = table["package"]["name"]
        .as_str()
        .expect("a package has a name")
        .to_owned();
    let mut dependencies = dependencies(&table);
    let targets = table
        .get("target")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flatten();
    for (_, target) in targets {
        dependencies.extend(
            target
                .as_table()
                .map(self::dependencies)
                .unwrap_or_default(),
        );
    }
    Manifest {
        path,
        name,
        dependencies,
        table,
    }
}

fn dependencies(table: &toml::Table) -> Vec<Dependency> {
    let mut found = Vec::new();
    for kind in KINDS {
        let of_kind = table
            .get(kind)
            .and_then(toml::Value::as_table)
            .into_iter()
            .flatten();
        found.extend(of_kind.map(|(key, value)| {
            Dependency {
                name: value
                    .get("package")
                    .and_then(toml::Value::as_str)
                    .unwrap_or(key)
                    .to_owned(),
                shipped: kind == "dependencies",
                inherited: value.get("workspace").is_some(),
            }
        }));
    }
    found
}

#[test]
fn every_crate_takes_its_lints_and_versions_from_the_workspace() {
    let mut breaches = Vec::new();
    for manifest in manifests() {
        let lints = manifest
            .table
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        if lints.and_then(toml::Value::as_bool) != Some(true) {
            breaches.push(format!(
                "{}: write `[lints] workspace = true`",
                manifest.path
            ));
        }
        let own = manifest
            .dependencies
            .iter()
            .filter(|dependency| !dependency.inherited);
        breaches.extend(own.map(|dependency| {
            let name = &dependency.name;
            format!(
                "{}: move `{name}` to [workspace.dependencies] and write `{name}.workspace = true`",
                manifest.path
            )
        }));
    }
    hold(&breaches);
}

#[test]
fn every_dependency_says_what_it_saves() {
    hold(&unexplained(&text("Cargo.toml")));
}

#[test]
fn a_planted_dependency_without_a_sentence_is_found() {
    let manifest = "[workspace.dependencies]\nrules = { path = \"r\" }\n# Saves a parser of our own.\na = \"1\"\nb = \"1\"\n# toml\nc = \"1\"\n\n[profile.dev]\nd = 1\n";
    let found = unexplained(manifest);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].contains("`b`") && found[1].contains("`c`"),
        "{found:?}"
    );
}

/// The outside dependencies of the workspace's manifest without a sentence directly above.
fn unexplained(manifest: &str) -> Vec<String> {
    let lines: Vec<&str> = manifest.lines().collect();
    let start = lines
        .iter()
        .position(|line| *line == "[workspace.dependencies]")
        .expect("the table of dependencies");
    let table = lines
        .iter()
        .enumerate()
        .skip(start + 1)
        .take_while(|(_, line)| !line.starts_with('['));
    let mut breaches = Vec::new();
    for (at, line) in table {
        let Some((name, value)) = line.split_once(" = ") else {
            continue;
        };
        let outside = !line.starts_with([' ', '#']) && !value.contains("path =");
        if outside && !lines[at - 1].strip_prefix("# ").is_some_and(is_sentence) {
            breaches.push(format!(
                "Cargo.toml:{}: say above `{name}` what it saves, in a sentence",
                at + 1
            ));
        }
    }
    breaches
}

fn is_sentence(comment: &str) -> bool {
    comment.ends_with('.') && comment.split_whitespace().count() >= 4
}

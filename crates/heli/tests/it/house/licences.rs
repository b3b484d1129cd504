//! Licences: every crate that Heli is built from may be passed on under one that `deny.toml` allows.

use std::process::Command;

use super::hold;
use super::tree::{root, text};

#[test]
fn every_dependency_has_an_allowed_licence() {
    let allowed = allowed();
    let metadata = metadata();
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo lists packages");
    let outside = packages
        .iter()
        .filter(|package| !package["source"].is_null());
    let refused = outside.filter_map(|package| {
        let licence = package["license"].as_str().unwrap_or_default();
        (!allows(&allowed, licence)).then(|| {
            format!(
                "{} {}: licence `{licence}` is not in deny.toml",
                package["name"], package["version"]
            )
        })
    });
    hold(&refused.collect::<Vec<_>>());
}

fn allowed() -> Vec<String> {
    let table: toml::Table = text("deny.toml").parse().expect("deny.toml is TOML");
    let list = table["licenses"]["allow"]
        .as_array()
        .expect("a list of licences");
    list.iter()
        .filter_map(toml::Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// What cargo knows of the crates that this machine builds.
fn metadata() -> serde_json::Value {
    let host = format!("--filter-platform={}", host());
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", &host])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    serde_json::from_slice(&out.stdout).expect("cargo prints JSON")
}

fn host() -> String {
    let out = Command::new("rustc")
        .arg("-vV")
        .current_dir(root())
        .output()
        .expect("rustc runs");
    let told = String::from_utf8_lossy(&out.stdout).into_owned();
    told.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("rustc names its host")
        .to_owned()
}

/// Whether a licence expression can be met by allowed licences alone: one side of an OR, both sides of an AND.
fn allows(allowed: &[String], expression: &str) -> bool {
    let expression = expression.trim();
    if let Some(inside) = outer_brackets(expression) {
        return allows(allowed, inside);
    }
    if let Some((left, right)) = split(expression, " OR ").or_else(|| split(expression, "/")) {
        return allows(allowed, left) || allows(allowed, right);
    }
    if let Some((left, right)) = split(expression, " AND ") {
        return allows(allowed, left) && allows(allowed, right);
    }
    allowed.iter().any(|licence| licence == expression)
}

fn outer_brackets(expression: &str) -> Option<&str> {
    let inside = expression.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_i32;
    let closes_early = inside.chars().any(|letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        depth < 0
    });
    (!closes_early).then_some(inside)
}

/// The two sides of the first `word` that stands outside brackets.
fn split<'a>(expression: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    expression
        .match_indices(word)
        .map(|(at, _)| (&expression[..at], &expression[at + word.len()..]))
        .find(|(left, _)| left.matches('(').count() == left.matches(')').count())
}

#[test]
fn an_expression_is_met_by_one_side_of_or_and_both_of_and() {
    let allowed = ["MIT".to_owned(), "Unicode-3.0".to_owned()];
    assert!(allows(&allowed, "GPL-3.0 OR MIT"));
    assert!(allows(&allowed, "(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(allows(&allowed, "MIT/Apache-2.0"));
    assert!(!allows(&allowed, "MIT AND GPL-3.0"));
    assert!(!allows(&allowed, "(MIT AND GPL-3.0) OR (GPL-2.0 AND MIT)"));
    assert!(!allows(&allowed, ""));
}

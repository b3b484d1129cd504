//! docs/sheets.md names every fault that the crate can give, and no other.

use std::collections::BTreeSet;
use std::path::Path;

fn sources(folder: &Path, found: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            sources(&entry.path(), found);
        } else {
            found.push_str(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// What stands in quotation marks right behind each `before`.
fn quoted_behind<'s>(source: &'s str, before: &str) -> BTreeSet<&'s str> {
    let behind = source.split(before).skip(1);
    let quoted = behind.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    quoted.collect()
}

#[test]
fn the_page_and_the_source_name_the_same_faults() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut source = String::new();
    sources(&here.join("src"), &mut source);
    let refusals = std::fs::read_to_string(here.join("src/value/refusal.rs")).unwrap();
    let what = refusals
        .split("fn what(")
        .nth(1)
        .unwrap()
        .split("fn why_and_mend(")
        .next()
        .unwrap();
    let mut given = quoted_behind(&source, "Wrong::new(");
    given.extend(quoted_behind(what, "=> ("));
    let page = std::fs::read_to_string(here.join("../../docs/sheets.md")).unwrap();
    let codes = page
        .lines()
        .filter(|line| line.starts_with("| ") && line.matches(" | ").count() == 2);
    let codes = codes.filter_map(|line| line.trim_end_matches([' ', '|']).rsplit(" | ").next());
    let named: BTreeSet<&str> = codes
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .filter(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
        .collect();
    let unsaid: Vec<_> = given.difference(&named).collect();
    let unknown: Vec<_> = named.difference(&given).collect();
    assert!(unsaid.is_empty(), "the page does not name {unsaid:?}");
    assert!(unknown.is_empty(), "no fault is {unknown:?}");
    assert!(given.len() > 50, "{}", given.len());
}

//! Worked examples as data: every kind, rows written out, cells as a sheet holds them.

use crate::folder::base;
use programme::case::{Ask, Case, Verdict, cases};
use programme::{Files, Programme, read};

fn programme(files: &Files) -> Programme {
    read(files).programme.expect("the base programme is sound")
}

fn base_cases() -> Vec<Case> {
    let files = base();
    let (cases, faults) = cases(&programme(&files), &files);
    assert_eq!(faults, []);
    cases
}

#[test]
fn every_kind_of_case_is_read_in_the_order_of_the_file() {
    let kinds: Vec<&str> = base_cases()
        .iter()
        .map(|case| match &case.ask {
            Ask::Rule(_) => "rule",
            Ask::Value(_) => "value",
            Ask::Policy(_) => "policy",
            Ask::Standing(_) => "standing",
            Ask::Calendar(_) => "calendar",
        })
        .collect();
    let written = [
        "rule", "value", "policy", "standing", "standing", "standing", "calendar",
    ];
    assert_eq!(kinds, written);
}

#[test]
fn cells_are_the_text_that_a_sheet_would_hold() {
    let cases = base_cases();
    let Ask::Rule(rule) = &cases[0].ask else {
        panic!("the first case is a rule")
    };
    assert_eq!(rule.row.cells["revenue"], "20000000.5");
    assert_eq!(rule.row.cells["size"], "small");
    assert_eq!(rule.expect, Verdict::True);
    let Ask::Policy(policy) = &cases[2].ask else {
        panic!("the third case is a policy")
    };
    assert_eq!(policy.amount_fen, Some(20_000_000));
    assert_eq!(policy.row.cells["revenue"], "15000000");
    assert_eq!(policy.rows["event"][0].cells["host"], "f1");
}

#[test]
fn a_repeated_row_is_written_out_and_counted_from_one() {
    let cases = base_cases();
    let Ask::Standing(standing) = &cases[3].ask else {
        panic!("the fourth case is a standing")
    };
    let rows = &standing.rows["event"];
    assert_eq!(rows.len(), 10);
    assert_eq!(rows[0].cells["id"], "e1");
    assert_eq!(rows[9].cells["id"], "e10");
    assert_eq!(rows[9].cells["held_on"], "2023-04-05");
    assert_eq!(standing.tallies["held"], (Some(10.0), None));
    assert_eq!(standing.expect.as_deref(), Some("met"));
    assert_eq!(standing.missing, Some(Vec::new()));
    let Ask::Standing(none) = &cases[4].ask else {
        panic!("the fifth case is a standing")
    };
    assert_eq!(none.expect, None);
}

//! Rules that always say the same.

use crate::small::{Row, Things, all_rows, rule, schema, texts};
use proptest::prelude::*;
use rules::{Expected, Options, Scope, check, constant};

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn constant_agrees_with_trying_every_row(text in texts()) {
        let rule = rule(&text);
        // Where the rule asks whether a cell is filled, an unfilled one is one more thing to try.
        let empty: Row = (0..5).map(|_| None).collect();
        let mut all = all_rows(&empty, &[0, 1, 2, 3, 4]);
        for (at, field) in ["a_flag", "a_count", "a_state"].into_iter().enumerate() {
            if text.contains(&format!("present({field})")) {
                let unfilled = all.clone().into_iter().map(|mut row| {
                    row[at] = None;
                    row
                });
                all.extend(unfilled.collect::<Vec<_>>());
            }
        }
        let things = Things::new(&all);
        let first = things.verdict(&rule, 0);
        let same = (1..all.len()).all(|i| things.verdict(&rule, i) == first);
        prop_assert_eq!(constant(&rule, &schema()), first.filter(|_| same));
    }
}

#[track_caller]
fn says(text: &str, wanted: Option<bool>) {
    let schema = crate::house::schema();
    let scope: Scope = crate::house::scope();
    let rule = check(
        text,
        &schema,
        &scope,
        &Expected::Verdict,
        &Options::default(),
    )
    .unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    assert_eq!(constant(&rule, &schema), wanted, "{text}");
}

#[test]
fn rules_that_say_the_same_of_everything_are_told() {
    says("a_state in ['open', 'held', 'closed']", Some(true));
    says("a_state == 'open' && a_state == 'held'", Some(false));
    says("a_count > 5 || a_count <= 5", Some(true));
    says("a_ratio > 0.5 && a_ratio < 0.1", Some(false));
    says("held >= 10 && held < 10", Some(false));
    says("held >= 10", None);
    says(
        "a_day >= date('2023-08-01') || a_day < date('2023-08-01')",
        Some(true),
    );
    says("a_unit.name == 'x' && a_unit.name == 'y'", Some(false));
    says("z_state in ['open', 'held', 'closed']", None);
    says("present(a_count)", None);
    says("true", Some(true));
    // A part that cannot be tried does not hide one that decides.
    says(
        "a_count * a_count > 3 && a_state == 'open' && a_state == 'held'",
        Some(false),
    );
    says("a_count > held || a_flag", None);
}

#[test]
fn too_many_combinations_are_not_tried() {
    let all: Vec<String> = (0..9)
        .map(|i| {
            format!(
                "a_count == {i} || z_count == {} || a_money == yuan({i})",
                i * 3
            )
        })
        .collect();
    says(
        &format!("({}) && a_flag && !a_flag", all.join(" || ")),
        None,
    );
}

//! The near miss: it turns the verdict, and nothing smaller does.

use crate::small::{Row, Things, all_rows, column, domain, rows, rule, texts, verdict};
use proptest::prelude::*;
use rules::{Cell, NearMiss, Value, Wanted};

fn near(text: &str, row: &Row, fixed: &dyn Fn(&str, &str) -> bool) -> Vec<NearMiss> {
    let things = Things::new(std::slice::from_ref(row));
    things.with(0, |lane| rules::near(&rule(text), lane, fixed))
}

/// The row with the changes written into it.
fn applied(row: &Row, near: &NearMiss) -> Row {
    let mut row = row.clone();
    for change in &near.changes {
        let at = column(&change.cell.field);
        row[at] = match &change.to {
            Wanted::Value(value) => Some(value.clone()),
            Wanted::Present => domain(at)[0].clone(),
            Wanted::Empty => None,
            Wanted::Verdict(_) => panic!("every atom here has a value that turns it"),
        };
    }
    row
}

/// All rows, also those in which cells are left as they are, unfilled ones too.
fn rows_from(row: &Row) -> Vec<Row> {
    let unfilled = (0..3).filter(|at| row[*at].is_none());
    let mut all = all_rows(row, &[0, 1, 2, 3, 4]);
    for at in unfilled {
        let left = all.clone().into_iter().map(|mut row| {
            row[at] = None;
            row
        });
        all.extend(left.collect::<Vec<_>>());
    }
    all
}

/// How few cells can turn the verdict, by trying everything.
fn fewest(text: &str, row: &Row, wanted: bool) -> Option<usize> {
    let rule = rule(text);
    let all = rows_from(row);
    let things = Things::new(&all);
    let turned = (0..all.len()).filter(|i| things.verdict(&rule, *i) == Some(wanted));
    turned
        .map(|i| all[i].iter().zip(row).filter(|(a, b)| a != b).count())
        .min()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_near_miss_turns_the_verdict_and_no_smaller_set_of_cells_does(text in texts(), row in rows()) {
        let rule = rule(&text);
        let found = near(&text, &row, &|_, _| false);
        match verdict(&rule, &row) {
            None => prop_assert_eq!(found, vec![]),
            Some(now) => {
                for near in &found {
                    prop_assert_eq!(verdict(&rule, &applied(&row, near)), Some(!now), "{:?}", near);
                    prop_assert!(near.smallest);
                }
                let least = found.iter().map(|n| n.changes.len()).min();
                prop_assert_eq!(least, fewest(&text, &row, !now), "{:?}", found);
            }
        }
    }

    #[test]
    fn what_cannot_change_any_more_comes_last(text in texts(), row in rows()) {
        let fixed = |table: &str, field: &str| table == "thing" && field == "a_count";
        let found = near(&text, &row, &fixed);
        let uses: Vec<usize> = found
            .iter()
            .map(|n| n.changes.iter().filter(|c| c.fixed).count())
            .collect();
        prop_assert!(uses.is_sorted(), "{:?}", found);
        for change in found.iter().flat_map(|n| &n.changes) {
            prop_assert_eq!(change.fixed, change.cell.field == "a_count");
        }
    }
}

fn row(count: i64, state: &str) -> Row {
    vec![
        Some(Value::Bool(false)),
        Some(Value::Int(count)),
        Some(Value::Text(state.into())),
        None,
        None,
    ]
}

#[test]
fn a_near_miss_says_what_is_there_what_would_do_and_how_far_it_is() {
    let found = near(
        "a_count >= 4 && a_state == 'held'",
        &row(3, "held"),
        &|_, _| false,
    );
    let [best] = found.as_slice() else {
        panic!("{found:?}")
    };
    let [change] = best.changes.as_slice() else {
        panic!("{best:?}")
    };
    assert!(best.verdict);
    assert_eq!(
        change.cell,
        Cell {
            table: Some("thing".into()),
            record: Some(0),
            field: "a_count".into(),
            path: "a_count".into(),
        }
    );
    assert_eq!(change.actual, Value::Int(3));
    assert_eq!(change.to, Wanted::Value(Value::Int(4)));
    assert_eq!(change.distance, Some(1.0));
    assert_eq!(change.distance_relative, 0.25);
    assert_eq!(change.atoms, vec![0..12]);
}

#[test]
fn the_nearer_of_two_ways_comes_first() {
    let found = near("a_count >= 4 || a_count < 3", &row(3, "held"), &|_, _| {
        false
    });
    assert_eq!(found[0].changes[0].to, Wanted::Value(Value::Int(4)));
    let text = "a_count >= 200 || a_state == 'open'";
    let found = near(text, &row(3, "held"), &|_, field| field == "a_state");
    assert_eq!(found[0].changes[0].cell.field, "a_count");
    assert_eq!(found[1].changes[0].cell.field, "a_state");
}

#[test]
fn a_number_inside_a_calculation_is_found() {
    for (text, wanted) in [
        ("a_count * 3 + 1 >= 100", 33),
        ("100 - a_count <= 1", 99),
        ("a_count * a_count > 50", 8),
        ("a_count - 7 == 0", 7),
        ("min(a_count, 1000) + 10 > 500", 491),
    ] {
        let found = near(text, &row(3, "held"), &|_, _| false);
        let to = &found[0].changes[0].to;
        assert_eq!(*to, Wanted::Value(Value::Int(wanted)), "{text}");
    }
}

#[test]
fn a_large_rule_ends_all_the_same() {
    let atoms: Vec<String> = (0..100)
        .map(|i| format!("(a_count == {i} || z_count == {i} || a_state == 'open' && a_flag)"))
        .collect();
    let found = near(&atoms.join(" && "), &row(3, "held"), &|_, _| false);
    assert_eq!(found[0].changes.len(), 2);
}

//! What is missing: cells outside it cannot decide, cells inside it can, fewer cannot.

use crate::small::{Row, Things, all_rows, column, domain, rows, rule, texts, verdict};
use proptest::prelude::*;
use rules::{Cell, Missing, Rule, Value};

fn missing(rule: &Rule, row: &Row) -> Option<Missing> {
    let things = Things::new(std::slice::from_ref(row));
    things.with(0, |lane| rules::missing(rule, lane, &|_, _| false))
}

fn columns(cells: &[Cell]) -> Vec<usize> {
    cells.iter().map(|c| column(&c.field)).collect()
}

/// Whether some values of these cells decide.
fn can_decide(rule: &Rule, row: &Row, cells: &[usize]) -> bool {
    let all = all_rows(row, cells);
    let things = Things::new(&all);
    (0..all.len()).any(|i| things.verdict(rule, i).is_some())
}

fn subsets(of: &[usize], size: usize) -> Vec<Vec<usize>> {
    match (size, of.split_first()) {
        (0, _) => vec![vec![]],
        (_, None) => vec![],
        (_, Some((first, rest))) => {
            let with = subsets(rest, size - 1).into_iter().map(|mut s| {
                s.push(*first);
                s
            });
            with.chain(subsets(rest, size)).collect()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn missing_cells_can_decide_and_others_or_fewer_cannot(text in texts(), row in rows()) {
        let rule = rule(&text);
        let Some(missing) = missing(&rule, &row) else {
            prop_assert!(verdict(&rule, &row).is_some());
            return Ok(());
        };
        prop_assert_eq!(verdict(&rule, &row), None);
        let unknown: Vec<usize> = (0..3).filter(|at| row[*at].is_none()).collect();
        let outside: Vec<usize> = unknown
            .iter()
            .copied()
            .filter(|at| !columns(&missing.all).contains(at))
            .collect();
        for row in all_rows(&row, &outside) {
            prop_assert_eq!(verdict(&rule, &row), None);
        }
        let smallest = columns(&missing.smallest);
        prop_assert!(can_decide(&rule, &row, &smallest), "{:?}", missing);
        prop_assert!(smallest.iter().all(|at| columns(&missing.all).contains(at)));
        for size in 0..smallest.len() {
            for fewer in subsets(&unknown, size) {
                prop_assert!(!can_decide(&rule, &row, &fewer), "{:?} also decides", fewer);
            }
        }
    }
}

#[test]
fn one_cell_that_decides_is_enough() {
    let mut row: Row = (0..5).map(|_| None).collect();
    let text = "a_flag && a_count > 1 && a_state == 'held'";
    let found = missing(&rule(text), &row).unwrap();
    assert_eq!(columns(&found.smallest), vec![column("a_flag")]);
    assert_eq!(columns(&found.all), vec![0, 1, 2]);
    row[0] = Some(Value::Bool(true));
    row[1] = domain(1)[5].clone();
    let found = missing(&rule(text), &row).unwrap();
    assert_eq!(columns(&found.smallest), vec![column("a_state")]);
    assert_eq!(found.smallest, found.all);
}

#[test]
fn a_sum_with_two_unknown_parts_misses_both() {
    let row: Row = (0..5).map(|_| None).collect();
    let found = missing(
        &rule("a_count + 2 > size([a_flag, a_flag]) || a_count > 3"),
        &row,
    );
    assert_eq!(columns(&found.unwrap().smallest), vec![column("a_count")]);
}

//! Explanations: the tree, its verdicts, margins and sentences.

use crate::house::{calendar, current, schema, scope, tables, today};
use crate::small::{Things, rows, texts};
use proptest::prelude::*;
use rules::{
    Bounds, Cell, Expected, Explained, Lane, Options, Ranged, Step, Value, Words, World, check,
    explain,
};
use std::collections::BTreeMap;

fn names(cell: &Cell) -> Option<Words> {
    (cell.field == "held").then(|| Words::new("已办场次", "events held"))
}

fn explained(
    text: &str,
    names_bound: &[(&'static str, Ranged)],
    prorate: Option<(i64, i64)>,
) -> Explained {
    let (schema, tables, calendar) = (schema(), tables(&[]), calendar());
    let world = World {
        schema: &schema,
        tables: &tables,
        current: &current(&tables),
        calendar: &calendar,
        today: today(),
    };
    let bounds = Bounds {
        names: names_bound.iter().cloned().collect(),
        records: BTreeMap::from([("bearer", 1)]),
        own: None,
    };
    let lane = Lane {
        world: &world,
        bounds: &bounds,
        prorate,
    };
    let rule = check(text, &schema, &scope(), &Expected::Any, &Options::default())
        .unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    explain(&rule, &lane, &names)
}

fn held(n: i64) -> [(&'static str, Ranged); 1] {
    [("held", Ranged::Value(Value::Int(n)))]
}

#[test]
fn an_atom_says_its_value_its_threshold_and_its_margin() {
    let short = explained("held >= 10", &held(8), None);
    assert_eq!(short.step, Step::Comparison);
    assert_eq!(short.verdict, Some(false));
    assert_eq!(short.actual, Some(Ranged::Value(Value::Int(8))));
    assert_eq!(short.threshold, Some(Ranged::Value(Value::Int(10))));
    assert_eq!(short.margin, Some(Value::Int(-2)));
    assert_eq!(short.words.zh, "已办场次 8 ≥ 10，还差 2");
    assert_eq!(short.words.en, "events held 8 ≥ 10, 2 short");
    let turned = explained("10 <= held", &held(12), None);
    assert_eq!(turned.margin, Some(Value::Int(2)));
    assert_eq!(turned.words.zh, "已办场次 12 ≥ 10，成立，余 2");
    let over = explained(
        "held <= settings.threshold",
        &[
            ("held", Ranged::Value(Value::Int(7))),
            ("settings.threshold", Ranged::Value(Value::Int(5))),
        ],
        None,
    );
    assert_eq!(
        over.words.en,
        "events held 7 ≤ settings.threshold 5, 2 over"
    );
    assert_eq!(over.margin, Some(Value::Int(-2)));
}

#[test]
fn a_cut_period_is_explained_by_its_share() {
    let share = explained("held >= 10", &held(6), Some((21, 31)));
    assert_eq!(share.threshold, Some(Ranged::Value(Value::Int(7))));
    assert_eq!(share.margin, Some(Value::Int(-1)));
}

#[test]
fn what_is_not_known_exactly_shows_both_ends() {
    let open = Ranged::Whole {
        lo: Some(8),
        hi: Some(11),
    };
    let found = explained("held >= 10", &[("held", open.clone())], None);
    assert_eq!((found.verdict, found.margin), (None, None));
    assert_eq!(found.actual, Some(open));
    assert_eq!(found.words.zh, "已办场次 8至11之间 ≥ 10，未知");
}

#[test]
fn the_tree_follows_the_rule() {
    let found = explained(
        "held >= 10 && !(bearer.name == '泉州市') && (today > date('2023-09-30') || 'city' in bearer.levels)",
        &held(10),
        None,
    );
    assert_eq!((found.step, found.verdict), (Step::All, Some(true)));
    let steps: Vec<Step> = found.children.iter().map(|c| c.step).collect();
    assert_eq!(steps, [Step::Comparison, Step::Not, Step::Any]);
    let late = &found.children[2].children[0];
    assert_eq!(late.margin, Some(Value::Int(-4)));
    assert_eq!(late.words.zh, "today 2023-09-26 > 2023-09-30，还差 4 天");
    let name = &found.children[1].children[0];
    assert_eq!(name.text, "bearer.name == '泉州市'");
    assert_eq!(name.reads[0].cell.path, "bearer.name");
    assert_eq!(
        name.reads[0].value,
        Ranged::Value(Value::Text("福州市".into()))
    );
    assert_eq!(found.words.zh, "3 项须全部成立，现有 3 项成立：成立");
}

proptest! {
    #[test]
    fn every_verdict_of_the_tree_is_that_of_its_children(text in texts(), row in rows()) {
        let rule = crate::small::rule(&text);
        let things = Things::new(std::slice::from_ref(&row));
        let found = things.with(0, |lane| explain(&rule, lane, &|_| None));
        prop_assert_eq!(found.verdict, things.verdict(&rule, 0));
        joins(&found)?;
    }
}

fn joins(node: &Explained) -> Result<(), TestCaseError> {
    let below: Vec<Option<bool>> = node.children.iter().map(|c| c.verdict).collect();
    let wanted = match node.step {
        Step::All if below.contains(&Some(false)) => Some(false),
        Step::Any if below.contains(&Some(true)) => Some(true),
        Step::All | Step::Any if below.contains(&None) => None,
        Step::All => Some(true),
        Step::Any => Some(false),
        Step::Not => below[0].map(|b| !b),
        _ => node.verdict,
    };
    prop_assert_eq!(node.verdict, wanted);
    prop_assert!(!node.words.zh.is_empty() && !node.words.en.is_empty());
    node.children.iter().try_for_each(joins)
}

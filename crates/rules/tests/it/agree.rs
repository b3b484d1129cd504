//! One row between bounds and all rows in columns say the same: verdicts, values, explanations.

use crate::house::{calendar, current, day, schema, scope, tables, today};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rules::{
    Bound, Bounds, Expected, Frame, Lane, Moment, NO_ROW, Options, Ranged, Rule, Value, World,
    check, explain, range, values, verdict_between, verdicts,
};
use std::collections::BTreeMap;

type Row = Vec<Option<Value>>;

fn text(items: &[&str]) -> BoxedStrategy<Value> {
    let items: Vec<Value> = items.iter().map(|t| Value::Text((*t).into())).collect();
    prop::sample::select(items).boxed()
}

/// A value for each pair of fields of `firm`, in the order of the house.
fn value(pair: usize) -> BoxedStrategy<Value> {
    let list = |item: BoxedStrategy<Value>| {
        prop::collection::vec(item, 0..4)
            .prop_map(Value::List)
            .boxed()
    };
    let far = prop::sample::select(vec![0, 1, -1, 7, i64::MAX, i64::MIN]);
    let days = (-40..40).prop_map(|n| today().plus(n));
    match pair {
        0 => any::<bool>().prop_map(Value::Bool).boxed(),
        1 => prop_oneof![4 => -3..9_i64, 1 => far]
            .prop_map(Value::Int)
            .boxed(),
        2 => (-4..12)
            .prop_map(|n| Value::Double(f64::from(n) / 4.0))
            .boxed(),
        3 => (-3..9_i64).prop_map(|n| Value::Money(n * 333_333)).boxed(),
        4 => days.prop_map(Value::Date).boxed(),
        5 => (-9..9_i64)
            .prop_map(|n| Value::Time(Moment(day("2023-09-26").start().0 + n * 7_200_000)))
            .boxed(),
        6 => text(&["", "福州", "福州市", "厦门"]),
        7 => text(&["open", "held", "closed"]),
        8 => text(&["C13", "C1311", "I65"]),
        9 => (0..5_u32).prop_map(|n| Value::Record(1, n)).boxed(),
        10 => list((0..5_i64).prop_map(Value::Int).boxed()),
        _ => list(text(&["a", "b", ""])),
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let cells: Vec<BoxedStrategy<Option<Value>>> = (0..12)
        .flat_map(|pair| {
            let cell = || prop::option::weighted(0.75, value(pair)).boxed();
            [cell(), cell()]
        })
        .collect();
    prop::collection::vec(cells, 1..70)
}

fn number() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a_count",
        "z_count",
        "held",
        "3",
        "-2",
        "0",
        "size(a_scores)",
        "sum(z_scores)",
        "max(a_scores)",
        "min(z_scores)",
        "days(a_day, z_day)",
        "months(z_day, today)",
        "workdays(a_day, today)",
        "year(a_day)",
        "int(a_ratio)",
        "size(z_name)",
        "settings.threshold",
        "sum(a_unit.levels.map(l, size(l)))",
    ]);
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(3, 6, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        let sign = prop::sample::select(vec!["+", "-", "*", "/", "%"]);
        prop_oneof![
            (pair.clone(), sign).prop_map(|((a, b), s)| format!("({a} {s} {b})")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            inner.clone().prop_map(|a| format!("(-({a}))")),
            pair.clone().prop_map(|(a, b)| format!("min({a}, {b})")),
            pair.prop_map(|(a, b)| format!("(a_flag ? {a} : {b})")),
        ]
    })
}

fn atom() -> impl Strategy<Value = String> {
    let sign = || prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
    let equal = || prop::sample::select(vec!["==", "!="]);
    let fixed = prop::sample::select(vec![
        "a_flag",
        "z_flag",
        "present(z_day)",
        "present(a_unit)",
        "present(a_unit.parent)",
        "rich",
        "in_force(a_day, z_day)",
        "under(a_unit, '350100')",
        "under(z_unit, bearer)",
        "industry(a_industry, 'C13')",
        "z_name.startsWith('福')",
        "a_name.contains('州')",
        "uscc_valid(a_name)",
        "a_unit == bearer",
        "a_unit == '350100'",
        "a_unit.parent.name == '福建省'",
        "'city' in a_unit.levels",
        "a_unit in ['350100', '350500']",
        "a_state in ['open', 'held']",
        "z_state == 'held'",
        "a_scores.exists(x, x > a_count)",
        "z_scores.all(x, x % 2 == 0)",
        "a_tags.exists_one(t, t == z_name)",
        "size(z_scores.filter(x, x > 2)) > 1",
        "a_scores == z_scores",
        "a_name == z_name",
        "a_time < z_time",
        "date(a_time) == a_day",
        "id == 'F1'",
        "a_name + z_name == '福州福州市'",
        "size(a_tags + z_tags) > 3",
        "bearer.parent.id == '350000'",
    ]);
    let money = prop::sample::select(vec![
        "a_money",
        "z_money",
        "a_money * 2",
        "z_money / 3",
        "a_money * 0.5",
        "a_money + z_money",
        "wan(1)",
        "per_head",
        "a_money / a_count",
        "money(a_ratio)",
        "yuan(a_count)",
    ]);
    let ratio = prop::sample::select(vec![
        "a_ratio",
        "z_ratio",
        "a_money / z_money",
        "0.5",
        "settings.share",
        "a_ratio * z_ratio",
        "a_ratio / z_ratio",
        "double(a_count)",
        "abs(a_ratio - 1.0)",
        "min(a_ratio, z_ratio)",
    ]);
    let date = prop::sample::select(vec![
        "a_day",
        "z_day",
        "today",
        "date('2023-09-28')",
        "add_days(a_day, 3)",
        "add_workdays(z_day, 5)",
        "add_months(a_day, a_count)",
    ]);
    prop_oneof![
        3 => (number(), sign(), number()).prop_map(|(a, s, b)| format!("{a} {s} {b}")),
        4 => fixed.prop_map(str::to_owned),
        2 => (money.clone(), sign(), money).prop_map(|(a, s, b)| format!("{a} {s} {b}")),
        2 => (ratio.clone(), sign(), ratio).prop_map(|(a, s, b)| format!("{a} {s} {b}")),
        2 => (date.clone(), sign(), date).prop_map(|(a, s, b)| format!("{a} {s} {b}")),
        1 => (number(), equal()).prop_map(|(a, s)| format!("({a} > 1) {s} a_flag")),
    ]
}

fn texts() -> impl Strategy<Value = String> {
    atom().prop_recursive(2, 5, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(a, b)| format!("({a}) && ({b})")),
            pair.clone().prop_map(|(a, b)| format!("({a}) || ({b})")),
            (pair, inner.clone()).prop_map(|((a, b), c)| format!("(({a}) ? ({b}) : ({c}))")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    })
}

fn checked(text: &str, expected: &Expected) -> Option<Rule> {
    let read = check(text, &schema(), &scope(), expected, &Options::default());
    // What mixes types by chance is refused, which is not what is tried here.
    read.ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn one_row_says_what_the_columns_say(
        text in texts(),
        number in number(),
        rows in rows(),
        held in 0..9_i64,
        bearer in 0..6_u32,
    ) {
        let (schema, tables, calendar) = (schema(), tables(&rows), calendar());
        let current = current(&tables);
        let world = World { schema: &schema, tables: &tables, current: &current, calendar: &calendar, today: today() };
        let own: Vec<u32> = (0..rows.len() as u32).collect();
        let bearer = if bearer == 5 { NO_ROW } else { bearer };
        let bearers = vec![bearer; rows.len()];
        let single = [
            ("held", Value::Int(held)),
            ("settings.threshold", Value::Int(5)),
            ("settings.share", Value::Double(0.5)),
        ];
        let mut names: BTreeMap<&str, Bound<'_>> = single
            .iter()
            .map(|(name, value)| (*name, Bound::One(value.clone())))
            .collect();
        names.insert("bearer", Bound::Rows(&bearers));
        let frame = Frame { len: rows.len(), own: Some(&own), names };
        let mut bounds = Bounds {
            names: single.iter().map(|(n, v)| (*n, Ranged::Value(v.clone()))).collect(),
            records: BTreeMap::from([("bearer", bearer)]),
            own: None,
        };
        if let Some(rule) = checked(&text, &Expected::Verdict) {
            let all = verdicts(&rule, &world, &frame);
            for (row, cells) in rows.iter().enumerate() {
                bounds.own = Some(row as u32);
                let wanted = match (all.yes.get(row), all.no.get(row)) {
                    (true, _) => Some(true),
                    (_, true) => Some(false),
                    _ => None,
                };
                let found = verdict_between(&rule, &world, &bounds, None);
                prop_assert_eq!(found, wanted, "row {}: {:?}", row, cells);
                let lane = Lane { world: &world, bounds: &bounds, prorate: None };
                prop_assert_eq!(explain(&rule, &lane, &|_| None).verdict, wanted);
            }
        }
        if let Some(rule) = checked(&number, &Expected::Any) {
            for (row, wanted) in values(&rule, &world, &frame).into_iter().enumerate() {
                bounds.own = Some(row as u32);
                let lane = Lane { world: &world, bounds: &bounds, prorate: None };
                let wanted = match wanted {
                    Value::Unknown(_) => Value::Unknown(None),
                    other => other,
                };
                prop_assert_eq!(range(&rule.root, &lane), Ranged::Value(wanted), "row {}", row);
            }
        }
    }
}

#[test]
fn the_rules_tried_are_mostly_read() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let read = (0..200)
        .filter(|_| {
            let text = texts().new_tree(&mut runner).unwrap().current();
            checked(&text, &Expected::Verdict).is_some()
        })
        .count();
    assert!(read > 120, "only {read} of 200 are rules");
}

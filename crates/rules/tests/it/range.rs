//! Rules between bounds: what is known there holds at every point.

use crate::house::{calendar, choices, current, field, schema, table, tables, today};
use proptest::prelude::*;
use rules::{
    Bounds, Comparison, Expected, NO_ROW, Named, Options, Ranged, Rule, Scope, Type, Value, World,
    check, threshold_value, thresholds, verdict_between,
};
use std::collections::BTreeMap;

fn scope() -> Scope {
    let mut scope = crate::house::scope();
    let tallies = [
        ("paid", Type::Money),
        ("owed", Type::Money),
        ("rate", Type::Double),
    ];
    for (name, ty) in tallies {
        scope.names.insert(name.to_owned(), Named::Value(ty));
    }
    scope
}

fn rule(text: &str) -> Rule {
    check(
        text,
        &schema(),
        &scope(),
        &Expected::Verdict,
        &Options::default(),
    )
    .unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

fn verdict(
    text: &str,
    names: &[(&'static str, Ranged)],
    prorate: Option<(i64, i64)>,
) -> Option<bool> {
    let (schema, tables, calendar) = (schema(), tables(&[]), calendar());
    let world = World {
        schema: &schema,
        tables: &tables,
        current: &current(&tables),
        calendar: &calendar,
        today: today(),
    };
    let mut bounds = Bounds {
        names: names.iter().cloned().collect(),
        records: BTreeMap::from([("bearer", 1)]),
        own: None,
    };
    let settings = [
        ("settings.threshold", Value::Int(5)),
        ("settings.share", Value::Double(0.5)),
    ];
    for (name, value) in settings {
        bounds.names.insert(name, Ranged::Value(value));
    }
    verdict_between(&rule(text), &world, &bounds, prorate)
}

fn between(lo: impl Into<Option<i64>>, hi: impl Into<Option<i64>>) -> Ranged {
    Ranged::Whole {
        lo: lo.into(),
        hi: hi.into(),
    }
}

#[track_caller]
fn says(text: &str, held: Ranged, wanted: Option<bool>) {
    assert_eq!(verdict(text, &[("held", held)], None), wanted, "{text}");
}

#[test]
fn the_two_ends_decide_together_or_not_at_all() {
    says("held >= 10", between(10, None), Some(true));
    says("held >= 10", between(8, 9), Some(false));
    says("held >= 10", between(8, 10), None);
    says("held >= 10", between(8, None), None);
    says("held <= 3", between(0, 3), Some(true));
    says("held == 4", between(5, None), Some(false));
    says("held != 4", between(None, 3), Some(true));
    says("held + 2 >= 10 || held < 4", between(8, None), Some(true));
    says("min(held, 3) <= 3", between(0, None), Some(true));
    says("abs(held - 5) >= 2", between(7, None), Some(true));
    says("10 - held > 0", between(None, 9), Some(true));
    says("held * -2 <= -6", between(3, None), Some(true));
    says("held / 4 >= 2", between(8, 40), Some(true));
    says("100 / held >= 10", between(1, 10), Some(true));
    says("100 / held >= 10", between(0, 10), None);
    says("held in [1, 2]", between(3, None), Some(false));
    says("held >= settings.threshold", between(5, None), Some(true));
    says(
        "'city' in bearer.levels && held > 0",
        between(1, None),
        Some(true),
    );
    says(
        "nothing_here || held > 0"
            .replace("nothing_here", "false")
            .as_str(),
        between(1, 2),
        Some(true),
    );
}

#[test]
fn a_missing_tally_is_unknown_and_a_known_side_still_decides() {
    says("held >= 10", Ranged::Value(Value::Unknown(None)), None);
    says(
        "held >= 10 || bearer.name == '福州市'",
        Ranged::Value(Value::Unknown(None)),
        Some(true),
    );
    assert_eq!(verdict("paid >= wan(1)", &[], None), None);
}

#[test]
fn a_cut_period_owes_its_share_rounded_up() {
    // 21 of 31 days of ten events: 6.77…, so seven.
    let share = Some((21, 31));
    let held = |n| [("held", between(n, n))];
    assert_eq!(verdict("held >= 10", &held(7), share), Some(true));
    assert_eq!(verdict("held >= 10", &held(6), share), Some(false));
    assert_eq!(verdict("10 <= held", &held(7), share), Some(true));
    assert_eq!(verdict("held >= 10", &held(7), None), Some(false));
    // Only what is owed at least is cut: a limit and a ratio stay.
    assert_eq!(verdict("held <= 10", &held(10), share), Some(true));
    let rate = [("rate", Ranged::Value(Value::Double(0.4)))];
    assert_eq!(verdict("rate >= 0.5", &rate, share), Some(false));
    let paid = [("paid", between(3333334, 3333334))];
    assert_eq!(verdict("paid >= wan(10)", &paid, Some((1, 3))), Some(true));
}

#[test]
fn thresholds_are_named_with_the_tally_on_the_left() {
    let rule = rule("held >= settings.threshold && (wan(1) < paid || held + 1 > 3) && a_count > 2");
    let found = thresholds(&rule);
    let short: Vec<_> = found.iter().map(|t| (t.name, t.comparison)).collect();
    assert_eq!(short, [("held", Comparison::Ge), ("paid", Comparison::Gt)]);
    let (schema, tables, calendar) = (schema(), tables(&[]), calendar());
    let world = World {
        schema: &schema,
        tables: &tables,
        current: &current(&tables),
        calendar: &calendar,
        today: today(),
    };
    let names = [("settings.threshold", Ranged::Value(Value::Int(5)))];
    let bounds = Bounds {
        names: names.into(),
        ..Bounds::default()
    };
    let value = |at: usize, share| threshold_value(&found[at], &world, &bounds, share);
    assert_eq!(value(0, None), Ranged::Value(Value::Int(5)));
    assert_eq!(value(0, Some((1, 2))), Ranged::Value(Value::Int(3)));
    assert_eq!(
        value(1, Some((1, 2))),
        Ranged::Value(Value::Money(1_000_000))
    );
}

/// Numbers of type int over the tally, a setting and constants.
fn whole() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => Just("held".to_owned()),
        1 => Just("settings.threshold".to_owned()),
        2 => (-4..9).prop_map(|n| format!("({n})")),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        let sign = prop::sample::select(vec!["+", "-", "*", "/", "%"]);
        prop_oneof![
            (pair.clone(), sign).prop_map(|((a, b), s)| format!("({a} {s} {b})")),
            inner.clone().prop_map(|a| format!("abs({a})")),
            inner.clone().prop_map(|a| format!("(-{a})")),
            pair.clone().prop_map(|(a, b)| format!("min({a}, {b})")),
            pair.clone().prop_map(|(a, b)| format!("max({a}, {b})")),
            (pair, inner).prop_map(|((a, b), c)| format!("({a} > 3 ? {b} : {c})")),
        ]
    })
}

fn sign() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="])
}

fn texts() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        (whole(), sign(), whole()).prop_map(|(a, s, b)| format!("{a} {s} {b}")),
        (sign(), 0..5).prop_map(|(s, n)| format!("paid {s} yuan({n})")),
        sign().prop_map(|s| format!("paid / owed {s} settings.share")),
        (sign(), 1..4).prop_map(|(s, n)| format!("paid * {n} {s} owed - yuan(2)")),
        sign().prop_map(|s| format!("paid {s} owed * 0.5")),
        whole().prop_map(|a| format!("{a} in [1, 2, 3]")),
    ];
    atom.prop_recursive(2, 4, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(a, b)| format!("({a}) && ({b})")),
            pair.prop_map(|(a, b)| format!("({a}) || ({b})")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    })
}

/// Ends of an interval: a start, a length, whether each end is open.
fn ends() -> impl Strategy<Value = (i64, i64, bool, bool)> {
    (
        -3..8_i64,
        0..5_i64,
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_known_between_bounds_holds_at_every_point(
        text in texts(), held in ends(), paid in ends(), owed in ends(),
    ) {
        let interval = |(lo, length, below, above): (i64, i64, bool, bool), unit: i64| Ranged::Whole {
            lo: (!below).then_some(lo * unit),
            hi: (!above).then_some((lo + length) * unit),
        };
        // Points: the interval's own, and some beyond an end that is open.
        let points = |(lo, length, below, above): (i64, i64, bool, bool)| {
            let lo = if below { lo - 9 } else { lo };
            let hi = if above { lo + length + 18 } else { lo + length };
            lo..=hi
        };
        let names = [
            ("held", interval(held, 1)),
            ("paid", interval(paid, 100)),
            ("owed", interval(owed, 100)),
        ];
        let known = verdict(&text, &names, None);
        let (schema, tables, calendar) = (schema(), tables(&[]), calendar());
        let world = World { schema: &schema, tables: &tables, current: &current(&tables), calendar: &calendar, today: today() };
        let rule = rule(&text);
        let mut bounds = Bounds::default();
        bounds.names.insert("settings.threshold", Ranged::Value(Value::Int(5)));
        bounds.names.insert("settings.share", Ranged::Value(Value::Double(0.5)));
        for h in points(held) {
            for p in points(paid).step_by(2) {
                for o in points(owed).step_by(3) {
                    bounds.names.insert("held", Ranged::Value(Value::Int(h)));
                    bounds.names.insert("paid", Ranged::Value(Value::Money(p * 100)));
                    bounds.names.insert("owed", Ranged::Value(Value::Money(o * 100)));
                    let at = verdict_between(&rule, &world, &bounds, None);
                    if let (Some(known), Some(at)) = (known, at) {
                        prop_assert_eq!(known, at, "held {} paid {} owed {}", h, p, o);
                    }
                }
            }
        }
        // A point is a bound too: with both ends alike the verdict is the plain one.
        let (h, p, o) = (held.0, paid.0 * 100, owed.0 * 100);
        let point = [("held", between(h, h)), ("paid", between(p, p)), ("owed", between(o, o))];
        let plain = [
            ("held", Ranged::Value(Value::Int(h))),
            ("paid", Ranged::Value(Value::Money(p))),
            ("owed", Ranged::Value(Value::Money(o))),
        ];
        prop_assert_eq!(verdict(&text, &point, None), verdict(&text, &plain, None));
    }
}

#[test]
fn a_record_that_is_not_there_leaves_the_verdict_unknown() {
    let one = rules::TableSchema {
        id: "unit".into(),
        fields: vec![field("state", choices(), rules::Empty::Unknown)],
        parent: None,
    };
    let schema = rules::Schema {
        tables: vec![one.clone()],
    };
    let tables = rules::Tables {
        tables: vec![table(
            &one,
            &["u"],
            &[vec![Some(Value::Text("held".into()))]],
        )],
    };
    let scope = Scope {
        own: None,
        names: BTreeMap::from([("bearer".to_owned(), Named::Record("unit".into()))]),
    };
    let text = "bearer.state == 'held'";
    let rule = check(
        text,
        &schema,
        &scope,
        &Expected::Verdict,
        &Options::default(),
    )
    .unwrap();
    let calendar = calendar();
    let world = World {
        schema: &schema,
        tables: &tables,
        current: &tables.last_rows(),
        calendar: &calendar,
        today: today(),
    };
    for (row, wanted) in [(0, Some(true)), (NO_ROW, None), (7, None)] {
        let bounds = Bounds {
            records: BTreeMap::from([("bearer", row)]),
            ..Bounds::default()
        };
        assert_eq!(verdict_between(&rule, &world, &bounds, None), wanted);
    }
}

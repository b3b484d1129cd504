//! Near miss and missing where a rule follows references, asks about texts, or counts.

use crate::house::{calendar, current, schema, scope, tables, today};
use rules::{
    Bounds, Expected, Lane, Missing, NearMiss, Options, Ranged, Value, Wanted, World, check,
};

/// A firm whose cells are empty but for these.
fn with<T>(
    text: &str,
    cells: &[(&str, Value)],
    ask: impl FnOnce(&rules::Rule, &Lane<'_>) -> T,
) -> T {
    let schema = schema();
    let stored = schema.tables[0]
        .fields
        .iter()
        .filter(|f| f.formula.is_none());
    let row = stored
        .map(|f| {
            cells
                .iter()
                .find(|(id, _)| *id == f.id)
                .map(|(_, v)| v.clone())
        })
        .collect();
    let (tables, calendar) = (tables(&[row]), calendar());
    let world = World {
        schema: &schema,
        tables: &tables,
        current: &current(&tables),
        calendar: &calendar,
        today: today(),
    };
    let held = Ranged::Whole {
        lo: Some(8),
        hi: Some(11),
    };
    let bounds = Bounds {
        names: [("held", held)].into(),
        own: Some(0),
        ..Bounds::default()
    };
    let lane = Lane {
        world: &world,
        bounds: &bounds,
        prorate: None,
    };
    let expected = Expected::Verdict;
    let rule = check(text, &schema, &scope(), &expected, &Options::default())
        .unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    ask(&rule, &lane)
}

fn near(text: &str, cells: &[(&str, Value)]) -> Vec<NearMiss> {
    with(text, cells, |rule, lane| {
        rules::near(rule, lane, &|_, _| false)
    })
}

fn missing(text: &str, cells: &[(&str, Value)]) -> Missing {
    with(text, cells, |rule, lane| {
        rules::missing(rule, lane, &|_, _| false)
    })
    .unwrap()
}

#[test]
fn an_unknown_reference_is_what_is_missing_however_many_fields_lie_behind_it() {
    let found = missing("a_unit.name == '福州市' && 'city' in a_unit.levels", &[]);
    let paths: Vec<_> = found.all.iter().map(|c| c.path.as_str()).collect();
    assert_eq!(paths, ["a_unit"]);
    assert_eq!(found.smallest, found.all);
    let found = missing(
        "a_unit.parent.name == '福建省'",
        &[("a_unit", Value::Record(1, 4))],
    );
    assert_eq!(found.smallest[0].path, "a_unit.parent");
}

#[test]
fn a_tally_between_bounds_is_missing_by_its_name() {
    let found = missing("held >= 10 && a_count > 1", &[("a_count", Value::Int(2))]);
    let [cell] = found.smallest.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((cell.table.as_deref(), cell.field.as_str()), (None, "held"));
}

#[test]
fn both_sides_of_a_comparison_are_missing_when_both_are_unknown() {
    assert_eq!(missing("a_count < int(a_ratio)", &[]).smallest.len(), 2);
    assert_eq!(
        missing("a_name == z_name", &[("z_name", Value::Text("x".into()))])
            .smallest
            .len(),
        1
    );
}

#[test]
fn a_record_named_in_the_rule_is_the_nearest_one() {
    let found = near("a_unit == '350500'", &[("a_unit", Value::Record(1, 1))]);
    assert_eq!(found[0].changes[0].to, Wanted::Value(Value::Record(1, 2)));
}

#[test]
fn what_no_single_value_turns_is_told_by_its_verdict() {
    let found = near(
        "a_name != '福州'",
        &[("a_name", Value::Text("福州".into()))],
    );
    assert_eq!(found[0].changes[0].to, Wanted::Verdict(true));
    assert_eq!(found[0].changes[0].cell.field, "a_name");
    let scores = Value::List(vec![Value::Int(1)]);
    let found = near("size(a_scores) >= 2 && held > 3", &[("a_scores", scores)]);
    assert_eq!(found[0].changes[0].to, Wanted::Verdict(true));
    assert_eq!(found[0].changes[0].cell.field, "a_scores");
}

#[test]
fn a_day_inside_a_function_is_found() {
    let from = Value::Date(today());
    let found = near("workdays(today, a_day) >= 5", &[("a_day", from)]);
    // After 26 September 2023 come 27, 28 and, past the break, 7, 8 and 9 October.
    let wanted = Value::Date(crate::house::day("2023-10-09"));
    assert_eq!(found[0].changes[0].to, Wanted::Value(wanted));
    assert_eq!(found[0].changes[0].distance, Some(13.0));
}

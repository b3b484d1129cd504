//! Case files: a rule, perhaps a few cells, and what it must give.

use crate::house::{calendar, current, schema, scope, tables, today};
use rules::{
    Bound, Expected, Frame, Named, Options, Scope, Type, Value, World, check, values, verdicts,
};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    /// A constant rule for the value, or `unknown` or `nothing`.
    gives: String,
    /// Part of the English reason of an unknown.
    because: Option<String>,
    /// Cells of the firm, each a constant rule; cells not named are empty.
    #[serde(default)]
    cells: BTreeMap<String, String>,
    /// Values of names in scope.
    #[serde(default)]
    names: BTreeMap<String, String>,
}

const OPTIONS: Options<'static> = Options {
    known_allowed: true,
    known_ids: None,
};

/// A constant written as a rule; a unit is written by its id.
fn constant(text: &str, ty: &Type) -> Value {
    let bare = Scope::default();
    let rule = check(text, &schema(), &bare, &Expected::Of(ty.clone()), &OPTIONS)
        .unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    let tables = tables(&[]);
    let (schema, calendar) = (schema(), calendar());
    let world = World {
        schema: &schema,
        tables: &tables,
        current: &current(&tables),
        calendar: &calendar,
        today: today(),
    };
    let frame = Frame {
        len: 1,
        ..Frame::default()
    };
    match (values(&rule, &world, &frame).remove(0), ty) {
        (Value::Text(id), Type::Reference(_)) => {
            let found = tables.tables[1].ids.iter().position(|i| *i == id);
            Value::Record(1, found.map_or(rules::NO_ROW, |n| n as u32))
        }
        (value, _) => value,
    }
}

fn run(case: &Case) -> (Value, Type) {
    let schema = schema();
    let stored = schema.tables[0]
        .fields
        .iter()
        .filter(|f| f.formula.is_none());
    let row: Vec<Option<Value>> = stored
        .map(|f| case.cells.get(&f.id).map(|text| constant(text, &f.ty)))
        .collect();
    let known = |id: &String| schema.tables[0].fields.iter().any(|f| f.id == *id);
    assert!(case.cells.keys().all(known), "{:?}", case.cells);
    let tables = tables(&[row]);
    let calendar = calendar();
    let world = World {
        schema: &schema,
        tables: &tables,
        current: &current(&tables),
        calendar: &calendar,
        today: today(),
    };
    let scope = scope();
    let ty_of = |name: &str| match name.split_once('.') {
        Some((group, member)) => match &scope.names[group] {
            Named::Group(members) => members[member].clone(),
            other => panic!("{other:?}"),
        },
        None => match &scope.names[name] {
            Named::Value(ty) => ty.clone(),
            Named::Record(table) => Type::Reference(table.clone()),
            other => panic!("{other:?}"),
        },
    };
    let names = case.names.iter();
    let names = names.map(|(n, text)| (n.as_str(), Bound::One(constant(text, &ty_of(n)))));
    let frame = Frame {
        len: 1,
        own: Some(&[0]),
        names: names.collect(),
    };
    let rule = check(&case.rule, &schema, &scope, &Expected::Any, &OPTIONS)
        .unwrap_or_else(|faults| panic!("{}: {faults:?}", case.rule));
    let value = values(&rule, &world, &frame).remove(0);
    if rule.root.ty == Type::Bool {
        let told = verdicts(&rule, &world, &frame);
        assert_eq!(told.yes.get(0), value == Value::Bool(true), "{}", case.rule);
        let no = matches!(value, Value::Bool(false) | Value::Nothing);
        assert_eq!(told.no.get(0), no, "{}", case.rule);
    }
    (value, rule.root.ty)
}

/// Every case of a file gives what it says.
#[track_caller]
fn check_file(text: &str, cases_min: usize) {
    let file: File = toml::from_str(text).unwrap();
    assert!(
        file.case.len() >= cases_min,
        "only {} cases",
        file.case.len()
    );
    let mut wrong = Vec::new();
    for case in &file.case {
        let (value, ty) = run(case);
        let right = match (case.gives.as_str(), &value) {
            ("unknown", Value::Unknown(why)) => case.because.as_ref().is_none_or(|part| {
                why.as_ref()
                    .is_some_and(|w| w.en.contains(part.as_str()) && !w.zh.is_empty())
            }),
            ("nothing", Value::Nothing) => true,
            ("unknown" | "nothing", _) | (_, Value::Unknown(_) | Value::Nothing) => false,
            (text, value) => *value == constant(text, &ty),
        };
        if !right {
            let cells = &case.cells;
            wrong.push(format!(
                "{} {cells:?} gives {value:?}, not {}",
                case.rule, case.gives
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_fitting_part_of_cels_conformance_cases() {
    check_file(include_str!("../cases/conformance.toml"), 150);
}

#[test]
fn unknowns() {
    check_file(include_str!("../cases/unknowns.toml"), 80);
}

#[test]
fn law_and_calendar() {
    check_file(include_str!("../cases/law.toml"), 60);
}

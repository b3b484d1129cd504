//! What the engine promises of every rule and every row.

use crate::chance::{Chance, list_of};
use crate::house::{calendar, current, schema, scope, tables, today};
use crate::oracle;
use proptest::prelude::*;
use rules::{
    Bound, Day, Empty, Expected, Frame, Moment, NO_ROW, Options, Rule, Said, Tables, Told, Type,
    Value, World, check, several, values, verdicts,
};
use std::collections::BTreeMap;

fn bytes(len: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..len)
}

fn read(text: &str, ty: &Type) -> Rule {
    check(
        text,
        &schema(),
        &scope(),
        &Expected::Of(ty.clone()),
        &Options::default(),
    )
    .unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

fn types() -> Vec<Type> {
    let plain = [
        Type::Bool,
        Type::Bool,
        Type::Bool,
        Type::Int,
        Type::Double,
        Type::Money,
        Type::Date,
        Type::Text,
    ];
    plain.into_iter().chain([list_of(Type::Int)]).collect()
}

struct Lanes {
    own: Vec<u32>,
    bearer: Vec<u32>,
    held: Vec<Value>,
}

impl Lanes {
    /// Each row once, in reverse, some again; bearers of every kind, one of them not known.
    fn of(firms: usize) -> Self {
        let own: Vec<u32> = (0..firms as u32).rev().chain([0]).collect();
        let bearer = own.iter().map(|row| [0, 1, 3, NO_ROW][*row as usize % 4]);
        let held = own.iter().map(|row| match row % 3 {
            0 => Value::Unknown(None),
            n => Value::Int(n.into()),
        });
        Self {
            bearer: bearer.collect(),
            held: held.collect(),
            own,
        }
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            len: self.own.len(),
            own: Some(&self.own),
            names: BTreeMap::from([
                ("bearer", Bound::Rows(&self.bearer)),
                ("held", Bound::Each(&self.held)),
                ("settings.threshold", Bound::One(Value::Int(2))),
            ]),
        }
    }
}

fn with_world<T>(tables: &Tables, f: impl FnOnce(World<'_>) -> T) -> T {
    let (schema, calendar) = (schema(), calendar());
    f(World {
        schema: &schema,
        tables,
        current: &current(tables),
        calendar: &calendar,
        today: today(),
    })
}

/// Unknowns are alike whatever their reasons.
fn without_reasons(value: Value) -> Value {
    match value {
        Value::Unknown(_) => Value::Unknown(None),
        Value::List(items) => Value::List(items.into_iter().map(without_reasons).collect()),
        other => other,
    }
}

/// What was said of each lane, as values of the rule's type.
fn in_values(said: Said, ty: &Type, lanes: usize) -> Vec<Value> {
    let number = |n: i64| match ty {
        Type::Money => Value::Money(n),
        Type::Date => Value::Date(Day(i32::try_from(n).unwrap())),
        Type::Time => Value::Time(Moment(n)),
        Type::Duration => Value::Duration(n),
        _ => Value::Int(n),
    };
    let of = |told: &Told, value: &dyn Fn(usize) -> Value| {
        let one = |lane| match (told.known.get(lane), told.nothing.get(lane)) {
            (true, _) => value(lane),
            (false, true) => Value::Nothing,
            (false, false) => Value::Unknown(None),
        };
        (0..lanes).map(one).collect()
    };
    match said {
        Said::Verdicts(found) => {
            let one = |lane| found.get(lane).map_or(Value::Unknown(None), Value::Bool);
            (0..lanes).map(one).collect()
        }
        Said::Whole(told, items) => of(&told, &|lane| number(items[lane])),
        Said::Double(told, items) => of(&told, &|lane| Value::Double(items[lane])),
        Said::Text(told, codes, texts) => of(&told, &|lane| {
            Value::Text(texts[codes[lane] as usize].clone())
        }),
        Said::Other(values) => values.into_iter().map(without_reasons).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_columns_say_what_the_rows_say(rule in bytes(60), cells in bytes(600), firms in 1_usize..80, ty in 0_usize..9) {
        let ty = types().swap_remove(ty);
        let text = Chance::new(&rule, false).rule(&ty, 3);
        let rule = read(&text, &ty);
        let mut chance = Chance::new(&cells, false);
        let firms: Vec<_> = (0..firms).map(|_| chance.firm(3)).collect();
        let tables = tables(&firms);
        let lanes = Lanes::of(firms.len());
        with_world(&tables, |world| {
            let frame = lanes.frame();
            let fast: Vec<Value> = values(&rule, &world, &frame).into_iter().map(without_reasons).collect();
            let told = verdicts(&rule, &world, &frame);
            for (lane, fast) in fast.into_iter().enumerate() {
                let mut row = oracle::Row {
                    world,
                    own: lanes.own[lane],
                    names: BTreeMap::from([
                        ("bearer", oracle::Named::Row(lanes.bearer[lane])),
                        ("held", oracle::Named::Is(lanes.held[lane].clone())),
                        ("settings.threshold", oracle::Named::Is(Value::Int(2))),
                    ]),
                    elements: Vec::new(),
                };
                let slow = oracle::value(&rule.root, &mut row);
                prop_assert_eq!(&fast, &without_reasons(slow), "{} lane {}", &text, lane);
                if ty == Type::Bool {
                    prop_assert_eq!(told.yes.get(lane), fast == Value::Bool(true));
                    prop_assert_eq!(told.no.get(lane), matches!(fast, Value::Bool(false) | Value::Nothing));
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn rules_together_say_what_each_says_alone(asked in prop::collection::vec((bytes(40), 0_usize..9), 1..5), cells in bytes(400), firms in 1_usize..60) {
        let mut rules: Vec<Rule> = Vec::new();
        for (text, ty) in asked {
            let ty = types().swap_remove(ty);
            let text = Chance::new(&text, false).rule(&ty, 3);
            // Within another rule, a part is worked out once for both.
            if ty == Type::Bool {
                rules.push(read(&format!("!({text}) || ({text})"), &ty));
            }
            rules.push(read(&text, &ty));
        }
        let mut chance = Chance::new(&cells, false);
        let firms: Vec<_> = (0..firms).map(|_| chance.firm(3)).collect();
        let lanes = Lanes::of(firms.len());
        with_world(&tables(&firms), |world| {
            let frame = lanes.frame();
            let together: Vec<_> = rules.iter().map(|rule| (rule, &frame)).collect();
            for (rule, said) in rules.iter().zip(several(&together, &world)) {
                let alone = values(rule, &world, &frame).into_iter().map(without_reasons);
                let alone: Vec<Value> = match rule.root.ty {
                    // A verdict that is nothing counts as no.
                    Type::Bool => alone.map(|value| if value == Value::Nothing { Value::Bool(false) } else { value }).collect(),
                    _ => alone.collect(),
                };
                prop_assert_eq!(&in_values(said, &rule.root.ty, frame.len), &alone, "{}", &rule.text);
            }
            Ok(())
        })?;
    }

    #[test]
    fn where_nothing_is_missing_the_public_interpreter_agrees(rule in bytes(60), cells in bytes(60), ty in 0_usize..4) {
        let ty = [Type::Bool, Type::Int, Type::Text, list_of(Type::Int)][ty].clone();
        let text = Chance::new(&rule, true).rule(&ty, 3);
        let rule = read(&text, &ty);
        let firm = Chance::new(&cells, true).firm(0);
        let tables = tables(std::slice::from_ref(&firm));
        let lanes = Lanes::of(1);
        let ours = with_world(&tables, |world| values(&rule, &world, &lanes.frame()).remove(0));
        // Where the public interpreter errs, ours is unknown or can still tell.
        if let Some(public) = public_value(&text, &firm) {
            prop_assert_eq!(ours, public, "{}", text);
        }
    }

    #[test]
    fn filling_an_unknown_cell_never_turns_a_known_verdict(rule in bytes(60), cells in bytes(60), filling in bytes(60), some in bytes(30)) {
        let text = Chance::new(&rule, false).rule(&Type::Bool, 3);
        let rule = read(&text, &Type::Bool);
        let before = Chance::new(&cells, false).firm(4);
        let mut fill = Chance::new(&filling, false);
        let schema = schema();
        let stored = schema.tables[0].fields.iter().filter(|f| f.formula.is_none());
        let after: Vec<_> = before
            .iter()
            .zip(stored)
            .enumerate()
            .map(|(i, (cell, field))| match cell {
                None if field.empty == Empty::Unknown && some.get(i).is_none_or(|s| s % 4 > 0) => Some(fill.value(&field.ty)),
                cell => cell.clone(),
            })
            .collect();
        let tables = tables(&[before, after]);
        let frame = Frame { len: 2, own: Some(&[0, 1]), names: BTreeMap::from([("bearer", Bound::Rows(&[1, 1]))]) };
        let told = with_world(&tables, |world| verdicts(&rule, &world, &frame));
        prop_assert!(!told.yes.get(0) || told.yes.get(1), "{} was yes", text);
        prop_assert!(!told.no.get(0) || told.no.get(1), "{} was no", text);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        let _ = check(&text, &schema(), &scope(), &Expected::Any, &Options::default());
    }

    #[test]
    fn no_soup_of_words_panics(words in prop::collection::vec(0_usize..SOUP.len(), 0..30)) {
        let text: Vec<&str> = words.into_iter().map(|w| SOUP[w]).collect();
        if let Err(faults) = check(&text.join(" "), &schema(), &scope(), &Expected::Any, &Options::default()) {
            prop_assert!(!faults.is_empty());
            let len = text.join(" ").len();
            prop_assert!(faults.iter().all(|f| f.span.start <= f.span.end && f.span.end <= len), "{:?}", faults);
        }
    }
}

/// What random texts are made of.
const SOUP: &[&str] = &[
    "a_count", "z_flag", "a_unit", ".", "name", "(", ")", "[", "]", "{", "}", ",", "?", ":", "&&",
    "||", "!", "-", "+", "*", "/", "%", "==", "<", "in", "1", "1.5", "'x'", "\"", "'", "r'", "福",
    "exists", "map", "x", "present", "has", "wan", "size", "null", "true", "if", "//", "\n", "0x",
    "1u", "b'x'", "rich", "round_a", "under", "date",
];

fn public_value(text: &str, firm: &[Option<Value>]) -> Option<Value> {
    let program = cel::Program::compile(text).ok()?;
    let mut context = cel::Context::default();
    let schema = schema();
    let stored = schema.tables[0]
        .fields
        .iter()
        .filter(|f| f.formula.is_none());
    for (field, value) in stored.zip(firm) {
        if let Some(value) = value.as_ref().and_then(to_public) {
            context.add_variable_from_value(field.id.clone(), value);
        }
    }
    from_public(&program.execute(&context).ok()?)
}

fn to_public(value: &Value) -> Option<cel::Value> {
    Some(match value {
        Value::Bool(b) => cel::Value::Bool(*b),
        Value::Int(n) => cel::Value::Int(*n),
        Value::Double(x) => cel::Value::Float(*x),
        Value::Text(t) => t.to_string().into(),
        Value::List(items) => items
            .iter()
            .map(to_public)
            .collect::<Option<Vec<_>>>()?
            .into(),
        _ => return None,
    })
}

fn from_public(value: &cel::Value) -> Option<Value> {
    Some(match value {
        cel::Value::Bool(b) => Value::Bool(*b),
        cel::Value::Int(n) => Value::Int(*n),
        cel::Value::Float(x) => Value::Double(*x),
        cel::Value::String(t) => Value::Text(t.as_str().into()),
        cel::Value::List(items) => {
            Value::List(items.iter().map(from_public).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

#[test]
fn no_depth_and_no_length_panics() {
    for text in [
        "(".repeat(8_000),
        "[".repeat(4_000) + &"]".repeat(4_000),
        "!".repeat(8_000) + "a_flag",
        "-".repeat(8_000) + "1",
        vec!["a_flag"; 900].join(" ? "),
        vec!["1"; 2_700].join("+"),
        vec!["a_flag"; 800].join("||"),
        "a_unit".to_owned() + &".parent".repeat(1_000),
        "'".repeat(8_000),
        "a".repeat(100_000),
        vec!["a_count"; 900].join(","),
    ] {
        let _ = check(
            &text,
            &schema(),
            &scope(),
            &Expected::Any,
            &Options::default(),
        );
    }
}

#[test]
fn a_long_column_is_run_block_by_block() {
    let firms: Vec<_> = (0..9_000_u32)
        .map(|i| {
            Chance::new(
                &[7, (i % 251) as u8, (i / 251) as u8, i as u8, 9, 1, 2, 3],
                false,
            )
            .firm(3)
        })
        .collect();
    let tables = tables(&firms);
    let lanes = Lanes::of(firms.len());
    let rule = read(
        "a_scores.exists(x, x > 1) || a_flag || under(bearer, '350500')",
        &Type::Bool,
    );
    with_world(&tables, |world| {
        let told = verdicts(&rule, &world, &lanes.frame());
        let single: Vec<_> = [0, 4_095, 4_096, 8_999, 9_000]
            .into_iter()
            .map(|lane: usize| {
                let one = Lanes {
                    own: vec![lanes.own[lane]],
                    bearer: vec![lanes.bearer[lane]],
                    held: vec![lanes.held[lane].clone()],
                };
                let told = verdicts(&rule, &world, &one.frame());
                (lane, told.yes.get(0), told.no.get(0))
            })
            .collect();
        assert_eq!(told.yes.len(), 9_001);
        for (lane, yes, no) in single {
            assert_eq!(
                (told.yes.get(lane), told.no.get(lane)),
                (yes, no),
                "lane {lane}"
            );
        }
    });
}

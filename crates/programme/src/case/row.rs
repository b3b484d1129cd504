//! Rows of a case: cells as the text that a CSV cell would hold, `repeat` written out.

use super::{Row, Rows};
use crate::Programme;
use crate::model::Register;
use crate::read::document::{Item, Table, Text};
use rules::Words;
use std::collections::BTreeMap;
use toml::de::DeValue;

/// Columns that every CSV of evidence may have beside the register's fields.
const FURTHER: [&str; 3] = ["id", "recorded_at", "superseded_at"];
/// The most rows that one line may be written out to.
const REPEAT_MAX: i64 = 10_000;

/// Whether the register exists; a fault where it does not.
pub(super) fn known_register(programme: &Programme, id: &Text<'_>) -> bool {
    let known = programme.register(&id.value).is_some();
    if !known {
        let all: Vec<&str> = programme.registers.iter().map(|r| r.id.as_str()).collect();
        id.unknown("unknown-register", &all, "台账", "register");
    }
    known
}

/// Rows by register under a key; none where there is no such key.
pub(super) fn all(programme: &Programme, table: &Table<'_>, key: &'static str) -> Rows {
    let mut rows = Rows::new();
    let Some(registers) = table.get(key).and_then(|item| item.table()) else {
        return rows;
    };
    for (id, item) in registers.entries() {
        let items = item.list();
        if !known_register(programme, &id) {
            continue;
        }
        if let Some((_, register)) = programme.register(&id.value) {
            let found = items.iter().flat_map(|item| repeated(register, item));
            rows.entry(id.value).or_default().extend(found);
        }
    }
    rows
}

/// One row, which cannot be repeated.
pub(super) fn one(register: &Register, item: &Item<'_>) -> Option<Row> {
    let (row, _) = cells(register, item, false)?;
    Some(row)
}

fn repeated(register: &Register, item: &Item<'_>) -> Vec<Row> {
    let Some((row, times)) = cells(register, item, true) else {
        return Vec::new();
    };
    let Some(times) = times else { return vec![row] };
    let counted = |n: i64| Row {
        cells: row
            .cells
            .iter()
            .map(|(field, cell)| (field.clone(), cell.replace("{n}", &n.to_string())))
            .collect(),
        place: row.place.clone(),
    };
    (1..=times).map(counted).collect()
}

/// The cells of a table and how often it is repeated.
fn cells(register: &Register, item: &Item<'_>, repeats: bool) -> Option<(Row, Option<i64>)> {
    let mut cells = BTreeMap::new();
    let mut times = None;
    for (field, cell) in item.table()?.entries() {
        if repeats && field.value == "repeat" {
            times = cell.int();
            if times.is_some_and(|n| !(1..=REPEAT_MAX).contains(&n)) {
                cell.refuse(
                    "bad-repeat",
                    Words::new(
                        "不能写成这么多行",
                        "a row cannot be repeated this many times",
                    ),
                    Words::new(
                        format!("写 1 到 {REPEAT_MAX}"),
                        format!("write 1 to {REPEAT_MAX}"),
                    ),
                );
                times = None;
            }
            continue;
        }
        let known = FURTHER.contains(&&*field.value) || register.field(&field.value).is_some();
        if !known {
            let fields = register.fields.iter().map(|f| f.id.as_str());
            let known: Vec<&str> = fields.chain(FURTHER).collect();
            field.unknown("unknown-field", &known, "字段", "field");
            continue;
        }
        if let Some(text) = text(&cell) {
            cells.insert(field.value, text);
        }
    }
    let place = item.place();
    Some((Row { cells, place }, times))
}

/// A cell's text; items of a list with `;` between them.
fn text(item: &Item<'_>) -> Option<String> {
    if item.value.as_array().is_some() {
        let items = item.list();
        let texts: Option<Vec<String>> = items.iter().map(scalar).collect();
        return texts.map(|t| t.join(";"));
    }
    scalar(item)
}

/// A single value as text: whole numbers in decimal, decimals without exponent.
pub(super) fn scalar(item: &Item<'_>) -> Option<String> {
    match item.value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(_) => item.int().map(|n| n.to_string()),
        DeValue::Float(_) => item.number().map(|n| n.to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Datetime(at) => Some(at.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => {
            item.wrong_type(
                "文字、数、日期或是否",
                "a text, number, date or true or false",
            );
            None
        }
    }
}

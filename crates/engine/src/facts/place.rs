//! The tables of units and divisions, known since always.

use super::column::column;
use super::version::Versions;
use crate::cell::Parsed;
use programme::Programme;
use programme::model::{DIVISION_TABLE, UNIT_TABLE};
use rules::{Table, Value};

/// Tables `unit` and `division`, in this order.
pub(super) fn places(programme: &Programme) -> impl Iterator<Item = Versions> + '_ {
    let units = programme.units.iter().map(|u| u.id.as_str().into());
    let divisions = programme.divisions.iter().map(|d| d.code.as_str().into());
    let places: [(usize, Vec<Box<str>>); 2] = [
        (UNIT_TABLE, units.collect()),
        (DIVISION_TABLE, divisions.collect()),
    ];
    places
        .into_iter()
        .filter_map(|(at, ids)| table(programme, at, ids))
}

fn table(programme: &Programme, at: usize, ids: Vec<Box<str>>) -> Option<Versions> {
    let schema = programme.schema.tables.get(at)?;
    let columns = schema.fields.iter().filter(|f| f.formula.is_none());
    let columns = columns.map(|field| {
        let cells = (0..ids.len()).map(|row| cell(programme, at, row, &field.id));
        column(field, cells.collect())
    });
    let columns = columns.collect();
    let record: Vec<u32> = (0..ids.len() as u32).collect();
    Some(Versions::always(Table {
        columns,
        record,
        ids,
    }))
}

fn cell(programme: &Programme, table: usize, row: usize, field: &str) -> Option<Parsed> {
    let reference = |record: Option<usize>| record.map(|r| Parsed::Record(r as u32));
    let text = |text: &str| (!text.is_empty()).then(|| Parsed::Text(text.into()));
    if table == DIVISION_TABLE {
        let division = programme.divisions.get(row)?;
        return match field {
            "name" => text(&division.name),
            "level" => text(&division.level),
            "parent" => reference(division.parent),
            "unit" => reference(division.unit),
            _ => None,
        };
    }
    let unit = programme.units.get(row)?;
    match field {
        "name" => text(&unit.name.zh),
        "levels" => Some(Parsed::List(
            unit.levels
                .iter()
                .map(|l| Parsed::Text(l.as_str().into()))
                .collect(),
        )),
        "kind" => text(&unit.kind),
        "parent" => reference(unit.parent),
        "division" => reference(unit.division),
        _ => {
            let at = programme.unit_fields.iter().position(|f| f.id == field)?;
            from_value(unit.extra.get(at)?)
        }
    }
}

fn from_value(value: &Value) -> Option<Parsed> {
    Some(match value {
        Value::Bool(b) => Parsed::Bool(*b),
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => Parsed::Int(*n),
        Value::Double(n) => Parsed::Double(*n),
        Value::Date(day) => Parsed::Int(day.0.into()),
        Value::Time(at) => Parsed::Int(at.0),
        Value::Text(text) => Parsed::Text(text.clone()),
        Value::Record(_, record) => Parsed::Record(*record),
        Value::List(items) => Parsed::List(items.iter().filter_map(from_value).collect()),
        Value::Unknown(_) | Value::Nothing => return None,
    })
}

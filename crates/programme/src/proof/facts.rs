//! Units and divisions as columns: the only facts that proof-reading may run a rule over.

use crate::Programme;
use crate::model::{DIVISION_TABLE, UNIT_TABLE};
use rules::{Bits, Cells, Column, NO_ROW, Table, Tables, Type, Value};

/// One row per unit and per division; every register is empty.
pub(super) fn tables(programme: &Programme) -> Tables {
    let mut tables = Tables {
        tables: vec![Table::default(); programme.schema.tables.len()],
    };
    let unit_ids = programme.units.iter().map(|u| u.id.as_str());
    fill(programme, &mut tables, UNIT_TABLE, unit_ids, unit_cell);
    let codes = programme.divisions.iter().map(|d| d.code.as_str());
    fill(programme, &mut tables, DIVISION_TABLE, codes, division_cell);
    tables
}

fn fill<'a>(
    programme: &Programme,
    tables: &mut Tables,
    at: usize,
    ids: impl Iterator<Item = &'a str>,
    cell: fn(&Programme, usize, &str) -> Value,
) {
    let (Some(table), Some(schema)) = (tables.tables.get_mut(at), programme.schema.tables.get(at))
    else {
        return;
    };
    table.ids = ids.map(Box::from).collect();
    table.record = (0..table.ids.len() as u32).collect();
    let stored = schema.fields.iter().filter(|f| f.formula.is_none());
    table.columns = stored
        .map(|field| {
            let values: Vec<Value> = (0..table.ids.len())
                .map(|row| cell(programme, row, &field.id))
                .collect();
            column(&field.ty, &values)
        })
        .collect();
}

fn unit_cell(programme: &Programme, row: usize, field: &str) -> Value {
    let Some(unit) = programme.units.get(row) else {
        return Value::Unknown(None);
    };
    match field {
        "name" => Value::Text(unit.name.zh.as_str().into()),
        "kind" => Value::Text(unit.kind.as_str().into()),
        "levels" => Value::List(
            unit.levels
                .iter()
                .map(|l| Value::Text(l.as_str().into()))
                .collect(),
        ),
        "parent" => record(UNIT_TABLE, unit.parent),
        "division" => record(DIVISION_TABLE, unit.division),
        _ => {
            let declared = programme.unit_fields.iter().position(|f| f.id == field);
            let value = declared.and_then(|at| unit.extra.get(at));
            value.cloned().unwrap_or(Value::Unknown(None))
        }
    }
}

fn division_cell(programme: &Programme, row: usize, field: &str) -> Value {
    let Some(division) = programme.divisions.get(row) else {
        return Value::Unknown(None);
    };
    match field {
        "name" => Value::Text(division.name.as_str().into()),
        "level" => Value::Text(division.level.as_str().into()),
        "parent" => record(DIVISION_TABLE, division.parent),
        "unit" => record(UNIT_TABLE, division.unit),
        _ => Value::Unknown(None),
    }
}

fn record(table: usize, at: Option<usize>) -> Value {
    at.map_or(Value::Nothing, |at| Value::Record(table, at as u32))
}

fn column(ty: &Type, values: &[Value]) -> Column {
    let present = |v: &Value| !matches!(v, Value::Unknown(_) | Value::Nothing);
    Column {
        present: values.iter().map(present).collect(),
        cells: cells(ty, values),
    }
}

fn cells(ty: &Type, values: &[Value]) -> Cells {
    match ty {
        Type::Bool => Cells::Bool(
            values
                .iter()
                .map(|v| *v == Value::Bool(true))
                .collect::<Bits>(),
        ),
        Type::Double => Cells::Double(values.iter().map(real).collect()),
        Type::Int | Type::Money | Type::Date | Type::Time | Type::Duration => {
            Cells::Int(values.iter().map(whole).collect())
        }
        Type::Reference(_) => Cells::Record(
            values
                .iter()
                .map(|v| match v {
                    Value::Record(_, at) => *at,
                    _ => NO_ROW,
                })
                .collect(),
        ),
        Type::List(item) => {
            let mut ends = Vec::with_capacity(values.len());
            let mut items = Vec::new();
            for value in values {
                if let Value::List(list) = value {
                    items.extend(list.iter().cloned());
                }
                ends.push(items.len() as u32);
            }
            let items = Box::new(cells(item, &items));
            Cells::List { ends, items }
        }
        Type::Text | Type::Choice(_) | Type::Industry | Type::Period | Type::File => {
            symbols(values)
        }
    }
}

fn real(value: &Value) -> f64 {
    match value {
        Value::Double(x) => *x,
        Value::Int(n) => *n as f64,
        _ => 0.0,
    }
}

fn whole(value: &Value) -> i64 {
    match value {
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => *n,
        Value::Date(day) => day.0.into(),
        Value::Time(at) => at.0,
        _ => 0,
    }
}

fn symbols(values: &[Value]) -> Cells {
    let mut dictionary: Vec<Box<str>> = Vec::new();
    let codes = values
        .iter()
        .map(|value| {
            let text: &str = match value {
                Value::Text(text) => text,
                _ => "",
            };
            let known = dictionary.iter().position(|d| **d == *text);
            known.unwrap_or_else(|| {
                dictionary.push(text.into());
                dictionary.len() - 1
            }) as u32
        })
        .collect();
    Cells::Symbol { codes, dictionary }
}

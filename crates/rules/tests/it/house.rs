//! A small province for tests: units in a tree, firms with every type of field, names in scope.

use rules::{
    Bits, Calendar, Cells, Column, Day, Empty, Field, NO_ROW, Named, Schema, Scope, Table,
    TableSchema, Tables, Type, Value,
};
use std::collections::BTreeMap;

pub fn field(id: &str, ty: Type, empty: Empty) -> Field {
    Field {
        id: id.into(),
        ty,
        empty,
        formula: None,
    }
}

fn formula(id: &str, ty: Type, text: &str) -> Field {
    Field {
        id: id.into(),
        ty,
        empty: Empty::Unknown,
        formula: Some(text.into()),
    }
}

pub fn choices() -> Type {
    Type::Choice(["open", "held", "closed"].map(String::from).to_vec())
}

/// Fields of `firm`: for each type one whose empty is unknown (`a_…`) and one whose empty is none (`z_…`).
pub fn schema() -> Schema {
    let mut fields = Vec::new();
    let types = [
        ("flag", Type::Bool),
        ("count", Type::Int),
        ("ratio", Type::Double),
        ("money", Type::Money),
        ("day", Type::Date),
        ("time", Type::Time),
        ("name", Type::Text),
        ("state", choices()),
        ("industry", Type::Industry),
        ("unit", Type::Reference("unit".into())),
        ("scores", Type::List(Box::new(Type::Int))),
        ("tags", Type::List(Box::new(Type::Text))),
    ];
    for (id, ty) in types {
        fields.push(field(&format!("a_{id}"), ty.clone(), Empty::Unknown));
        fields.push(field(&format!("z_{id}"), ty, Empty::None));
    }
    fields.push(formula("per_head", Type::Money, "a_money / a_count"));
    fields.push(formula("rich", Type::Bool, "per_head > wan(1)"));
    fields.push(formula("round_a", Type::Int, "round_b + 1"));
    fields.push(formula("round_b", Type::Int, "round_a + 1"));
    let unit = vec![
        field("name", Type::Text, Empty::Unknown),
        field("levels", Type::List(Box::new(Type::Text)), Empty::Unknown),
        field("parent", Type::Reference("unit".into()), Empty::None),
    ];
    Schema {
        tables: vec![
            TableSchema {
                id: "firm".into(),
                fields,
                parent: None,
            },
            TableSchema {
                id: "unit".into(),
                fields: unit,
                parent: Some("parent".into()),
            },
        ],
    }
}

pub fn scope() -> Scope {
    let group = [("threshold", Type::Int), ("share", Type::Double)];
    let group = group.map(|(k, t)| (k.to_owned(), t)).into();
    Scope {
        own: Some("firm".into()),
        names: BTreeMap::from([
            ("bearer".to_owned(), Named::Record("unit".into())),
            ("held".to_owned(), Named::Value(Type::Int)),
            ("settings".to_owned(), Named::Group(group)),
        ]),
    }
}

/// An empty column for values of a type.
pub fn column(ty: &Type) -> Column {
    Column {
        present: Bits::default(),
        cells: cells(ty),
    }
}

fn cells(ty: &Type) -> Cells {
    match ty {
        Type::Bool => Cells::Bool(Bits::default()),
        Type::Int | Type::Money | Type::Date | Type::Time | Type::Duration => {
            Cells::Int(Vec::new())
        }
        Type::Double => Cells::Double(Vec::new()),
        Type::Text | Type::Choice(_) | Type::Industry | Type::Period | Type::File => {
            Cells::Symbol {
                codes: Vec::new(),
                dictionary: Vec::new(),
            }
        }
        Type::Reference(_) => Cells::Record(Vec::new()),
        Type::List(item) => Cells::List {
            ends: Vec::new(),
            items: Box::new(cells(item)),
        },
    }
}

/// Appends a value; `None` leaves the cell empty.
pub fn push(column: &mut Column, value: Option<&Value>) {
    column.present.push(value.is_some());
    push_cell(&mut column.cells, value);
}

fn push_cell(cells: &mut Cells, value: Option<&Value>) {
    match (cells, value) {
        (Cells::Bool(bits), value) => bits.push(matches!(value, Some(Value::Bool(true)))),
        (Cells::Int(items), value) => items.push(match value {
            Some(Value::Int(n) | Value::Money(n) | Value::Duration(n)) => *n,
            Some(Value::Date(day)) => i64::from(day.0),
            Some(Value::Time(moment)) => moment.0,
            _ => 0,
        }),
        (Cells::Double(items), value) => items.push(match value {
            Some(Value::Double(x)) => *x,
            _ => 0.0,
        }),
        (Cells::Symbol { codes, dictionary }, value) => {
            let text = match value {
                Some(Value::Text(text)) => text.clone(),
                _ => "".into(),
            };
            let code = dictionary.iter().position(|d| *d == text);
            codes.push(code.unwrap_or_else(|| {
                dictionary.push(text);
                dictionary.len() - 1
            }) as u32);
        }
        (Cells::Record(items), value) => items.push(match value {
            Some(Value::Record(_, record)) => *record,
            _ => NO_ROW,
        }),
        (Cells::List { ends, items }, value) => {
            let mut end = ends.last().copied().unwrap_or(0);
            if let Some(Value::List(values)) = value {
                for value in values {
                    push_cell(items, Some(value));
                    end += 1;
                }
            }
            ends.push(end);
        }
    }
}

/// A table whose rows are one version of one record each; record numbers and rows are the same.
pub fn table(schema: &TableSchema, ids: &[&str], rows: &[Vec<Option<Value>>]) -> Table {
    let stored = schema.fields.iter().filter(|f| f.formula.is_none());
    let mut columns: Vec<Column> = stored.map(|f| column(&f.ty)).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            push(column, value.as_ref());
        }
    }
    Table {
        columns,
        record: (0..rows.len() as u32).collect(),
        ids: ids.iter().map(|id| Box::from(*id)).collect(),
    }
}

/// Province, two cities, two counties; the last county does not exist at the moment.
pub fn units() -> Table {
    let row = |name: &str, level: &str, parent: Option<u32>| {
        vec![
            Some(Value::Text(name.into())),
            Some(Value::List(vec![Value::Text(level.into())])),
            parent.map(|p| Value::Record(1, p)),
        ]
    };
    let rows = [
        row("福建省", "province", None),
        row("福州市", "city", Some(0)),
        row("泉州市", "city", Some(0)),
        row("晋江市", "county", Some(2)),
        row("某县", "county", Some(1)),
    ];
    let schema = schema();
    let ids = ["350000", "350100", "350500", "350582", "350199"];
    table(&schema.tables[1], &ids, &rows)
}

/// The rows of [`tables`] at the moment: the last county is not there.
pub fn current(tables: &Tables) -> Vec<Vec<u32>> {
    let mut current = tables.last_rows();
    current[1][4] = NO_ROW;
    current
}

pub fn tables(firms: &[Vec<Option<Value>>]) -> Tables {
    let schema = schema();
    let ids: Vec<String> = (0..firms.len()).map(|i| format!("F{i}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    Tables {
        tables: vec![table(&schema.tables[0], &ids, firms), units()],
    }
}

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// The campaign's calendar with the break of autumn 2023 and the turn of the year.
pub fn calendar() -> Calendar {
    let autumn = (0..8).map(|i| (day("2023-09-29").plus(i), false));
    let others = [
        ("2023-10-07", true),
        ("2023-10-08", true),
        ("2024-01-01", false),
    ];
    let spring = (0..8).map(|i| (day("2024-02-10").plus(i), false));
    let feb = [("2024-02-04", true), ("2024-02-18", true)];
    let single = others.into_iter().chain(feb).map(|(d, w)| (day(d), w));
    Calendar::new(
        day("2023-08-01"),
        day("2024-03-31"),
        autumn.chain(spring).chain(single),
    )
}

pub fn today() -> Day {
    day("2023-09-26")
}

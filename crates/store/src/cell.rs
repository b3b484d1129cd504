//! Cells on their way between a record and its columns.

use crate::error::Result;
use crate::row::Row;
use crate::table::{Column, Kind};
use crate::value::Value;
use programme::record::Cell;

impl Column {
    /// A cell as this column takes it; a cell of another kind becomes NULL of this kind.
    pub fn value(&self, cell: Option<&Cell>) -> Value {
        match (self.kind, cell) {
            (Kind::Bool, cell) => Value::Bool(match cell {
                Some(Cell::Bool(b)) => Some(*b),
                _ => None,
            }),
            (Kind::Int | Kind::Date, cell) => {
                let number = match cell {
                    Some(Cell::Int(n)) => Some(*n),
                    _ => None,
                };
                if self.kind == Kind::Date {
                    Value::Date(number)
                } else {
                    Value::Int(number)
                }
            }
            (Kind::Double, cell) => Value::Double(match cell {
                Some(Cell::Double(n)) => Some(*n),
                Some(Cell::Int(n)) => Some(*n as f64),
                _ => None,
            }),
            (Kind::Text, cell) => Value::Text(match cell {
                Some(Cell::Text(text)) => Some(text.to_string()),
                _ => None,
            }),
            (Kind::List, cell) => Value::Json(match cell {
                Some(Cell::List(items)) => Some(items.iter().map(text).collect()),
                _ => None,
            }),
        }
    }

    /// The cell that this column has in a row, at the given place.
    pub fn cell(&self, row: &Row, at: usize) -> Result<Option<Cell>> {
        Ok(match self.kind {
            Kind::Bool => row.bool(at)?.map(Cell::Bool),
            Kind::Int => row.int(at)?.map(Cell::Int),
            Kind::Date => row.date(at)?.map(Cell::Int),
            Kind::Double => row.double(at)?.map(Cell::Double),
            Kind::Text => row.text(at)?.map(|text| Cell::Text(text.into())),
            Kind::List => row.json(at)?.map(|json| {
                let items = json.as_array().map_or(&[][..], Vec::as_slice);
                let texts = items.iter().filter_map(|item| item.as_str());
                Cell::List(texts.map(|text| Cell::Text(text.into())).collect())
            }),
        })
    }
}

fn text(item: &Cell) -> serde_json::Value {
    match item {
        Cell::Text(text) => text.to_string().into(),
        _ => serde_json::Value::Null,
    }
}

//! One value of a field as it is compared and sorted, and where it is read from.

use programme::model::{FieldKind, RegisterField};
use programme::record::Cell;
use rules::{Cells, Column, Day, Moment, Value};
use serde_json::Value as Json;
use std::cmp::Ordering;

/// A value that can be compared with others of its field. Texts compare by their characters' numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar<'c> {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(std::borrow::Cow<'c, str>),
}

impl Scalar<'_> {
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Double(a), Self::Double(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // One field has values of one kind.
            _ => Ordering::Equal,
        }
    }

    /// Whether a text has this in it, which [`documents::plain`] made.
    pub(super) fn has(&self, part: &str) -> bool {
        match self {
            Self::Text(text) => documents::plain(text).contains(part),
            _ => false,
        }
    }

    /// A cell's value; `None` where it has several or is no value to compare.
    pub(super) fn of_cell(cell: &Cell) -> Option<Scalar<'static>> {
        Some(match cell {
            Cell::Bool(b) => Scalar::Bool(*b),
            Cell::Int(n) => Scalar::Int(*n),
            Cell::Double(n) => Scalar::Double(*n),
            Cell::Text(text) => Scalar::Text(text.to_string().into()),
            Cell::List(_) => return None,
        })
    }

    /// As a cursor keeps it.
    pub(super) fn json(&self) -> Json {
        match self {
            Self::Bool(b) => Json::from(*b),
            Self::Int(n) => Json::from(*n),
            Self::Double(n) => Json::from(*n),
            Self::Text(text) => Json::from(text.as_ref()),
        }
    }

    /// Reads what [`Scalar::json`] wrote of a value of this kind.
    pub(super) fn of_json(json: &Json, kind: FieldKind) -> Option<Scalar<'static>> {
        use FieldKind as K;
        Some(match kind {
            K::Bool => Scalar::Bool(json.as_bool()?),
            K::Int | K::Money | K::Date | K::Time => Scalar::Int(json.as_i64()?),
            K::Decimal | K::Ratio => Scalar::Double(json.as_f64()?),
            _ => Scalar::Text(json.as_str()?.to_owned().into()),
        })
    }

    /// Reads a value of an address: ISO dates, money in fen, codes and ids as they are.
    pub(super) fn parse(text: &str, kind: FieldKind) -> Option<Scalar<'static>> {
        use FieldKind as K;
        Some(match kind {
            K::Bool => Scalar::Bool(text.parse().ok()?),
            K::Int | K::Money => Scalar::Int(text.parse().ok()?),
            K::Decimal | K::Ratio => {
                Scalar::Double(text.parse().ok().filter(|n: &f64| n.is_finite())?)
            }
            K::Date => Scalar::Int(Day::parse(text)?.0.into()),
            K::Time => Scalar::Int(Moment::parse(text)?.0),
            _ => Scalar::Text(text.to_owned().into()),
        })
    }
}

/// Where the values of a field are read, row by row.
pub(super) enum Source<'c> {
    /// The record's id: each row's record, and ids by record.
    Id(&'c [u32], &'c [Box<str>]),
    /// A column; for references with the ids of the records they lead to.
    Stored(&'c Column, &'c [Box<str>]),
    /// Values that a formula gives, by position among the rows looked at.
    Worked(Vec<Value>),
}

impl<'c> Source<'c> {
    /// The value in a row, which is the `nth` of those looked at; `None` for an empty cell and for a list.
    pub(super) fn at(&self, nth: usize, row: u32) -> Option<Scalar<'_>> {
        let row = row as usize;
        match self {
            Self::Id(record, ids) => {
                let id = ids.get(*record.get(row)? as usize)?;
                Some(Scalar::Text(id.as_ref().into()))
            }
            Self::Stored(column, ids) => {
                let present = column.present.get(row);
                present.then(|| scalar(&column.cells, row, ids)).flatten()
            }
            Self::Worked(values) => worked(values.get(nth)?),
        }
    }

    /// Whether two rows have the same value, where their numbers tell it; false says nothing. A text is spelt for its
    /// number once in a dictionary, so most rows of a choice are told without reading it.
    pub(super) fn is_alike(&self, one: u32, other: u32) -> bool {
        let Self::Stored(column, _) = self else {
            return false;
        };
        let (one, other) = (one as usize, other as usize);
        let is_same = match &column.cells {
            Cells::Symbol { codes, .. } => codes.get(one) == codes.get(other),
            Cells::Record(all) => all.get(one) == all.get(other),
            _ => false,
        };
        is_same && column.present.get(one) && column.present.get(other)
    }

    /// The number of the record that a row's cell leads to.
    pub(super) fn record(&self, row: u32) -> Option<usize> {
        match self {
            Self::Stored(column, _) => match &column.cells {
                Cells::Record(all) if column.present.get(row as usize) => {
                    all.get(row as usize).map(|record| *record as usize)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a cell has a value.
    pub(super) fn has(&self, nth: usize, row: u32) -> bool {
        match self {
            Self::Id(..) => true,
            Self::Stored(column, _) => column.present.get(row as usize),
            Self::Worked(values) => !matches!(
                values.get(nth),
                None | Some(Value::Nothing | Value::Unknown(_))
            ),
        }
    }

    /// Whether one of the values in a row satisfies `test`; a cell without value never does.
    pub(super) fn any(&self, nth: usize, row: u32, test: impl Fn(&Scalar<'_>) -> bool) -> bool {
        let Self::Stored(column, ids) = self else {
            return self.at(nth, row).is_some_and(|value| test(&value));
        };
        let Cells::List { ends, items } = &column.cells else {
            return self.at(nth, row).is_some_and(|value| test(&value));
        };
        let end = |row: usize| ends.get(row).map_or(0, |end| *end as usize);
        let from = (row as usize).checked_sub(1).map_or(0, end);
        let mut items = (from..end(row as usize)).filter_map(|at| scalar(items, at, ids));
        column.present.get(row as usize) && items.any(|item| test(&item))
    }
}

fn scalar<'c>(cells: &'c Cells, at: usize, ids: &'c [Box<str>]) -> Option<Scalar<'c>> {
    Some(match cells {
        Cells::Bool(bits) => Scalar::Bool(bits.get(at)),
        Cells::Int(all) => Scalar::Int(*all.get(at)?),
        Cells::Double(all) => Scalar::Double(*all.get(at)?),
        Cells::Symbol { codes, dictionary } => {
            Scalar::Text(dictionary.get(*codes.get(at)? as usize)?.as_ref().into())
        }
        Cells::Record(all) => Scalar::Text(ids.get(*all.get(at)? as usize)?.as_ref().into()),
        Cells::List { .. } => return None,
    })
}

fn worked(value: &Value) -> Option<Scalar<'_>> {
    Some(match value {
        Value::Bool(b) => Scalar::Bool(*b),
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => Scalar::Int(*n),
        Value::Double(n) => Scalar::Double(*n),
        Value::Date(day) => Scalar::Int(day.0.into()),
        Value::Time(at) => Scalar::Int(at.0),
        Value::Text(text) => Scalar::Text(text.as_ref().into()),
        _ => return None,
    })
}

/// What a formula gave, as a cell.
pub(super) fn worked_cell(value: &Value, field: &RegisterField) -> Option<Cell> {
    use FieldKind as K;
    Some(match (worked(value)?, field.kind) {
        (Scalar::Bool(b), _) => Cell::Bool(b),
        (Scalar::Int(n), K::Decimal | K::Ratio) => Cell::Double(n as f64),
        (Scalar::Int(n), _) => Cell::Int(n),
        (Scalar::Double(n), _) => Cell::Double(n),
        (Scalar::Text(text), _) => Cell::Text(text.as_ref().into()),
    })
}

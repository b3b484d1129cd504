//! Reading: literals, names, records and fields into lanes.

use super::lane::{Cell, Data, Lane, Planes, Texts, combine};
use super::{Run, Scope};
use crate::run::Reason;
use crate::{Bits, Bound, Cells, Kind, NO_ROW, Node, Type, Value};
use std::borrow::Cow;
use std::rc::Rc;

/// The rows of a table that a block reads, and what is so where there is no row.
struct Rows {
    rows: Rc<[u32]>,
    nothing: Bits,
    why: Vec<(u32, Reason)>,
}

/// The first of rows that follow one another from a whole word of bits on.
fn run_of(rows: &[u32]) -> Option<usize> {
    let (first, last) = (*rows.first()?, *rows.last()?);
    // The ends refuse most; without an early stop the rest is a few instructions for many rows.
    let ends = last.checked_sub(first).map(|span| span as usize + 1);
    if !first.is_multiple_of(64) || ends != Some(rows.len()) {
        return None;
    }
    let strays = (first..)
        .zip(rows)
        .fold(0, |strays, (n, row)| strays | n ^ row);
    (strays == 0).then_some(first as usize)
}

/// The items at these rows; `otherwise` for a row that there is not.
fn gathered<T: Copy>(items: &[T], rows: &[u32], otherwise: T) -> Vec<T> {
    let whole = run_of(rows).and_then(|first| items.get(first..first + rows.len()));
    if let Some(whole) = whole {
        return whole.to_vec();
    }
    rows.iter()
        .map(|row| items.get(*row as usize).copied().unwrap_or(otherwise))
        .collect()
}

/// Reads each value by `get`; one that is not of the type is unknown.
fn typed<'v, T: 'v>(
    values: &'v [Value],
    get: impl Fn(&'v Value) -> Option<T> + 'v,
) -> impl FnMut(usize) -> Cell<T> + 'v {
    move |row| match values.get(row) {
        Some(Value::Nothing) => Cell::Nothing,
        value => value.and_then(&get).map_or(Cell::Unknown(None), Cell::Is),
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => Some(*n),
        Value::Date(day) => Some(day.0.into()),
        Value::Time(moment) => Some(moment.0),
        _ => None,
    }
}

fn texts<'a>(values: &[Value]) -> Lane<'a> {
    Lane::texts(values.len(), |row| match values.get(row) {
        Some(Value::Text(text)) => Cell::Is(text.clone()),
        Some(Value::Nothing) => Cell::Nothing,
        _ => Cell::Unknown(None),
    })
}

impl<'a> Run<'a> {
    /// A lane of these values; one that is not of the type is unknown.
    pub(super) fn lane_of(&self, values: &[Value], ty: &Type) -> Lane<'a> {
        let len = values.len();
        match ty {
            Type::Bool => Lane::bools(
                len,
                typed(values, |v| match v {
                    Value::Bool(b) => Some(*b),
                    _ => None,
                }),
            ),
            Type::Double => Lane::doubles(
                len,
                typed(values, |v| match v {
                    Value::Double(x) => x.is_finite().then_some(*x),
                    Value::Int(n) => Some(*n as f64),
                    _ => None,
                }),
            ),
            Type::Int | Type::Money | Type::Date | Type::Time | Type::Duration => {
                Lane::ints(len, typed(values, number))
            }
            Type::Text | Type::Choice(_) | Type::Industry | Type::Period | Type::File => {
                texts(values)
            }
            Type::Reference(_) if values.iter().any(|v| matches!(v, Value::Text(_))) => {
                texts(values)
            }
            Type::Reference(id) => {
                let table = self.table(id);
                let mut planes = Planes::default();
                let mut cell = typed(values, |v| match v {
                    Value::Record(of, n) if *of == table && *n != NO_ROW => Some(*n),
                    _ => None,
                });
                let numbers = (0..len)
                    .map(|row| planes.push(cell(row)).unwrap_or(NO_ROW))
                    .collect();
                planes.lane(Data::Record(table, numbers))
            }
            Type::List(item) => {
                let mut planes = Planes::default();
                let mut cell = typed(values, |v| match v {
                    Value::List(items) => Some(items),
                    _ => None,
                });
                let (mut ends, mut items) = (Vec::new(), Vec::new());
                for row in 0..len {
                    items.extend(planes.push(cell(row)).into_iter().flatten().cloned());
                    ends.push(items.len() as u32);
                }
                planes.lane(Data::List(ends, Box::new(self.lane_of(&items, item))))
            }
        }
    }

    /// Position of a table; of none when the schema has no such table.
    pub(super) fn table(&self, id: &str) -> usize {
        self.world.schema.table(id).unwrap_or(usize::MAX)
    }

    /// The own record of each row.
    pub(super) fn own(&self, scope: &Scope<'a>, ty: &Type) -> Lane<'a> {
        let rows = self.frame.own.map(|own| self.frame_rows(own, scope));
        self.records(rows, ty)
    }

    /// A name in scope.
    pub(super) fn name(&self, name: &str, ty: &Type, scope: &Scope<'a>) -> Lane<'a> {
        if name == "today" {
            return self.lane_of(&[Value::Date(self.world.today)], ty);
        }
        match self.frame.names.get(name) {
            None => Lane::unknown(None),
            Some(Bound::One(value)) => self.lane_of(std::slice::from_ref(value), ty),
            Some(Bound::Rows(rows)) => self.records(Some(self.frame_rows(rows, scope)), ty),
            Some(Bound::Each(values)) => {
                let values: Vec<Value> = scope
                    .lanes
                    .iter()
                    .map(|lane| {
                        values
                            .get(*lane as usize)
                            .cloned()
                            .unwrap_or(Value::Unknown(None))
                    })
                    .collect();
                self.lane_of(&values, ty)
            }
        }
    }

    /// An item of the quantifier around that gives it this name.
    pub(super) fn element(&self, name: &str, scope: &Scope<'a>) -> Lane<'a> {
        let found = scope.elements.iter().rfind(|(n, _)| *n == name);
        found.map_or_else(|| Lane::unknown(None), |(_, lane)| lane.clone())
    }

    fn frame_rows(&self, rows: &[u32], scope: &Scope<'a>) -> Vec<u32> {
        scope
            .lanes
            .iter()
            .map(|lane| rows.get(*lane as usize).copied().unwrap_or(NO_ROW))
            .collect()
    }

    /// The records that these rows are versions of.
    fn records(&self, rows: Option<Vec<u32>>, ty: &Type) -> Lane<'a> {
        let Type::Reference(id) = ty else {
            return Lane::unknown(None);
        };
        let table = self.table(id);
        let (Some(rows), Some(found)) = (rows, self.world.tables.tables.get(table)) else {
            return Lane::unknown(None);
        };
        let mut planes = Planes::default();
        let numbers = rows
            .iter()
            .map(|row| {
                let record = found.record.get(*row as usize);
                let cell = record.map_or(Cell::Unknown(None), |n| Cell::Is(*n));
                planes.push(cell).unwrap_or(NO_ROW)
            })
            .collect();
        planes.lane(Data::Record(table, numbers))
    }

    /// The rows of the records that `of` gives: directly where a row is bound, else each record's current version.
    fn rows(&self, of: &'a Node, table: usize, scope: &Scope<'a>) -> Rows {
        let direct = match &of.kind {
            Kind::Own => self.frame.own.map(|own| {
                let rows = || self.frame_rows(own, scope).into();
                Rc::clone(scope.own.get_or_init(rows))
            }),
            Kind::Bound(name) => match self.frame.names.get(name.as_str()) {
                Some(Bound::Rows(rows)) => Some(self.frame_rows(rows, scope).into()),
                _ => None,
            },
            _ => None,
        };
        if let Some(rows) = direct {
            return Rows {
                rows,
                nothing: Bits::filled(scope.len(), false),
                why: Vec::new(),
            };
        }
        let records = self.node(of, scope);
        let current = self.world.rows_of(table);
        let mut planes = Planes::default();
        let rows = (0..records.len())
            .map(|row| {
                let cell = records
                    .record(row)
                    .and(|(_, n)| match current.get(n as usize) {
                        Some(&found) if found != NO_ROW => Cell::Is(found),
                        Some(_) => Cell::Unknown(Some(Reason::NotThereNow)),
                        None => Cell::Unknown(Some(Reason::NoSuchRecord)),
                    });
                planes.push(cell).unwrap_or(NO_ROW)
            })
            .collect();
        Rows {
            rows,
            nothing: planes.nothing,
            why: planes.why,
        }
    }

    /// A field of the records that `of` gives.
    pub(super) fn field(
        &self,
        of: &'a Node,
        (table, column): (usize, Option<usize>),
        (ty, empty_is_none): (&Type, bool),
        scope: &Scope<'a>,
    ) -> Lane<'a> {
        let Rows { rows, nothing, why } = self.rows(of, table, scope);
        let Some(found) = self.world.tables.tables.get(table) else {
            return Lane::unknown(None);
        };
        let Some(column) = column else {
            let mut planes = Planes {
                why,
                ..Planes::default()
            };
            let codes = rows
                .iter()
                .map(|row| {
                    let number = found.record.get(*row as usize);
                    planes
                        .known
                        .push(number.is_some_and(|n| (*n as usize) < found.ids.len()));
                    number.copied().unwrap_or(NO_ROW)
                })
                .collect();
            planes.nothing = nothing;
            let dictionary = Cow::Borrowed(&found.ids[..]);
            return planes.lane(Data::Text(Texts { codes, dictionary }));
        };
        let Some(column) = found.columns.get(column) else {
            return Lane::unknown(None);
        };
        let known: Bits = match run_of(&rows) {
            Some(first) => column.present.slice(first, rows.len()),
            None => rows
                .iter()
                .map(|row| column.present.get(*row as usize))
                .collect(),
        };
        let nothing = if empty_is_none {
            let there: Bits = rows.iter().map(|row| *row != NO_ROW).collect();
            let empty = combine(&there, &known, |there, known| there & !known);
            combine(&nothing, &empty, |nothing, empty| nothing | empty)
        } else {
            nothing
        };
        let planes = Planes {
            known,
            nothing,
            why,
        };
        self.cells(&column.cells, ty, &rows, planes)
    }

    /// The cells at these positions, where `planes` says that they have values.
    fn cells(&self, cells: &'a Cells, ty: &Type, at: &[u32], mut planes: Planes) -> Lane<'a> {
        let rows = at;
        let at = |row: usize| rows.get(row).map_or(usize::MAX, |i| *i as usize);
        let len = planes.known.len();
        let data = match cells {
            Cells::Bool(bits) => Data::Bool(
                (0..len)
                    .map(|row| planes.known.get(row) && bits.get(at(row)))
                    .collect(),
            ),
            Cells::Int(items) => Data::Int(gathered(items, rows, 0)),
            Cells::Double(items) => {
                let data = gathered(items, rows, 0.0);
                let bad = data.iter().enumerate().filter(|(_, x)| !x.is_finite());
                planes.forget(bad.map(|(row, _)| row), Reason::NotFinite);
                Data::Double(data)
            }
            Cells::Symbol { codes, dictionary } => Data::Text(Texts {
                codes: gathered(codes, rows, 0),
                dictionary: Cow::Borrowed(dictionary),
            }),
            Cells::Record(items) => {
                let data = gathered(items, rows, NO_ROW);
                let dangling = data.iter().enumerate().filter(|(_, n)| **n == NO_ROW);
                planes.forget(dangling.map(|(row, _)| row), Reason::NoSuchRecord);
                let table = match ty {
                    Type::Reference(id) => self.table(id),
                    _ => usize::MAX,
                };
                Data::Record(table, data)
            }
            Cells::List { ends, items } => {
                let mut places = Vec::new();
                let mut own_ends = Vec::with_capacity(len);
                for row in 0..len {
                    if planes.known.get(row) {
                        let start = at(row).checked_sub(1).and_then(|i| ends.get(i)).copied();
                        places.extend(start.unwrap_or(0)..ends.get(at(row)).copied().unwrap_or(0));
                    }
                    own_ends.push(places.len() as u32);
                }
                let inner = Planes {
                    known: Bits::filled(places.len(), true),
                    nothing: Bits::filled(places.len(), false),
                    why: Vec::new(),
                };
                let item = match ty {
                    Type::List(item) => item,
                    other => other,
                };
                Data::List(own_ends, Box::new(self.cells(items, item, &places, inner)))
            }
        };
        planes.lane(data)
    }
}

impl Planes {
    /// Makes rows unknown that were thought known.
    fn forget(&mut self, rows: impl Iterator<Item = usize>, reason: Reason) {
        let mut changed = false;
        for row in rows {
            if self.known.get(row) {
                self.known.set(row, false);
                self.why.push((row as u32, reason));
                changed = true;
            }
        }
        if changed {
            self.why.sort_by_key(|(row, _)| *row);
        }
    }
}

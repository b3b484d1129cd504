//! Reading a name, a record or a field for one lane.

use super::Ranged;
use super::evaluate::Evaluation;
use super::interval::Interval;
use super::reach::{Reach, widened};
use crate::{Cells, Kind, NO_ROW, Node, Type};
use std::borrow::Cow;

/// Where a record is.
pub(super) enum Place {
    Row(usize, u32),
    Unknown,
    Nothing,
}

impl<'a> Evaluation<'a> {
    pub(super) fn name(&self, name: &str, ty: &Type) -> Reach<'a> {
        let reach = match self.bounds.names.get(name) {
            Some(Ranged::Whole { lo, hi }) => Reach::Whole(Interval { lo: *lo, hi: *hi }),
            Some(Ranged::Real { lo, hi }) => Reach::Real(Interval { lo: *lo, hi: *hi }),
            Some(Ranged::Value(value)) => Reach::of(value),
            None if name == "today" => Reach::Whole(Interval::point(self.world.today.0.into())),
            None => Reach::Unknown,
        };
        match reach {
            Reach::Whole(i) if *ty == Type::Double => Reach::Real(widened(i)),
            other => other.finite(),
        }
    }

    pub(super) fn element(&self, name: &str) -> Reach<'a> {
        let bound = self.elements.iter().rev().find(|(n, _)| *n == name);
        bound.map_or(Reach::Unknown, |(_, reach)| reach.clone())
    }

    pub(super) fn row(&mut self, node: &'a Node) -> Place {
        let named = match &node.kind {
            Kind::Own => self.bounds.own,
            Kind::Bound(name) => self.bounds.records.get(name.as_str()).copied(),
            _ => {
                return match self.reach(node) {
                    Reach::Record(table, record) => self.current(table, record),
                    Reach::Nothing => Place::Nothing,
                    _ => Place::Unknown,
                };
            }
        };
        let Type::Reference(id) = &node.ty else {
            return Place::Unknown;
        };
        match (named, self.world.schema.table(id)) {
            (Some(row), Some(table)) if row != NO_ROW => Place::Row(table, row),
            _ => Place::Unknown,
        }
    }

    fn current(&self, table: usize, record: u32) -> Place {
        match self.world.rows_of(table).get(record as usize) {
            Some(row) if *row != NO_ROW => Place::Row(table, *row),
            _ => Place::Unknown,
        }
    }

    pub(super) fn record_of(&self, table: usize, row: u32) -> Reach<'a> {
        let records = self.world.tables.tables.get(table).map(|t| &t.record);
        match records.and_then(|records| records.get(row as usize)) {
            Some(record) => Reach::Record(table, *record),
            None => Reach::Unknown,
        }
    }

    pub(super) fn field(&mut self, node: &'a Node) -> Reach<'a> {
        let Kind::Field {
            of,
            table,
            column,
            empty_is_none,
            ..
        } = &node.kind
        else {
            return Reach::Unknown;
        };
        let row = match self.row(of) {
            Place::Row(_, row) => row as usize,
            Place::Nothing => return Reach::Nothing,
            Place::Unknown => return Reach::Unknown,
        };
        let Some(facts) = self.world.tables.tables.get(*table) else {
            return Reach::Unknown;
        };
        let Some(column) = column else {
            let record = facts.record.get(row).copied().unwrap_or(NO_ROW);
            let id = facts.ids.get(record as usize);
            return id.map_or(Reach::Unknown, |id| Reach::Text(Cow::Borrowed(id)));
        };
        let Some(column) = facts.columns.get(*column) else {
            return Reach::Unknown;
        };
        if column.present.get(row) {
            return self.cell(&column.cells, row, &node.ty);
        }
        match empty_is_none {
            true => Reach::Nothing,
            false => Reach::Unknown,
        }
    }

    fn cell(&self, cells: &'a Cells, at: usize, ty: &Type) -> Reach<'a> {
        let found = match cells {
            Cells::Bool(bits) => (at < bits.len()).then(|| Reach::Truth(bits.get(at))),
            Cells::Int(all) => all.get(at).map(|n| Reach::Whole(Interval::point(*n))),
            Cells::Double(all) => (all.get(at)).map(|x| Reach::Real(Interval::point(*x)).finite()),
            Cells::Symbol { codes, dictionary } => codes
                .get(at)
                .and_then(|code| dictionary.get(*code as usize))
                .map(|text| Reach::Text(Cow::Borrowed(text))),
            Cells::Record(records) => match (records.get(at), ty) {
                (Some(record), Type::Reference(id)) if *record != NO_ROW => (self.world.schema)
                    .table(id)
                    .map(|table| Reach::Record(table, *record)),
                _ => None,
            },
            Cells::List { ends, items } => {
                let inner = match ty {
                    Type::List(inner) => inner,
                    other => other,
                };
                let from = at.checked_sub(1).and_then(|i| ends.get(i)).copied();
                ends.get(at).map(|until| {
                    let range = from.unwrap_or(0) as usize..*until as usize;
                    Reach::List(range.map(|i| self.cell(items, i, inner)).collect())
                })
            }
        };
        found.unwrap_or(Reach::Unknown)
    }
}

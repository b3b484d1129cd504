//! Cells that say by themselves how they read, written into a page's rows from where they lie.

use super::scalar::{Scalar, Source};
use super::view::View;
use crate::page::date;
use crate::view::{Rows, Shown};
use programme::model::{FieldKind, RegisterField, Unit};
use rules::{Day, Words};

/// A field whose cells are read where they lie.
pub(super) struct Plain<'v> {
    source: Source<'v>,
    way: Way<'v>,
}

/// How a cell reads.
enum Way<'v> {
    Said,
    Named(&'v [(String, Words)]),
    Unit(&'v [Unit]),
    Number,
    Day,
}

impl<'v> Plain<'v> {
    /// `None` for a field that takes more to be read.
    pub(super) fn of(view: &View<'v>, id: &str) -> Option<Self> {
        use FieldKind as K;
        let field: &'v RegisterField = view.register.field(id)?;
        let way = match field.kind {
            _ if id == "state" => Way::Named(&view.register.states.as_ref()?.names),
            K::Text | K::LongText | K::Uscc | K::Person | K::Phone | K::Industry | K::Period(_) => {
                Way::Said
            }
            K::Choice => Way::Named(&field.choices),
            K::Unit => Way::Unit(&view.app.programme().units),
            K::Int | K::Decimal if field.unit_of.is_none() => Way::Number,
            K::Date => Way::Day,
            _ => return None,
        };
        let source = view.source(id, &[])?;
        matches!(source, Source::Stored(..)).then_some(Self { source, way })
    }

    /// Adds the cell of a row; `false` for an empty one, and where it holds what its kind does not say.
    pub(super) fn put(&self, rows: &mut Rows, row: u32) -> bool {
        match (self.source.at(0, row), &self.way) {
            (Some(Scalar::Text(text)), Way::Said) => rows.say(&text),
            (Some(Scalar::Text(id)), Way::Named(names)) => {
                match names.iter().find(|(name, _)| *name == id) {
                    Some((_, words)) => rows.word(&words.zh, &words.en),
                    None => rows.word(&id, &id),
                }
            }
            (Some(Scalar::Text(id)), Way::Unit(units)) => {
                let unit = self.source.record(row);
                match unit.and_then(|unit| units.get(unit)) {
                    Some(unit) => rows.unit(&id, &unit.name.zh, &unit.name.en),
                    None => rows.unit(&id, &id, &id),
                }
            }
            (Some(Scalar::Int(n)), Way::Number) => rows.put(Shown::Number(n as f64, None)),
            (Some(Scalar::Double(n)), Way::Number) => rows.put(Shown::Number(n, None)),
            (Some(Scalar::Int(n)), Way::Day) => {
                rows.put(Shown::Day(date(Day(i32::try_from(n).unwrap_or_default()))));
            }
            _ => return false,
        }
        true
    }
}

//! Rows of a register as a viewer sees them: with fields that are worked out, without what is kept from him.

use super::Listed;
use super::plain::Plain;
use super::scalar::{Source, worked_cell};
use super::view::View;
use crate::access::is_masked;
use crate::view::{Rows, Shown};
use programme::model::RegisterField;
use programme::record::{Cell, Cells};
use rules::{Type, Value};

impl<'v> View<'v> {
    /// Rows as the viewer sees them: with the fields that are wanted, else with all.
    pub(crate) fn listed(&self, rows: &[u32], wanted: Option<&[String]>) -> Vec<Listed> {
        let fields: Vec<Given<'_>> = self.given(rows, wanted).collect();
        let one = |(nth, row): (usize, &u32)| {
            let mut listed = Listed {
                id: self.id(*row).into(),
                version: self.version(*row),
                cells: Cells::with_capacity(fields.len()),
                masked: Vec::new(),
                erased: Vec::new(),
            };
            for given in &fields {
                let mut cell = self.cell(given, nth, *row);
                if self.is_erased(given, *row) {
                    listed.erased.push(given.id.to_owned());
                } else if given.masked && cell.take().is_some() {
                    listed.masked.push(given.id.to_owned());
                }
                listed.cells.push((given.id.to_owned(), cell));
            }
            listed
        };
        rows.iter().enumerate().map(one).collect()
    }

    /// Rows as a page shows them, with cells in the order of some fields. What does not say by itself how it reads is put
    /// into words by `word`.
    pub(crate) fn shown(
        &self,
        rows: &[u32],
        fields: &[String],
        word: impl Fn(&str, Option<&RegisterField>, Seen) -> Shown,
    ) -> Rows {
        let all: Vec<Given<'_>> = self.given(rows, Some(fields)).collect();
        let columns = fields.iter().map(|id| {
            let given = all.iter().find(|given| given.id == id);
            let plain = given.and_then(|given| self.plain(given));
            (id.as_str(), self.register.field(id), given, plain)
        });
        let columns: Vec<_> = columns.collect();
        let mut shown = Rows::of(columns.len(), rows.len());
        for (nth, row) in rows.iter().enumerate() {
            shown.begin(self.id(*row), self.version(*row));
            for (id, field, given, plain) in &columns {
                if let Some(plain) = plain
                    && plain.put(&mut shown, *row)
                {
                    continue;
                }
                let cell = given.and_then(|given| self.cell(given, nth, *row));
                let seen = match given {
                    Some(given) if cell.is_some() && given.masked => Seen::Masked,
                    Some(given) if self.is_erased(given, *row) => Seen::Erased,
                    _ => Seen::Cell(cell),
                };
                shown.put(word(id, *field, seen));
            }
        }
        shown
    }

    /// Where wanted fields are read, in the register's order; those that are no fields of its own come first.
    fn given<'g>(
        &'g self,
        rows: &[u32],
        wanted: Option<&[String]>,
    ) -> impl Iterator<Item = Given<'g>> + use<'g, 'v> {
        let programme = self.app.programme();
        let schema = programme.schema.tables.get(self.table);
        let mut column = 0;
        let mut given = Vec::new();
        for field in schema.into_iter().flat_map(|schema| &schema.fields) {
            let at = column;
            column += usize::from(field.formula.is_none());
            if wanted.is_some_and(|wanted| !wanted.contains(&field.id)) {
                continue;
            }
            let own = self.register.field(&field.id);
            let of = match (&field.formula, own) {
                (None, _) => Origin::Column(at, &field.ty),
                (Some(_), Some(own)) => match self.source(&own.id, rows) {
                    Some(Source::Worked(values)) => Origin::Formula(values, own),
                    _ => continue,
                },
                (Some(_), None) => continue,
            };
            let is_kept = |own| is_masked(programme, self.viewer, self.register, own);
            let place = self.register.fields.iter().position(|f| f.id == field.id);
            given.push((
                place,
                Given {
                    id: field.id.as_str(),
                    of,
                    masked: own.is_none_or(is_kept),
                    sensitive: own.is_some_and(|own| own.sensitive),
                },
            ));
        }
        given.sort_by_key(|(place, _)| *place);
        given.into_iter().map(|(_, given)| given)
    }

    /// Whether a cell is empty because its value was erased. That there was one is told to whoever sees the field, were
    /// it masked or not.
    fn is_erased(&self, given: &Given<'_>, row: u32) -> bool {
        let Origin::Column(at, _) = given.of else {
            return false;
        };
        let told = !given.masked || given.sensitive;
        told && self.living.facts().is_erased((self.table, at), row)
    }

    /// How a field is read where its cells lie; `None` for one that is kept from the viewer, or is worked out.
    fn plain(&self, given: &Given<'_>) -> Option<Plain<'v>> {
        match given.of {
            Origin::Column(..) if !given.masked => Plain::of(self, given.id),
            _ => None,
        }
    }

    fn cell(&self, given: &Given<'_>, nth: usize, row: u32) -> Option<Cell> {
        match &given.of {
            Origin::Column(at, ty) => {
                let programme = self.app.programme();
                let facts = self.living.facts();
                facts.cell(programme, (self.table, *at), ty, row)
            }
            Origin::Formula(values, field) => worked_cell(values.get(nth)?, field),
        }
    }
}

/// A field that is given of every row.
struct Given<'g> {
    id: &'g str,
    of: Origin<'g>,
    /// Whether its values are kept from the viewer.
    masked: bool,
    /// Whether they are kept from everybody, until they are revealed.
    sensitive: bool,
}

/// A cell as a viewer sees it.
pub(crate) enum Seen {
    /// What it holds; `None` where it is empty.
    Cell(Option<Cell>),
    /// It holds what is kept from the viewer.
    Masked,
    /// What it held was erased.
    Erased,
}

/// Where the cells of a field are.
enum Origin<'g> {
    Column(usize, &'g Type),
    Formula(Vec<Value>, &'g RegisterField),
}

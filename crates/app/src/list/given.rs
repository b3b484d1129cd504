//! Rows of a register as a viewer sees them: with fields that are worked out, without what is kept from him.

use super::Listed;
use super::scalar::{Source, worked_cell};
use super::view::View;
use crate::access::is_masked;
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
            };
            for given in &fields {
                let mut cell = self.cell(given, nth, *row);
                if given.masked && cell.take().is_some() {
                    listed.masked.push(given.id.to_owned());
                }
                listed.cells.push((given.id.to_owned(), cell));
            }
            listed
        };
        rows.iter().enumerate().map(one).collect()
    }

    /// Puts rows into words: the id and version of each, and its cells in the order of some fields; `word` is given
    /// `None` in the place of a value that is kept from the viewer.
    pub(crate) fn worded<T>(
        &self,
        rows: &[u32],
        fields: &[String],
        word: impl Fn(&str, Option<&RegisterField>, Option<Option<Cell>>) -> T,
    ) -> Vec<(&'v str, i64, Vec<T>)> {
        let all: Vec<Given<'_>> = self.given(rows, Some(fields)).collect();
        let fields = fields.iter().map(|id| {
            let given = all.iter().find(|given| given.id == id);
            (id.as_str(), self.register.field(id), given)
        });
        let fields: Vec<_> = fields.collect();
        let one = |(nth, row): (usize, &u32)| {
            let cells = fields.iter().map(|(id, field, given)| {
                let cell = given.and_then(|given| self.cell(given, nth, *row));
                let is_kept = cell.is_some() && given.is_some_and(|given| given.masked);
                word(id, *field, (!is_kept).then_some(cell))
            });
            (self.id(*row), self.version(*row), cells.collect())
        };
        rows.iter().enumerate().map(one).collect()
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
            let masked = own.is_none_or(is_kept);
            let id = field.id.as_str();
            given.push((place, Given { id, of, masked }));
        }
        given.sort_by_key(|(place, _)| *place);
        given.into_iter().map(|(_, given)| given)
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
}

/// Where the cells of a field are.
enum Origin<'g> {
    Column(usize, &'g Type),
    Formula(Vec<Value>, &'g RegisterField),
}

//! What facts let change: a row more, a row less, the end of a version. [`crate::Living`] keeps them whole.

use super::version::History;
use super::{Facts, NEVER};
use programme::Programme;
use programme::record::{Cell, Cells};
use rules::{Cells as Typed, Column, Field, Moment, Table, Type};

impl Facts {
    /// The cells of a row as they are written, references by id.
    pub fn cells(&self, programme: &Programme, table: usize, row: u32) -> Cells {
        let schema = programme.schema.tables.get(table);
        let fields = schema.into_iter().flat_map(|s| &s.fields);
        let stored = fields.filter(|f| f.formula.is_none()).enumerate();
        let of = |(at, field): (usize, &Field)| {
            let cell = self.cell(programme, (table, at), &field.ty, row);
            (field.id.clone(), cell)
        };
        stored.map(of).collect()
    }

    /// What a row has in a column of this type; columns are the schema's fields without formula, in order.
    pub fn cell(
        &self,
        programme: &Programme,
        (table, at): (usize, usize),
        ty: &Type,
        row: u32,
    ) -> Option<Cell> {
        let column = self.tables.tables.get(table)?.columns.get(at)?;
        let present = column.present.get(row as usize);
        present
            .then(|| self.typed(programme, &column.cells, ty, row as usize))
            .flatten()
    }

    fn typed(&self, programme: &Programme, cells: &Typed, ty: &Type, row: usize) -> Option<Cell> {
        Some(match (cells, ty) {
            (Typed::Bool(bits), _) => Cell::Bool(bits.get(row)),
            (Typed::Int(all), _) => Cell::Int(*all.get(row)?),
            (Typed::Double(all), _) => Cell::Double(*all.get(row)?),
            (Typed::Symbol { codes, dictionary }, _) => {
                Cell::Text(dictionary.get(*codes.get(row)? as usize)?.clone())
            }
            (Typed::Record(all), Type::Reference(to)) => {
                let table = programme.schema.tables.iter().position(|t| t.id == *to)?;
                let ids = &self.tables.tables.get(table)?.ids;
                Cell::Text(ids.get(*all.get(row)? as usize)?.clone())
            }
            (Typed::List { ends, items }, Type::List(of)) => {
                let end = |row: usize| ends.get(row).map_or(0, |end| *end as usize);
                let from = row.checked_sub(1).map_or(0, end);
                let item = |at| self.typed(programme, items, of, at);
                Cell::List((from..end(row)).filter_map(item).collect())
            }
            _ => return None,
        })
    }

    /// Units, divisions and registers without a record.
    pub(crate) fn empty(programme: &Programme) -> Self {
        // Nothing is given that could be wrong.
        Self::from_tables(programme, Vec::new()).unwrap_or_default()
    }

    /// A column of a table.
    pub(crate) fn column_mut(&mut self, table: usize, at: usize) -> Option<&mut Column> {
        self.columns_mut(table)?.get_mut(at)
    }

    /// The columns of a table. Invariant: the caller leaves all with one cell for each row.
    pub(crate) fn columns_mut(&mut self, table: usize) -> Option<&mut [Column]> {
        Some(&mut self.tables.tables.get_mut(table)?.columns)
    }

    /// Ends a version.
    pub(crate) fn end(&mut self, table: usize, row: u32, at: Moment) {
        let superseded = self.superseded.get_mut(table);
        if let Some(end) = superseded.and_then(|t| t.get_mut(row as usize)) {
            *end = at;
        }
    }

    /// Lets a version begin at another moment.
    pub(crate) fn begin(&mut self, table: usize, row: u32, at: Moment) {
        let recorded = self.recorded.get_mut(table);
        if let Some(from) = recorded.and_then(|t| t.get_mut(row as usize)) {
            *from = at;
        }
    }

    /// Adds a record without versions, and gives its number.
    pub(crate) fn new_record(&mut self, table: usize, id: Box<str>) -> u32 {
        let Some(own) = self.tables.tables.get_mut(table) else {
            return rules::NO_ROW;
        };
        own.ids.push(id);
        let first = self.first.get_mut(table);
        first.into_iter().for_each(|first| first.push(NEVER));
        let history = self.history.get_mut(table);
        history.into_iter().for_each(History::push);
        own.ids.len() as u32 - 1
    }

    /// Adds a row whose cells are in the columns already.
    pub(crate) fn new_row(
        &mut self,
        table: usize,
        record: u32,
        (from, until): (Moment, Moment),
    ) -> u32 {
        let Some(own) = self.tables.tables.get_mut(table) else {
            return rules::NO_ROW;
        };
        let row = own.rows() as u32;
        own.record.push(record);
        let recorded = self.recorded.get_mut(table);
        let times = recorded.zip(self.superseded.get_mut(table));
        if let (Some((recorded, superseded)), Some(history)) = (times, self.history.get_mut(table))
        {
            recorded.push(from);
            superseded.push(until);
            history.insert(record, row, recorded);
        }
        row
    }

    /// Whether the cell of a row is empty because its value was erased; columns are the schema's fields without formula.
    pub fn is_erased(&self, (table, at): (usize, usize), row: u32) -> bool {
        self.erased.contains(&(table, at, row))
    }

    /// Says that a cell was erased.
    pub(crate) fn mark_erased(&mut self, (table, at): (usize, usize), row: u32) {
        self.erased.insert((table, at, row));
    }

    /// Removes the last row, whose cells are out of the columns already.
    pub(crate) fn take_back_row(&mut self, table: usize, record: u32) {
        let rows = self.tables.tables.get(table).map_or(0, Table::rows);
        let Some(row) = rows.checked_sub(1) else {
            return;
        };
        if !self.erased.is_empty() {
            self.erased
                .retain(|(of, _, at)| *of != table || *at as usize != row);
        }
        if let Some(own) = self.tables.tables.get_mut(table) {
            own.record.truncate(row);
        }
        for times in [&mut self.recorded, &mut self.superseded] {
            times
                .get_mut(table)
                .into_iter()
                .for_each(|t| t.truncate(row));
        }
        let history = self.history.get_mut(table);
        history
            .into_iter()
            .for_each(|history| history.remove(record, row as u32));
    }
}

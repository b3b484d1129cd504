//! What facts let change: a row more, a row less, the end of a version. [`crate::Living`] keeps them whole.

use super::version::History;
use super::{Facts, NEVER};
use programme::Programme;
use rules::{Column, Moment, Table};

impl Facts {
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

    /// When a record was first recorded; never where it was not.
    pub(crate) fn first(&self, table: usize, record: u32) -> Moment {
        let first = self.first.get(table).and_then(|t| t.get(record as usize));
        first.copied().unwrap_or(NEVER)
    }

    /// Says when a record was first recorded; `None` where it was not after all.
    pub(crate) fn set_first(&mut self, table: usize, record: u32, at: Option<Moment>) {
        let first = self.first.get_mut(table);
        if let Some(first) = first.and_then(|t| t.get_mut(record as usize)) {
            *first = at.unwrap_or(NEVER);
        }
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
    pub(crate) fn new_record(&mut self, table: usize, id: &str) -> u32 {
        let Some(own) = self.tables.tables.get_mut(table) else {
            return rules::NO_ROW;
        };
        own.ids.push(id.into());
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

    /// Removes the last row, whose cells are out of the columns already.
    pub(crate) fn take_back_row(&mut self, table: usize, record: u32) {
        let rows = self.tables.tables.get(table).map_or(0, Table::rows);
        let Some(row) = rows.checked_sub(1) else {
            return;
        };
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

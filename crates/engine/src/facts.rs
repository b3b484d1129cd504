//! Facts: every version of every record as typed columns.

mod build;
mod column;
mod grow;
mod life;
mod place;
mod rows;
mod typed;
mod version;

pub use build::{FactsBuilder, Sheet};
pub use typed::Records;

use programme::model::FIRST_REGISTER_TABLE;
use rules::{Day, Moment, NO_ROW, Table, Tables};
use std::collections::{BTreeMap, BTreeSet};
use version::{History, Versions};

/// Never: a version that was never superseded.
pub(crate) const NEVER: Moment = Moment(i64::MAX);
/// Known since always.
pub(crate) const ALWAYS: Moment = Moment(i64::MIN);

/// All versions of all records of a programme, with the time each was known.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    tables: Tables,
    /// Per table and row: recorded at.
    recorded: Vec<Vec<Moment>>,
    /// Per table and row: superseded at.
    superseded: Vec<Vec<Moment>>,
    /// Per table and record: first recorded at.
    first: Vec<Vec<Moment>>,
    /// By table and record, for the few that came again after a withdrawal: when, in order.
    again: BTreeMap<(usize, u32), Vec<Moment>>,
    /// Per table: each record's versions.
    history: Vec<History>,
    /// The few cells that are empty because they were erased: table, column and row.
    erased: BTreeSet<(usize, usize, u32)>,
}

impl Facts {
    /// Per table, by record number: the row that was the record's version just before `until`.
    pub(crate) fn current_at(&self, until: Moment) -> Vec<Vec<u32>> {
        let of = |(at, table): (usize, &Table)| {
            let mut current = vec![NO_ROW; table.ids.len()];
            for (row, record) in (0..).zip(&table.record) {
                if self.known(at, row, until)
                    && let Some(current) = current.get_mut(*record as usize)
                {
                    *current = row;
                }
            }
            current
        };
        self.tables.tables.iter().enumerate().map(of).collect()
    }

    /// Whether a row was its record's version just before `until`.
    pub fn known(&self, table: usize, row: u32, until: Moment) -> bool {
        let (from, to) = self.validity(table, row);
        from < until && until <= to
    }

    /// When a row was recorded and superseded.
    pub fn validity(&self, table: usize, row: u32) -> (Moment, Moment) {
        let get = |all: &[Vec<Moment>]| all.get(table).and_then(|t| t.get(row as usize)).copied();
        (
            get(&self.recorded).unwrap_or(ALWAYS),
            get(&self.superseded).unwrap_or(NEVER),
        )
    }

    /// When the rows of a table were recorded and superseded.
    pub(crate) fn times(&self, table: usize) -> (&[Moment], &[Moment]) {
        let (recorded, superseded) = (self.recorded.get(table), self.superseded.get(table));
        (
            recorded.map(Vec::as_slice).unwrap_or_default(),
            superseded.map(Vec::as_slice).unwrap_or_default(),
        )
    }

    /// The days on which a row of a table was recorded or superseded, in no order.
    pub(crate) fn changes(&self, table: usize) -> impl Iterator<Item = Day> {
        let (recorded, superseded) = self.times(table);
        let times = recorded.iter().chain(superseded);
        times
            .filter(|at| **at != ALWAYS && **at != NEVER)
            .map(|at| at.day())
    }

    /// The day a row was recorded; `None` for one known since always.
    pub fn recorded_on(&self, table: usize, row: u32) -> Option<Day> {
        let (from, _) = self.validity(table, row);
        (from != ALWAYS).then(|| from.day())
    }

    /// The day the record of a row was first recorded, or came again; `None` for one known since always.
    pub fn first_recorded_on(&self, table: usize, row: u32) -> Option<Day> {
        let record = *self.tables.tables.get(table)?.record.get(row as usize)?;
        let first = self.first(table, record, self.validity(table, row).0);
        (first != ALWAYS && first != NEVER).then(|| first.day())
    }

    /// The versions of a record that were recorded before `until`, oldest first.
    pub fn history(&self, table: usize, record: u32, until: Moment) -> &[u32] {
        let all = self.history.get(table).map_or(&[][..], |h| h.of(record));
        let known = all.partition_point(|row| self.validity(table, *row).0 < until);
        all.get(..known).unwrap_or(all)
    }

    /// Every version, without regard to a moment.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// How many rows all registers hold.
    pub fn rows(&self) -> usize {
        self.tables
            .tables
            .iter()
            .skip(FIRST_REGISTER_TABLE)
            .map(Table::rows)
            .sum()
    }

    /// Adds the next table with its versions.
    fn push(&mut self, versions: Versions) {
        self.tables.tables.push(versions.table);
        self.recorded.push(versions.recorded);
        self.superseded.push(versions.superseded);
        self.first.push(versions.first);
        self.history.push(versions.history);
    }
}

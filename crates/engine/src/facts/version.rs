//! The versions of one table's records, with the time each was known.

use super::{ALWAYS, NEVER};
use rules::{Moment, NO_ROW, Table};
use rustc_hash::FxHashMap;

/// One table with its versions' times.
pub(super) struct Versions {
    pub(super) table: Table,
    /// Per row: recorded at.
    pub(super) recorded: Vec<Moment>,
    /// Per row: superseded at.
    pub(super) superseded: Vec<Moment>,
    /// Per record: first recorded at.
    pub(super) first: Vec<Moment>,
    pub(super) history: History,
}

/// The versions of each record, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// The one row of each record; [`NO_ROW`] where it has none.
    only: Vec<u32>,
    /// The rows of those that have several.
    several: FxHashMap<u32, Vec<u32>>,
}

impl History {
    pub(super) fn new(table: &Table, recorded: &[Moment]) -> Self {
        let mut history = Self {
            only: vec![NO_ROW; table.ids.len()],
            several: FxHashMap::default(),
        };
        for (row, record) in (0..).zip(&table.record) {
            history.insert(*record, row, recorded);
        }
        history
    }

    /// Adds a record without rows.
    pub(super) fn push(&mut self) {
        self.only.push(NO_ROW);
    }

    /// Adds a row of a record by when it was recorded, after those of the same moment.
    pub(super) fn insert(&mut self, record: u32, row: u32, recorded: &[Moment]) {
        let Some(only) = self.only.get_mut(record as usize) else {
            return;
        };
        if *only == NO_ROW {
            *only = row;
            return;
        }
        let at = |row: &u32| recorded.get(*row as usize);
        let rows = self.several.entry(record).or_insert_with(|| vec![*only]);
        let place = rows.partition_point(|before| at(before) <= at(&row));
        rows.insert(place, row);
    }

    /// Removes a row of a record.
    pub(super) fn remove(&mut self, record: u32, row: u32) {
        match self.several.get_mut(&record) {
            Some(rows) => {
                rows.retain(|other| *other != row);
                if let ([last], Some(only)) = (&rows[..], self.only.get_mut(record as usize)) {
                    *only = *last;
                    self.several.remove(&record);
                }
            }
            None => self
                .only
                .get_mut(record as usize)
                .into_iter()
                .for_each(|only| *only = NO_ROW),
        }
    }

    /// All versions of a record.
    pub(super) fn of(&self, record: u32) -> &[u32] {
        if let Some(rows) = self.several.get(&record) {
            return rows;
        }
        match self.only.get(record as usize) {
            Some(row) if *row != NO_ROW => std::slice::from_ref(row),
            _ => &[],
        }
    }
}

impl Versions {
    /// A table whose one version of each record was always known.
    pub(super) fn always(table: Table) -> Self {
        let rows = table.record.len();
        Self {
            recorded: vec![ALWAYS; rows],
            superseded: vec![NEVER; rows],
            first: vec![ALWAYS; table.ids.len()],
            history: History::new(&table, &[]),
            table,
        }
    }

    /// A table whose versions were recorded then and end where they say (`None`: where the next begins).
    pub(super) fn new(table: Table, recorded: Vec<Moment>, said: &[Option<Moment>]) -> Self {
        Self {
            superseded: close(&table.record, &recorded, said),
            first: first(table.ids.len(), &table.record, &recorded),
            history: History::new(&table, &recorded),
            recorded,
            table,
        }
    }
}

/// A version ends where it says, or where the record's next version begins.
fn close(record: &[u32], recorded: &[Moment], said: &[Option<Moment>]) -> Vec<Moment> {
    let mut order: Vec<usize> = (0..record.len()).collect();
    order.sort_by_key(|row| (record.get(*row), recorded.get(*row)));
    let mut ends: Vec<Moment> = said.iter().map(|at| at.unwrap_or(NEVER)).collect();
    for pair in order.windows(2) {
        if let [a, b] = *pair
            && record.get(a) == record.get(b)
            && let (Some(end), Some(next)) = (ends.get_mut(a), recorded.get(b))
        {
            *end = (*end).min(*next);
        }
    }
    ends
}

/// When each record's first version was recorded.
pub(super) fn first(records: usize, record: &[u32], recorded: &[Moment]) -> Vec<Moment> {
    let mut first = vec![NEVER; records];
    for (record, at) in record.iter().zip(recorded) {
        if let Some(least) = first.get_mut(*record as usize) {
            *least = (*least).min(*at);
        }
    }
    first
}

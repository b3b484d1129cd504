//! The versions of one table's records, with the time each was known.

use super::{ALWAYS, NEVER};
use rules::{Moment, Table};

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
    /// Rows by record, then by when they were recorded.
    rows: Vec<u32>,
    /// Where each record's rows end.
    ends: Vec<u32>,
}

impl History {
    pub(super) fn new(table: &Table, recorded: &[Moment]) -> Self {
        let mut rows: Vec<u32> = (0..table.record.len() as u32).collect();
        rows.sort_by_key(|row| {
            let row = *row as usize;
            (table.record.get(row), recorded.get(row))
        });
        let mut ends = vec![0; table.ids.len()];
        for record in &table.record {
            if let Some(end) = ends.get_mut(*record as usize) {
                *end += 1;
            }
        }
        ends.iter_mut().fold(0, |sum, end| {
            *end += sum;
            *end
        });
        Self { rows, ends }
    }

    /// All versions of a record.
    pub(super) fn of(&self, record: u32) -> &[u32] {
        let end = |record: u32| {
            self.ends
                .get(record as usize)
                .map_or(0, |end| *end as usize)
        };
        let from = record.checked_sub(1).map_or(0, end);
        self.rows.get(from..end(record)).unwrap_or_default()
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

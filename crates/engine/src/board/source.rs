//! One version of a row as the board takes it in: its bearers, its day, the days on which it was known.

use super::Board;
use super::plain::{Source, Stored};
use rules::{Bits, Cells, Day, Moment, NO_ROW, Table};

const DAY_MS: i64 = 86_400_000;

/// The columns of a source.
#[derive(Clone, Copy)]
pub(super) struct Columns<'c> {
    by: Option<(&'c [u32], &'c Bits)>,
    record: &'c [u32],
    on: (&'c [i64], &'c Bits),
    on_none: bool,
    /// The date before which the register's row has not happened.
    date: Option<(&'c [i64], &'c Bits)>,
}

/// When a version counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    /// The day it was done, after the board's base; `None` where nobody has said.
    pub(super) day: Option<u16>,
    /// From and to which day it was known and had happened.
    pub(super) known: (u16, u16),
}

/// A column of whole numbers with its known bits.
pub(super) fn whole(table: &Table, at: Stored) -> Option<(&[i64], &Bits)> {
    let column = table.columns.get(at.column)?;
    match &column.cells {
        Cells::Int(cells) => Some((cells, &column.present)),
        _ => None,
    }
}

impl<'c> Columns<'c> {
    pub(super) fn new(table: &'c Table, source: &Source, date: Option<Stored>) -> Option<Self> {
        let by = match source.by {
            None => None,
            Some(by) => {
                let column = table.columns.get(by.column)?;
                match &column.cells {
                    Cells::Record(records) => Some((records.as_slice(), &column.present)),
                    _ => return None,
                }
            }
        };
        Some(Self {
            by,
            record: &table.record,
            on: whole(table, source.on)?,
            on_none: source.on.empty_is_none,
            date: date.and_then(|d| whole(table, d)),
        })
    }

    /// The record that a row names; `None` where it names none, or nobody has said.
    pub(super) fn target(&self, row: usize) -> Option<u32> {
        let record = match &self.by {
            None => self.record.get(row)?,
            Some((records, present)) => {
                let record = records.get(row)?;
                present.get(row).then_some(record)?
            }
        };
        (*record != NO_ROW).then_some(*record)
    }

    /// When a version counts; `None` where it never does.
    pub(super) fn when(
        &self,
        board: &Board,
        row: usize,
        recorded: Moment,
        superseded: Moment,
    ) -> Option<When> {
        let mut from = board.after(day_of(recorded));
        let to = board.after(day_of(superseded));
        if let Some((dates, present)) = self.date
            && present.get(row)
        {
            from = from.max(board.after(*dates.get(row)?));
        }
        let (days, present) = self.on;
        let day = if present.get(row) {
            let day = board.after(*days.get(row)?);
            if day == 0 || usize::from(day) > board.days {
                return None;
            }
            // What has not been done by the day looked at does not count yet.
            from = from.max(day);
            Some(day)
        } else if self.on_none {
            return None;
        } else {
            None
        };
        (from < to).then_some(When {
            day,
            known: (from, to),
        })
    }
}

fn day_of(at: Moment) -> i64 {
    at.0.div_euclid(DAY_MS)
}

impl Board {
    /// A day, by its number since 1970, after the base; 0 for any before, the greatest for any far after.
    pub(super) fn after(&self, day: i64) -> u16 {
        (day - i64::from(self.base.0)).clamp(0, i64::from(u16::MAX)) as u16
    }

    /// The same of a day.
    pub(super) fn nth(&self, day: Day) -> u16 {
        self.after(day.0.into())
    }
}

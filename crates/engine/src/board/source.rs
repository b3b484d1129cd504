//! One version of a row as the board takes it in: its bearers, its day, the days on which it was known.

use super::Board;
use super::plain::{Source, Stored};
use rules::{Bits, Cells, Day, Moment, NO_ROW, Table};

const DAY_MS: i64 = 86_400_000;

/// The columns of a source.
#[derive(Clone, Copy)]
pub(super) struct Columns<'c> {
    by: Option<(&'c [u32], Option<&'c Bits>)>,
    record: &'c [u32],
    on: Whole<'c>,
    on_none: bool,
    /// The date before which the register's row has not happened, where that is not the day itself.
    date: Option<Whole<'c>>,
}

/// When a version counts; the default never does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct When {
    /// The day it was done, after the board's base; `None` where nobody has said.
    pub(super) day: Option<u16>,
    /// From and to which day it was known and had happened.
    pub(super) known: (u16, u16),
}

impl When {
    /// Whether it ever does.
    pub(super) fn counts(&self) -> bool {
        self.known.0 < self.known.1
    }
}

/// A column of whole numbers.
#[derive(Clone, Copy)]
pub(super) struct Whole<'c> {
    cells: &'c [i64],
    /// Which rows have one; `None` where all do.
    present: Option<&'c Bits>,
}

impl<'c> Whole<'c> {
    pub(super) fn new(table: &'c Table, at: Stored) -> Option<Self> {
        let column = table.columns.get(at.column)?;
        match &column.cells {
            Cells::Int(cells) => Some(Self {
                cells,
                present: Some(&column.present),
            }),
            _ => None,
        }
    }

    /// Asks no bit where all are set: for reading many rows.
    pub(super) fn sparing(self) -> Self {
        Self {
            present: self.present.and_then(holes),
            ..self
        }
    }

    fn get(&self, row: usize) -> Option<i64> {
        if self.present.is_some_and(|p| !p.get(row)) {
            return None;
        }
        self.cells.get(row).copied()
    }

    /// The number of a row: nothing is 0, and nobody having said is `None`.
    pub(super) fn number(&self, row: usize, at: Stored) -> Option<i64> {
        self.get(row).or(at.empty_is_none.then_some(0))
    }
}

/// The bits, unless all are set.
fn holes(present: &Bits) -> Option<&Bits> {
    (present.count() < present.len()).then_some(present)
}

impl<'c> Columns<'c> {
    pub(super) fn new(table: &'c Table, source: &Source, date: Option<Stored>) -> Option<Self> {
        let by = match source.by {
            None => None,
            Some(by) => {
                let column = table.columns.get(by.column)?;
                match &column.cells {
                    Cells::Record(records) => Some((records.as_slice(), Some(&column.present))),
                    _ => return None,
                }
            }
        };
        Some(Self {
            by,
            record: &table.record,
            on: Whole::new(table, source.on)?,
            on_none: source.on.empty_is_none,
            date: date
                .filter(|d| d.column != source.on.column)
                .and_then(|d| Whole::new(table, d)),
        })
    }

    /// Asks no bits of columns in which all are set: for reading many rows.
    pub(super) fn sparing(self) -> Self {
        Self {
            by: self
                .by
                .map(|(records, present)| (records, present.and_then(holes))),
            on: self.on.sparing(),
            date: self.date.map(Whole::sparing),
            ..self
        }
    }

    /// The record that a row names; `None` where it names none, or nobody has said.
    pub(super) fn target(&self, row: usize) -> Option<u32> {
        let record = match &self.by {
            None => self.record.get(row)?,
            Some((records, present)) => {
                let record = records.get(row)?;
                present.is_none_or(|p| p.get(row)).then_some(record)?
            }
        };
        (*record != NO_ROW).then_some(*record)
    }

    /// Which of the 64 rows of a word may name a record.
    pub(super) fn naming(&self, word: usize) -> u64 {
        match &self.by {
            Some((_, Some(present))) => present.words().get(word).copied().unwrap_or_default(),
            _ => u64::MAX,
        }
    }

    /// Per row the record that it may name: that of a row which names none is nobody's.
    pub(super) fn targets(&self) -> &'c [u32] {
        self.by.map_or(self.record, |(records, _)| records)
    }

    /// When a version counts, if ever.
    #[inline]
    pub(super) fn when(
        &self,
        board: &Board,
        row: usize,
        recorded: Moment,
        superseded: Moment,
    ) -> When {
        let mut from = board.on(recorded);
        let to = board.on(superseded);
        if let Some(date) = self.date.and_then(|d| d.get(row)) {
            from = from.max(board.after(date));
        }
        let day = if let Some(day) = self.on.get(row) {
            let day = board.after(day);
            if day == 0 || usize::from(day) > board.days {
                return When::default();
            }
            // What has not been done by the day looked at does not count yet.
            from = from.max(day);
            Some(day)
        } else if self.on_none {
            return When::default();
        } else {
            None
        };
        When {
            day,
            known: (from, to),
        }
    }
}

impl Board {
    /// A day, by its number since 1970, after the base; 0 for any before, the greatest for any far after.
    pub(super) fn after(&self, day: i64) -> u16 {
        (day - i64::from(self.base.0)).clamp(0, i64::from(u16::MAX)) as u16
    }

    /// The day of a moment, in the same way.
    fn on(&self, at: Moment) -> u16 {
        // From the base on, so that the division is one of numbers without a sign.
        let base = i64::from(self.base.0) * DAY_MS;
        let days = at.0.max(base).abs_diff(base) / DAY_MS as u64;
        days.min(u64::from(u16::MAX)) as u16
    }

    /// The same of a day.
    pub(super) fn nth(&self, day: Day) -> u16 {
        self.after(day.0.into())
    }
}

//! Tallies: evidence placed with its bearers once per measure, then worked out per duty.

mod amount;
mod place;

pub(crate) use amount::{Window, bounds, within};
pub(crate) use place::{Bearers, announced_on, place, place_all, place_among, reads_period, real};

use rules::Day;

/// The day on which a row was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoneOn {
    /// It counts by what holds at the moment.
    Stock,
    /// A day.
    Day(Day),
    /// It has a day that nobody has said.
    Unknown,
}

/// One row of evidence placed with one bearer.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The bearer's position among the measure's bearers.
    pub bearer: u32,
    /// The row (a version).
    pub row: u32,
    /// Whether the row counts; `None` where its rule is unknown.
    pub counts: Option<bool>,
    /// When it was done.
    pub done: DoneOn,
    /// The period it is for: its key; `""` where nobody has said, `-` where there is none.
    pub for_key: Option<Box<str>>,
    /// What it adds: the value of `of`, or for a share 1 or 0; `None` where unknown.
    pub amount: Option<f64>,
    /// What it adds below the line of a ratio.
    pub over: Option<f64>,
    /// For `distinct`: the value, by number; `None` where unknown.
    pub value: Option<u32>,
}

/// All rows that a tally of a measure looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TallyRows {
    /// Sorted by bearer, then by row.
    pub placed: Vec<Placed>,
    /// Where the rows of each bearer end.
    pub(crate) ends: Vec<u32>,
    /// Current rows whose bearer is not known: listed, widening nothing.
    pub unplaced: Vec<u32>,
}

impl TallyRows {
    /// The rows of one bearer.
    pub fn of(&self, bearer: u32) -> &[Placed] {
        let end = |bearer: u32| {
            self.ends
                .get(bearer as usize)
                .map_or(0, |end| *end as usize)
        };
        let from = bearer.checked_sub(1).map_or(0, end);
        self.placed.get(from..end(bearer)).unwrap_or_default()
    }

    /// Takes in what was placed of rows that came after all of these, with the same bearers.
    pub(crate) fn take_in(&mut self, more: Self) {
        for row in more.placed {
            let bearer = row.bearer as usize;
            let Some(end) = self.ends.get(bearer).copied() else {
                continue;
            };
            self.placed.insert(end as usize, row);
            let ends = self.ends.get_mut(bearer..);
            ends.into_iter().flatten().for_each(|end| *end += 1);
        }
        self.unplaced.extend(more.unplaced);
    }
}

//! What rows that may count, or whose day or amount nobody has said, make of a cell.

use super::list::{Entry, Form, Part};

/// Some day that nobody has said.
pub(super) const ANY_DAY: u16 = u16::MAX;
/// More than any sum: what an unknown amount may come to.
const ENDLESS: i64 = i64::MAX;

/// A row that widens what a measure's sum may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Doubt {
    /// The measure.
    pub(super) measure: u16,
    /// Days after the board's base, or [`ANY_DAY`].
    pub(super) day: u16,
    /// The day from which it counts.
    pub(super) from: u16,
    /// The day on which it no longer does.
    pub(super) to: u16,
    low: i64,
    high: i64,
    /// The row certainly counts, though nobody knows what.
    sure: bool,
}

impl Doubt {
    /// What an entry comes to where it is not certain, its day is `None`, or the amount it sums is.
    pub(super) fn new(
        entry: Entry,
        amount: Option<i64>,
        day: Option<u16>,
        share: Option<(i64, i64)>,
        (from, to): (u16, u16),
    ) -> Self {
        let (p, q) = share.unwrap_or_default();
        let (low, high) = match (entry.form, amount) {
            (Form::Count, _) => (0, 1),
            (Form::Sum, None) => (0, ENDLESS),
            (Form::Sum, Some(amount)) => (amount.min(0), amount.max(0)),
            (Form::Part(Part::Yes), _) => (0, q - p),
            (Form::Part(Part::No), _) => (-p, 0),
            (Form::Part(Part::Open | Part::By(_)), _) => (-p, q - p),
        };
        Self {
            measure: entry.measure,
            day: day.unwrap_or(ANY_DAY),
            from,
            to,
            low,
            high,
            sure: entry.certain && day.is_some(),
        }
    }
}

/// A cell with everything that may be in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The sum over the rows that certainly count.
    pub(super) sum: i64,
    /// How many do.
    pub(super) hits: u32,
    low: i64,
    high: i64,
    endless: u32,
    sure: u32,
    doubts: u32,
}

/// What a cell adds to a unit's counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// The need is reached.
    pub(super) reached: i32,
    /// Some row counts, or may.
    pub(super) touched: i32,
    /// Some row may, and the two ends differ.
    pub(super) unknown: i32,
}

impl Found {
    /// Takes a certain row in (`times` 1) or out (-1).
    pub(super) fn hit(&mut self, add: i64, times: i32) {
        self.sum += add * i64::from(times);
        self.hits = self.hits.wrapping_add_signed(times);
    }

    /// Takes a doubt in (`times` 1) or out (-1).
    pub(super) fn doubt(&mut self, doubt: &Doubt, times: i32) {
        let n = i64::from(times);
        self.low += doubt.low * n;
        if doubt.high == ENDLESS {
            self.endless = self.endless.wrapping_add_signed(times);
        } else {
            self.high += doubt.high * n;
        }
        self.sure = self.sure.wrapping_add_signed(times * i32::from(doubt.sure));
        self.doubts = self.doubts.wrapping_add_signed(times);
    }

    /// Whether the need is reached; `None` where the ends differ. `empty` is what no row at all comes to.
    pub(super) fn reached(
        &self,
        need: i64,
        share: Option<(i64, i64)>,
        empty: Option<bool>,
    ) -> Option<bool> {
        if self.hits == 0 && self.doubts == 0 {
            return empty;
        }
        let (low, high) = match share {
            // No row certainly counts, so the share may be anything.
            Some((p, q)) if self.hits == 0 && self.sure == 0 => (-p, Some(q - p)),
            _ => (
                self.sum + self.low,
                (self.endless == 0).then_some(self.sum + self.high),
            ),
        };
        if low >= need {
            Some(true)
        } else {
            high.filter(|high| *high < need).map(|_| false)
        }
    }

    /// What it adds to its unit's counts.
    pub(super) fn weight(&self, need: i64, share: Option<(i64, i64)>) -> Weight {
        if self.hits == 0 && self.doubts == 0 {
            return Weight::default();
        }
        let reached = self.reached(need, share, None);
        Weight {
            reached: i32::from(reached == Some(true)),
            touched: 1,
            unknown: i32::from(reached.is_none()),
        }
    }
}

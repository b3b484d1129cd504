//! One duty: a measure, a bearer, a period, and what was found.

use crate::Standing;
use crate::span::LateEnd;
use programme::Period;
use rules::Day;
use std::sync::Arc;

/// Who bears a duty: a unit or a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BearerOf {
    /// Position of the table: `unit` or a register.
    pub table: usize,
    /// Record number in it.
    pub record: u32,
}

/// A number known to lie between two ends, ends included.
///
/// Money is in fen, a ratio a fraction. Whole numbers up to 2^53 are exact.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Bounds {
    /// The least it can be; `None` without bound.
    pub low: Option<f64>,
    /// The most it can be; `None` without bound.
    pub high: Option<f64>,
}

impl Bounds {
    /// One known number.
    pub fn exactly(n: f64) -> Self {
        Self {
            low: Some(n),
            high: Some(n),
        }
    }

    /// The number, where both ends agree.
    pub fn known(&self) -> Option<f64> {
        self.low.filter(|low| Some(*low) == self.high)
    }
}

/// Whether what is owed holds on some body of evidence, and on what numbers.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Held {
    /// The verdict; `None` where the ends differ.
    pub verdict: Option<bool>,
    /// One per tally of the measure.
    pub tallies: Arc<[Bounds]>,
}

/// One measure × one bearer × one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    /// Who owes it.
    pub bearer: BearerOf,
    /// Record number of the unit answerable; `None` where that is not known.
    pub unit: Option<u32>,
    /// The period, cut to the spans of measure and bearer.
    pub period: Period,
    /// For a cut period that is owed in part: its days and the whole one's.
    pub share: Option<(i64, i64)>,
    /// Last day to meet it.
    pub due: Day,
    /// Judged at the end of this day.
    pub judged: Day,
    /// How long late evidence is accepted.
    pub late: LateEnd,
    /// Recording is locked after this day.
    pub closes: Option<Day>,
    /// Whether the bearer owes it; `None` where its rule, or its dates, are unknown.
    pub owed: Option<bool>,
    /// The row that excuses it, in register `excuse`.
    pub excuse: Option<u32>,
    /// How it stands.
    pub standing: Standing,
    /// Met, but only on evidence that was recorded after judgement.
    pub recorded_late: bool,
    /// The first day by whose evidence it held; `None` where it does not, or holds as a stock.
    pub reached: Option<Day>,
    /// On evidence dated by due.
    pub in_time: Held,
    /// With late evidence too.
    pub with_late: Held,
    /// What its pace asks of the first paced tally by now: tally, number.
    pub pace: Option<(usize, f64)>,
}

impl Duty {
    /// The tallies as they count now: with late evidence once that is accepted.
    pub fn tallies(&self) -> &[Bounds] {
        if self.with_late.tallies.is_empty() {
            &self.in_time.tallies
        } else {
            &self.with_late.tallies
        }
    }
}

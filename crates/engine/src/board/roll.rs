//! What the board came to at one moment, added up the reporting tree.

use super::{Board, Course};
use rules::Day;

/// How many duties of one measure, unit and period stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stand {
    /// What is owed holds, whatever is still unknown.
    pub met: u32,
    /// It does not, whatever is still unknown.
    pub unmet: u32,
    /// It depends on what nobody has said, or nobody knows whether it is owed.
    pub unknown: u32,
}

/// The counts of every measure, unit and period at the end of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    /// The day.
    pub(super) at: Day,
    /// Per rank one row of counts, subtrees added up; the last row is of bearers whose unit nobody knows.
    pub(super) rows: Vec<u32>,
    /// Per rank and cell the unknown ones; empty where there are none.
    pub(super) unknown: Vec<u32>,
}

impl Roll {
    /// The day at whose end it was counted.
    pub fn at(&self) -> Day {
        self.at
    }
}

impl Board {
    /// How a unit, its subtree included, stands on a measure in its `period`th period.
    ///
    /// A period that has not begun has no duties to count: all are 0. So has an unknown unit or measure.
    pub fn stand(&self, roll: &Roll, unit: usize, measure: usize, period: usize) -> Stand {
        let place = self.tree.place(Some(unit as u32));
        let (Some(course), true) = (self.courses.get(measure), place < self.tree.len()) else {
            return Stand::default();
        };
        self.stand_at(roll, place, (measure, course), period)
            .unwrap_or_default()
    }

    fn stand_at(
        &self,
        roll: &Roll,
        place: usize,
        (measure, course): (usize, &Course),
        period: usize,
    ) -> Option<Stand> {
        let window = course.windows.get(period)?;
        if window.period.from > roll.at {
            return None;
        }
        let row = place * self.width;
        let of = |at: usize| roll.rows.get(row + at).copied();
        let cell = usize::from(course.first) + 1 + period;
        let hit = of(cell)?;
        let open = roll.unknown.get(place * self.cells + cell);
        let open = open.copied().unwrap_or_default();
        let touched = course.touched.map_or(Some(0), |at| of(at + 1 + period))?;
        let [owed, doubtful] = *self.owed.get(place * self.courses.len() + measure)?;
        let (reached, unknown) = match course.empty(window.need) {
            Some(false) => (hit, open),
            Some(true) => (hit + owed - touched, open),
            None => (hit, open + owed - touched),
        };
        let short = owed - reached - unknown;
        let (met, unmet) = if course.at_most {
            (short, reached)
        } else {
            (reached, short)
        };
        Some(Stand {
            met,
            unmet,
            unknown: unknown + doubtful,
        })
    }
}

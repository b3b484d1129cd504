//! One new or superseded row: only the cells it touches are looked at again.

use super::doubt::{Found, Weight};
use super::gather::Taken;
use super::list::{Action, Hit};
use super::source::{Columns, Whole};
use super::{ACTIONS, Board, Class, Roll};
use crate::BearerOf;
use programme::Programme;
use rules::{Moment, Table};

/// A version of a row, in any table that has the columns of its register.
#[derive(Clone, Copy, Debug)]
pub struct Version<'v> {
    /// Position of the register's table.
    pub table: usize,
    /// The columns.
    pub columns: &'v Table,
    /// The row in them.
    pub row: usize,
    /// When it was recorded.
    pub recorded: Moment,
    /// When it was superseded; `Moment(i64::MAX)` for never.
    pub superseded: Moment,
}

/// A duty whose verdict changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The measure's number on the board.
    pub measure: usize,
    /// Who owes it.
    pub bearer: BearerOf,
    /// The number of the period.
    pub period: usize,
    /// Met, not met or unknown before.
    pub before: Option<bool>,
    /// And after.
    pub after: Option<bool>,
}

impl Board {
    /// Takes a new row in, by its class in each of [`Board::rules`]' sets, and brings a roll up to date.
    ///
    /// Returns the duties whose verdict changed. A row of a bearer that the board does not know changes nothing:
    /// bearers change with their own records, and then the board is built anew.
    pub fn add(
        &mut self,
        programme: &Programme,
        roll: &mut Roll,
        version: &Version<'_>,
        classes: &[Class],
    ) -> Vec<Turn> {
        let mut turns = Vec::new();
        for (bearer, taken) in self.taken(programme, version, classes) {
            if matches!(taken, Taken::Doubt(_)) && roll.unknown.is_empty() {
                roll.unknown = vec![0; (self.tree.len() + 1) * self.cells];
            }
            self.turn(roll, bearer, &taken, 1, &mut turns);
            match taken {
                Taken::Hit(hit) => self.hits.push(bearer, hit),
                Taken::Doubt(doubt) => self.doubts.push(bearer, doubt),
            }
        }
        turns
    }

    /// Ends a row that the board holds: `version` as it was taken in, superseded at `at`.
    pub fn end(
        &mut self,
        programme: &Programme,
        roll: &mut Roll,
        version: &Version<'_>,
        classes: &[Class],
        at: Moment,
    ) -> Vec<Turn> {
        let mut turns = Vec::new();
        let to = self.nth(at.day());
        let day = self.nth(roll.at);
        for (bearer, taken) in self.taken(programme, version, classes) {
            let held = match &taken {
                Taken::Hit(hit) => self.hits.find(bearer, |h| h.is(hit)),
                Taken::Doubt(doubt) => self.doubts.find(bearer, |d| d == doubt),
            };
            let Some(spot) = held else { continue };
            // A version that ends later still counts on the day of this roll.
            if to <= day {
                self.turn(roll, bearer, &taken, -1, &mut turns);
            }
            match taken {
                Taken::Hit(_) => self.hits.change(spot, |h| h.end(to)),
                Taken::Doubt(_) => self.doubts.change(spot, |d| d.to = d.to.min(to)),
            }
        }
        turns
    }

    /// The entries of a version with their bearers.
    fn taken(
        &mut self,
        programme: &Programme,
        version: &Version<'_>,
        classes: &[Class],
    ) -> Vec<(u32, Taken)> {
        let owing = &self.bearers.classes;
        let mut numbers = Vec::with_capacity(classes.len());
        for (sheet, class) in self.sheets.iter_mut().zip(classes) {
            numbers.push(if sheet.table == version.table {
                sheet.number(class, owing)
            } else {
                None
            });
        }
        let mut taken = Vec::new();
        for (sheet, class) in self.sheets.iter().zip(numbers) {
            let Some(class) = class else { continue };
            for list in &sheet.lists {
                if !list.adds(class) {
                    continue;
                }
                let date = self.dates.get(sheet.table).copied().flatten();
                let Some(columns) = Columns::new(version.columns, &list.source, date) else {
                    continue;
                };
                let when = columns.when(self, version.row, version.recorded, version.superseded);
                let target = columns.target(version.row).filter(|_| when.counts());
                let Some(target) = target else { continue };
                self.homes(programme, list, target, |bearer| {
                    let at = self.entries_of(class, self.owing(list, bearer));
                    for entry in list.entries_at(at) {
                        let amount = |at| Whole::new(version.columns, at)?.number(version.row, at);
                        taken.push((bearer, self.entry(entry, when, amount)));
                    }
                });
            }
        }
        taken
    }

    /// Counts an entry in (`times` 1) or out (-1) of the cells it touches.
    fn turn(&self, roll: &mut Roll, bearer: u32, taken: &Taken, times: i32, turns: &mut Vec<Turn>) {
        let at = self.nth(roll.at);
        let (measure, day, from, to) = match taken {
            Taken::Hit(hit) => (hit.measure(), hit.day(), hit.from(), hit.to()),
            Taken::Doubt(doubt) => (doubt.measure, doubt.day, doubt.from, doubt.to),
        };
        let Some(course) = self.courses.get(usize::from(measure)) else {
            return;
        };
        if !(from <= at && at < to) {
            return;
        }
        for cell in self.cells_of(measure, day, at) {
            let mut found = self.found(bearer, measure, cell, at);
            let need = self.needs.get(usize::from(cell)).copied();
            let need = need.unwrap_or(i64::MAX);
            let empty = course.empty(need);
            let judge = |found: &Found| {
                let reached = found.reached(need, course.share, empty);
                reached.map(|r| r != course.at_most)
            };
            let (before, was) = (judge(&found), found.weight(need, course.share));
            match taken {
                Taken::Hit(hit) => found.hit(self.adds(hit), times),
                Taken::Doubt(doubt) => found.doubt(doubt, times),
            }
            let (after, is) = (judge(&found), found.weight(need, course.share));
            self.shift(roll, bearer, measure, cell, was, is);
            if before != after {
                let (table, record) = self
                    .bearers
                    .of
                    .get(bearer as usize)
                    .copied()
                    .unwrap_or_default();
                turns.push(Turn {
                    measure: measure.into(),
                    bearer: BearerOf {
                        table: table as usize,
                        record,
                    },
                    period: usize::from(cell - course.first - 1),
                    before,
                    after,
                });
            }
        }
    }

    fn adds(&self, hit: &Hit) -> i64 {
        let action = self.actions.get(usize::from(hit.action()) & (ACTIONS - 1));
        action.map_or(0, |a: &Action| a.fixed + (hit.amount & a.mask))
    }

    /// Everything in one cell of a bearer on a day.
    fn found(&self, bearer: u32, measure: u16, cell: u16, at: u16) -> Found {
        let mut found = Found::default();
        let bearer = bearer as usize;
        let (first, last) = self.stretch(measure, cell);
        self.hits.of(bearer).for_each(|hit| {
            if hit.measure() == measure
                && first <= hit.day()
                && hit.day() <= last
                && hit.from() <= at
                && at < hit.to()
            {
                found.hit(self.adds(hit), 1);
            }
        });
        if self.doubts.len() > 0 {
            for doubt in self.doubts.of(bearer) {
                if doubt.measure == measure
                    && doubt.from <= at
                    && at < doubt.to
                    && self.cells_of(measure, doubt.day, at).any(|c| c == cell)
                {
                    found.doubt(doubt, 1);
                }
            }
        }
        found
    }

    /// First and last day, after the base, of a cell's period.
    fn stretch(&self, measure: u16, cell: u16) -> (u16, u16) {
        let course = self.courses.get(usize::from(measure));
        let window = course.and_then(|c| c.windows.get(usize::from(cell - c.first) - 1));
        window.map_or((1, 0), |w| (self.nth(w.period.from), self.nth(w.until)))
    }

    /// Moves a cell from one weight to another in its unit and all above.
    fn shift(
        &self,
        roll: &mut Roll,
        bearer: u32,
        measure: u16,
        cell: u16,
        was: Weight,
        is: Weight,
    ) {
        if was == is {
            return;
        }
        let place = self.bearers.place.get(bearer as usize);
        let place = place.map_or(0, |p| *p as usize);
        let course = self.courses.get(usize::from(measure));
        let touched = course.and_then(|c| Some(c.touched? + usize::from(cell - c.first)));
        let nobody = (place >= self.tree.len()).then_some(place);
        for rank in self.tree.up(place).chain(nobody) {
            let row = rank * self.width;
            let mut move_by = |at: usize, by: i32| {
                if let Some(n) = roll.rows.get_mut(row + at) {
                    *n = n.wrapping_add_signed(by);
                }
            };
            move_by(usize::from(cell), is.reached - was.reached);
            if let Some(touched) = touched {
                move_by(touched, is.touched - was.touched);
            }
            if let Some(n) = roll.unknown.get_mut(rank * self.cells + usize::from(cell)) {
                *n = n.wrapping_add_signed(is.unknown - was.unknown);
            }
        }
    }
}

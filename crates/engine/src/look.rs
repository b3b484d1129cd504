//! A closer look at one duty: its evidence row by row, its rule explained. On demand, never in the hot path.

use crate::clock::{self, Clocked, Running};
use crate::duty::{BearerOf, Duty};
use crate::evaluate::{MeasureResult, in_time_until};
use crate::moment::AsOf;
use crate::owes::{Owes, names};
use crate::period::Dated;
use crate::tally::{Bearers, Placed, Window, place_all, reads_period, within};
use programme::model::{Measure, Tally};
use rules::{Bounds, Cell, Day, Explained, Lane, NO_ROW, Rule, Words};

/// One duty with everything needed to look into it.
#[derive(Clone, Copy)]
pub struct Look<'l> {
    /// The moment.
    pub cx: &'l AsOf<'l>,
    /// The measure.
    pub measure: &'l Measure,
    /// What was found for the measure.
    pub result: &'l MeasureResult,
    /// The duty.
    pub duty: &'l Duty,
}

/// One row that a tally looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceRow {
    /// The row (a version) in the tally's register.
    pub row: u32,
    /// Whether it counts for this duty; `None` where that is not known.
    pub counts: Option<bool>,
    /// Whether its own rule holds, without regard to the period.
    pub fits: Option<bool>,
    /// It counts, but was recorded after judgement.
    pub recorded_late: bool,
    /// When it was done.
    pub done: crate::DoneOn,
}

impl<'l> Look<'l> {
    /// The row of the bearer now; [`NO_ROW`] where it is gone.
    pub fn bearer_row(&self) -> u32 {
        self.cx
            .row(self.duty.bearer.table, self.duty.bearer.record)
            .unwrap_or(NO_ROW)
    }

    /// The rows of the bearer that a tally looked at and that touch the period, those that count first,
    /// then the open ones, each by day.
    pub fn evidence(&self, tally: usize) -> Vec<EvidenceRow> {
        let Some(declared) = self.measure.tallies.get(tally) else {
            return Vec::new();
        };
        let placed = self.placed(declared);
        let mut rows: Vec<EvidenceRow> = Vec::new();
        for row in placed
            .iter()
            .filter(|p| self.cx.facts.known(declared.table, p.row, self.cx.until()))
        {
            let fits = self.fits(declared, row);
            let window = self.window();
            let touches = within(row, Some(true), &window) != Some(false);
            if !touches {
                continue;
            }
            let counts = within(row, fits, &window);
            let recorded = self.cx.facts.recorded_on(declared.table, row.row);
            rows.push(EvidenceRow {
                row: row.row,
                counts,
                fits,
                recorded_late: counts == Some(true)
                    && recorded.is_some_and(|day| day > self.duty.judged),
                done: row.done,
            });
        }
        let day = |row: &EvidenceRow| {
            if let crate::DoneOn::Day(day) = row.done {
                day
            } else {
                Day(i32::MAX)
            }
        };
        let rank = |counts: Option<bool>| match counts {
            Some(true) => 0,
            None => 1,
            Some(false) => 2,
        };
        rows.sort_by_key(|row| (rank(row.counts), day(row), row.row));
        rows
    }

    /// The window of evidence as the duty counts it now.
    pub(crate) fn window(&self) -> Window<'l> {
        let (due, end) = (self.duty.due, self.duty.period.until);
        let in_end = in_time_until(self.measure, self.cx.at, due, end);
        let late_end = self.duty.late.window_end(self.duty.due);
        let done_by = if self.cx.at > self.duty.due {
            late_end.max(in_end)
        } else {
            in_end
        };
        Window {
            period: &self.duty.period,
            done_by: done_by.min(self.cx.at),
            known: self.cx.until(),
        }
    }

    /// All rows of the bearer, those whose rule refuses them too.
    pub(crate) fn placed(&self, tally: &Tally) -> Vec<Placed> {
        let one = Bearers::new([(self.duty.bearer, self.bearer_row())].into_iter());
        place_all(self.cx, self.measure, tally, &one).placed
    }

    /// Whether a row's own rule holds.
    pub(crate) fn fits(&self, tally: &Tally, row: &Placed) -> Option<bool> {
        match tally.filter.as_ref().filter(|f| reads_period(f)) {
            Some(rule) => {
                rules::verdict_between(rule, &self.cx.world(), &self.bounds(Some(row.row)), None)
            }
            None => row.counts,
        }
    }

    /// The names of a rule over a row of evidence (`own`) of this duty.
    pub(crate) fn bounds(&self, own: Option<u32>) -> Bounds<'l> {
        let none = std::iter::empty();
        let names = names(
            self.cx,
            self.cx.all_settings(),
            &self.duty.period,
            self.duty.due,
            none,
        );
        Bounds {
            names,
            records: [("bearer", self.bearer_row())].into(),
            own,
        }
    }

    /// Calls `see` with the rule of what is owed and the lane it is judged in.
    pub(crate) fn with_owes<R>(&self, see: impl FnOnce(&Rule, &Lane<'_>) -> R) -> Option<R> {
        let rule = self.measure.owes.as_ref()?;
        let owes = Owes::new(self.cx, self.measure);
        let bounds = owes.bounds(
            self.bearer_row(),
            &Dated::of(self.duty),
            self.duty.tallies(),
        );
        let world = self.cx.world();
        Some(see(
            rule,
            &Lane {
                world: &world,
                bounds: &bounds,
                prorate: self.duty.share,
            },
        ))
    }

    /// The clock that the duty is, with who held the matter; `None` where it is none, or has not started.
    pub fn clock(&self) -> Option<Running> {
        let bearer = self.duty.bearer;
        let id = self.measure.clock.as_deref()?;
        let rows = clock::versions(self.cx, bearer.table, bearer.record);
        Clocked::new(self.cx, bearer.table, id)?.running(rows)
    }

    /// The rule of what is owed as a tree with the duty's own numbers.
    pub fn explain(&self) -> Option<Explained> {
        self.with_owes(|rule, lane| rules::explain(rule, lane, &|cell| self.name(cell)))
    }

    /// A field's or tally's name in both languages.
    pub fn name(&self, cell: &Cell) -> Option<Words> {
        let Some(table) = &cell.table else {
            return self
                .measure
                .tallies
                .iter()
                .find(|t| t.id == cell.field)
                .map(|t| t.name.clone());
        };
        field_name(self.cx.programme, table, &cell.field)
    }
}

/// A field's name; for units the declared columns have one.
pub fn field_name(programme: &programme::Programme, table: &str, field: &str) -> Option<Words> {
    if table == "unit" {
        return programme
            .unit_fields
            .iter()
            .find(|f| f.id == field)
            .map(|f| f.name.clone());
    }
    let (_, register) = programme.register(table)?;
    register.field(field).map(|f| f.name.clone())
}

/// The id of a bearer.
pub fn bearer_id<'c>(cx: &'c AsOf<'_>, bearer: BearerOf) -> &'c str {
    cx.id(bearer.table, bearer.record)
}

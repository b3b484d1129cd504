//! Duties that a date or a clock of the bearer's own record decides.

use crate::clock::{self, Clocked};
use crate::duty::Held;
use crate::moment::AsOf;
use crate::period::{BearerSpan, Dated, When, dates};
use crate::span::{LateEnd, after};
use programme::Period;
use programme::model::{Measure, Span};
use rules::{Day, Rule};
use std::sync::Arc;

/// When the bearer was done, and when that was first recorded.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    when: When,
    at: Day,
    recorded: Option<Day>,
}

impl Done {
    /// Whether it was done by a day, as known now.
    pub(crate) fn by(&self, day: Day) -> Held {
        let verdict = match self.when {
            When::On(done) => Some(done <= day && done <= self.at),
            When::Nothing | When::Open => Some(false),
            When::Unknown => None,
        };
        Held {
            verdict,
            tallies: Arc::default(),
        }
    }

    /// The day it was done.
    pub(crate) fn on(&self) -> Option<Day> {
        self.when.day()
    }

    /// Whether it came to be known only after a day.
    pub(crate) fn recorded_after(&self, day: Day) -> bool {
        self.recorded.is_some_and(|recorded| recorded > day)
    }
}

/// The date on which bearers are done, by version of their records.
pub(crate) struct Dates {
    table: usize,
    told: Vec<When>,
}

impl Dates {
    /// The dates that a path leads to from every version of a register's records.
    pub(crate) fn new(cx: &AsOf<'_>, path: &Rule, table: usize) -> Self {
        let rows = cx.tables().tables.get(table).map_or(0, rules::Table::rows);
        let rows: Vec<u32> = (0..rows as u32).collect();
        Self {
            table,
            told: dates(cx, Some(path), table, &rows),
        }
    }

    /// Whether a bearer is done.
    pub(crate) fn of(&self, cx: &AsOf<'_>, bearer: &BearerSpan) -> Done {
        let told = |row: u32| self.told.get(row as usize).copied();
        let when = told(bearer.row).unwrap_or(When::Unknown);
        let rows = clock::versions(cx, self.table, bearer.bearer.record);
        let first = rows.iter().find(|row| told(**row) == Some(when));
        Done {
            when,
            at: cx.at,
            recorded: first.and_then(|row| cx.facts.recorded_on(self.table, *row)),
        }
    }
}

/// The duty that is a clock of the bearer; none while the clock has not started.
pub(crate) fn by_clock(
    cx: &AsOf<'_>,
    measure: &Measure,
    bearer: &BearerSpan,
    clock: &Clocked<'_>,
) -> Option<(Dated, Option<Done>)> {
    let table = bearer.bearer.table;
    let rows = clock::versions(cx, table, bearer.bearer.record);
    if clock.start(rows) == When::Unknown {
        return unstarted(cx, measure, clock.stop(rows));
    }
    let running = clock.running(rows)?;
    if measure.from.is_some_and(|from| running.started < from)
        || measure.until.is_some_and(|u| running.started > u)
    {
        return None;
    }
    let calendar = &cx.programme.calendar;
    let due = running.due?;
    let judged = match measure.grace {
        Span::Days(0) | Span::Workdays(0) => due,
        grace => after(due, grace, calendar)?,
    };
    let late = LateEnd::after(measure.late, due, calendar)?;
    let closes = measure
        .closes
        .and_then(|span| after(judged, span, calendar));
    let period = Period {
        from: running.started,
        until: due,
        key: "once".into(),
    };
    let recorded = running
        .stopped_by
        .filter(|_| running.stopped.day().is_some())
        .and_then(|row| cx.facts.recorded_on(table, row));
    let done = Done {
        when: running.stopped,
        at: cx.at,
        recorded,
    };
    Some((
        Dated {
            period,
            share: None,
            due,
            judged,
            late,
            closes,
            certain: running.certain,
        },
        Some(done),
    ))
}

/// The duty of a clock that may be running: nobody has said since when, so its days are the measure's.
fn unstarted(cx: &AsOf<'_>, measure: &Measure, stopped: When) -> Option<(Dated, Option<Done>)> {
    let campaign = cx.programme.campaign;
    let (from, until) = (
        measure.from.unwrap_or(campaign.0),
        measure.until.unwrap_or(campaign.1),
    );
    let period = Period {
        from,
        until,
        key: "once".into(),
    };
    let dated = Dated {
        period,
        share: None,
        due: until,
        judged: until,
        late: LateEnd::No,
        closes: None,
        certain: false,
    };
    let done = Done {
        when: stopped,
        at: cx.at,
        recorded: None,
    };
    Some((dated, Some(done)))
}

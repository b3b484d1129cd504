//! Duties that a date or a clock of the bearer's own record decides.

use crate::clock;
use crate::duty::Held;
use crate::moment::AsOf;
use crate::period::{BearerSpan, Dated, When, dates};
use crate::span::{LateEnd, after};
use programme::Period;
use programme::model::{Measure, Span};
use rules::{Day, Rule};

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
            tallies: Vec::new(),
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

/// Done on a date of the bearer.
pub(crate) fn by_date(cx: &AsOf<'_>, path: &Rule, bearer: &BearerSpan) -> Done {
    let when = dates(cx, Some(path), &[bearer.row])
        .first()
        .copied()
        .unwrap_or(When::Unknown);
    let rows = clock::versions(cx, bearer.bearer.table, bearer.bearer.record);
    let told = dates(cx, Some(path), &rows);
    let first = rows
        .iter()
        .zip(told)
        .find(|(_, w)| *w == when)
        .map(|(row, _)| *row);
    let recorded = first.and_then(|row| cx.facts.recorded_on(bearer.bearer.table, row));
    Done {
        when,
        at: cx.at,
        recorded,
    }
}

/// The duty that is a clock of the bearer; none while the clock has not started.
pub(crate) fn by_clock(
    cx: &AsOf<'_>,
    measure: &Measure,
    bearer: &BearerSpan,
    clock: &str,
) -> Option<(Dated, Option<Done>)> {
    let table = bearer.bearer.table;
    let clock = clock::declared(cx.programme, table, clock)?;
    let rows = clock::versions(cx, table, bearer.bearer.record);
    if clock::start(cx, table, &rows, clock) == When::Unknown {
        return unstarted(cx, measure, clock::stop(cx, table, &rows, clock));
    }
    let running = clock::running(cx, table, &rows, clock)?;
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

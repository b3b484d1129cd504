//! Clocks: deadlines that start and stop with a record's states or dates, and stand still in others.

use crate::excuse::{cell_column, cell_day, cell_text};
use crate::moment::AsOf;
use crate::period::When;
use programme::Programme;
use programme::model::{Clock, FIRST_REGISTER_TABLE, Mark, Span};
use rules::{Day, Empty, NO_ROW};

/// A record's clock as it stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// The day it started; it counts from the next.
    pub started: Day,
    /// The day on which its time is used up, pauses not counted; `None` past the calendar's edge.
    pub due: Option<Day>,
    /// When it stopped.
    pub(crate) stopped: When,
    /// The version that first told that it stopped.
    pub(crate) stopped_by: Option<u32>,
    /// False where a state that may have been a pause is not known.
    pub(crate) certain: bool,
    /// Who held the matter, and from which day on.
    pub holders: Vec<(Day, Option<u32>)>,
}

/// A register's clock by its id.
pub(crate) fn declared<'p>(programme: &'p Programme, table: usize, id: &str) -> Option<&'p Clock> {
    let register = programme
        .registers
        .get(table.checked_sub(FIRST_REGISTER_TABLE)?)?;
    register.clocks.iter().find(|c| c.id == id)
}

/// The versions of one record known at the moment, oldest first.
pub(crate) fn versions<'f>(cx: &AsOf<'f>, table: usize, record: u32) -> &'f [u32] {
    cx.facts.history(table, record, cx.until())
}

/// The clock of a record; `None` while it has not started.
///
/// `rows` are the record's versions, oldest first.
pub(crate) fn running(cx: &AsOf<'_>, table: usize, rows: &[u32], clock: &Clock) -> Option<Running> {
    let started = start(cx, table, rows, clock).day()?;
    let stopped = stop(cx, table, rows, clock);
    let told = |n: &usize| {
        let known = rows.get(..=*n).unwrap_or(rows);
        stop(cx, table, known, clock) == stopped
    };
    let stopped_by = (0..rows.len())
        .find(told)
        .and_then(|n| rows.get(n))
        .copied();
    let stateless = |row: &u32| cell_text(cx, table, "state", *row).is_none();
    let certain = clock.pauses.is_empty() || !rows.iter().any(stateless);
    let pauses = pauses(cx, table, rows, &clock.pauses);
    let due = due(cx, started, clock.length, &pauses);
    let holders = clock
        .charge
        .as_deref()
        .map_or_else(Vec::new, |field| holders(cx, table, rows, field));
    Some(Running {
        started,
        due,
        stopped,
        stopped_by,
        certain,
        holders,
    })
}

/// When a clock started.
pub(crate) fn start(cx: &AsOf<'_>, table: usize, rows: &[u32], clock: &Clock) -> When {
    mark(cx, table, rows, &clock.starts)
}

/// When a clock stopped, as far as the moment knows.
pub(crate) fn stop(cx: &AsOf<'_>, table: usize, rows: &[u32], clock: &Clock) -> When {
    match mark(cx, table, rows, &clock.stops) {
        When::On(day) if day > cx.at => When::Nothing,
        other => other,
    }
}

fn mark(cx: &AsOf<'_>, table: usize, rows: &[u32], mark: &Mark) -> When {
    match mark {
        Mark::State(state) => {
            let entered = rows
                .iter()
                .find(|row| cell_text(cx, table, "state", **row) == Some(state));
            match entered {
                Some(row) => cx
                    .facts
                    .recorded_on(table, *row)
                    .map_or(When::Unknown, When::On),
                None if rows
                    .last()
                    .is_some_and(|row| cell_text(cx, table, "state", *row).is_none()) =>
                {
                    When::Unknown
                }
                None => When::Nothing,
            }
        }
        Mark::Field(field) => {
            let row = rows.last().copied().unwrap_or(NO_ROW);
            match cell_day(cx, table, field, row) {
                Some(day) => When::On(day),
                None if empty_is_none(cx, table, field) => When::Nothing,
                None => When::Unknown,
            }
        }
    }
}

fn empty_is_none(cx: &AsOf<'_>, table: usize, field: &str) -> bool {
    let schema = cx.programme.schema.tables.get(table);
    cell_column(cx, table, field).is_some()
        && schema.is_some_and(|s| {
            s.fields
                .iter()
                .any(|f| f.id == field && f.empty == Empty::None)
        })
}

/// Closed-open spans of days in which the clock stands still.
fn pauses(cx: &AsOf<'_>, table: usize, rows: &[u32], states: &[String]) -> Vec<(Day, Day)> {
    let mut spans: Vec<(Day, Day)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let paused =
            cell_text(cx, table, "state", *row).is_some_and(|s| states.iter().any(|p| p == s));
        let Some(from) = cx.facts.recorded_on(table, *row).filter(|_| paused) else {
            continue;
        };
        let next = rows
            .get(at + 1)
            .and_then(|next| cx.facts.recorded_on(table, *next));
        spans.push((from, next.unwrap_or_else(|| cx.at.plus(1))));
    }
    spans
}

/// The day on which the length is used up: days inside a pause do not count.
fn due(cx: &AsOf<'_>, started: Day, length: Span, pauses: &[(Day, Day)]) -> Option<Day> {
    let (mut left, working) = match length {
        Span::Days(n) => (n, false),
        Span::Workdays(n) => (n, true),
    };
    let mut day = started;
    while left > 0 {
        day = day.plus(1);
        let counts = !working || cx.programme.calendar.is_workday(day)?;
        // Like the clock itself, which counts from the day after it started, it goes on from the day after a pause.
        if counts && !pauses.iter().any(|(from, to)| *from < day && day <= *to) {
            left -= 1;
        }
        // A record that never leaves its pause has no due day.
        if day.0 - started.0 > 3660 {
            return None;
        }
    }
    Some(day)
}

fn holders(cx: &AsOf<'_>, table: usize, rows: &[u32], field: &str) -> Vec<(Day, Option<u32>)> {
    let Some(column) = cell_column(cx, table, field) else {
        return Vec::new();
    };
    let rules::Cells::Record(units) = &column.cells else {
        return Vec::new();
    };
    let holder = |row: &u32| {
        let unit = units
            .get(*row as usize)
            .copied()
            .filter(|u| column.present.get(*row as usize) && *u != NO_ROW);
        Some((cx.facts.recorded_on(table, *row)?, unit))
    };
    let mut all: Vec<(Day, Option<u32>)> = rows.iter().filter_map(holder).collect();
    all.dedup_by_key(|(_, unit)| *unit);
    all
}

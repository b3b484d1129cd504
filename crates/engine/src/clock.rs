//! Clocks: deadlines that start and stop with a record's states or dates, and stand still in others.

use crate::excuse::{cell_column, column_day, column_text};
use crate::moment::AsOf;
use crate::period::When;
use programme::model::{Clock, FIRST_REGISTER_TABLE, Mark, Span};
use rules::{Column, Day, Empty, NO_ROW};

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

/// A register's clock with the columns that it reads, found once for all records.
pub(crate) struct Clocked<'c> {
    cx: &'c AsOf<'c>,
    table: usize,
    clock: &'c Clock,
    state: Option<&'c Column>,
    starts: Marked<'c>,
    stops: Marked<'c>,
}

/// What starts or stops a clock.
enum Marked<'c> {
    /// A state.
    State(&'c str),
    /// A date, and whether an empty one is none.
    Field(Option<&'c Column>, bool),
}

/// The versions of one record known at the moment, oldest first.
pub(crate) fn versions<'f>(cx: &AsOf<'f>, table: usize, record: u32) -> &'f [u32] {
    cx.facts.history(table, record, cx.until())
}

impl<'c> Clocked<'c> {
    /// A register's clock by its id; `None` where it has none of that id.
    pub(crate) fn new(cx: &'c AsOf<'_>, table: usize, id: &str) -> Option<Self> {
        let registers = &cx.programme.registers;
        let register = registers.get(table.checked_sub(FIRST_REGISTER_TABLE)?)?;
        let clock = register.clocks.iter().find(|c| c.id == id)?;
        let marked = |mark: &'c Mark| match mark {
            Mark::State(state) => Marked::State(state),
            Mark::Field(field) => Marked::Field(
                cell_column(cx, table, field),
                empty_is_none(cx, table, field),
            ),
        };
        Some(Self {
            cx,
            table,
            clock,
            state: cell_column(cx, table, "state"),
            starts: marked(&clock.starts),
            stops: marked(&clock.stops),
        })
    }

    /// The clock of a record; `None` while it has not started.
    ///
    /// `rows` are the record's versions, oldest first.
    pub(crate) fn running(&self, rows: &[u32]) -> Option<Running> {
        let started = self.start(rows).day()?;
        let stopped = self.stop(rows);
        let told = |n: &usize| self.stop(rows.get(..=*n).unwrap_or(rows)) == stopped;
        let stopped_by = (0..rows.len())
            .find(told)
            .and_then(|n| rows.get(n))
            .copied();
        let stateless = |row: &u32| self.state_of(*row).is_none();
        let charge = self.clock.charge.as_deref();
        Some(Running {
            started,
            due: self.due(started, &self.pauses(rows)),
            stopped,
            stopped_by,
            certain: self.clock.pauses.is_empty() || !rows.iter().any(stateless),
            holders: charge.map_or_else(Vec::new, |field| self.holders(rows, field)),
        })
    }

    /// When the clock started.
    pub(crate) fn start(&self, rows: &[u32]) -> When {
        self.mark(rows, &self.starts)
    }

    /// When the clock stopped, as far as the moment knows.
    pub(crate) fn stop(&self, rows: &[u32]) -> When {
        match self.mark(rows, &self.stops) {
            When::On(day) if day > self.cx.at => When::Nothing,
            other => other,
        }
    }

    fn state_of(&self, row: u32) -> Option<&'c str> {
        column_text(self.state?, row)
    }

    fn recorded_on(&self, row: u32) -> Option<Day> {
        self.cx.facts.recorded_on(self.table, row)
    }

    fn mark(&self, rows: &[u32], mark: &Marked<'_>) -> When {
        match mark {
            Marked::State(state) => {
                let entered = rows.iter().find(|row| self.state_of(**row) == Some(state));
                let stateless = |row: &u32| self.state_of(*row).is_none();
                match entered {
                    Some(row) => self.recorded_on(*row).map_or(When::Unknown, When::On),
                    None if rows.last().is_some_and(stateless) => When::Unknown,
                    None => When::Nothing,
                }
            }
            Marked::Field(column, empty_is_none) => {
                let row = rows.last().copied().unwrap_or(NO_ROW);
                match column.and_then(|column| column_day(column, row)) {
                    Some(day) => When::On(day),
                    None if *empty_is_none => When::Nothing,
                    None => When::Unknown,
                }
            }
        }
    }

    /// Closed-open spans of days in which the clock stands still.
    fn pauses(&self, rows: &[u32]) -> Vec<(Day, Day)> {
        let mut spans: Vec<(Day, Day)> = Vec::new();
        if self.clock.pauses.is_empty() {
            return spans;
        }
        for (at, row) in rows.iter().enumerate() {
            let state = self.state_of(*row);
            let paused = state.is_some_and(|s| self.clock.pauses.iter().any(|p| p == s));
            let Some(from) = self.recorded_on(*row).filter(|_| paused) else {
                continue;
            };
            let next = rows.get(at + 1).and_then(|next| self.recorded_on(*next));
            spans.push((from, next.unwrap_or_else(|| self.cx.at.plus(1))));
        }
        spans
    }

    /// The day on which the length is used up: days inside a pause do not count.
    fn due(&self, started: Day, pauses: &[(Day, Day)]) -> Option<Day> {
        let (mut left, working) = match self.clock.length {
            Span::Days(n) => (n, false),
            Span::Workdays(n) => (n, true),
        };
        let mut day = started;
        while left > 0 {
            day = day.plus(1);
            let counts = !working || self.cx.programme.calendar.is_workday(day)?;
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

    fn holders(&self, rows: &[u32], field: &str) -> Vec<(Day, Option<u32>)> {
        let Some(column) = cell_column(self.cx, self.table, field) else {
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
            Some((self.recorded_on(*row)?, unit))
        };
        let mut all: Vec<(Day, Option<u32>)> = rows.iter().filter_map(holder).collect();
        all.dedup_by_key(|(_, unit)| *unit);
        all
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

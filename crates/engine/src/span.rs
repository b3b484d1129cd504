//! Deadlines: due, judged and late, on the administrative calendar.

use programme::model::{Late, Span};
use rules::{Calendar, Day};

/// The last day on which late evidence is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateEnd {
    /// None is.
    No,
    /// Evidence dated up to this day.
    Day(Day),
    /// Without end.
    Open,
}

impl LateEnd {
    /// Whether evidence of a later day than `at` could still be accepted.
    pub fn accepts_after(self, at: Day) -> bool {
        match self {
            Self::No => false,
            Self::Day(end) => at < end,
            Self::Open => true,
        }
    }

    /// The last day as evidence windows use it: `due` where none is accepted.
    pub fn window_end(self, due: Day) -> Day {
        match self {
            Self::No => due,
            Self::Day(end) => end,
            Self::Open => Day(i32::MAX),
        }
    }

    /// The end of a late window after `due`; `None` past the calendar's edge.
    pub fn after(late: Late, due: Day, calendar: &Calendar) -> Option<Self> {
        Some(match late {
            Late::No => Self::No,
            Late::Open => Self::Open,
            Late::For(span) => Self::Day(after(due, span, calendar)?),
        })
    }
}

/// The day a span after another; the day itself is not counted. `None` past the calendar's edge.
pub fn after(day: Day, span: Span, calendar: &Calendar) -> Option<Day> {
    match span {
        Span::Days(n) => i32::try_from(n).ok().map(|n| day.plus(n)),
        Span::Workdays(n) => calendar.add_workdays(day, n),
    }
}

//! A register as a board and as a calendar.

use super::Shell;
use crate::ask::Here;
use crate::reader::Reader;
use app::view::{BoardColumn, BoardPage, CalendarDay, CalendarPage};
use askama::Template;
use jiff::ToSpan;

#[derive(Template)]
#[template(path = "board.html")]
struct BoardView {
    shell: Shell,
    r: Reader,
    page: BoardPage,
}

/// `/registers/…/board`.
pub(crate) fn board(r: Reader, here: Here, page: BoardPage) -> askama::Result<String> {
    let title = r.t(&page.register.1).to_owned();
    let shell = Shell::new(r, here, "registers", title, page.frame.clone());
    BoardView { shell, r, page }.render()
}

impl BoardView {
    /// The column as a list.
    fn list(&self, column: &BoardColumn) -> String {
        let query = [(self.page.field.0.as_str(), column.id.as_str())];
        self.r
            .address(&["registers", self.page.register.0.as_str()], &query)
    }

    fn more(&self, column: &BoardColumn) -> usize {
        column.count.saturating_sub(column.cards.len())
    }
}

#[derive(Template)]
#[template(path = "calendar.html")]
struct CalendarView {
    shell: Shell,
    r: Reader,
    page: CalendarPage,
}

/// `/registers/…/calendar`.
pub(crate) fn calendar(r: Reader, here: Here, page: CalendarPage) -> askama::Result<String> {
    let title = r.t(&page.register.1).to_owned();
    let shell = Shell::new(r, here, "registers", title, page.frame.clone());
    CalendarView { shell, r, page }.render()
}

impl CalendarView {
    fn month(&self) -> String {
        let first = self.page.days.first();
        first.map_or_else(String::new, |day| day.date.strftime("%Y-%m").to_string())
    }

    /// The month so many months away.
    fn away(&self, months: i32) -> String {
        let first = self.page.days.first();
        let away = first.and_then(|day| day.date.checked_add(months.months()).ok());
        let month = away.map_or_else(String::new, |date| date.strftime("%Y-%m").to_string());
        let path = ["registers", self.page.register.0.as_str(), "calendar"];
        self.r.address(&path, &[("month", &month)])
    }

    /// Days before the first of the month in its week, from Monday.
    fn before(&self) -> std::ops::Range<i8> {
        let first = self.page.days.first();
        0..first.map_or(0, |day| day.date.weekday().to_monday_zero_offset())
    }

    fn number(&self, day: &CalendarDay) -> i8 {
        day.date.day()
    }
}

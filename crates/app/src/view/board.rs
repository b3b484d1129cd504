//! A register as a board and as a calendar.

use super::{Frame, Row, Text};
use jiff::civil::Date;
use std::sync::Arc;

/// `/registers/{id}/board`.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The register: id and name.
    pub register: (String, Text),
    /// The field by whose values the columns are: id and name.
    pub field: (String, Text),
    /// A column for each value.
    pub columns: Vec<BoardColumn>,
}

/// A column of a board.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardColumn {
    /// The value.
    pub id: String,
    /// Its words.
    pub name: Text,
    /// How many records the reader sees of it.
    pub count: usize,
    /// The first of them.
    pub cards: Vec<Card>,
}

/// A record on a board or in a calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// What it is called.
    pub title: Text,
    /// Its id and cells.
    pub row: Row,
}

/// `/registers/{id}/calendar`.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarPage {
    /// What surrounds the page.
    pub frame: Arc<Frame>,
    /// The register: id and name.
    pub register: (String, Text),
    /// The date: id and name.
    pub field: (String, Text),
    /// The days of the month.
    pub days: Vec<CalendarDay>,
    /// How many records of the month are not shown.
    pub more: usize,
}

/// A day of a calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarDay {
    /// Which day.
    pub date: Date,
    /// Whether nobody works on it.
    pub rests: bool,
    /// Its records.
    pub cards: Vec<Card>,
}

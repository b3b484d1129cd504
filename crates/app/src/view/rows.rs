//! The rows of a list. What most cells hold lies in one text, so that a page of them takes few pieces of memory.

use super::{Row, Shown, Text};
use jiff::civil::Date;

/// Bytes of a cell's text, as a guess.
const CELL_BYTES: usize = 16;

/// The rows of a list, each with as many cells as there are columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    columns: usize,
    /// Where each row's id begins and ends in the text, and its version.
    rows: Vec<(u32, u32, i64)>,
    cells: Vec<Kept>,
    text: String,
}

/// A cell by its places in the text.
#[derive(Clone, Debug, PartialEq)]
enum Kept {
    Said(u32, u32),
    /// Chinese from the first to the second, English to the third.
    Words(u32, u32, u32),
    /// An id, then words.
    Unit(u32, u32, u32, u32),
    Number(f64),
    Day(Date),
    Nothing,
    Unknown,
    Other(Box<Shown>),
}

/// A cell of a list: what most cells hold as it is, else whatever it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Glimpse<'r> {
    /// A text as somebody wrote it.
    Said(&'r str),
    /// A choice or a state, in Chinese and in English.
    Words(&'r str, &'r str),
    /// A unit's id and its name in Chinese and in English.
    Unit(&'r str, &'r str, &'r str),
    /// A number without a unit of measure.
    Number(f64),
    /// A day.
    Day(Date),
    /// Nothing, where that is an answer.
    Nothing,
    /// Nothing yet.
    Unknown,
    /// Anything else.
    Other(&'r Shown),
}

/// One row of a list.
#[derive(Clone, Copy, Debug)]
pub struct Line<'r> {
    /// The record's id.
    pub id: &'r str,
    /// Its version.
    pub version: i64,
    rows: &'r Rows,
    cells: &'r [Kept],
}

impl Rows {
    /// No rows yet, with room for so many of so many columns.
    pub fn of(columns: usize, rows: usize) -> Self {
        Self {
            columns,
            rows: Vec::with_capacity(rows),
            cells: Vec::with_capacity(rows * columns),
            text: String::with_capacity(rows * (columns + 1) * CELL_BYTES),
        }
    }

    /// Begins a row; its cells follow in the order of the columns.
    pub fn begin(&mut self, id: &str, version: i64) {
        let (from, until) = self.keep(id);
        self.rows.push((from, until, version));
    }

    /// Adds a text as somebody wrote it.
    pub fn say(&mut self, said: &str) {
        let (from, until) = self.keep(said);
        self.cells.push(Kept::Said(from, until));
    }

    /// Adds a choice or a state, in Chinese and in English.
    pub fn word(&mut self, zh: &str, en: &str) {
        let ((from, middle), (_, until)) = (self.keep(zh), self.keep(en));
        self.cells.push(Kept::Words(from, middle, until));
    }

    /// Adds a unit by its id and its name in Chinese and in English.
    pub fn unit(&mut self, id: &str, zh: &str, en: &str) {
        let (from, name) = self.keep(id);
        let ((_, middle), (_, until)) = (self.keep(zh), self.keep(en));
        self.cells.push(Kept::Unit(from, name, middle, until));
    }

    /// Adds any value.
    pub fn put(&mut self, shown: Shown) {
        let kept = match shown {
            Shown::Said(said) => return self.say(&said),
            Shown::Words(Text { zh, en }) => return self.word(&zh, &en),
            Shown::Unit(id, Text { zh, en }) => return self.unit(&id, &zh, &en),
            Shown::Number(n, None) => Kept::Number(n),
            Shown::Day(day) => Kept::Day(day),
            Shown::Nothing => Kept::Nothing,
            Shown::Unknown => Kept::Unknown,
            other => Kept::Other(Box::new(other)),
        };
        self.cells.push(kept);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Line<'_>> {
        let cells = |nth: usize| {
            let rest = self.cells.get(nth * self.columns..).unwrap_or_default();
            rest.get(..self.columns).unwrap_or(rest)
        };
        let rows = self.rows.iter().enumerate();
        rows.map(move |(nth, (from, until, version))| Line {
            id: self.part(*from, *until),
            version: *version,
            rows: self,
            cells: cells(nth),
        })
    }

    fn keep(&mut self, text: &str) -> (u32, u32) {
        // A page of a list is far from four gigabytes.
        let at = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let from = at(&self.text);
        self.text.push_str(text);
        (from, at(&self.text))
    }

    fn part(&self, from: u32, until: u32) -> &str {
        let part = self.text.get(from as usize..until as usize);
        part.unwrap_or_default()
    }
}

impl<'r> Line<'r> {
    /// Its cells, by column.
    pub fn cells(self) -> impl Iterator<Item = Glimpse<'r>> {
        let part = |from, until| self.rows.part(from, until);
        self.cells.iter().map(move |kept| match kept {
            Kept::Said(from, until) => Glimpse::Said(part(*from, *until)),
            Kept::Words(from, middle, until) => {
                Glimpse::Words(part(*from, *middle), part(*middle, *until))
            }
            Kept::Unit(from, name, middle, until) => Glimpse::Unit(
                part(*from, *name),
                part(*name, *middle),
                part(*middle, *until),
            ),
            Kept::Number(n) => Glimpse::Number(*n),
            Kept::Day(day) => Glimpse::Day(*day),
            Kept::Nothing => Glimpse::Nothing,
            Kept::Unknown => Glimpse::Unknown,
            Kept::Other(shown) => Glimpse::Other(shown),
        })
    }
}

impl FromIterator<Row> for Rows {
    fn from_iter<T: IntoIterator<Item = Row>>(rows: T) -> Self {
        let mut all = Self::default();
        for row in rows {
            all.columns = row.cells.len();
            all.begin(&row.id, row.version);
            row.cells.into_iter().for_each(|cell| all.put(cell));
        }
        all
    }
}

//! A list or a clause as rows for a picture, which the page's script lays out: the same data as the plain text beside it.

use crate::reader::{Reader, standing_id};
use app::view::{ClausePanel, Counts, Frame, GridCell, MatrixCell, MatrixPage, MeasurePanel, Text};
use serde::Serialize;

/// More rows are told by their number: a picture is read on a phone.
pub(super) const ROWS_MAX: usize = 30;
/// Of several tables each shows so many rows at least.
const ROWS_LEAST: usize = 5;

/// What a picture shows, in words of the reader's language.
#[derive(Serialize)]
pub(super) struct Picture {
    title: String,
    /// The day, and what is counted.
    about: String,
    tables: Vec<Table>,
    /// The standings that are shown: id and word.
    key: Vec<(&'static str, &'static str)>,
    source: String,
}

#[derive(Default, Serialize)]
pub(super) struct Table {
    /// Its name and a sentence about it; empty where the picture's title says it.
    pub(super) name: String,
    pub(super) says: String,
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// How many rows there are besides, in words; empty where there are none.
    pub(super) more: String,
}

#[derive(Serialize)]
pub(super) struct Head {
    pub(super) text: String,
    /// Whether its values stand to the right.
    pub(super) right: bool,
}

/// A cell: words, or a standing with its value.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Cell {
    Words(String),
    Stands {
        standing: &'static str,
        text: String,
    },
}

impl Cell {
    pub(super) fn empty() -> Self {
        Self::Words(String::new())
    }
}

impl Head {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            right: false,
        }
    }
}

impl Table {
    /// Without the columns in which nothing stands.
    fn without_empty(mut self) -> Self {
        let is_filled = |cell: &Cell| !matches!(cell, Cell::Words(text) if text.is_empty());
        let filled = |at: usize| {
            self.rows
                .iter()
                .any(|row| row.get(at).is_some_and(is_filled))
        };
        let kept: Vec<bool> = (0..self.heads.len()).map(filled).collect();
        let keeps = |at: &mut usize| {
            let keeps = kept.get(*at).copied().unwrap_or_default();
            *at += 1;
            keeps
        };
        let mut at = 0;
        self.heads.retain(|_| keeps(&mut at));
        for row in &mut self.rows {
            let mut at = 0;
            row.retain(|_| keeps(&mut at));
        }
        self
    }
}

impl Picture {
    /// A picture of what stands on a page.
    pub(super) fn new(
        r: &Reader,
        frame: &Frame,
        (title, counted): (&str, &str),
        tables: Vec<Table>,
    ) -> Self {
        let at = frame.dates.at;
        let day = format!("{at} {}", r.weekday(&at));
        let tables: Vec<Table> = tables.into_iter().map(Table::without_empty).collect();
        // A standing that stands there in words needs no key.
        let is_shown = |(id, word): &(&str, &str)| {
            let mut cells = tables.iter().flat_map(|table| &table.rows).flatten();
            cells.any(|cell| match cell {
                Cell::Stands { standing, text } => standing == id && text != word,
                Cell::Words(_) => false,
            })
        };
        let key = Counts::ORDER.map(|standing| (standing_id(standing), r.standing(&standing)));
        let key = key.into_iter().filter(is_shown);
        let rehearsal = match frame.rehearsal {
            true => format!("（{}）", r.w.rehearsal),
            false => String::new(),
        };
        Self {
            title: title.to_owned(),
            about: joined(&[&day, counted]),
            key: key.collect(),
            tables,
            source: format!(
                "{}{}{} · {}{rehearsal}",
                r.w.picture_source,
                r.w.colon,
                r.t(&frame.home),
                r.t(&frame.programme)
            ),
        }
    }

    /// An opened clause: a table for each of its measures.
    pub(super) fn of_clause(r: &Reader, frame: &Frame, panel: &ClausePanel) -> Self {
        let title = format!("{} {}", panel.id, r.t(&panel.text));
        let most = ROWS_MAX / panel.measures.len().max(1);
        let table = |measure: &MeasurePanel| of_measure(r, measure, most.max(ROWS_LEAST));
        let tables = panel.measures.iter().map(table);
        Self::new(r, frame, (&title, ""), tables.collect())
    }

    /// Units and the periods of one measure.
    pub(super) fn of_matrix(r: &Reader, page: &MatrixPage, title: &str) -> Self {
        let cell = |cell: &MatrixCell| {
            let worst = cell.counts.worst();
            worst.map_or_else(Cell::empty, |worst| Cell::Stands {
                standing: standing_id(worst),
                text: match (&cell.value, cell.counts.total()) {
                    (Some(value), _) => r.figure(value),
                    (None, 1) => String::new(),
                    (None, _) => cell.counts.get(worst).to_string(),
                },
            })
        };
        let columns = page.columns.iter().map(|column| &column.name);
        let rows = page.rows.iter().map(|row| (&row.unit.name, &row.cells));
        let table = Table {
            heads: heads(r, r.w.col_unit, columns),
            rows: rows_of(r, rows.take(ROWS_MAX), cell),
            more: more(r, page.rows.len().saturating_sub(ROWS_MAX)),
            ..Table::default()
        };
        Self::new(r, &page.frame, (title, ""), vec![table])
    }

    /// As the page's script reads it.
    pub(super) fn json(&self) -> String {
        // A picture is made of texts, which always make JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn of_measure(r: &Reader, measure: &MeasurePanel, most: usize) -> Table {
    let grid = &measure.grid;
    let cell = |cell: &GridCell| Cell::Stands {
        standing: standing_id(cell.standing),
        text: cell
            .value
            .as_ref()
            .map_or_else(String::new, |value| r.figure(value)),
    };
    let columns = grid.periods.iter().map(|period| &period.name);
    let rows = grid.rows.iter().map(|row| (&row.bearer.name, &row.cells));
    Table {
        name: r.t(&measure.name).to_owned(),
        says: joined(&[&r.counted(&measure.counts), r.t(&measure.sentence)]),
        heads: heads(r, r.w.col_bearer, columns),
        rows: rows_of(r, rows.take(most), cell),
        more: more(r, grid.more + grid.rows.len().saturating_sub(most)),
    }
}

/// Who stands in each row, then a head for each column.
fn heads<'p>(r: &Reader, who: &str, columns: impl Iterator<Item = &'p Text>) -> Vec<Head> {
    let columns = columns.map(|name| Head::new(r.t(name)));
    std::iter::once(Head::new(who)).chain(columns).collect()
}

/// Rows of names and of cells, of which many are empty.
fn rows_of<'p, C: 'p>(
    r: &Reader,
    rows: impl Iterator<Item = (&'p Text, &'p Vec<Option<C>>)>,
    cell: impl Fn(&C) -> Cell,
) -> Vec<Vec<Cell>> {
    let shown = |one: &Option<C>| one.as_ref().map_or_else(Cell::empty, &cell);
    rows.map(|(name, cells)| {
        let name = Cell::Words(r.t(name).to_owned());
        std::iter::once(name)
            .chain(cells.iter().map(shown))
            .collect()
    })
    .collect()
}

/// How many rows there are besides, in words; empty where there are none.
pub(super) fn more(r: &Reader, rows: usize) -> String {
    match rows {
        0 => String::new(),
        rows => r.say(r.w.picture_more, &[&r.number(rows)]),
    }
}

fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(" · ")
}

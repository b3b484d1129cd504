//! A register as a board by state or choice, and as a calendar by date.

use super::map::placed;
use super::record::{card, columns, shown};
use super::wording::{Wording, state_words};
use crate::list::{Listed, Question, Test, Unread};
use crate::view::{BoardColumn, BoardPage, CalendarDay, CalendarPage, Card, Row, Text, Views};
use crate::{App, Viewer};
use programme::model::{FieldKind, Register};
use programme::record::Cell;
use rules::Day;

/// So many cards stand in a column of a board.
const CARDS: usize = 12;
/// So many records of a month are shown.
const MONTH_MAX: usize = 500;

impl App {
    /// A register by the field that its view names for a board, else by state.
    ///
    /// # Errors
    /// As [`App::list`]; a register that has no board.
    pub fn board_page(
        &self,
        viewer: &Viewer,
        id: &str,
        at: Option<Day>,
    ) -> Result<BoardPage, Unread> {
        let app = self.shows(at)?;
        let (_, register) = app.readable(viewer, id)?;
        let (field, values) = board(register).ok_or_else(|| Unread::NoRegister(id.to_owned()))?;
        let mut columns = Vec::new();
        for (value, name) in values {
            let question = Question {
                tests: vec![(field.0.clone(), Test::Is(value.clone()))],
                limit: CARDS,
                at,
                count: true,
                ..Question::default()
            };
            let page = self.list(viewer, id, &question)?;
            columns.push(BoardColumn {
                id: value,
                name,
                count: page.count.unwrap_or_default(),
                cards: app.cards(viewer, register, page.records),
            });
        }
        Ok(BoardPage {
            frame: self.frame(at),
            register: (register.id.clone(), (&register.name).into()),
            field,
            columns,
        })
    }

    /// A register's records of one month, by the date that its view names for a calendar, else by its own.
    ///
    /// # Errors
    /// As [`App::list`]; a register that has no date.
    pub fn calendar_page(
        &self,
        viewer: &Viewer,
        id: &str,
        month: Option<Day>,
        at: Option<Day>,
    ) -> Result<CalendarPage, Unread> {
        let app = self.shows(at)?;
        let (_, register) = app.readable(viewer, id)?;
        let field = calendar(register).ok_or_else(|| Unread::NoRegister(id.to_owned()))?;
        let shown = month.unwrap_or_else(|| at.unwrap_or_else(|| self.today()));
        let (first, last) = shown.month();
        let question = Question {
            tests: vec![
                (field.0.clone(), Test::AtLeast(first.to_string())),
                (field.0.clone(), Test::AtMost(last.to_string())),
            ],
            sort: Some((field.0.clone(), false)),
            limit: MONTH_MAX,
            at,
            count: true,
            ..Question::default()
        };
        let page = self.list(viewer, id, &question)?;
        let on = |listed: &Listed| {
            let cell = listed.cells.iter().find(|(id, _)| *id == field.0);
            match cell {
                Some((_, Some(Cell::Int(day)))) => i32::try_from(*day).ok().map(Day),
                _ => None,
            }
        };
        let shown = page.records.len();
        let mut days: Vec<CalendarDay> = (first.0..=last.0)
            .map(|day| CalendarDay {
                date: super::date(Day(day)),
                rests: app.programme().calendar.is_workday(Day(day)) == Some(false),
                cards: Vec::new(),
            })
            .collect();
        for listed in page.records {
            let nth = on(&listed).and_then(|day| usize::try_from(day.0 - first.0).ok());
            if let Some(day) = nth.and_then(|nth| days.get_mut(nth)) {
                day.cards.extend(app.cards(viewer, register, vec![listed]));
            }
        }
        Ok(CalendarPage {
            frame: self.frame(at),
            register: (register.id.clone(), (&register.name).into()),
            field,
            days,
            more: page.count.unwrap_or_default().saturating_sub(shown),
        })
    }

    fn cards(&self, viewer: &Viewer, register: &Register, records: Vec<Listed>) -> Vec<Card> {
        let columns = columns(register, &shown(register));
        let living = self.living();
        let wording = Wording {
            app: self,
            living: &living,
            viewer,
        };
        let one = |listed: Listed| {
            let row: Row = card(&wording, register, &columns, listed);
            Card {
                title: wording.titled(register, &row.id),
                row,
            }
        };
        records.into_iter().map(one).collect()
    }
}

/// An id and its name.
type Named = (String, Text);

/// The field of a register's board and its values.
fn board(register: &Register) -> Option<(Named, Vec<Named>)> {
    let states = register.states.as_ref();
    let by_state = || {
        let ids = states?.names.iter().map(|(id, _)| id);
        let values = ids.map(|id| (id.clone(), state_words(register, id)));
        Some((
            ("state".to_owned(), Text::new("状态", "State")),
            values.collect(),
        ))
    };
    match register.view.board.as_deref().filter(|id| *id != "state") {
        None => by_state(),
        Some(id) => {
            let field = register.field(id)?;
            let choices = field.choices.iter();
            let values = choices.map(|(id, name)| (id.clone(), name.into()));
            Some(((field.id.clone(), (&field.name).into()), values.collect()))
        }
    }
}

/// The date of a register's calendar.
fn calendar(register: &Register) -> Option<Named> {
    let declared = register.view.calendar.as_deref();
    let field = register.field(declared.or(register.date.as_deref())?)?;
    let is_date = field.kind == FieldKind::Date && field.formula.is_none();
    is_date.then(|| (field.id.clone(), (&field.name).into()))
}

/// How a register can be shown besides as a list.
pub(super) fn views(register: &Register) -> Views {
    Views {
        board: board(register).is_some(),
        calendar: calendar(register).is_some(),
        map: placed(register).is_some(),
    }
}

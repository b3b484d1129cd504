//! One record: its cells, its version, the moves that leave its state, what its checks warn of.

use super::view::View;
use super::{Listed, Question, Test, Unread};
use crate::{App, Viewer};
use engine::Objection;
use programme::model::{Move, Register};
use programme::record::{Cell, Cells};
use rules::{Day, Words};

/// A record with what may be done next.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its cells and version.
    pub listed: Listed,
    /// Its state; `None` for a register without states.
    pub state: Option<String>,
    /// The moves that leave its state and that the viewer may make; none of a past day's record.
    pub moves: Vec<Possible>,
    /// The checks that do not hold.
    pub warnings: Vec<Objection>,
}

/// A move that leaves a record's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Possible {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// The state it leads to.
    pub to: String,
    /// Fields that it needs and that are still empty.
    pub lacks: Vec<String>,
    /// What its condition says now; `None` where that is not known yet. True without a condition.
    pub holds: Option<bool>,
}

impl App {
    /// A record as it is now, or as it was known at the end of a day.
    ///
    /// # Errors
    /// No such register or record, a day that has not come.
    pub fn record(
        &self,
        viewer: &Viewer,
        register: &str,
        id: &str,
        at: Option<Day>,
    ) -> Result<Record, Unread> {
        let app = self.shows(at)?;
        let found = app.readable(viewer, register)?;
        let living = app.living();
        let view = View::new(&app, viewer, &living, found, at);
        let row = view.row(id).ok_or_else(|| Unread::NoRecord {
            register: register.to_owned(),
            id: id.to_owned(),
        })?;
        let listed = view.listed(&[row], None).pop();
        let listed = listed.ok_or_else(|| Unread::NoRecord {
            register: register.to_owned(),
            id: id.to_owned(),
        })?;
        let state = listed.cells.iter().find(|(field, _)| field == "state");
        let state = match state {
            Some((_, Some(Cell::Text(state)))) => Some(state.to_string()),
            _ => None,
        };
        let state_now = state.as_deref().filter(|_| at.is_none());
        Ok(Record {
            moves: state_now.map_or_else(Vec::new, |state| view.moves(row, state)),
            warnings: view.warnings(row),
            state,
            listed,
        })
    }
}

impl App {
    /// A record's cells as the viewer sees them in one of its versions; `None` where that is no longer in memory.
    pub(crate) fn version(
        &self,
        viewer: &Viewer,
        found: (usize, &Register),
        id: &str,
        version: i64,
    ) -> Option<Cells> {
        let living = self.living();
        let view = View::new(self, viewer, &living, found, None);
        let row = view.row_of(id, version)?;
        view.listed(&[row], None).pop().map(|listed| listed.cells)
    }

    /// The newest record that the viewer sees with these values.
    pub(crate) fn last_of(
        &self,
        viewer: &Viewer,
        (_, register): (usize, &Register),
        keys: &[(&str, String)],
    ) -> Option<Cells> {
        let tests = keys.iter();
        let tests = tests.map(|(id, value)| ((*id).to_owned(), Test::Is(value.clone())));
        let question = Question {
            tests: tests.collect(),
            sort: register.date.clone().map(|date| (date, true)),
            limit: 1,
            ..Question::default()
        };
        let page = self.list(viewer, &register.id, &question).ok()?;
        page.records.into_iter().next().map(|listed| listed.cells)
    }
}

impl View<'_> {
    fn moves(&self, row: u32, state: &str) -> Vec<Possible> {
        let states = self.register.states.iter();
        let leaving = states
            .flat_map(|states| &states.moves)
            .filter(|m| m.from.iter().any(|from| from == state))
            .filter(|m| self.sight().makes(&self.register.id, m, row));
        leaving.map(|m| self.possible(row, m)).collect()
    }

    fn possible(&self, row: u32, step: &Move) -> Possible {
        let is_empty = |field: &&String| {
            let source = self.source(field, &[row]);
            source.is_none_or(|source| !source.has(0, row))
        };
        let when = step.when.as_ref();
        Possible {
            id: step.id.clone(),
            name: step.name.clone(),
            to: step.to.clone(),
            lacks: step.needs.iter().filter(is_empty).cloned().collect(),
            holds: when.map_or(Some(true), |rule| self.verdicts(rule, &[row]).get(0)),
        }
    }

    /// Checks that are false; one that nobody can tell is not raised.
    fn warnings(&self, row: u32) -> Vec<Objection> {
        let checks = self.register.checks.iter();
        let broken =
            checks.filter(|check| self.verdicts(&check.rule, &[row]).get(0) == Some(false));
        let said = broken.map(|check| Objection {
            field: None,
            words: check.message.clone(),
        });
        said.collect()
    }
}

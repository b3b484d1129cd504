//! A page of a register's list, for every register alike.

use super::board::views;
use super::record::{choosable, columns, filters, moves, shown};
use super::wording::Wording;
use crate::access::{Deed, may};
use crate::list::{LIMIT_MAX, Question, Seen, Unread, View, page_rows, rows_at_once};
use crate::view::{Column, ListPage, RegisterCard, Shown, Text};
use crate::{App, Viewer};
use engine::Living;
use programme::model::Register;

/// So many records on a page.
const ROWS: usize = 50;

/// The rows of a page with where it ends, and how many there are on all pages.
type Picked = ((Vec<u32>, Option<String>), usize);

/// What a list page is asked for.
struct Asked<'a> {
    viewer: &'a Viewer,
    /// The position of the register's table.
    found: (usize, &'a Register),
    question: Question,
    columns: Vec<Column>,
    moves: Vec<(String, Text)>,
}

impl App {
    /// A page of a register's list; the question's own limit and count give way to the page's.
    ///
    /// # Errors
    /// As [`App::list`].
    pub fn list_page(
        &self,
        viewer: &Viewer,
        id: &str,
        question: &Question,
    ) -> Result<ListPage, Unread> {
        let app = self.shows(question.at)?;
        let asked = app.list_asked(viewer, id, question)?;
        let living = app.living();
        let view = app.list_viewed(&asked, &living);
        let picked = page_rows(&view, &asked.question)?;
        Ok(app.list_drawn(&view, &living, asked, picked))
    }

    /// The same where everything is there that it is answered from, so that nothing is waited for; else `None`.
    pub fn list_page_at_once(
        &self,
        viewer: &Viewer,
        id: &str,
        question: &Question,
    ) -> Option<Result<ListPage, Unread>> {
        if question.at.is_some() {
            return None;
        }
        let asked = match self.list_asked(viewer, id, question) {
            Ok(asked) => asked,
            Err(unread) => return Some(Err(unread)),
        };
        let living = self.living_at_once()?;
        let view = self.list_viewed(&asked, &living);
        let picked = rows_at_once(&view, &asked.question)?;
        Some(picked.map(|picked| self.list_drawn(&view, &living, asked, picked)))
    }

    fn list_asked<'a>(
        &'a self,
        viewer: &'a Viewer,
        id: &str,
        question: &Question,
    ) -> Result<Asked<'a>, Unread> {
        let found = self.readable(viewer, id)?;
        let (_, register) = found;
        let shown = match &question.fields {
            Some(chosen) => chosen.clone(),
            None => shown(register),
        };
        Ok(Asked {
            viewer,
            found,
            columns: columns(register, &shown),
            moves: match question.at {
                None => moves(self, viewer, register),
                Some(_) => Vec::new(),
            },
            question: Question {
                limit: ROWS.min(LIMIT_MAX),
                count: true,
                fields: Some(shown),
                ..question.clone()
            },
        })
    }

    fn list_viewed<'v>(&'v self, asked: &Asked<'v>, living: &'v Living) -> View<'v> {
        View::new(self, asked.viewer, living, asked.found, asked.question.at)
    }

    fn list_drawn(
        &self,
        view: &View<'_>,
        living: &Living,
        asked: Asked<'_>,
        ((rows, next), count): Picked,
    ) -> ListPage {
        let (viewer, (_, register)) = (asked.viewer, asked.found);
        let wording = Wording {
            app: self,
            living,
            viewer,
        };
        let columns = asked.columns;
        let ids: Vec<String> = columns.iter().map(|column| column.id.clone()).collect();
        let rows = view.shown(&rows, &ids, |id, field, cell| match cell {
            Seen::Cell(cell) => wording.shown(register, (id, field), cell),
            Seen::Masked => Shown::Masked,
            Seen::Erased => Shown::Erased,
        });
        ListPage {
            frame: self.frame(asked.question.at),
            register: RegisterCard {
                id: register.id.clone(),
                name: (&register.name).into(),
                count,
            },
            rows,
            next,
            filters: filters(register),
            choosable: choosable(register, &columns),
            may_export: may(self.programme(), viewer, Deed::Export, &register.id),
            views: views(register),
            may_create: may(self.programme(), viewer, Deed::Create, &register.id),
            moves: asked.moves,
            columns,
        }
    }
}

//! Sheets out: all records of a register as of now or of a day, and a template to fill.

use crate::access::{Deed, is_masked, may_all, sees};
use crate::list::{Listed, Question, Unread, View, matching};
use crate::{App, Viewer};
use documents::{Column, Content, Format, List, SHEET_ROWS_MAX, Written};
use engine::Living;
use programme::model::{FieldKind, Register, RegisterField};
use programme::record::{Cell, Cells};
use rules::{Day, Moment, Words};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Records that are laid out at once.
const AT_ONCE: usize = 1_000;

/// What is written of a register.
#[derive(Clone, Copy, Debug)]
pub struct Out<'a> {
    /// The register's id.
    pub register: &'a str,
    /// As known at the end of this day; `None` for now.
    pub at: Option<Day>,
    /// Only what matches, in the order that is asked for; `None` for all as they were recorded.
    pub only: Option<&'a Question>,
    /// Workbook or CSV.
    pub format: Format,
    /// Heads and words in Chinese, else in English.
    pub zh: bool,
    /// When it is written.
    pub now: Moment,
}

/// A template to fill.
#[derive(Clone, Copy, Debug)]
pub struct Blank<'a> {
    /// The register's id.
    pub register: &'a str,
    /// In Chinese, else in English.
    pub zh: bool,
    /// When it is made.
    pub now: Moment,
}

impl App {
    /// Writes the records of a register that are asked for, with the fields that are, without those that the viewer does
    /// not see. An import of the sheet changes nothing. `told` hears how many records are written.
    ///
    /// # Errors
    /// An unknown register, a day that has not come, `out` that takes no more.
    pub fn export(
        &self,
        viewer: &Viewer,
        asked: Out<'_>,
        out: &mut (impl Write + Send),
        mut told: impl FnMut(u64),
    ) -> Result<Written, Unread> {
        let app = self.shows(asked.at)?;
        let (table, register) = app.takes_away(viewer, asked.register)?;
        let living = app.living();
        let view = View::new(&app, viewer, &living, (table, register), asked.at);
        let wanted = asked.only.and_then(|question| question.fields.as_ref());
        let shown: Vec<&RegisterField> = register
            .fields
            .iter()
            .filter(|field| wanted.is_none_or(|wanted| wanted.contains(&field.id)))
            .filter(|field| !is_masked(self.programme(), viewer, register, field))
            .collect();
        let columns: Vec<Column<'_>> = std::iter::once(Column::id())
            .chain(shown.iter().map(|field| Column::Field(field)))
            .collect();
        let label = |to: &str, id: &str| title(&app, &living, viewer, to, id);
        let list = List {
            title: &register.name,
            columns: &columns,
            programme: app.programme(),
            label: &label,
            zh: asked.zh,
            at: asked.now,
            sheet_rows_max: SHEET_ROWS_MAX,
        };
        let rows = match asked.only {
            Some(question) => matching(&view, question)?,
            None => view.rows(),
        };
        let rows = view.reached(Deed::Export, rows);
        let mut done = 0;
        let mut all = rows.chunks(AT_ONCE).flat_map(|rows| {
            done += rows.len() as u64;
            told(done);
            view.listed(rows, None)
                .into_iter()
                .map(|listed| contents(listed, &shown))
        });
        documents::write(&list, &mut all, asked.format, out).map_err(|cause| unwritten(&cause))
    }

    /// Writes a template: a workbook with choices as drop-downs, and the last values of fields that carry over.
    ///
    /// # Errors
    /// An unknown register, `out` that takes no more.
    pub fn template(
        &self,
        viewer: &Viewer,
        asked: Blank<'_>,
        out: &mut (impl Write + Send),
    ) -> Result<(), Unread> {
        let (table, register) = self.readable(viewer, asked.register)?;
        let living = self.living();
        let view = View::new(self, viewer, &living, (table, register), None);
        let units: Vec<&str> = self.programme().units.iter().map(|u| &*u.id).collect();
        let last = last(&view, register);
        let label = |to: &str, id: &str| title(self, &living, viewer, to, id);
        let blank = documents::Blank {
            programme: self.programme(),
            register,
            version: self.live().map_or("", |live| &live.past.version),
            units: &units,
            last: &last,
            label: &label,
            zh: asked.zh,
            at: asked.now,
        };
        documents::template(&blank, out).map_err(|cause| unwritten(&cause))
    }
}

/// The contents of a row: the id, then the shown fields.
fn contents(listed: Listed, shown: &[&RegisterField]) -> Vec<Content> {
    let mut cells: BTreeMap<String, Option<Cell>> = listed.cells.into_iter().collect();
    let own = Content::Value(Cell::Text(listed.id));
    let fields = shown
        .iter()
        .map(|field| match listed.erased.contains(&field.id) {
            true => Content::Erased,
            false => Content::from(cells.remove(&field.id).flatten()),
        });
    std::iter::once(own).chain(fields).collect()
}

/// What a record is called in a sheet or an input, which is read back: the text of its title field; `None` where that is
/// kept from the viewer.
pub(crate) fn title(
    app: &App,
    living: &Living,
    viewer: &Viewer,
    register: &str,
    id: &str,
) -> Option<String> {
    let (table, register) = app.programme().register(register)?;
    let field = register.field(&register.title)?;
    if is_masked(app.programme(), viewer, register, field) {
        return None;
    }
    // What refers to a record may be seen by somebody who does not see the record; its name is not told by that.
    let is_seen = may_all(app.programme(), viewer, Deed::Read, &register.id) || {
        let of = (register.id.as_str(), id);
        sees(app.programme(), living, viewer, of, app.today())
    };
    if !is_seen {
        return None;
    }
    let row = living.newest(table, living.record(table, id)?)?;
    let cells = living.facts().cells(app.programme(), table, row);
    match cells
        .into_iter()
        .find(|(field, _)| *field == register.title)?
        .1?
    {
        Cell::Text(text) => Some(text.into()),
        _ => None,
    }
}

/// Of each key without dates and periods the last record that the viewer sees, where the register carries anything over.
fn last(view: &View<'_>, register: &Register) -> Vec<Cells> {
    if !register.fields.iter().any(|field| field.carry) {
        return Vec::new();
    }
    let keys: Vec<&str> = lasting_keys(register).map(|f| f.id.as_str()).collect();
    let mut last: BTreeMap<String, Cells> = BTreeMap::new();
    for rows in view.rows().chunks(AT_ONCE) {
        for listed in view.listed(rows, None) {
            let key = listed.cells.iter();
            let key: Vec<_> = key.filter(|(id, _)| keys.contains(&id.as_str())).collect();
            if !key.is_empty() {
                last.insert(format!("{key:?}"), listed.cells);
            }
        }
    }
    last.into_values().collect()
}

/// The fields of a register's key that name no time: what is reported on again and again.
pub(crate) fn lasting_keys(register: &Register) -> impl Iterator<Item = &RegisterField> {
    let is_when = |kind| {
        matches!(
            kind,
            FieldKind::Date | FieldKind::Time | FieldKind::Period(_)
        )
    };
    let keys = register.fields.iter();
    keys.filter(move |f| f.key && !is_when(f.kind))
}

pub(super) fn unwritten(cause: &io::Error) -> Unread {
    Unread::Failed(Words::new(
        format!("写不下去（{cause}）；请看看磁盘空间和权限"),
        format!("it cannot be written any further ({cause}); see to the disk and the rights"),
    ))
}

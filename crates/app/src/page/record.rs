//! Registers, their lists and their records, for every register alike.

use super::frame;
use super::wording::{Wording, same, state_words};
use crate::access::{Deed, enters, is_masked, may};
use crate::list::{Listed, Question, Test, Told, Unread, View, is_text, rows_at_once};
use crate::view::{
    Child, Column, FieldShown, Filter, Frame, Narrow, Past, RecordPage, RegisterCard,
    RegistersPage, Row, Shown, Step, Text,
};
use crate::{App, Viewer};
use programme::model::{FieldKind, Register, RegisterField};
use programme::record::Act;
use rules::Day;
use std::sync::Arc;

impl App {
    /// The registers that the viewer may see, with how many records.
    ///
    /// # Errors
    /// A day that cannot be shown.
    pub fn registers_page(
        &self,
        viewer: &Viewer,
        at: Option<Day>,
    ) -> Result<RegistersPage, Unread> {
        let programme = self.programme();
        let seen = |register: &&Register| may(programme, viewer, Deed::Read, &register.id);
        let cards = programme.registers.iter().filter(seen).map(|register| {
            Ok(RegisterCard {
                id: register.id.clone(),
                name: (&register.name).into(),
                count: self.count(viewer, &register.id, Vec::new(), at)?,
            })
        });
        Ok(RegistersPage {
            frame: self.frame(at),
            registers: cards.collect::<Result<_, Unread>>()?,
        })
    }

    /// A record with everything that belongs to it but its history.
    ///
    /// # Errors
    /// As [`App::record`].
    pub fn record_page(
        &self,
        viewer: &Viewer,
        register: &str,
        id: &str,
        at: Option<Day>,
    ) -> Result<RecordPage, Unread> {
        self.recorded(viewer, register, id, at, |register, tests| {
            self.count(viewer, register, tests, at)
        })
    }

    /// The same as of now, where everything is there that it is answered from, so that nothing is waited for; else `None`.
    pub fn record_page_at_once(
        &self,
        viewer: &Viewer,
        register: &str,
        id: &str,
    ) -> Option<Result<RecordPage, Unread>> {
        drop(self.living_at_once()?);
        // Without a fault in it: not at once.
        let page: Result<_, Option<Unread>> =
            self.recorded(viewer, register, id, None, |register, tests| {
                let count = self.count_at_once(viewer, register, tests);
                count.ok_or(None)?.map_err(Some)
            });
        match page {
            Ok(page) => Some(Ok(page)),
            Err(unread) => unread.map(Err),
        }
    }

    /// A record's page, for which the records that refer to it are counted.
    fn recorded<E: From<Unread>>(
        &self,
        viewer: &Viewer,
        register: &str,
        id: &str,
        at: Option<Day>,
        count: impl Fn(&str, Vec<(String, Test)>) -> Result<usize, E>,
    ) -> Result<RecordPage, E> {
        let record = self.record(viewer, register, id, at)?;
        let app = self.shows(at)?;
        let (_, found) = app.readable(viewer, register)?;
        let children = app.children(viewer, register, id, at, count)?;
        let may_change = at.is_none() && app.may_with(viewer, Deed::Change, register, id);
        let reveals = at.is_none() && app.revealable(viewer, register, id);
        let living = app.living();
        let wording = Wording {
            app: &app,
            living: &living,
            viewer,
        };
        let shown = |field: &RegisterField| {
            let value = wording.of(found, &field.id, &record.listed);
            FieldShown {
                id: field.id.clone(),
                name: (&field.name).into(),
                may_reveal: reveals && field.sensitive && value == Shown::Masked,
                value,
            }
        };
        let name = |id: &String| {
            let field = found.field(id);
            field.map_or_else(|| same(id), |field| (&field.name).into())
        };
        let asks = |id: &str| {
            let moves = found.states.iter().flat_map(|states| &states.moves);
            let mut needs = moves.filter(|step| step.id == id).map(|step| &step.needs);
            needs.next().is_some_and(|needs| !needs.is_empty())
        };
        let steps = record.moves.iter().map(|step| Step {
            id: step.id.clone(),
            asks: asks(&step.id),
            name: (&step.name).into(),
            lacks: step.lacks.iter().map(name).collect(),
            holds: step.holds,
        });
        let fields = found.fields.iter().filter(|field| field.id != "state");
        Ok(RecordPage {
            frame: self.frame(at),
            register: (found.id.clone(), (&found.name).into()),
            id: id.to_owned(),
            title: wording.titled(found, id),
            version: record.listed.version,
            state: record
                .state
                .as_deref()
                .map(|state| state_words(found, state)),
            fields: fields.map(shown).collect(),
            moves: steps.collect(),
            warnings: record
                .warnings
                .iter()
                .map(|said| (&said.words).into())
                .collect(),
            children,
            may_change,
        })
    }

    /// A record's history in words, the newest entry first.
    pub fn history_page(&self, viewer: &Viewer, register: &str, told: &[Told]) -> Vec<Past> {
        let Some((_, found)) = self.programme().register(register) else {
            return Vec::new();
        };
        let living = self.living();
        let wording = Wording {
            app: self,
            living: &living,
            viewer,
        };
        told.iter()
            .rev()
            .map(|told| wording.past(found, told))
            .collect()
    }

    /// What surrounds a page of a day; of today without one.
    pub(crate) fn frame(&self, at: Option<Day>) -> Arc<Frame> {
        let today = self.today().min(self.programme().campaign.1);
        self.frame_of(today, at.unwrap_or(today))
    }

    /// The same as of a day; it is made once for all pages of a day.
    pub(super) fn frame_of(&self, today: Day, at: Day) -> Arc<Frame> {
        let made = || Arc::new(frame(self.programme(), self.rehearsal(), today, at));
        self.frames().of((today, at), made)
    }

    fn count(
        &self,
        viewer: &Viewer,
        register: &str,
        tests: Vec<(String, Test)>,
        at: Option<Day>,
    ) -> Result<usize, Unread> {
        let question = Question {
            tests,
            limit: 1,
            at,
            count: true,
            fields: Some(Vec::new()),
            ..Question::default()
        };
        let page = self.list(viewer, register, &question)?;
        Ok(page.count.unwrap_or_default())
    }

    fn count_at_once(
        &self,
        viewer: &Viewer,
        register: &str,
        tests: Vec<(String, Test)>,
    ) -> Option<Result<usize, Unread>> {
        let found = match self.readable(viewer, register) {
            Ok(found) => found,
            Err(unread) => return Some(Err(unread)),
        };
        let question = Question {
            tests,
            limit: 1,
            ..Question::default()
        };
        let living = self.living_at_once()?;
        let view = View::new(self, viewer, &living, found, None);
        let rows = rows_at_once(&view, &question)?;
        Some(rows.map(|(_, count)| count))
    }

    fn children<E: From<Unread>>(
        &self,
        viewer: &Viewer,
        register: &str,
        id: &str,
        at: Option<Day>,
        count: impl Fn(&str, Vec<(String, Test)>) -> Result<usize, E>,
    ) -> Result<Vec<Child>, E> {
        let mut children = Vec::new();
        let programme = self.programme();
        for other in &programme.registers {
            if !may(programme, viewer, Deed::Read, &other.id) {
                continue;
            }
            let refers = |field: &&RegisterField| {
                let is_reference =
                    matches!(field.kind, FieldKind::Reference | FieldKind::References);
                is_reference && field.to.as_deref() == Some(register) && field.formula.is_none()
            };
            let is_kept = |field| is_masked(programme, viewer, other, field);
            for field in other.fields.iter().filter(refers) {
                let tests = vec![(field.id.clone(), Test::Is(id.to_owned()))];
                // A field that is kept from the viewer tells nothing here either.
                let count = match is_kept(field) {
                    true => 0,
                    false => count(&other.id, tests)?,
                };
                let may_add = at.is_none() && may(programme, viewer, Deed::Create, &other.id);
                if count > 0 || may_add {
                    children.push(Child {
                        may_add,
                        register: (other.id.clone(), (&other.name).into()),
                        field: (field.id.clone(), (&field.name).into()),
                        count,
                    });
                }
            }
        }
        Ok(children)
    }
}

/// A record in a list.
pub(super) fn card(
    wording: &Wording<'_>,
    register: &Register,
    columns: &[Column],
    listed: Listed,
) -> Row {
    let shown = |column: &Column| wording.of(register, &column.id, &listed);
    Row {
        cells: columns.iter().map(shown).collect(),
        version: listed.version,
        id: listed.id.into(),
    }
}

/// The fields that a list shows unless others are chosen: the view's, and the state.
pub(super) fn shown(register: &Register) -> Vec<String> {
    let mut ids = register.view.list.clone();
    if register.states.is_some() && !ids.iter().any(|id| id == "state") {
        ids.push("state".into());
    }
    ids
}

/// Columns in the order in which their fields are named.
pub(super) fn columns(register: &Register, ids: &[String]) -> Vec<Column> {
    use FieldKind as K;
    let fields = ids.iter().filter_map(|id| register.field(id));
    let column = |field: &RegisterField| Column {
        id: field.id.clone(),
        name: (&field.name).into(),
        sortable: !field.sensitive && !matches!(field.kind, K::Choices | K::References | K::Files),
        is_number: matches!(field.kind, K::Int | K::Decimal | K::Ratio | K::Money),
    };
    fields.map(column).collect()
}

/// The moves of a register that the viewer makes with some of its records, and that ask for no values.
pub(super) fn moves(app: &App, viewer: &Viewer, register: &Register) -> Vec<(String, Text)> {
    let of = (register.id.as_str(), None);
    let makes = |id: &str| enters(app, viewer, of, &Act::Move(id.to_owned())).is_some();
    let moves = register.states.iter().flat_map(|states| &states.moves);
    moves
        .filter(|step| step.needs.is_empty() && makes(&step.id))
        .map(|step| (step.id.clone(), (&step.name).into()))
        .collect()
}

/// What a list is narrowed by: the state, fields of choices, then the others that can be compared.
pub(super) fn filters(register: &Register) -> Vec<Filter> {
    let open = register.fields.iter().filter(|field| !field.sensitive);
    let one = |field: &RegisterField| {
        Some(Filter {
            id: field.id.clone(),
            name: (&field.name).into(),
            by: narrow(field)?,
        })
    };
    let mut filters: Vec<Filter> = open.filter_map(one).collect();
    filters.sort_by_key(|filter| match filter.by {
        Narrow::Choice(_) => usize::from(filter.id != "state"),
        _ => 2,
    });
    filters
}

fn narrow(field: &RegisterField) -> Option<Narrow> {
    use FieldKind as K;
    Some(match field.kind {
        K::Choice => Narrow::Choice(worded(&field.choices)),
        K::Bool => Narrow::Truth,
        K::Date | K::Time => Narrow::Days,
        K::Int | K::Decimal | K::Ratio | K::Money => Narrow::Numbers,
        kind if is_text(kind) => Narrow::Words,
        _ => return None,
    })
}

/// The fields that may be columns, and whether they are.
pub(super) fn choosable(register: &Register, columns: &[Column]) -> Vec<(String, Text, bool)> {
    let is_column = |id: &str| columns.iter().any(|column| column.id == id);
    let fields = register.fields.iter();
    fields
        .map(|field| (field.id.clone(), (&field.name).into(), is_column(&field.id)))
        .collect()
}

fn worded(all: &[(String, rules::Words)]) -> Vec<(String, Text)> {
    all.iter()
        .map(|(id, words)| (id.clone(), words.into()))
        .collect()
}

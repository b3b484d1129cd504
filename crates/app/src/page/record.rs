//! Registers, their lists and their records: values in words, for every register alike.

use super::board::views;
use super::frame;
use crate::access::{Deed, enters, may, sees};
use crate::list::{LIMIT_MAX, Listed, Page, Question, Test, Told, Unread};
use crate::sheet::title;
use crate::view::{
    Child, Column, Filter, Frame, ListPage, Past, RecordPage, RegisterCard, RegistersPage, Row,
    Shown, Step, Text,
};
use crate::{App, Viewer};
use engine::Living;
use jiff::civil::{Date, DateTime, Time};
use programme::model::{FieldKind, Register, RegisterField};
use programme::record::{Act, Cell, Cells};
use rules::{Day, Empty, Moment};

/// So many records on a page.
const ROWS: usize = 50;

/// What values are put into words with.
pub(crate) struct Wording<'w> {
    pub(crate) app: &'w App,
    pub(crate) living: &'w Living,
    pub(crate) viewer: &'w Viewer,
}

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
        let question = Question {
            limit: ROWS.min(LIMIT_MAX),
            count: true,
            ..question.clone()
        };
        let page = self.list(viewer, id, &question)?;
        let app = self.shows(question.at)?;
        let (_, register) = app.readable(viewer, id)?;
        let columns = columns(register);
        let moves = match question.at {
            None => moves(&app, viewer, register),
            Some(_) => Vec::new(),
        };
        let living = app.living();
        let wording = Wording {
            app: &app,
            living: &living,
            viewer,
        };
        let Page {
            records,
            next,
            count,
        } = page;
        let row = |listed: Listed| card(&wording, register, &columns, listed);
        Ok(ListPage {
            frame: self.frame(question.at),
            register: RegisterCard {
                id: register.id.clone(),
                name: (&register.name).into(),
                count: count.unwrap_or_default(),
            },
            rows: records.into_iter().map(row).collect(),
            next,
            filters: filters(register),
            may_export: may(app.programme(), viewer, Deed::Export, id),
            views: views(register),
            may_create: may(app.programme(), viewer, Deed::Create, id),
            moves,
            columns,
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
        let record = self.record(viewer, register, id, at)?;
        let app = self.shows(at)?;
        let (_, found) = app.readable(viewer, register)?;
        let children = app.children(viewer, register, id, at)?;
        let may_change = at.is_none() && app.may_with(viewer, Deed::Change, register, id);
        let living = app.living();
        let wording = Wording {
            app: &app,
            living: &living,
            viewer,
        };
        let Listed { cells, masked, .. } = &record.listed;
        let shown = |field: &RegisterField| {
            let value = wording.of(found, &field.id, cells, masked);
            (Text::from(&field.name), value)
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
            title: title(&app, &living, register, id)
                .map_or_else(|| same(id), |title| same(&title)),
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
    pub(crate) fn frame(&self, at: Option<Day>) -> Frame {
        let today = self.today().min(self.programme().campaign.1);
        frame(
            self.programme(),
            self.rehearsal(),
            today,
            at.unwrap_or(today),
        )
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
            ..Question::default()
        };
        let page = self.list(viewer, register, &question)?;
        Ok(page.count.unwrap_or_default())
    }

    fn children(
        &self,
        viewer: &Viewer,
        register: &str,
        id: &str,
        at: Option<Day>,
    ) -> Result<Vec<Child>, Unread> {
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
            for field in other.fields.iter().filter(refers) {
                let tests = vec![(field.id.clone(), Test::Is(id.to_owned()))];
                let count = match self.count(viewer, &other.id, tests, at) {
                    // A field that is kept from the viewer tells nothing here either.
                    Err(Unread::Question(_)) => 0,
                    count => count?,
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

impl Wording<'_> {
    fn of(&self, register: &Register, id: &str, cells: &Cells, masked: &[String]) -> Shown {
        if masked.iter().any(|field| field == id) {
            return Shown::Masked;
        }
        let cell = cells.iter().find(|(field, _)| field == id);
        let cell = cell.and_then(|(_, cell)| cell.as_ref());
        self.cell(register, id, cell)
    }

    pub(crate) fn cell(&self, register: &Register, id: &str, cell: Option<&Cell>) -> Shown {
        let field = register.field(id);
        match (cell, field) {
            (None, Some(field)) if field.empty != Empty::Unknown => Shown::Nothing,
            (None, _) => Shown::Unknown,
            (Some(Cell::Text(state)), _) if id == "state" => {
                Shown::Words(state_words(register, state))
            }
            (Some(cell), Some(field)) => self.value(field, cell),
            (Some(_), None) => Shown::Unknown,
        }
    }

    fn value(&self, field: &RegisterField, cell: &Cell) -> Shown {
        use FieldKind as K;
        match (cell, field.kind) {
            (Cell::List(all), _) => {
                Shown::Several(all.iter().map(|cell| self.value(field, cell)).collect())
            }
            (Cell::Bool(truth), _) => Shown::Truth(*truth),
            (Cell::Int(fen), K::Money) => Shown::Fen(*fen),
            (Cell::Int(n), K::Date) => Shown::Day(date(Day(i32::try_from(*n).unwrap_or_default()))),
            (Cell::Int(ms), K::Time) => Shown::Moment(moment(Moment(*ms))),
            (Cell::Int(n), _) => Shown::Number(*n as f64, field.unit_of.clone()),
            (Cell::Double(share), K::Ratio) => Shown::Share(*share),
            (Cell::Double(n), _) => Shown::Number(*n, field.unit_of.clone()),
            (Cell::Text(id), K::Unit) => {
                let units = &self.app.programme().units;
                let unit = units.iter().find(|unit| unit.id == **id);
                let name = unit.map_or_else(|| same(id), |unit| (&unit.name).into());
                Shown::Unit(id.to_string(), name)
            }
            (Cell::Text(id), K::Division) => {
                let divisions = &self.app.programme().divisions;
                let found = divisions.iter().find(|division| division.code == **id);
                let name = found.map_or(&**id, |division| &division.name);
                Shown::Words(same(name))
            }
            (Cell::Text(id), K::Reference | K::References) => self.reference(field, id),
            (Cell::Text(digest), K::Files) => Shown::File(digest.to_string()),
            (Cell::Text(id), K::Choice | K::Choices) => {
                let choice = field.choices.iter().find(|(choice, _)| *choice == **id);
                Shown::Words(choice.map_or_else(|| same(id), |(_, name)| name.into()))
            }
            (Cell::Text(text), _) => Shown::Words(same(text)),
        }
    }

    /// What a record is called, else its id.
    pub(super) fn titled(&self, register: &Register, id: &str) -> Text {
        let title = title(self.app, self.living, &register.id, id);
        same(&title.unwrap_or_else(|| id.to_owned()))
    }

    /// A record by its title where the viewer sees it, else by its id alone.
    fn reference(&self, field: &RegisterField, id: &str) -> Shown {
        let programme = self.app.programme();
        let plain = || Shown::Words(same(id));
        let Some(to) = field.to.as_deref() else {
            return plain();
        };
        if !sees(
            programme,
            self.living,
            self.viewer,
            (to, id),
            self.app.today(),
        ) {
            return plain();
        }
        let title = title(self.app, self.living, to, id).unwrap_or_else(|| id.to_owned());
        Shown::Record(to.to_owned(), id.to_owned(), same(&title))
    }

    fn past(&self, register: &Register, told: &Told) -> Past {
        let entry = &told.entry;
        let before = |id: &str| {
            let cell = entry.before.iter().find(|(field, _)| field == id);
            cell.and_then(|(_, cell)| cell.as_ref())
        };
        let is_masked = |id: &String| told.masked.contains(id);
        let changed = entry
            .after
            .iter()
            // A creation is a snapshot of every field; what was left empty is no change.
            .filter(|(id, cell)| cell.is_some() || is_masked(id) || before(id).is_some());
        let changes = changed.map(|(id, cell)| {
            let name = match register.field(id) {
                Some(field) => (&field.name).into(),
                None => Text::new("状态", "State"),
            };
            match is_masked(id) {
                true => (name, Shown::Masked, Shown::Masked),
                false => {
                    let was = self.cell(register, id, before(id));
                    (name, was, self.cell(register, id, cell.as_ref()))
                }
            }
        });
        Past {
            position: entry.position,
            arrival: entry.arrival,
            at: moment(entry.author.at),
            by: match &entry.author.on_behalf {
                Some(whom) => format!("{} → {whom}", entry.author.actor),
                None => entry.author.actor.clone(),
            },
            act: act_words(register, &entry.act),
            why: entry.why.clone(),
            changes: changes.collect(),
        }
    }
}

/// A record in a list.
pub(super) fn card(
    wording: &Wording<'_>,
    register: &Register,
    columns: &[Column],
    listed: Listed,
) -> Row {
    let shown = |column: &Column| wording.of(register, &column.id, &listed.cells, &listed.masked);
    Row {
        cells: columns.iter().map(shown).collect(),
        version: listed.version,
        id: listed.id.into(),
    }
}

/// The view's columns, and the state.
pub(super) fn columns(register: &Register) -> Vec<Column> {
    let listed = register
        .view
        .list
        .iter()
        .filter_map(|id| register.field(id));
    let mut columns: Vec<Column> = listed
        .map(|field| {
            use FieldKind as K;
            Column {
                id: field.id.clone(),
                name: (&field.name).into(),
                sortable: !field.sensitive
                    && !matches!(field.kind, K::Choices | K::References | K::Files),
                is_number: matches!(field.kind, K::Int | K::Decimal | K::Ratio | K::Money),
            }
        })
        .collect();
    if register.states.is_some() && !columns.iter().any(|column| column.id == "state") {
        columns.push(Column {
            id: "state".into(),
            name: Text::new("状态", "State"),
            sortable: register.field("state").is_some(),
            is_number: false,
        });
    }
    columns
}

/// The moves of a register that the viewer makes with some of its records, and that ask for no values.
fn moves(app: &App, viewer: &Viewer, register: &Register) -> Vec<(String, Text)> {
    let of = (register.id.as_str(), None);
    let makes = |id: &str| enters(app, viewer, of, &Act::Move(id.to_owned())).is_some();
    let moves = register.states.iter().flat_map(|states| &states.moves);
    moves
        .filter(|step| step.needs.is_empty() && makes(&step.id))
        .map(|step| (step.id.clone(), (&step.name).into()))
        .collect()
}

/// Fields of few values: the state and choices.
fn filters(register: &Register) -> Vec<Filter> {
    let states = register.states.iter().map(|states| Filter {
        id: "state".into(),
        name: Text::new("状态", "State"),
        values: worded(&states.names),
    });
    let choices = register
        .fields
        .iter()
        .filter(|field| field.id != "state" && !field.sensitive && field.kind == FieldKind::Choice);
    let choices = choices.map(|field| Filter {
        id: field.id.clone(),
        name: (&field.name).into(),
        values: worded(&field.choices),
    });
    states.chain(choices).collect()
}

fn worded(all: &[(String, rules::Words)]) -> Vec<(String, Text)> {
    all.iter()
        .map(|(id, words)| (id.clone(), words.into()))
        .collect()
}

pub(super) fn state_words(register: &Register, state: &str) -> Text {
    let names = register.states.iter().flat_map(|states| &states.names);
    let mut named = names.filter(|(id, _)| id == state);
    named
        .next()
        .map_or_else(|| same(state), |(_, words)| words.into())
}

fn act_words(register: &Register, act: &Act) -> Text {
    match act {
        Act::Create => Text::new("登记", "recorded"),
        Act::Change => Text::new("修改", "changed"),
        Act::Withdraw => Text::new("撤回", "withdrawn"),
        Act::Erase => Text::new("抹去", "erased"),
        Act::Move(id) => {
            let moves = register.states.iter().flat_map(|states| &states.moves);
            let mut named = moves.filter(|step| step.id == *id);
            named
                .next()
                .map_or_else(|| same(id), |step| (&step.name).into())
        }
        other => same(&other.word()),
    }
}

fn date(day: Day) -> Date {
    super::date(day)
}

fn moment(at: Moment) -> DateTime {
    let day = at.day();
    let ms = at.0 - day.start().0;
    let part = |ms: i64| i8::try_from(ms).unwrap_or_default();
    let time = Time::new(
        part(ms / 3_600_000),
        part(ms / 60_000 % 60),
        part(ms / 1_000 % 60),
        0,
    );
    date(day).to_datetime(time.unwrap_or_default())
}

/// What is written alike in both languages.
fn same(text: &str) -> Text {
    Text::new(text, text)
}

//! Values of records in words.

use super::differing::differing;
use crate::App;
use crate::Viewer;
use crate::access::{is_masked, sees};
use crate::list::{Listed, Told};
use crate::view::{FieldChange, Past, Shown, Text};
use engine::Living;
use jiff::civil::{Date, DateTime, Time};
use programme::model::{FieldKind, Register, RegisterField, UNIT_TABLE};
use programme::record::{Act, Cell, Entry};
use rules::{Day, Empty, Moment};

/// A title may be the name of a record whose title is another's, and so on.
const TITLES_DEEP: usize = 4;

/// What values are put into words with.
pub(crate) struct Wording<'w> {
    pub(crate) app: &'w App,
    pub(crate) living: &'w Living,
    pub(crate) viewer: &'w Viewer,
}

impl Wording<'_> {
    pub(super) fn of(&self, register: &Register, id: &str, listed: &Listed) -> Shown {
        if listed.masked.iter().any(|field| field == id) {
            return Shown::Masked;
        }
        if listed.erased.iter().any(|field| field == id) {
            return Shown::Erased;
        }
        let cell = listed.cells.iter().find(|(field, _)| field == id);
        let cell = cell.and_then(|(_, cell)| cell.as_ref());
        self.cell(register, id, cell)
    }

    pub(crate) fn cell(&self, register: &Register, id: &str, cell: Option<&Cell>) -> Shown {
        self.shown(register, (id, register.field(id)), cell.cloned())
    }

    /// A cell of a field, by its id and, where the register has it, what it is.
    pub(super) fn shown(
        &self,
        register: &Register,
        (id, field): (&str, Option<&RegisterField>),
        cell: Option<Cell>,
    ) -> Shown {
        match (cell, field) {
            (None, Some(field)) if field.empty != Empty::Unknown => Shown::Nothing,
            (None, _) => Shown::Unknown,
            (Some(Cell::Text(state)), _) if id == "state" => {
                Shown::Words(state_words(register, &state))
            }
            (Some(cell), Some(field)) => self.value(field, cell),
            (Some(_), None) => Shown::Unknown,
        }
    }

    fn value(&self, field: &RegisterField, cell: Cell) -> Shown {
        use FieldKind as K;
        match (cell, field.kind) {
            (Cell::List(all), _) => {
                let all = all.into_iter().map(|cell| self.value(field, cell));
                Shown::Several(all.collect())
            }
            (Cell::Bool(truth), _) => Shown::Truth(truth),
            (Cell::Int(fen), K::Money) => Shown::Fen(fen),
            (Cell::Int(n), K::Date) => Shown::Day(date(Day(i32::try_from(n).unwrap_or_default()))),
            (Cell::Int(ms), K::Time) => Shown::Moment(moment(Moment(ms))),
            (Cell::Int(n), _) => Shown::Number(n as f64, field.unit_of.clone()),
            (Cell::Double(share), K::Ratio) => Shown::Share(share),
            (Cell::Double(n), _) => Shown::Number(n, field.unit_of.clone()),
            (Cell::Text(id), K::Unit) => {
                let programme = self.app.programme();
                let number = self.living.record(UNIT_TABLE, &id);
                let unit = number.and_then(|at| programme.units.get(at as usize));
                let name = unit.map_or_else(|| same(&id), |unit| (&unit.name).into());
                Shown::Unit(id.into(), name)
            }
            (Cell::Text(id), K::Division) => {
                let divisions = &self.app.programme().divisions;
                let found = divisions.iter().find(|division| division.code == *id);
                let name = found.map_or(&*id, |division| &division.name);
                Shown::Words(same(name))
            }
            (Cell::Text(id), K::Reference | K::References) => self.reference(field, &id),
            (Cell::Text(digest), K::Files) if takes_pictures(field) => {
                Shown::Picture(digest.into())
            }
            (Cell::Text(digest), K::Files) => Shown::File(digest.into()),
            (Cell::Text(id), K::Choice | K::Choices) => {
                let choice = field.choices.iter().find(|(choice, _)| *choice == *id);
                Shown::Words(choice.map_or_else(|| same(&id), |(_, name)| name.into()))
            }
            (Cell::Text(text), _) => Shown::Said(text.into()),
        }
    }

    /// What a record is called: its title in words, through units and records that it names; its id where the title is
    /// empty or kept from the viewer.
    pub(crate) fn titled(&self, register: &Register, id: &str) -> Text {
        let called = self.called(register, id, TITLES_DEEP);
        called.unwrap_or_else(|| same(id))
    }

    fn called(&self, register: &Register, id: &str, deeper: usize) -> Option<Text> {
        let programme = self.app.programme();
        let field = register.field(&register.title)?;
        if is_masked(programme, self.viewer, register, field) {
            return None;
        }
        let (table, _) = programme.register(&register.id)?;
        let row = self.living.newest(table, self.living.record(table, id)?)?;
        let facts = self.living.facts();
        let schema = programme.schema.tables.get(table)?;
        let stored = schema.fields.iter().filter(|field| field.formula.is_none());
        let (at, own) = stored
            .enumerate()
            .find(|(_, field)| field.id == register.title)?;
        let cell = facts.cell(programme, (table, at), &own.ty, row)?;
        let (FieldKind::Reference, Cell::Text(named)) = (field.kind, &cell) else {
            return match self.value(field, cell) {
                Shown::Words(words) | Shown::Unit(_, words) => Some(words),
                Shown::Said(said) => Some(same(&said)),
                _ => None,
            };
        };
        let to = programme.register(field.to.as_deref()?)?.1;
        let is_seen = deeper > 0 && self.sees(&to.id, named);
        let further = is_seen
            .then(|| self.called(to, named, deeper - 1))
            .flatten();
        Some(further.unwrap_or_else(|| same(named)))
    }

    fn sees(&self, register: &str, id: &str) -> bool {
        let (programme, today) = (self.app.programme(), self.app.today());
        sees(programme, self.living, self.viewer, (register, id), today)
    }

    /// A record by its title where the viewer sees it, else by its id alone.
    fn reference(&self, field: &RegisterField, id: &str) -> Shown {
        let programme = self.app.programme();
        let to = field.to.as_deref().and_then(|to| programme.register(to));
        match to.filter(|(_, to)| self.sees(&to.id, id)) {
            Some((_, to)) => Shown::Record(to.id.clone(), id.to_owned(), self.titled(to, id)),
            None => Shown::Words(same(id)),
        }
    }

    pub(super) fn past(&self, register: &Register, told: &Told) -> Past {
        let entry = &told.entry;
        let before = |id: &str| {
            let cell = entry.before.iter().find(|(field, _)| field == id);
            cell.and_then(|(_, cell)| cell.as_ref())
        };
        let is_masked = |id: &String| told.masked.contains(id);
        let is_erased = |id: &String| told.is_erased_before(id) || told.is_erased_after(id);
        let changed = entry
            .after
            .iter()
            // A creation is a snapshot of every field; what was left empty is no change.
            .filter(|(id, cell)| {
                cell.is_some() || is_masked(id) || is_erased(id) || before(id).is_some()
            });
        let shown = |id: &String, cell: Option<&Cell>, is_erased: bool| match is_erased {
            true => Shown::Erased,
            false if is_masked(id) => Shown::Masked,
            false => self.cell(register, id, cell),
        };
        let name = |id: &String| match register.field(id) {
            Some(field) => (&field.name).into(),
            None => Text::new("状态", "State"),
        };
        let changes = changed.map(|(id, cell)| {
            let was = shown(id, before(id), told.is_erased_before(id));
            let now = shown(id, cell.as_ref(), told.is_erased_after(id));
            FieldChange::new(name(id), was, now)
        });
        Past {
            act: act_words(Some(register), &entry.act),
            named: match entry.act {
                Act::Erase | Act::Reveal => entry.before.iter().map(|(id, _)| name(id)).collect(),
                _ => Vec::new(),
            },
            changes: changes.collect(),
            ..Past::of(entry)
        }
    }
}

impl FieldChange {
    /// A field whose value is told whole, before and after.
    pub(super) fn whole(name: Text, was: Shown, now: Shown) -> Self {
        Self {
            name,
            was,
            now,
            pieces: Vec::new(),
        }
    }

    fn new(name: Text, was: Shown, now: Shown) -> Self {
        let pieces = match (&was, &now) {
            (Shown::Said(was), Shown::Said(now)) => differing(was, now),
            _ => None,
        };
        Self {
            pieces: pieces.unwrap_or_default(),
            ..Self::whole(name, was, now)
        }
    }
}

impl Past {
    /// An entry without what it did to fields.
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            position: entry.position,
            arrival: entry.arrival,
            at: moment(entry.author.at),
            by: match &entry.author.on_behalf {
                Some(whom) => format!("{} → {whom}", entry.author.actor),
                None => entry.author.actor.clone(),
            },
            act: same(&entry.act.word()),
            why: entry.why.clone(),
            named: Vec::new(),
            changes: Vec::new(),
        }
    }
}

pub(super) fn state_words(register: &Register, state: &str) -> Text {
    let names = register.states.iter().flat_map(|states| &states.names);
    let mut named = names.filter(|(id, _)| id == state);
    named
        .next()
        .map_or_else(|| same(state), |(_, words)| words.into())
}

/// What was done with an account.
fn account_words(what: &str) -> Text {
    match what {
        "open" => Text::new("开账号", "made the account"),
        "grant" => Text::new("授予角色", "gave a role to"),
        "end" => Text::new("改任期", "set the last day of a role of"),
        "confirm" => Text::new("确认任职", "confirmed a role of"),
        "refuse" => Text::new("回绝任职", "refused a role of"),
        "hand-over" => Text::new("移交账号", "handed over the account"),
        "close" => Text::new("停用账号", "closed the account"),
        "reset" => Text::new("给新链接", "gave a new link to"),
        "reset-second" => Text::new("重置两步验证", "reset the second step of"),
        "identify" => Text::new("关联统一身份认证", "linked the single sign-on of"),
        other => same(other),
    }
}

/// What a cell of an entry about an account says.
pub(super) fn account_cell(id: &str, cell: &Cell) -> (Text, Shown) {
    let name = match id {
        "role" => Text::new("角色", "Role"),
        "unit" => Text::new("单位或记录", "Unit or record"),
        "from" => Text::new("第一天", "First day"),
        "until" => Text::new("最后一天", "Last day"),
        "to" => Text::new("接任账号", "Successor"),
        other => same(other),
    };
    let value = match cell {
        Cell::Text(text) => Shown::Words(same(text)),
        _ => Shown::Unknown,
    };
    (name, value)
}

pub(super) fn act_words(register: Option<&Register>, act: &Act) -> Text {
    match act {
        Act::Create => Text::new("登记", "recorded"),
        Act::Change => Text::new("修改", "changed"),
        Act::Withdraw => Text::new("撤回", "withdrawn"),
        Act::Erase => Text::new("抹去", "erased"),
        Act::Reveal => Text::new("查看敏感内容", "revealed"),
        Act::Move(id) => {
            let states = register.and_then(|register| register.states.as_ref());
            let moves = states.iter().flat_map(|states| &states.moves);
            let mut named = moves.filter(|step| step.id == *id);
            named
                .next()
                .map_or_else(|| same(id), |step| (&step.name).into())
        }
        Act::Batch => Text::new("成批办理", "a batch"),
        Act::Publish => Text::new("方案生效", "programme put in force"),
        Act::Account(what) => account_words(what),
        Act::Migrate => Text::new("调整库表", "tables brought to the programme"),
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
pub(super) fn same(text: &str) -> Text {
    Text::new(text, text)
}

/// Whether a field of files takes nothing but pictures.
fn takes_pictures(field: &RegisterField) -> bool {
    let mut kinds = field.accept.iter();
    !field.accept.is_empty() && kinds.all(|kind| kind.starts_with("image/"))
}

//! Forms: a record to create, to change or to move, for every register alike; what is typed is read as a sheet's cell is.

mod texts;

use crate::access::{Enters, enters};
use crate::list::{Record, Unread};
use crate::page::Wording;
use crate::sheet::{lasting_keys, title};
use crate::view::{Control, FormPage, Input, Purpose, Text};
use crate::{App, Deed, Viewer, may};
use documents::{Ask, Entry, Found};
use engine::{Asked, Objection};
use programme::model::{FieldKind, Register, RegisterField};
use programme::record::{Act, Cell, Cells};
use rules::Words;
use texts::texts;

/// What was filled in, by field; a field of several values comes several times.
pub type Given = [(String, String)];

/// A form that was looked up: what it is about, and what stood in it.
struct Sheet<'f> {
    register: &'f Register,
    purpose: &'f Purpose,
    fields: Vec<&'f RegisterField>,
    record: Option<Record>,
    /// Cells that the form is filled from.
    cells: Cells,
    /// Those of the version that the form was first filled from, where it is another one.
    seen: Option<Cells>,
}

impl App {
    /// A form for the viewer, over what was given so far. `seen` is the version that it was first filled from.
    ///
    /// # Errors
    /// No such register, record or move for this viewer.
    pub fn form(
        &self,
        viewer: &Viewer,
        register: &str,
        purpose: &Purpose,
        (given, seen): (&Given, Option<i64>),
    ) -> Result<FormPage, Unread> {
        let sheet = self.sheet(viewer, register, purpose, (given, seen))?;
        let lookup = |to: &str, text: &str| self.lookup(viewer, to, text);
        let ask = Ask::new(self.programme(), sheet.register, "", &lookup);
        let entry = Entry::new(&ask);
        let living = self.living();
        let wording = Wording {
            app: self,
            living: &living,
            viewer,
        };
        let label = |to: &str, id: &str| title(self, &living, viewer, to, id);
        let input = |field: &&RegisterField| {
            let mut input = blank(field, &sheet);
            let now = texts(&entry, &label, field, cell(&sheet.cells, &field.id));
            let then = sheet.seen.as_ref();
            let then = then.map(|then| texts(&entry, &label, field, cell(then, &field.id)));
            let typed = typed(given, &field.id);
            let is_own = |typed: &Vec<String>| then.as_ref().is_none_or(|then| then != typed);
            if then.as_ref().is_some_and(|then| *then != now) {
                let shown = wording.cell(sheet.register, &field.id, cell(&sheet.cells, &field.id));
                input.theirs = Some(shown);
            }
            // What was not touched follows what others did meanwhile.
            let typed = typed.filter(is_own).map(|typed| match typed.as_slice() {
                // What an address gives by its number is shown by its name, which is read back as the same.
                [id] if matches!(field.kind, FieldKind::Reference | FieldKind::Unit) => {
                    let given = Cell::Text(id.as_str().into());
                    texts(&entry, &label, field, Some(&given))
                }
                _ => typed,
            });
            input.values = typed.unwrap_or(now);
            input
        };
        let mut inputs: Vec<Input> = sheet.fields.iter().map(input).collect();
        if *purpose == Purpose::Create && sheet.register.number.is_none() {
            inputs.insert(0, own_id(given));
        }
        let (about, step) = match purpose {
            Purpose::Create => (None, None),
            Purpose::Change(id) => (Some(id), None),
            Purpose::Move(id, step) => (Some(id), sheet.step(step).map(|(name, _)| name)),
        };
        Ok(FormPage {
            frame: self.frame(None),
            register: (sheet.register.id.clone(), (&sheet.register.name).into()),
            title: about.map(|id| wording.titled(sheet.register, id)),
            purpose: purpose.clone(),
            step,
            version: sheet.record.as_ref().map_or(0, |r| r.listed.version),
            inputs,
            said: Vec::new(),
            is_overtaken: sheet.seen.is_some(),
        })
    }

    /// What a filled form asks for.
    ///
    /// # Errors
    /// As [`App::form`]; else every text that means nothing in its field.
    pub fn filled_in(
        &self,
        viewer: &Viewer,
        register: &str,
        purpose: &Purpose,
        (given, seen): (&Given, Option<i64>),
    ) -> Result<Result<Asked, Vec<Objection>>, Unread> {
        let sheet = self.sheet(viewer, register, purpose, (given, seen))?;
        let lookup = |to: &str, text: &str| self.lookup(viewer, to, text);
        let ask = Ask {
            year: Some(self.today().ymd().0),
            ..Ask::new(self.programme(), sheet.register, "", &lookup)
        };
        let entry = Entry::new(&ask);
        let (mut cells, mut objections) = (Cells::new(), Vec::new());
        for field in &sheet.fields {
            let Some(typed) = typed(given, &field.id) else {
                continue;
            };
            if *purpose != Purpose::Create {
                let first = sheet.seen.as_ref().unwrap_or(&sheet.cells);
                let living = self.living();
                let label = |to: &str, id: &str| title(self, &living, viewer, to, id);
                if texts(&entry, &label, field, cell(first, &field.id)) == typed {
                    continue;
                }
            }
            match read(&entry, field, &typed) {
                // What is kept from the viewer stays where nothing is entered.
                Ok(None) if typed.is_empty() && sheet.is_masked(field) => {}
                Ok(cell) => cells.push((field.id.clone(), cell)),
                Err(words) => objections.push(Objection {
                    field: Some(field.id.clone()),
                    words,
                }),
            }
        }
        if !objections.is_empty() {
            return Ok(Err(objections));
        }
        let (record, act) = match purpose {
            Purpose::Create => (word(given, "id"), Act::Create),
            Purpose::Change(id) => (Some(id.clone()), Act::Change),
            Purpose::Move(id, step) => (Some(id.clone()), Act::Move(step.clone())),
        };
        let now = sheet.record.as_ref().map_or(0, |r| r.listed.version);
        Ok(Ok(Asked {
            register: sheet.register.id.clone(),
            record: record.map(String::into_boxed_str),
            version: match purpose {
                Purpose::Create => 0,
                _ => seen.unwrap_or(now),
            },
            act,
            cells,
            why: word(given, "_why"),
            as_found: false,
        }))
    }

    fn sheet<'f>(
        &'f self,
        viewer: &Viewer,
        register: &str,
        purpose: &'f Purpose,
        (given, seen): (&Given, Option<i64>),
    ) -> Result<Sheet<'f>, Unread> {
        let (table, found) = self.readable(viewer, register)?;
        let forbidden = || Unread::Forbidden(crate::access::forbidden(register));
        let (id, act) = match purpose {
            Purpose::Create => (None, Act::Create),
            Purpose::Change(id) => (Some(id.as_str()), Act::Change),
            Purpose::Move(id, step) => (Some(id.as_str()), Act::Move(step.clone())),
        };
        let record = match id {
            Some(id) => Some(self.record(viewer, register, id, None)?),
            None if may(self.programme(), viewer, Deed::Create, register) => None,
            None => return Err(forbidden()),
        };
        let enters = enters(self, viewer, (register, id), &act).ok_or_else(forbidden)?;
        let mut sheet = Sheet {
            register: found,
            purpose,
            fields: Vec::new(),
            cells: Cells::new(),
            seen: None,
            record,
        };
        match &sheet.record {
            None => sheet.cells = self.carried(viewer, table, found, given)?,
            Some(record) => {
                let then = seen.filter(|seen| *seen != record.listed.version);
                let then = then.and_then(|seen| self.version(viewer, (table, found), id?, seen));
                sheet.cells = record.listed.cells.clone();
                sheet.seen = then;
            }
        }
        sheet.fields = sheet.to_fill(&enters)?;
        Ok(sheet)
    }

    /// What a new record carries over from the last one of the same key, as far as the key is given.
    fn carried(
        &self,
        viewer: &Viewer,
        table: usize,
        register: &Register,
        given: &Given,
    ) -> Result<Cells, Unread> {
        let carries = register.fields.iter().any(|field| field.carry);
        let keys: Option<Vec<(&str, String)>> = about(register)
            .into_iter()
            .map(|field| Some((field.id.as_str(), self.key(viewer, field, given)?)))
            .collect();
        let Some(keys) = keys.filter(|keys| carries && !keys.is_empty()) else {
            return Ok(Cells::new());
        };
        let last = self.last_of(viewer, (table, register), &keys);
        let is_carried = |id: &str| register.field(id).is_some_and(|field| field.carry);
        let mut cells = last.unwrap_or_default();
        cells.retain(|(id, _)| is_carried(id));
        Ok(cells)
    }

    /// A field of a key as it is compared: ids of what is named.
    fn key(&self, viewer: &Viewer, field: &RegisterField, given: &Given) -> Option<String> {
        let text = word(given, &field.id)?;
        match field.to.as_deref() {
            Some(to) => match self.lookup(viewer, to, &text) {
                Found::One(id) => Some(id.into()),
                _ => None,
            },
            None => Some(text),
        }
    }

    /// What a text names in a register, among what the viewer sees.
    fn lookup(&self, viewer: &Viewer, to: &str, text: &str) -> Found {
        let mut found = self.named(viewer, to, text);
        match found.len() {
            0 => Found::Nothing,
            1 => found
                .pop()
                .map_or(Found::Nothing, |(id, _)| Found::One(id.into())),
            _ => {
                let all = found.into_iter();
                Found::Several(all.map(|(id, title)| (id.into(), title.zh)).collect())
            }
        }
    }
}

impl<'f> Sheet<'f> {
    /// A move's name and the fields it needs.
    fn step(&self, id: &str) -> Option<(Text, &'f [String])> {
        let states = self.register.states.as_ref()?;
        let step = states.moves.iter().find(|step| step.id == id)?;
        Some(((&step.name).into(), &step.needs))
    }

    /// The fields that the viewer fills.
    fn to_fill(&self, enters: &Enters<'_>) -> Result<Vec<&'f RegisterField>, Unread> {
        let needs = match self.purpose {
            Purpose::Move(_, step) => {
                let possible = self.record.iter().flat_map(|record| &record.moves);
                if !possible.into_iter().any(|possible| possible.id == *step) {
                    return Err(Unread::Forbidden(gone(&self.register.id)));
                }
                self.step(step).map(|(_, needs)| needs)
            }
            _ => None,
        };
        let is_set = |field: &RegisterField| cell(&self.cells, &field.id).is_some();
        let fields = self.register.fields.iter().filter(|field| {
            let asked = needs.is_none_or(|needs| needs.contains(&field.id));
            let fixed = field.fixed && is_set(field) && *self.purpose != Purpose::Create;
            asked && !fixed && field.is_kept() && field.id != "state" && enters.has(&field.id)
        });
        Ok(fields.collect())
    }

    fn is_masked(&self, field: &RegisterField) -> bool {
        let mut masked = self.record.iter().flat_map(|record| &record.listed.masked);
        masked.any(|id| *id == field.id)
    }
}

/// What records of a register are about again and again: the key without its times, else what each must refer to.
fn about(register: &Register) -> Vec<&RegisterField> {
    let keys: Vec<&RegisterField> = lasting_keys(register).collect();
    if !keys.is_empty() {
        return keys;
    }
    let refers = |field: &&RegisterField| field.required && field.kind == FieldKind::Reference;
    register.fields.iter().filter(refers).collect()
}

/// A field to fill, without a value.
fn blank(field: &RegisterField, sheet: &Sheet<'_>) -> Input {
    use FieldKind as K;
    let choices = || {
        let choices = field.choices.iter();
        choices
            .map(|(id, name)| (id.clone(), name.into()))
            .collect()
    };
    let needs = match sheet.purpose {
        Purpose::Move(_, step) => sheet.step(step).is_some_and(|(_, n)| n.contains(&field.id)),
        _ => false,
    };
    Input {
        id: field.id.clone(),
        name: (&field.name).into(),
        control: match field.kind {
            K::Phone => Control::Phone,
            K::LongText => Control::Long,
            K::Int | K::Decimal => Control::Number,
            K::Money => Control::Money,
            K::Ratio => Control::Share,
            K::Date => Control::Day,
            K::Time => Control::Moment,
            K::Bool => Control::Truth,
            K::Choice => Control::One(choices()),
            K::Choices => Control::Some(choices()),
            K::Unit | K::Division | K::Reference => Control::Sought(false),
            K::References => Control::Sought(true),
            K::Files => Control::Files(field.accept.clone()),
            K::Text | K::Person | K::Uscc | K::Industry | K::Period(_) => Control::Line,
        },
        values: Vec::new(),
        is_required: field.required || needs,
        unit: field.unit_of.clone(),
        is_masked: sheet.is_masked(field),
        said: Vec::new(),
        theirs: None,
    }
}

/// The number of a record whose register gives none.
fn own_id(given: &Given) -> Input {
    Input {
        id: "id".into(),
        name: Text::new("编号", "Number"),
        control: Control::Line,
        values: typed(given, "id").unwrap_or_default(),
        is_required: true,
        unit: None,
        is_masked: false,
        said: Vec::new(),
        theirs: None,
    }
}

fn read(entry: &Entry<'_>, field: &RegisterField, typed: &[String]) -> Result<Option<Cell>, Words> {
    let listed = || typed.iter().map(|text| Cell::Text(text.as_str().into()));
    match (field.kind, typed) {
        (_, []) => Ok(None),
        (FieldKind::Choices | FieldKind::Files, _) => Ok(Some(Cell::List(listed().collect()))),
        (_, all) => Ok(entry.read(field, &all.join("；"))?.0),
    }
}

/// What was given for a field; `None` where the form had no such field, empty where it was left open.
fn typed(given: &Given, id: &str) -> Option<Vec<String>> {
    let mut of = given.iter().filter(|(key, _)| key == id).peekable();
    of.peek()?;
    let texts = of.map(|(_, text)| text.trim().replace("\r\n", "\n"));
    Some(texts.filter(|text| !text.is_empty()).collect())
}

/// The one text that was given for a key.
fn word(given: &Given, key: &str) -> Option<String> {
    typed(given, key)?.into_iter().next()
}

fn cell<'c>(cells: &'c Cells, id: &str) -> Option<&'c Cell> {
    let found = cells.iter().find(|(field, _)| field == id);
    found.and_then(|(_, cell)| cell.as_ref())
}

fn gone(register: &str) -> Words {
    Words::new(
        format!("台账 {register} 的这条记录现在不能办这一步，可能已有人办过；请回到记录看看"),
        format!(
            "this step cannot be taken now with this record of register {register}, perhaps because somebody took it; see the record"
        ),
    )
}

//! The payload: an entry as one canonical line of text, whose bytes are the leaf.

mod read;
mod write;

pub use write::cell_text;

use crate::{Hash, Open, Salt, Side, WHY, kept_beside};
use programme::model::{FieldKind, Register, RegisterField};
use programme::record::{Act, Author, Cell, Cells, Entry};
use rules::{Day, Moment, Words};
use std::collections::BTreeSet;

/// One cell as the payload holds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// An empty cell.
    Empty,
    /// A value that means what it shows.
    Plain(Cell),
    /// A date.
    Day(Day),
    /// A time.
    Moment(Moment),
    /// The salted digest of a value that lies beside the entry or was erased.
    Digest(Hash),
}

/// An entry as it is hashed.
/// Its position is not in it: that is the leaf's index, and the proof of inclusion proves it.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    /// Its number on arrival; batches are named by it.
    pub arrival: i64,
    /// Who, for whom, when.
    pub author: Author,
    /// What it does.
    pub act: Act,
    /// The register's id; empty for acts on the programme or on tables.
    pub register: String,
    /// The record's id.
    pub record: Box<str>,
    /// The record's version after it.
    pub version: i64,
    /// The cells before.
    pub before: Vec<(String, Held)>,
    /// The cells after.
    pub after: Vec<(String, Held)>,
    /// The reason: a text, or its digest for an act on a record.
    pub why: Held,
    /// The arrival number of the batch it belongs to.
    pub batch: Option<i64>,
}

/// An entry read back.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The entry; an erased cell is empty here.
    pub entry: Entry,
    /// The cells that were erased, [`WHY`] for the reason.
    pub erased: BTreeSet<(Side, String)>,
}

/// Why an entry cannot be written as a payload, or a text is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A field that the register does not have.
    NoSuchField(String),
    /// A field that is named twice.
    NamedTwice(String),
    /// A number without end, or a time without a date in the calendar; the field's id.
    NoValue(String),
    /// The text is no payload; why.
    Unreadable(String),
    /// The text says the same as a payload, in another spelling.
    OtherSpelling,
    /// A value that lies beside the entry is not the one it was written with.
    OtherValue(Side, String),
}

impl Payload {
    /// The form in which an entry is hashed, and the values that are kept beside it.
    /// `register` is the model in force; `None` for acts on the programme, on tables, and for a batch.
    /// `salt` must give 16 new random bytes at each call.
    ///
    /// # Errors
    ///
    /// A field that the register does not have or that comes twice, or a value that has no text.
    pub fn of(
        entry: &Entry,
        register: Option<&Register>,
        salt: impl FnMut() -> Salt,
    ) -> Result<(Self, Vec<Open>), Refusal> {
        let mut keeper = Keeper::of(entry, register, salt)?;
        let held = |keeper: &mut Keeper<'_, _>, side, cells| {
            let mut found = Vec::new();
            keeper.cells(side, cells, |id, shown| {
                found.push((id.to_owned(), shown.held()));
            })?;
            Ok(found)
        };
        let before = held(&mut keeper, Side::Before, &entry.before)?;
        let after = held(&mut keeper, Side::After, &entry.after)?;
        let why = keeper.why(entry).map_or(Held::Empty, |why| match why {
            Why::Text(text) => Held::text(text),
            Why::Kept(digest) => Held::Digest(digest),
        });
        let payload = Self {
            arrival: entry.arrival,
            author: entry.author.clone(),
            act: entry.act.clone(),
            register: entry.register.clone(),
            record: entry.record.clone(),
            version: entry.version,
            before,
            after,
            why,
            batch: entry.batch,
        };
        Ok((payload, keeper.beside))
    }

    /// The canonical text of an entry, as [`Payload::of`] and [`Payload::text`] give it, and the values beside it;
    /// nothing of the entry is copied on the way.
    ///
    /// # Errors
    ///
    /// As of [`Payload::of`].
    pub fn line(
        entry: &Entry,
        register: Option<&Register>,
        salt: impl FnMut() -> Salt,
    ) -> Result<(String, Vec<Open>), Refusal> {
        let mut keeper = Keeper::of(entry, register, salt)?;
        let mut line = write::Line::begin(&Head::of(entry));
        for (side, cells) in [(Side::Before, &entry.before), (Side::After, &entry.after)] {
            line.cells(side);
            keeper.cells(side, cells, |id, shown| line.cell(id, shown))?;
        }
        let reason;
        let why = match keeper.why(entry) {
            None => Shown::Empty,
            Some(Why::Kept(digest)) => Shown::Digest(digest),
            Some(Why::Text(text)) => {
                reason = Cell::Text(text.into());
                Shown::Plain(&reason)
            }
        };
        Ok((line.end(why, entry.batch), keeper.beside))
    }

    /// The canonical text, whose UTF-8 bytes are the leaf.
    pub fn text(&self) -> String {
        write::payload(self)
    }

    /// Reads the canonical text.
    ///
    /// # Errors
    ///
    /// The text is no payload, or not in its one spelling.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let payload = read::payload(text)?;
        if payload.text() == text {
            Ok(payload)
        } else {
            Err(Refusal::OtherSpelling)
        }
    }

    /// The digests in it, by side and field, [`WHY`] for the reason.
    pub fn digests(&self) -> impl Iterator<Item = (Side, &str, Hash)> {
        let before = self
            .before
            .iter()
            .map(|(id, held)| (Side::Before, id, held));
        let after = self.after.iter().map(|(id, held)| (Side::After, id, held));
        let cells = before.chain(after);
        let cells = cells.map(|(side, id, held)| (side, id.as_str(), held));
        cells
            .chain([(Side::After, WHY, &self.why)])
            .filter_map(|(side, id, held)| match held {
                Held::Digest(digest) => Some((side, id, *digest)),
                _ => None,
            })
    }

    /// The entry again, with the values that still lie beside it; the others were erased.
    ///
    /// # Errors
    ///
    /// A value beside it that does not give the digest in it.
    pub fn entry(&self, position: Option<i64>, beside: &[Open]) -> Result<Opened, Refusal> {
        let mut erased = BTreeSet::new();
        let before = opened(Side::Before, &self.before, beside, &mut erased)?;
        let after = opened(Side::After, &self.after, beside, &mut erased)?;
        let why = open(Side::After, WHY, &self.why, beside, &mut erased)?;
        let why = match why {
            Some(Cell::Text(text)) => Some(text.into_string()),
            _ => None,
        };
        let entry = Entry {
            arrival: self.arrival,
            position,
            author: self.author.clone(),
            act: self.act.clone(),
            register: self.register.clone(),
            record: self.record.clone(),
            version: self.version,
            before,
            after,
            why,
            batch: self.batch,
        };
        Ok(Opened { entry, erased })
    }
}

/// What a line begins with.
struct Head<'e> {
    arrival: i64,
    author: &'e Author,
    act: &'e Act,
    register: &'e str,
    record: &'e str,
    version: i64,
}

impl<'e> Head<'e> {
    fn of(entry: &'e Entry) -> Self {
        Self {
            arrival: entry.arrival,
            author: &entry.author,
            act: &entry.act,
            register: &entry.register,
            record: &entry.record,
            version: entry.version,
        }
    }
}

/// A cell as the payload shows it, where it lies.
#[derive(Clone, Copy)]
enum Shown<'c> {
    Empty,
    Plain(&'c Cell),
    Day(Day),
    Moment(Moment),
    Digest(Hash),
}

/// A reason in the payload, or beside it.
enum Why<'e> {
    Text(&'e str),
    Kept(Hash),
}

/// Decides for each cell whether it is in the entry or beside it.
struct Keeper<'a, S> {
    register: Option<&'a Register>,
    salt: S,
    beside: Vec<Open>,
}

impl<'a, S: FnMut() -> Salt> Keeper<'a, S> {
    fn of(entry: &Entry, register: Option<&'a Register>, salt: S) -> Result<Self, Refusal> {
        if !write::told(Shown::Moment(entry.author.at)) {
            return Err(Refusal::NoValue("at".into()));
        }
        Ok(Self {
            register,
            salt,
            beside: Vec::new(),
        })
    }

    fn cells<'c>(
        &mut self,
        side: Side,
        cells: &'c Cells,
        mut tell: impl FnMut(&'c str, Shown<'c>),
    ) -> Result<(), Refusal> {
        let fields = self.register.map_or(&[][..], |register| &register.fields);
        // Cells come in the order of their fields: what is found behind the one before was not named before.
        let mut rest = fields;
        for (nth, (id, cell)) in cells.iter().enumerate() {
            let behind = rest.iter().position(|field| field.id == *id);
            let mut before = cells.iter().take(nth);
            let field = match behind {
                Some(at) => rest.get(at),
                None if before.any(|(before, _)| before == id) => {
                    return Err(Refusal::NamedTwice(id.clone()));
                }
                None => fields.iter().find(|field| field.id == *id),
            };
            if field.is_none() && self.register.is_some() {
                return Err(Refusal::NoSuchField(id.clone()));
            }
            rest = behind.and_then(|at| rest.get(at + 1..)).unwrap_or(rest);
            tell(id, self.cell(side, id, field, cell.as_ref())?);
        }
        Ok(())
    }

    /// `field` is `None` for acts on no record.
    fn cell<'c>(
        &mut self,
        side: Side,
        id: &str,
        field: Option<&RegisterField>,
        cell: Option<&'c Cell>,
    ) -> Result<Shown<'c>, Refusal> {
        let (kind, apart) = field.map_or((FieldKind::Text, false), |field| {
            (field.kind, kept_beside(field))
        });
        let Some(cell) = cell else {
            return Ok(Shown::Empty);
        };
        let shown = Shown::of(cell, kind);
        if !write::told(shown) {
            return Err(Refusal::NoValue(id.into()));
        }
        Ok(if apart {
            Shown::Digest(self.keep(side, id, write::shown(shown)))
        } else {
            shown
        })
    }

    fn why<'e>(&mut self, entry: &'e Entry) -> Option<Why<'e>> {
        let why = entry.why.as_deref()?;
        Some(match self.register {
            None => Why::Text(why),
            Some(_) => Why::Kept(self.keep(Side::After, WHY, write::quoted(why))),
        })
    }

    fn keep(&mut self, side: Side, field: &str, value: String) -> Hash {
        let open = Open {
            side,
            field: field.to_owned(),
            salt: (self.salt)(),
            value,
        };
        let digest = open.digest();
        self.beside.push(open);
        digest
    }
}

fn opened(
    side: Side,
    cells: &[(String, Held)],
    beside: &[Open],
    erased: &mut BTreeSet<(Side, String)>,
) -> Result<Cells, Refusal> {
    cells
        .iter()
        .map(|(id, held)| Ok((id.clone(), open(side, id, held, beside, erased)?)))
        .collect()
}

fn open(
    side: Side,
    id: &str,
    held: &Held,
    beside: &[Open],
    erased: &mut BTreeSet<(Side, String)>,
) -> Result<Option<Cell>, Refusal> {
    let Held::Digest(digest) = held else {
        return Ok(held.cell());
    };
    let found = beside
        .iter()
        .find(|open| open.side == side && open.field == id);
    let Some(open) = found else {
        erased.insert((side, id.to_owned()));
        return Ok(None);
    };
    let cell = open.cell().filter(|_| open.digest() == *digest);
    cell.map(Some)
        .ok_or_else(|| Refusal::OtherValue(side, id.to_owned()))
}

impl Held {
    fn text(text: &str) -> Self {
        Self::Plain(Cell::Text(text.into()))
    }

    fn shown(&self) -> Shown<'_> {
        match self {
            Self::Empty => Shown::Empty,
            Self::Plain(cell) => Shown::Plain(cell),
            Self::Day(day) => Shown::Day(*day),
            Self::Moment(at) => Shown::Moment(*at),
            Self::Digest(digest) => Shown::Digest(*digest),
        }
    }

    /// The value; `None` where it is empty or only its digest is here.
    pub fn cell(&self) -> Option<Cell> {
        match self {
            Self::Empty | Self::Digest(_) => None,
            Self::Plain(cell) => Some(cell.clone()),
            Self::Day(day) => Some(Cell::Int(day.0.into())),
            Self::Moment(at) => Some(Cell::Int(at.0)),
        }
    }
}

impl<'c> Shown<'c> {
    fn of(cell: &'c Cell, kind: FieldKind) -> Self {
        match (cell, kind) {
            (Cell::Int(days), FieldKind::Date) => match i32::try_from(*days) {
                Ok(days) => Self::Day(Day(days)),
                Err(_) => Self::Plain(cell),
            },
            (Cell::Int(ms), FieldKind::Time) => Self::Moment(Moment(*ms)),
            _ => Self::Plain(cell),
        }
    }

    fn held(self) -> Held {
        match self {
            Self::Empty => Held::Empty,
            Self::Plain(cell) => Held::Plain(cell.clone()),
            Self::Day(day) => Held::Day(day),
            Self::Moment(at) => Held::Moment(at),
            Self::Digest(digest) => Held::Digest(digest),
        }
    }
}

/// Reads what [`cell_text`] writes; `None` for any other text.
pub fn cell_of_text(text: &str) -> Option<Cell> {
    let held = read::held(text)?;
    let cell = held.cell()?;
    (write::shown(held.shown()) == text).then_some(cell)
}

impl Refusal {
    /// What happened, why, and what to do now.
    pub fn words(&self) -> Words {
        match self {
            Self::NoSuchField(id) => Words::new(
                format!("台账没有字段“{id}”，这一条没有写入流水；请按现行方案的字段重新提交。"),
                format!(
                    "The register has no field \"{id}\", so nothing was journaled; submit again with the fields of the programme in force."
                ),
            ),
            Self::NamedTwice(id) => Words::new(
                format!("字段“{id}”给了两次，不知以哪个为准，这一条没有写入流水；请只给一次。"),
                format!(
                    "The field \"{id}\" came twice and it is not known which holds, so nothing was journaled; give it once."
                ),
            ),
            Self::NoValue(id) => Words::new(
                format!("字段“{id}”的值不是有限的数或日历上的日期，写不进流水；请更正这个值。"),
                format!(
                    "The value of \"{id}\" is no finite number or no date of the calendar and cannot be journaled; mend the value."
                ),
            ),
            Self::Unreadable(why) => Words::new(
                format!("这段文字不是流水条目（{why}）；请用备份或导出文件核对这一条。"),
                format!(
                    "This text is no entry of the journal ({why}); compare the entry with a backup or an export."
                ),
            ),
            Self::OtherSpelling => Words::new(
                "条目内容读得出，但写法不是流水规定的唯一写法，说明有人另行改写；请用备份或导出文件核对。",
                "The entry can be read but is not spelt as the journal spells it, so something else wrote it; compare it with a backup or an export.",
            ),
            Self::OtherValue(side, id) => Words::new(
                format!(
                    "条目旁存的“{id}”（{}）与条目中的摘要不符，值被改过；请用备份核对。",
                    side.word()
                ),
                format!(
                    "The value of \"{id}\" ({}) beside the entry does not give the digest in it, so it was changed; compare it with a backup.",
                    side.word()
                ),
            ),
        }
    }
}

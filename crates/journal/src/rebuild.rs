//! Rebuilding: the records as the journal's entries leave them, and how a table's row differs.

use crate::Opened;
use crate::alter::{Alteration, Alterations};
use crate::open::Side;
use programme::record::{Act, Cell, Cells};
use rules::{Moment, Words};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// The records of every register, entry by entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rebuild {
    registers: BTreeMap<String, BTreeMap<Box<str>, Rebuilt>>,
    /// Records that were taken out: what they held can still be erased, and one that comes back goes on with the next version.
    withdrawn: BTreeMap<(String, Box<str>), Rebuilt>,
    entries: u64,
}

/// A record as its entries leave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebuilt {
    /// Its version: the number of its entries.
    pub version: i64,
    /// Its cells; an erased one is empty.
    pub cells: Cells,
    /// The fields whose value was erased.
    pub erased: BTreeSet<String>,
    /// When it was created.
    pub created: Moment,
    /// When its last entry was made.
    pub changed: Moment,
    /// The position of its last entry; `None` where that has none yet.
    pub position: Option<i64>,
}

/// An entry that does not follow from those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The entry's position.
    pub position: Option<i64>,
    /// The register.
    pub register: String,
    /// The record.
    pub record: Box<str>,
    /// What does not follow.
    pub kind: BreakKind,
}

/// What does not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BreakKind {
    /// The record is created a second time.
    CreatedTwice,
    /// The record was never created.
    NotCreated,
    /// Its version is not the next one.
    Version {
        /// The version that should follow.
        expected: i64,
        /// The version it has.
        found: i64,
    },
    /// The entry says another value was there before.
    Before(String),
    /// A register or field is renamed to one that exists, or from one that does not.
    Rename(String),
}

/// How a table's row differs from its record.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// In its version.
    Version {
        /// The journal's.
        journal: i64,
        /// The row's.
        row: i64,
    },
    /// In a field.
    Field {
        /// The field.
        field: String,
        /// The journal's value.
        journal: Option<Cell>,
        /// The row's value.
        row: Option<Cell>,
    },
}

impl Rebuild {
    /// Lets the next entry, in order of position, do what it did.
    ///
    /// # Errors
    ///
    /// Says what does not follow from the entries before; the entry is then applied as far as it can be,
    /// so that one break does not make a hundred.
    pub fn apply(&mut self, opened: &Opened) -> Result<(), Break> {
        self.entries += 1;
        let entry = &opened.entry;
        let kind = match &entry.act {
            Act::Batch | Act::Publish | Act::Reveal | Act::Account(_) => None,
            Act::Migrate => self.migrate(&entry.after),
            Act::Create => self.create(opened),
            Act::Change | Act::Move(_) | Act::Erase => self.change(opened),
            Act::Withdraw => self.withdraw(opened),
        };
        kind.map_or(Ok(()), |kind| {
            Err(Break {
                position: entry.position,
                register: entry.register.clone(),
                record: entry.record.clone(),
                kind,
            })
        })
    }

    /// The registers that have records, by id.
    pub fn registers(&self) -> impl Iterator<Item = (&str, &BTreeMap<Box<str>, Rebuilt>)> {
        self.registers
            .iter()
            .map(|(id, records)| (id.as_str(), records))
    }

    /// A record.
    pub fn record(&self, register: &str, record: &str) -> Option<&Rebuilt> {
        self.registers.get(register)?.get(record)
    }

    /// How many entries were applied.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    fn create(&mut self, opened: &Opened) -> Option<BreakKind> {
        let entry = &opened.entry;
        let records = self.registers.entry(entry.register.clone()).or_default();
        let key = (entry.register.clone(), entry.record.clone());
        if records.contains_key(&entry.record) {
            return Some(BreakKind::CreatedTwice);
        }
        let former = self.withdrawn.remove(&key);
        let expected = former.map_or(1, |former| former.version + 1);
        let after = opened
            .erased
            .iter()
            .filter(|(side, _)| *side == Side::After);
        let rebuilt = Rebuilt {
            version: entry.version,
            cells: entry.after.clone(),
            erased: after
                .map(|(_, field)| field.clone())
                .filter(|field| field != crate::WHY)
                .collect(),
            created: entry.author.at,
            changed: entry.author.at,
            position: entry.position,
        };
        records.insert(entry.record.clone(), rebuilt);
        (entry.version != expected).then_some(BreakKind::Version {
            expected,
            found: entry.version,
        })
    }

    fn change(&mut self, opened: &Opened) -> Option<BreakKind> {
        let entry = &opened.entry;
        let records = self.registers.get_mut(&entry.register);
        let mut record = records.and_then(|records| records.get_mut(&entry.record));
        if record.is_none() && entry.act == Act::Erase {
            let key = (entry.register.clone(), entry.record.clone());
            record = self.withdrawn.get_mut(&key);
        }
        let Some(record) = record else {
            return Some(BreakKind::NotCreated);
        };
        let expected = record.version + 1;
        let differs = entry.before.iter().find(|(field, before)| {
            let gone = opened.erased.contains(&(Side::Before, field.clone()));
            let unknown = gone || record.erased.contains(field) || entry.act == Act::Erase;
            !unknown && record.cell(field) != before.as_ref()
        });
        let differs = differs.map(|(field, _)| BreakKind::Before(field.clone()));
        for (field, cell) in &entry.after {
            let erased = opened.erased.contains(&(Side::After, field.clone()));
            record.set(field, cell.clone(), erased);
        }
        if entry.act == Act::Erase {
            for (field, _) in entry.before.iter().filter(|(field, _)| field != crate::WHY) {
                record.set(field, None, true);
            }
        }
        record.version = entry.version;
        record.changed = entry.author.at;
        record.position = entry.position;
        let skipped = (entry.version != expected).then_some(BreakKind::Version {
            expected,
            found: entry.version,
        });
        skipped.or(differs)
    }

    /// What was before must have been there, and then the record is gone.
    fn withdraw(&mut self, opened: &Opened) -> Option<BreakKind> {
        let found = self.change(opened);
        let entry = &opened.entry;
        let records = self.registers.get_mut(&entry.register);
        if let Some(record) = records.and_then(|records| records.remove(&entry.record)) {
            let key = (entry.register.clone(), entry.record.clone());
            self.withdrawn.insert(key, record);
        }
        found
    }

    /// What a migration did to every record.
    fn migrate(&mut self, steps: &Cells) -> Option<BreakKind> {
        let alterations = Alterations::of(steps);
        let taken = self.rename_registers(&alterations);
        let of_registers = self.registers.iter_mut().flat_map(|(register, records)| {
            let register = register.as_str();
            records.values_mut().map(move |record| (register, record))
        });
        let withdrawn = self.withdrawn.iter_mut();
        let withdrawn = withdrawn.map(|((register, _), record)| (register.as_str(), record));
        let mut clash = None;
        for (register, record) in of_registers.chain(withdrawn) {
            if let Some(alteration) = alterations.of_register(register) {
                clash = record.alter(alteration).or(clash);
            }
        }
        taken.or(clash).map(BreakKind::Rename)
    }

    /// Gives the first old id whose new one is taken.
    fn rename_registers(&mut self, alterations: &Alterations) -> Option<String> {
        let new = |old: &str| alterations.register(old).to_owned();
        let mut taken = None;
        for (old, records) in std::mem::take(&mut self.registers) {
            match self.registers.entry(new(&old)) {
                Entry::Vacant(place) => drop(place.insert(records)),
                Entry::Occupied(mut other) => {
                    other.get_mut().extend(records);
                    taken = Some(old);
                }
            }
        }
        let withdrawn = std::mem::take(&mut self.withdrawn).into_iter();
        self.withdrawn = withdrawn
            .map(|((register, id), record)| ((new(&register), id), record))
            .collect();
        taken
    }
}

impl Rebuilt {
    /// The value of a field; `None` where it is empty, erased or not there.
    pub fn cell(&self, field: &str) -> Option<&Cell> {
        let found = self.cells.iter().find(|(id, _)| id == field);
        found.and_then(|(_, cell)| cell.as_ref())
    }

    /// Alters the record; gives an old id whose new one another field has.
    fn alter(&mut self, alteration: &Alteration) -> Option<String> {
        self.erased = self
            .erased
            .iter()
            .map(|id| alteration.field(id).to_owned())
            .collect();
        alteration.cells(&mut self.cells)
    }

    fn set(&mut self, field: &str, cell: Option<Cell>, erased: bool) {
        match self.cells.iter_mut().find(|(id, _)| id == field) {
            Some((_, held)) => *held = cell,
            None => self.cells.push((field.to_owned(), cell)),
        }
        if erased {
            self.erased.insert(field.to_owned());
        } else {
            self.erased.remove(field);
        }
    }

    /// How a table's row differs from the record; a field that one side does not have is empty there.
    /// A row must not hold what was erased.
    pub fn differences(&self, version: i64, row: &Cells) -> Vec<Difference> {
        let mut found = Vec::new();
        if version != self.version {
            found.push(Difference::Version {
                journal: self.version,
                row: version,
            });
        }
        let mut compare = |field: &str, journal: Option<&Cell>, row: Option<&Cell>| {
            if journal != row {
                found.push(Difference::Field {
                    field: field.to_owned(),
                    journal: journal.cloned(),
                    row: row.cloned(),
                });
            }
        };
        for (field, cell) in row {
            compare(field, self.cell(field), cell.as_ref());
        }
        for (field, cell) in &self.cells {
            if row.iter().all(|(other, _)| other != field) {
                compare(field, cell.as_ref(), None);
            }
        }
        found
    }
}

impl Break {
    /// What happened, how it is known, and what to do now.
    pub fn words(&self) -> Words {
        let at = self.position.map_or("?".to_owned(), |at| at.to_string());
        let (register, record) = (&self.register, &self.record);
        let (zh, en) = match &self.kind {
            BreakKind::CreatedTwice => (
                "已经建立过，又建立一次".to_owned(),
                "was created before and is created again".to_owned(),
            ),
            BreakKind::NotCreated => ("从未建立".to_owned(), "was never created".to_owned()),
            BreakKind::Version { expected, found } => (
                format!("应为第 {expected} 版，条目写的是第 {found} 版"),
                format!("should have version {expected}, and the entry says {found}"),
            ),
            BreakKind::Before(field) => (
                format!("“{field}”原来的值与条目所写不同"),
                format!("had another value in \"{field}\" than the entry says"),
            ),
            BreakKind::Rename(old) => (
                format!("“{old}”的新名称已被占用"),
                format!("takes a name for \"{old}\" that is in use"),
            ),
        };
        Words::new(
            format!("流水号 {at}：{register} {record} {zh}；请先核验流水，再查写入它的程序。"),
            format!(
                "Position {at}: {register} {record} {en}; verify the journal first, then look at what wrote it."
            ),
        )
    }
}

//! The tables held against the journal: every row that is not what its entries make of it.

use super::verify::PAGE;
use crate::db::Tx;
use crate::dialect::quoted;
use crate::error::Result;
use crate::lines::{Raw, raw};
use crate::plan;
use crate::store::Store;
use crate::table::Table;
use journal::{Break, Difference, Payload, Rebuild, Rebuilt};
use programme::record::{Act, Cell, Cells};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that are named one by one; more are only counted.
const NAMED: usize = 1_000;

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// Entries that were read.
    pub entries: u64,
    /// Rows that were compared.
    pub rows: u64,
    /// Entries that do not follow from those before them, or cannot be read.
    pub breaks: Vec<Break>,
    /// Arrival numbers of entries that cannot be read.
    pub unreadable: Vec<i64>,
    /// Rows that are not what the journal says.
    pub odd: Vec<Odd>,
    /// Odd rows beyond those that are named.
    pub more: u64,
}

/// A row that is not what the journal says.
#[derive(Clone, Debug, PartialEq)]
pub struct Odd {
    /// The register's id.
    pub register: String,
    /// The record's id.
    pub record: Box<str>,
    /// In what.
    pub row: Row,
}

/// In what a row differs.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// The journal has the record, the table does not.
    Missing,
    /// The table has a record that the journal does not.
    Extra,
    /// Its cells or its version.
    Differs(Vec<Difference>),
    /// Its times, or the arrival of its last entry.
    System,
}

/// What the journal makes of the records.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    pub(super) rebuild: Rebuild,
    /// The arrival of each record's last entry.
    pub(super) arrivals: BTreeMap<(String, Box<str>), i64>,
    breaks: Vec<Break>,
    unreadable: Vec<i64>,
    entries: u64,
}

impl Compared {
    /// Whether nothing was found.
    pub fn clean(&self) -> bool {
        self.breaks.is_empty() && self.unreadable.is_empty() && self.odd.is_empty()
    }

    fn odd(&mut self, register: &str, record: &str, row: Row) {
        if self.odd.len() == NAMED {
            self.more += 1;
            return;
        }
        self.odd.push(Odd {
            register: register.to_owned(),
            record: record.into(),
            row,
        });
    }
}

impl Store {
    /// Rebuilds all records from the journal and compares the tables with them, as of one moment; `told` hears how many entries are done.
    ///
    /// # Errors
    ///
    /// The database's. What differs is no error but what comes back.
    pub async fn compare(&self, mut told: impl FnMut(u64)) -> Result<Compared> {
        let mut tx = self.db.read().await?;
        let replayed = replay(&mut tx, &mut told).await?;
        let mut found = Compared {
            entries: replayed.entries,
            breaks: replayed.breaks.clone(),
            unreadable: replayed.unreadable.clone(),
            ..Compared::default()
        };
        for (register, table) in plan::shapes(&mut tx).await? {
            table_against(&mut tx, &register, &table, &replayed, &mut found).await?;
        }
        Ok(found)
    }
}

/// Lets all entries do again what they did, in order of position; those that are not numbered yet come last.
pub(super) async fn replay(tx: &mut Tx, told: &mut impl FnMut(u64)) -> Result<Replayed> {
    let mut replayed = Replayed::default();
    let mut next = 0;
    loop {
        let chosen = "where p.position >= $1 order by p.position limit $2";
        let page = raw(tx, "join", chosen, &[next.into(), PAGE.into()]).await?;
        let Some(last) = page.last().and_then(|row| row.position) else {
            break;
        };
        replayed.take(&page);
        told(replayed.entries);
        next = i64::try_from(last).unwrap_or(i64::MAX) + 1;
    }
    let tail = "where j.arrival > (select coalesce(max(arrival), -1) from journal_position) order by j.arrival";
    replayed.take(&raw(tx, "left join", tail, &[]).await?);
    Ok(replayed)
}

impl Replayed {
    /// Whether every entry follows from those before it.
    pub(super) fn sound(&self) -> bool {
        self.breaks.is_empty() && self.unreadable.is_empty()
    }

    fn take(&mut self, page: &[Raw]) {
        for row in page {
            self.entries += 1;
            let position = row.position.and_then(|at| i64::try_from(at).ok());
            let opened = Payload::read(&row.payload)
                .and_then(|payload| payload.entry(position, &row.beside));
            let Ok(opened) = opened else {
                self.unreadable.push(row.arrival);
                continue;
            };
            self.breaks.extend(self.rebuild.apply(&opened).err());
            // A record's row is of the last entry that changed it.
            if opened.entry.act != Act::Reveal {
                let key = (opened.entry.register, opened.entry.record);
                self.arrivals.insert(key, row.arrival);
            }
        }
    }
}

async fn table_against(
    tx: &mut Tx,
    register: &str,
    table: &Table,
    replayed: &Replayed,
    found: &mut Compared,
) -> Result<()> {
    let system = crate::table::SYSTEM.iter().copied();
    let names = system.chain(table.columns.iter().map(|column| column.name.as_str()));
    let names: Vec<String> = names.map(quoted).collect();
    let text = format!("select {} from {}", names.join(", "), quoted(&table.name()));
    let mut seen = BTreeSet::new();
    tx.each(&text, &[], |row| {
        found.rows += 1;
        let id: Box<str> = row.need_text(0)?.into();
        let Some(rebuilt) = replayed.rebuild.record(register, &id) else {
            found.odd(register, &id, Row::Extra);
            return Ok(());
        };
        let mut cells = Cells::with_capacity(table.columns.len());
        for (at, column) in table.columns.iter().enumerate() {
            cells.push((column.name.clone(), column.cell(&row, at + 5)?));
        }
        unnumber(&id, rebuilt, &mut cells);
        let differences = rebuilt.differences(row.need_int(1)?, &cells);
        let times = (row.need_int(3)?, row.need_int(4)?);
        let arrival = replayed.arrivals.get(&(register.to_owned(), id.clone()));
        if !differences.is_empty() {
            found.odd(register, &id, Row::Differs(differences));
        } else if times != (rebuilt.created.0, rebuilt.changed.0)
            || arrival != Some(&row.need_int(2)?)
        {
            found.odd(register, &id, Row::System);
        }
        seen.insert(id);
        Ok(())
    })
    .await?;
    let records = replayed.rebuild.registers().find(|(id, _)| *id == register);
    for id in records.into_iter().flat_map(|(_, records)| records.keys()) {
        if !seen.contains(id) {
            found.odd(register, id, Row::Missing);
        }
    }
    Ok(())
}

/// A column `number` that is no field repeats the record's id, so it is left out where it does.
fn unnumber(id: &str, rebuilt: &Rebuilt, cells: &mut Cells) {
    let is_field = rebuilt.cells.iter().any(|(field, _)| field == "number");
    if !is_field {
        let same = Some(Cell::Text(id.into()));
        cells.retain(|(field, cell)| field != "number" || *cell != same);
    }
}

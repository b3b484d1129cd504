//! Reading in bulk, for the facts in memory: current rows, superseded cells, and entries in order.

mod column;
mod parts;

use crate::dialect::Dialect;
use crate::error::Result;
use crate::lines::{entries, entries_alone};
use crate::row::Row;
use crate::shape::Shape;
use crate::store::Store;
use crate::table::Column;
use column::Filling;
use journal::Opened;
use programme::record::{Cells, Entry};
use rules::{Column as Typed, Moment};

/// Rows of a register, in columns: the `n`th of each list belongs to the `n`th row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// Ids.
    pub ids: Vec<Box<str>>,
    /// Versions, from 1.
    pub versions: Vec<i64>,
    /// Arrivals of the last entries.
    pub arrivals: Vec<i64>,
    /// When they were created.
    pub created_at: Vec<Moment>,
    /// When they were last changed.
    pub changed_at: Vec<Moment>,
    /// Cells of each field that [`Store::loaded_fields`] names: texts, ids of records among them, are symbols, and the
    /// same text may stand twice in a dictionary.
    pub columns: Vec<Typed>,
}

/// A current record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: Box<str>,
    /// Its version, from 1.
    pub version: i64,
    /// The arrival of its last entry.
    pub arrival: i64,
    /// When it was created.
    pub created_at: Moment,
    /// When it was last changed.
    pub changed_at: Moment,
    /// All stored fields, in the register's order.
    pub cells: Cells,
}

/// Rows of one chunk.
const CHUNK: usize = 8_192;

/// A chunk while its rows are read.
struct Reading {
    chunk: Chunk,
    columns: Vec<Filling>,
}

impl Reading {
    /// Room for the rows of a register.
    fn of(shape: &Shape) -> Self {
        let columns = shape.columns.iter();
        Self {
            chunk: Chunk::default(),
            columns: columns.map(|(c, _)| Filling::of(c, CHUNK)).collect(),
        }
    }

    /// Adds a row of SQLite as [`Shape::select`] reads it with all fields.
    fn sqlite(&mut self, row: &rusqlite::Row<'_>) -> Result<()> {
        let chunk = &mut self.chunk;
        chunk.ids.push(row.get(0)?);
        chunk.versions.push(row.get(1)?);
        chunk.arrivals.push(row.get(2)?);
        chunk.created_at.push(Moment(row.get(3)?));
        chunk.changed_at.push(Moment(row.get(4)?));
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.sqlite(row.get_ref(at + 5)?)?;
        }
        Ok(())
    }

    /// The same of PostgreSQL.
    fn postgres(&mut self, row: &Row) -> Result<()> {
        let chunk = &mut self.chunk;
        chunk.ids.push(row.need_text(0)?.into());
        chunk.versions.push(row.need_int(1)?);
        chunk.arrivals.push(row.need_int(2)?);
        chunk.created_at.push(Moment(row.need_int(3)?));
        chunk.changed_at.push(Moment(row.need_int(4)?));
        for (at, column) in self.columns.iter_mut().enumerate() {
            column.postgres(row, at + 5)?;
        }
        Ok(())
    }

    fn done(self) -> Chunk {
        Chunk {
            columns: self.columns.into_iter().map(Filling::typed).collect(),
            ..self.chunk
        }
    }
}

/// Entries after a record's creation; and its creations too where it was withdrawn, because then no row tells when it began.
const CHANGED: &str = "j.act <> 'reveal' and (j.version > 1 or exists (
    select 1 from journal w where w.act = 'withdraw' and w.register = j.register and w.record = j.record))";

/// Entries that are read at once.
const ENTRIES: i64 = 2_048;

impl Store {
    /// The fields that [`Store::load`] gives, in order: all stored fields.
    pub fn loaded_fields(&self, register: &str) -> Vec<String> {
        self.shape(register).map_or(Vec::new(), |shape| {
            let columns = shape.columns.iter();
            columns.map(|(column, _)| column.name.clone()).collect()
        })
    }

    /// Hands over all current rows of a register, in no order, as of one moment.
    ///
    /// `take` returns how far it came with what it was given; its error ends the load.
    ///
    /// # Errors
    ///
    /// The database's, or what `take` returned.
    pub async fn load(
        &self,
        register: &str,
        mut take: impl FnMut(Chunk) -> Result<()>,
    ) -> Result<()> {
        let Some(shape) = self.shape(register) else {
            return Ok(());
        };
        if self.db.dialect() == Dialect::Sqlite {
            return parts::load(&self.db, shape, take).await;
        }
        let mut tx = self.db.read().await?;
        let mut reading = Reading::of(&shape);
        tx.each(&shape.select(&shape.field_names()), &[], |row| {
            reading.postgres(&row)?;
            if reading.chunk.ids.len() == CHUNK {
                take(std::mem::replace(&mut reading, Reading::of(&shape)).done())?;
            }
            Ok(())
        })
        .await?;
        if reading.chunk.ids.is_empty() {
            Ok(())
        } else {
            take(reading.done())
        }
    }

    /// How many records a register has.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn count(&self, register: &str) -> Result<u64> {
        let Some(shape) = self.shape(register) else {
            return Ok(0);
        };
        let rows = self
            .db
            .fetch(&format!("select count(*) from {}", shape.name), &[])
            .await?;
        let count = rows.first().map_or(Ok(0), |row| row.need_int(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// A current record with all its cells, long texts too.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn record(&self, register: &str, id: &str) -> Result<Option<Record>> {
        let Some(shape) = self.shape(register) else {
            return Ok(None);
        };
        let columns: Vec<&Column> = shape.columns.iter().map(|(column, _)| column).collect();
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let text = format!("{} where _id = $1", shape.select(&names));
        let rows = self.db.fetch(&text, &[id.into()]).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let cell =
            |(at, column): (usize, &&Column)| Ok((column.name.clone(), column.cell(row, at + 5)?));
        Ok(Some(Record {
            id: row.need_text(0)?.into(),
            version: row.need_int(1)?,
            arrival: row.need_int(2)?,
            created_at: Moment(row.need_int(3)?),
            changed_at: Moment(row.need_int(4)?),
            cells: columns
                .iter()
                .enumerate()
                .map(cell)
                .collect::<Result<_>>()?,
        }))
    }

    /// Hands over every entry that changed a record after its creation, from a position on and in order.
    ///
    /// From these with their cells before, and the current rows, the superseded rows since that position follow.
    /// The creations of records that were withdrawn are among them: a record may come again under its id, with the next version.
    ///
    /// # Errors
    ///
    /// The database's, or what `take` returned.
    pub async fn changes_since(
        &self,
        position: i64,
        take: impl FnMut(Vec<Entry>) -> Result<()>,
    ) -> Result<()> {
        self.walk(position, i64::MAX, &format!(" and {CHANGED}"), take)
            .await
    }

    /// Every entry that changed a record after its creation and has no position yet, in order of arrival.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn changes_unnumbered(&self) -> Result<Vec<Entry>> {
        let mut tx = self.db.read().await?;
        let chosen = format!("where p.position is null and {CHANGED} order by j.arrival");
        let read = entries(&mut tx, &chosen, &[]).await?;
        Ok(read.into_iter().map(|opened| opened.entry).collect())
    }

    /// Hands over all entries of some positions, in order: `from` is the first, `until` the first that is left out.
    ///
    /// # Errors
    ///
    /// The database's, or what `take` returned.
    pub async fn entries(
        &self,
        from: i64,
        until: i64,
        take: impl FnMut(Vec<Entry>) -> Result<()>,
    ) -> Result<()> {
        self.walk(from, until, "", take).await
    }

    /// Positions after one with the arrivals of their entries, in order, which is that of both, and at most so many; for
    /// followers.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn arrivals_after(&self, position: i64, at_most: usize) -> Result<Vec<(i64, i64)>> {
        let text = "select position, arrival from journal_position where position > $1 order by position limit $2";
        let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
        let rows = self
            .db
            .fetch(text, &[position.into(), limit.into()])
            .await?;
        rows.iter()
            .map(|row| Ok((row.need_int(0)?, row.need_int(1)?)))
            .collect()
    }

    /// The register and the record of an entry, by its arrival; empty for acts on the programme or on tables.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn about(&self, arrival: i64) -> Result<Option<(String, String)>> {
        let text = "select register, record from journal where arrival = $1";
        let rows = self.db.fetch(text, &[arrival.into()]).await?;
        let about = |row: &crate::row::Row| Ok((row.need_text(0)?, row.need_text(1)?));
        rows.first().map(about).transpose()
    }

    /// All entries of one record, in order, each with what of it was erased.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn history(&self, register: &str, id: &str) -> Result<Vec<Opened>> {
        let chosen = "where j.record = $1 and j.register = $2 order by j.version, j.arrival";
        entries_alone(&self.db, chosen, &[id.into(), register.into()]).await
    }

    async fn walk(
        &self,
        from: i64,
        until: i64,
        only: &str,
        mut take: impl FnMut(Vec<Entry>) -> Result<()>,
    ) -> Result<()> {
        let mut tx = self.db.read().await?;
        let chosen = format!(
            "where p.position >= $1 and p.position < $2{only} order by p.position limit {ENTRIES}"
        );
        let mut next = from;
        loop {
            let read = entries(&mut tx, &chosen, &[next.into(), until.into()]).await?;
            let Some(last) = read.last().and_then(|opened| opened.entry.position) else {
                return Ok(());
            };
            next = last + 1;
            take(read.into_iter().map(|opened| opened.entry).collect())?;
        }
    }
}

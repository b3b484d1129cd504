//! Reading in bulk, for the facts in memory: current rows, superseded cells, and entries in order.

mod parts;

use crate::error::Result;
use crate::lines::{entries, entries_alone};
use crate::row::Row;
use crate::shape::Shape;
use crate::store::Store;
use crate::table::Column;
use programme::record::{Cell, Cells, Entry};
use rules::Moment;

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
    /// Cells of each field asked for.
    pub columns: Vec<Vec<Option<Cell>>>,
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

impl Chunk {
    /// Room for the rows of a register.
    fn of(shape: &Shape) -> Self {
        Self {
            columns: vec![Vec::with_capacity(CHUNK); shape.columns.len()],
            ..Self::default()
        }
    }

    /// Adds a row as [`Shape::select`] reads it with all fields.
    fn push(&mut self, shape: &Shape, row: &Row) -> Result<()> {
        self.ids.push(row.need_text(0)?.into());
        self.versions.push(row.need_int(1)?);
        self.arrivals.push(row.need_int(2)?);
        self.created_at.push(Moment(row.need_int(3)?));
        self.changed_at.push(Moment(row.need_int(4)?));
        let columns = shape.columns.iter().zip(&mut self.columns);
        for (at, ((column, _), into)) in columns.enumerate() {
            into.push(column.cell(row, at + 5)?);
        }
        Ok(())
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
        let mut readers = parts::readers(&self.db, &shape).await?;
        if let ([_, _, ..], Some(last)) = (readers.open.as_slice(), readers.last) {
            return parts::load(shape, readers.open, last, take).await;
        }
        let Some(mut tx) = readers.open.pop() else {
            return Ok(());
        };
        let mut chunk = Chunk::of(&shape);
        tx.each(&shape.select(&shape.field_names()), &[], |row| {
            chunk.push(&shape, &row)?;
            if chunk.ids.len() == CHUNK {
                take(std::mem::replace(&mut chunk, Chunk::of(&shape)))?;
            }
            Ok(())
        })
        .await?;
        if chunk.ids.is_empty() {
            Ok(())
        } else {
            take(chunk)
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

    /// Entries after a position, in order and at most so many; for followers.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn entries_after(&self, position: i64, at_most: usize) -> Result<Vec<Entry>> {
        let mut tx = self.db.read().await?;
        let chosen = "where p.position > $1 order by p.position limit $2";
        let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
        let read = entries(&mut tx, chosen, &[position.into(), limit.into()]).await?;
        Ok(read.into_iter().map(|opened| opened.entry).collect())
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

    /// All entries of one record, in order.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn history(&self, register: &str, id: &str) -> Result<Vec<Entry>> {
        let chosen = "where j.record = $1 and j.register = $2 order by j.version, j.arrival";
        let read = entries_alone(&self.db, chosen, &[id.into(), register.into()]).await?;
        Ok(read.into_iter().map(|opened| opened.entry).collect())
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

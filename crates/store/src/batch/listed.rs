//! Batches as a list: what their entries say, how far they are, whether they were taken back.

use super::undo::digest_of;
use super::{Batch, read};
use crate::error::Result;
use crate::lines::entries;
use crate::store::Store;
use crate::value::Value;
use programme::record::{Cell, Entry};
use rules::Moment;
use std::collections::BTreeMap;

/// A batch with what its entry says.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The batch.
    pub batch: Batch,
    /// Who began it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// What it was made from: the file's name.
    pub name: Option<String>,
    /// Entries that it wrote.
    pub written: u64,
    /// Whether another batch has taken it back.
    pub undone: bool,
}

/// How far the journal is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Journalled {
    /// Entries that have their number.
    pub numbered: u64,
    /// Entries that wait for it.
    pub waiting: u64,
}

impl Store {
    /// The newest batches, the newest first.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn batches(&self, limit: usize) -> Result<Vec<Listed>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut tx = self.db.read().await?;
        let text = "select arrival, register, rows, done, state, digest from batch
            order by arrival desc limit $1";
        let mut rows = Vec::new();
        for row in tx.fetch(text, &[limit.into()]).await? {
            let batch = read(&row, row.need_text(4)? == "open")?;
            rows.push((batch, row.need_bytes(5)?));
        }
        let Some((last, _)) = rows.last() else {
            return Ok(Vec::new());
        };
        let first: [Value; 1] = [last.arrival.into()];
        let chosen = "where j.act = 'batch' and j.arrival >= $1";
        let heads = entries(&mut tx, chosen, &first).await?;
        let heads = heads.into_iter().map(|opened| opened.entry);
        let heads: BTreeMap<i64, Entry> = heads.map(|entry| (entry.arrival, entry)).collect();
        let text = "select batch, count(*) from journal where batch >= $1 group by batch";
        let mut written = BTreeMap::new();
        for row in tx.fetch(text, &first).await? {
            written.insert(row.need_int(0)?, row.need_int(1)?);
        }
        let one = |(batch, _): &(Batch, Vec<u8>)| {
            let head = heads.get(&batch.arrival);
            let wrote = written.get(&batch.arrival).copied().unwrap_or_default();
            let back = digest_of(batch.arrival);
            let undoes = |(other, digest): &(Batch, Vec<u8>)| digest[..] == back && !other.open;
            Listed {
                by: head
                    .map(|head| head.author.actor.clone())
                    .unwrap_or_default(),
                at: head.map(|head| head.author.at).unwrap_or_default(),
                name: head.and_then(name),
                written: u64::try_from(wrote).unwrap_or_default(),
                undone: rows.iter().any(undoes),
                batch: batch.clone(),
            }
        };
        Ok(rows.iter().map(one).collect())
    }

    /// How many batches have rows to come.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn open_batches(&self) -> Result<usize> {
        let text = "select count(*) from batch where state = 'open'";
        let rows = self.db.fetch(text, &[]).await?;
        let count = rows.first().map(|row| row.need_int(0)).transpose()?;
        Ok(usize::try_from(count.unwrap_or_default()).unwrap_or_default())
    }

    /// How many entries have their number, and how many wait for it.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn journalled(&self) -> Result<Journalled> {
        let text = "select coalesce(max(position), -1) + 1, (select count(*) from journal
            where arrival > (select coalesce(max(arrival), -1) from journal_position)) from journal_position";
        let rows = self.db.fetch(text, &[]).await?;
        let count = |at: usize| -> Result<u64> {
            let count = rows.first().map(|row| row.need_int(at)).transpose()?;
            Ok(u64::try_from(count.unwrap_or_default()).unwrap_or_default())
        };
        Ok(Journalled {
            numbered: count(0)?,
            waiting: count(1)?,
        })
    }
}

/// What the entry of a batch says that it was made from.
fn name(head: &Entry) -> Option<String> {
    let found = head.after.iter().find(|(key, _)| key == "name");
    match found {
        Some((_, Some(Cell::Text(name)))) => Some(name.to_string()),
        _ => None,
    }
}

//! A batch undone as a batch: what it created is withdrawn, what it changed is changed back.

use super::{Batch, Sheet, Taken};
use crate::error::Result;
use crate::lines::entries;
use crate::store::Store;
use crate::write::{Refusal, Write};
use programme::record::{Act, Author, Change, Entry};
use std::collections::BTreeMap;

/// Rows undone in one transaction.
const STEP: i64 = 1_024;

/// A row that could not be undone.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The record's id.
    pub record: Box<str>,
    /// Why it stays: most often, that it was changed since.
    pub why: Refusal,
}

impl Store {
    /// Undoes a batch, last row first, as a batch of its own; rows that were changed since stay and are named.
    ///
    /// Interrupted, it goes on where it stopped when it is called again. `told` hears how far it is, and gets the entries.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn undo(
        &self,
        batch: &Batch,
        author: &Author,
        why: Option<String>,
        mut seed: impl FnMut() -> [u8; 32],
        mut told: impl FnMut(&Batch, &Taken),
    ) -> Result<(Batch, Vec<Kept>)> {
        let text = "select count(*) from journal where batch = $1";
        let rows = self.db.fetch(text, &[batch.arrival.into()]).await?;
        let rows = rows.first().map_or(Ok(0), |row| row.need_int(0))?;
        let sheet = Sheet {
            register: batch.register.clone(),
            digest: digest_of(batch.arrival),
            rows: u64::try_from(rows).unwrap_or(0),
            name: format!("undo {}", batch.arrival),
            why,
        };
        let mut undo = self.begin(author, &sheet).await?;
        let mut kept = Vec::new();
        let mut undone = self.undone(&undo).await?;
        // From the first that was not undone yet.
        let skipped = i64::try_from(undo.done).unwrap_or(i64::MAX);
        let text =
            "select arrival from journal where batch = $1 order by arrival desc limit 1 offset $2";
        let values = [batch.arrival.into(), skipped.into()];
        let mut next = match self.db.fetch(text, &values).await?.first() {
            Some(row) => row.need_int(0)?,
            None => -1,
        };
        while undo.done < undo.rows {
            let chosen = "where j.batch = $1 and j.arrival <= $2 order by j.arrival desc limit $3";
            let mut tx = self.db.read().await?;
            let values = [batch.arrival.into(), next.into(), STEP.into()];
            let read = entries(&mut tx, chosen, &values).await?;
            drop(tx);
            let Some(last) = read.last() else {
                break;
            };
            next = last.entry.arrival - 1;
            let back = read
                .into_iter()
                .map(|opened| back(opened.entry, &mut undone));
            let writes: Vec<Write> = back.collect();
            let taken = self.take(&mut undo, author, &writes, seed()).await?;
            for (at, why) in &taken.refused {
                let record = writes
                    .get(*at)
                    .and_then(|write| write.change.record.clone());
                kept.push(Kept {
                    record: record.unwrap_or_default(),
                    why: why.clone(),
                });
            }
            told(&undo, &taken);
        }
        self.end(&mut undo).await?;
        Ok((undo, kept))
    }

    /// How often each record was written by an undoing that is being gone on with.
    async fn undone(&self, undo: &Batch) -> Result<BTreeMap<Box<str>, i64>> {
        if undo.done == 0 {
            return Ok(BTreeMap::new());
        }
        let text = "select record, count(*) from journal where batch = $1 group by record";
        let rows = self.db.fetch(text, &[undo.arrival.into()]).await?;
        rows.iter()
            .map(|row| Ok((row.need_text(0)?.into(), row.need_int(1)?)))
            .collect()
    }
}

/// What stands for a file's digest in the undoing of a batch: the same undoing goes on where it stopped.
pub(super) fn digest_of(arrival: i64) -> [u8; 32] {
    let mut digest = [0; 32];
    digest
        .iter_mut()
        .zip(arrival.to_be_bytes())
        .for_each(|(to, from)| *to = from);
    digest
}

/// The change that undoes an entry, if nothing but its own batch came after it.
fn back(entry: Entry, undone: &mut BTreeMap<Box<str>, i64>) -> Write {
    // Each later entry of the batch moved the record on by one version, and its undoing by another.
    let later = undone.entry(entry.record.clone()).or_default();
    let version = entry.version + 2 * *later;
    *later += 1;
    let (act, after) = match entry.act {
        Act::Create => (Act::Withdraw, Vec::new()),
        _ => (Act::Change, entry.before),
    };
    Write {
        change: Change {
            register: entry.register,
            record: Some(entry.record),
            version,
            act,
            after,
            why: None,
        },
        unit: None,
    }
}

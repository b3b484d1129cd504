//! A table of SQLite read by several connections at once, each its parts, and handed over in the table's order.

use super::{CHUNK, Chunk};
use crate::db::{Db, Tx};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::shape::Shape;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use tokio::sync::mpsc;

/// Connections that read at once, at most.
const READERS: usize = 4;

/// Parts that a reader may be ahead of whoever takes them.
const AHEAD: usize = 2;

/// Transactions that all see one moment.
pub(super) struct Readers {
    pub(super) open: Vec<Tx>,
    /// The last row's number on SQLite; `None` for an empty table.
    pub(super) last: Option<i64>,
}

/// Opens as many readers as pay. One that sees another moment than the first is let go with the rest.
pub(super) async fn readers(db: &Db, shape: &Shape) -> Result<Readers> {
    let mut open = vec![db.read().await?];
    let mut first = None;
    if db.dialect() == Dialect::Postgres {
        return Ok(Readers { open, last: None });
    }
    let cores = available_parallelism().map_or(1, NonZero::get);
    let most = READERS.min(cores).min(db.readers() / 2);
    let text = format!(
        "select (select max(_rowid_) from {}), (select max(arrival) from journal)",
        shape.name
    );
    while let Some(tx) = open.last_mut() {
        let row = tx.first(&text, &[]).await?;
        let seen = match &row {
            Some(row) => (row.int(0)?, row.int(1)?),
            None => (None, None),
        };
        // Everything that is written has an entry, so the same last entry is the same moment.
        if *first.get_or_insert(seen) != seen {
            open.truncate(1);
            break;
        }
        if open.len() >= most {
            break;
        }
        open.push(db.read().await?);
    }
    let last = first.and_then(|(last, _)| last);
    Ok(Readers { open, last })
}

/// Reads a table up to its last row; `take` gets its parts in order.
pub(super) async fn load(
    shape: Arc<Shape>,
    readers: Vec<Tx>,
    last: i64,
    mut take: impl FnMut(Chunk) -> Result<()>,
) -> Result<()> {
    let part = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    let step = part.saturating_mul(i64::try_from(readers.len()).unwrap_or(1));
    let mut parts = Vec::new();
    for (nth, tx) in (0..).zip(readers) {
        let (send, receive) = mpsc::channel(AHEAD);
        let starts = (nth * part..=last).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        tokio::spawn(read(shape.clone(), tx, starts, send));
        parts.push(receive);
    }
    let count = usize::try_from(last / part).unwrap_or(usize::MAX);
    for nth in 0..=count {
        let readers = parts.len().max(1);
        let Some(from) = parts.get_mut(nth % readers) else {
            break;
        };
        // A reader that is gone before its last part was stopped with the runtime.
        let chunk = from.recv().await.ok_or_else(Error::closed)??;
        if !chunk.ids.is_empty() {
            take(chunk)?;
        }
    }
    Ok(())
}

/// Reads some parts of a table, each by the number of its first row, until nobody takes them.
async fn read(
    shape: Arc<Shape>,
    mut tx: Tx,
    starts: impl Iterator<Item = i64>,
    send: mpsc::Sender<Result<Chunk>>,
) {
    let text = format!(
        "{} where _rowid_ between $1 and $2 order by _rowid_",
        shape.select(&shape.field_names())
    );
    let part = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    for start in starts {
        let mut chunk = Chunk::of(&shape);
        let values = [start.into(), (start + part - 1).into()];
        let done = tx.each(&text, &values, |row| chunk.push(&shape, &row));
        let done = done.await.map(|()| chunk);
        if send.send(done).await.is_err() {
            return;
        }
    }
}

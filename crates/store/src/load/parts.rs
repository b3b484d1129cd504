//! A table of SQLite read by several connections at once, each its parts, and handed over in the table's order.

use super::{CHUNK, Chunk, Reading};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::shape::Shape;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread::available_parallelism;
use tokio::sync::mpsc;

/// Connections that read at once, at most.
const READERS: usize = 4;

/// Parts that a reader may be ahead of whoever takes them.
const AHEAD: usize = 2;

/// Transactions that all see one moment.
struct Readers {
    open: Vec<Tx>,
    /// The last row's number; `None` for an empty table.
    last: Option<i64>,
}

/// Opens as many readers as pay. One that sees another moment than the first is let go with the rest.
async fn readers(db: &Db, shape: &Shape) -> Result<Readers> {
    let mut open = vec![db.read().await?];
    let mut first = None;
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
    db: &Db,
    shape: Arc<Shape>,
    mut take: impl FnMut(Chunk) -> Result<()>,
) -> Result<()> {
    let Readers { open, last } = readers(db, &shape).await?;
    let Some(last) = last else {
        return Ok(());
    };
    let part = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    let step = part.saturating_mul(i64::try_from(open.len()).unwrap_or(1));
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    let (mut parts, mut held) = (Vec::new(), Vec::new());
    for (nth, tx) in (0..).zip(open) {
        let (send, receive) = mpsc::channel(AHEAD);
        let starts = (nth * part..=last).step_by(step);
        read(&shape, &tx, starts, send)?;
        parts.push(receive);
        held.push(tx);
    }
    let count = usize::try_from(last / part).unwrap_or(usize::MAX);
    for nth in 0..=count {
        let readers = parts.len().max(1);
        let Some(from) = parts.get_mut(nth % readers) else {
            break;
        };
        // A reader that is gone before its last part has ended with its connection.
        let chunk = from.recv().await.ok_or_else(Error::closed)??;
        if !chunk.ids.is_empty() {
            take(chunk)?;
        }
    }
    Ok(())
}

/// Has a connection read some parts of a table, each by the number of its first row, until nobody takes them.
fn read(
    shape: &Arc<Shape>,
    tx: &Tx,
    starts: impl Iterator<Item = i64> + Send + 'static,
    send: mpsc::Sender<Result<Chunk>>,
) -> Result<()> {
    let text = format!(
        "{} where _rowid_ between $1 and $2 order by _rowid_",
        shape.select(&shape.field_names())
    );
    let part = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    let shape = shape.clone();
    tx.at_work(move |session| {
        for start in starts {
            let mut reading = Reading::of(&shape);
            let values = [start.into(), (start + part - 1).into()];
            let done = session.each(&text, &values, |row| {
                reading.sqlite(row)?;
                Ok(ControlFlow::Continue(()))
            });
            if send.blocking_send(done.map(|()| reading.done())).is_err() {
                return;
            }
        }
    })
}

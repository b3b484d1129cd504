//! A chunk of rows: those that can go in together do, and the one that cannot is found by halving.

use super::Taken;
use super::many;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::lines::{Lines, Salts};
use crate::shape::{Shape, Shapes};
use crate::write::{
    Action, Arrivals, Refusal, Stop, Write, explain, put, raise_all, readings, references, shape,
    unfit, values,
};
use programme::record::{Act, Author, Entry};
use std::ops::Range;
use std::sync::Arc;

/// Rows that are tried together at first.
const TOGETHER: usize = 2_048;

/// New rows that are written at once, while the next are made ready.
const PIECE: usize = 512;

/// What the rows of a chunk have in common.
pub(super) struct Chunk<'a> {
    pub(super) shapes: &'a Shapes,
    /// Who writes them, as an action without writes.
    pub(super) by: Action,
    pub(super) batch: i64,
    pub(super) salts: Salts,
    pub(super) arrivals: Arrivals,
}

/// A row that nothing stands against but what the database holds.
pub(super) struct Ready<'a> {
    /// Its place in the chunk.
    pub(super) at: usize,
    pub(super) write: &'a Write,
    pub(super) shape: &'a Arc<Shape>,
}

impl<'a> Chunk<'a> {
    pub(super) fn new(
        shapes: &'a Shapes,
        author: &Author,
        batch: i64,
        seed: [u8; 32],
        arrivals: Arrivals,
    ) -> Self {
        let by = Action {
            author: Author {
                key: None,
                ..author.clone()
            },
            digest: [0; 32],
            writes: Vec::new(),
            guards: Vec::new(),
            messages: Vec::new(),
            seed: [0; 32],
        };
        Self {
            shapes,
            by,
            batch,
            salts: Salts::of(seed),
            arrivals,
        }
    }

    /// Writes the rows in their order.
    pub(super) async fn write(&mut self, tx: &mut Tx, rows: &[Write]) -> Result<Taken> {
        let mut taken = Taken::default();
        let ready = self.ready(tx, rows, &mut taken).await?;
        let brought = readings(ready.iter().map(|row| (row.shape, row.write)));
        raise_all(tx, brought).await?;
        let alike = |one: &Ready<'_>, other: &Ready<'_>| {
            one.write.change.register == other.write.change.register && kind(one) == kind(other)
        };
        for run in ready.chunk_by(alike) {
            self.run(tx, run, &mut taken).await?;
        }
        taken.refused.sort_by_key(|(at, _)| *at);
        Ok(taken)
    }

    /// The rows that fit their register; the others are refused.
    async fn ready<'r>(
        &self,
        tx: &mut Tx,
        rows: &'r [Write],
        taken: &mut Taken,
    ) -> Result<Vec<Ready<'r>>>
    where
        'a: 'r,
    {
        let mut ready = Vec::with_capacity(rows.len());
        for (at, write) in rows.iter().enumerate() {
            match self.fitting(tx, write).await {
                Ok(shape) => ready.push(Ready { at, write, shape }),
                Err(Stop::Refused(refusal)) => taken.refused.push((at, refusal)),
                Err(stop) => return Err(stop.error()),
            }
        }
        Ok(ready)
    }

    async fn fitting(
        &self,
        tx: &mut Tx,
        write: &Write,
    ) -> std::result::Result<&'a Arc<Shape>, Stop> {
        let change = &write.change;
        let found = shape(self.shapes, change)?.ok_or_else(|| Refusal::Unfit {
            register: String::new(),
            field: String::new(),
        })?;
        found.fit(&change.after)?;
        references(tx, self.shapes, found, &change.after).await?;
        Ok(found)
    }

    /// Writes rows of one kind: together, or by halves where one of them is refused.
    async fn run(&mut self, tx: &mut Tx, run: &[Ready<'_>], taken: &mut Taken) -> Result<()> {
        let mut open: Vec<Range<usize>> = Vec::new();
        let starts = (0..run.len()).step_by(TOGETHER).rev();
        open.extend(starts.map(|from| from..run.len().min(from + TOGETHER)));
        while let Some(range) = open.pop() {
            let Some(rows) = run.get(range.clone()) else {
                continue;
            };
            tx.mark().await?;
            let before = self.arrivals;
            let refused = taken.refused.len();
            match self.together(tx, rows, taken).await {
                Ok(entries) => {
                    tx.keep().await?;
                    taken.entries.extend(entries);
                }
                Err(Stop::Failed(error)) => return Err(*error),
                Err(stop) => {
                    tx.back().await?;
                    self.arrivals = before;
                    taken.refused.truncate(refused);
                    let middle = range.start + range.len() / 2;
                    if let ([row], false) = (rows, middle > range.start) {
                        taken.refused.push((row.at, self.why(tx, stop).await?));
                    } else {
                        open.push(middle..range.end);
                        open.push(range.start..middle);
                    }
                }
            }
        }
        Ok(())
    }

    async fn together(
        &mut self,
        tx: &mut Tx,
        rows: &[Ready<'_>],
        taken: &mut Taken,
    ) -> std::result::Result<Vec<Entry>, Stop> {
        let (entries, mut lines) = match rows.first().map(kind) {
            Some(Kind::New) => return self.create(tx, rows).await,
            Some(Kind::Other) => {
                let mut entries = many::change(self, tx, rows, taken).await?;
                let lines = self.lines(&mut entries)?;
                (entries, lines)
            }
            Some(Kind::Out) => {
                let mut entries = many::withdraw(self, tx, rows, taken).await?;
                let lines = self.lines(&mut entries)?;
                (entries, lines)
            }
            None => (Vec::new(), Lines::default()),
        };
        lines.write(tx).await?;
        Ok(entries)
    }

    /// Writes new rows and their entries piece by piece: while the database takes one piece, the next is spelt and hashed.
    async fn create(
        &mut self,
        tx: &mut Tx,
        rows: &[Ready<'_>],
    ) -> std::result::Result<Vec<Entry>, Stop> {
        let mut entries = many::create(self, tx, rows).await?;
        let Some(shape) = rows.first().map(|row| row.shape) else {
            return Ok(entries);
        };
        let mut pieces = entries.chunks_mut(PIECE);
        let mut piece = pieces.next();
        let mut ready = match &mut piece {
            Some(piece) => Some((values(shape, piece), self.lines(piece)?)),
            None => None,
        };
        while let (Some(now), Some((values_now, mut lines))) = (piece, ready.take()) {
            let mut next = pieces.next();
            let writing = async {
                put(tx, shape, values_now, now.first()).await?;
                lines.write(tx).await.map_err(Stop::from)
            };
            let preparing = async {
                let Some(piece) = &mut next else {
                    return Ok(None);
                };
                let next_values = values(shape, piece);
                // The database has its rows by now, and is given their entries before the next are spelt.
                tokio::task::yield_now().await;
                self.lines(piece).map(|lines| Some((next_values, lines)))
            };
            let (written, prepared) = tokio::join!(writing, preparing);
            written?;
            (piece, ready) = (next, prepared?);
        }
        Ok(entries)
    }

    /// The lines of entries, which name the batch from here on.
    fn lines(&mut self, entries: &mut [Entry]) -> std::result::Result<Lines, Stop> {
        let mut lines = Lines::default();
        for entry in entries {
            entry.batch = Some(self.batch);
            let register = self
                .shapes
                .get(&entry.register)
                .map(|shape| &shape.register);
            let added = lines.add(entry, register, &mut self.salts);
            added.map_err(unfit(&entry.register))?;
        }
        Ok(lines)
    }

    /// Why one row was refused.
    async fn why(&self, tx: &mut Tx, stop: Stop) -> Result<Refusal> {
        match stop {
            Stop::Refused(refusal) => Ok(refusal),
            Stop::Clash(clash) => explain(tx, self.shapes, *clash, &[]).await,
            stop => Err(stop.error()),
        }
    }
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Many new rows in one statement.
    New,
    /// Changes of rows that are read in one statement.
    Other,
    /// Records that are taken out.
    Out,
}

fn kind(row: &Ready<'_>) -> Kind {
    match row.write.change.act {
        Act::Create => Kind::New,
        Act::Withdraw => Kind::Out,
        _ => Kind::Other,
    }
}

impl Stop {
    /// What a stop is that is no refusal.
    fn error(self) -> Error {
        match self {
            Self::Failed(error) => *error,
            Self::Clash(clash) => clash.error,
            Self::Refused(_) | Self::Answered => Error::race(),
        }
    }
}

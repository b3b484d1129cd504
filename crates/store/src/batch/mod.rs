//! Batches: a sheet taken in chunk by chunk, each row with its own entry; and a batch undone as a batch.

mod chunk;
mod listed;
mod many;
mod undo;

pub use listed::{Journalled, Listed};
pub use undo::Kept;

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::{Error, Result, Trouble};
use crate::lines::{Lines, Salts};
use crate::seal::number;
use crate::store::Store;
use crate::value::Value;
use crate::write::{Arrivals, Refusal, Write};
use programme::record::{Act, Author, Cell, Cells, Entry};
use rules::Words;

/// What a batch is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The register's id.
    pub register: String,
    /// SHA-256 of the file's content, or of whatever the rows come from; the same again goes on where it stopped.
    pub digest: [u8; 32],
    /// How many rows it has.
    pub rows: u64,
    /// What it is called: the file's name.
    pub name: String,
    /// Why, in the author's words.
    pub why: Option<String>,
}

/// A batch that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The arrival of its entry; the entries of its rows name it.
    pub arrival: i64,
    /// The register's id.
    pub register: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them are done, refused and unchanged ones among them.
    pub done: u64,
    /// Whether rows may still come.
    pub open: bool,
}

/// What became of a chunk of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// The entries of the rows that went in.
    pub entries: Vec<Entry>,
    /// The rows that were refused, by their place in the chunk, and why.
    pub refused: Vec<(usize, Refusal)>,
}

impl Store {
    /// Begins a batch with an entry of its own; the same sheet again gives the batch that stands open, with what is done of it.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn begin(&self, author: &Author, sheet: &Sheet) -> Result<Batch> {
        let mut tx = self.db.write().await?;
        lock(&mut tx).await?;
        let text = "select arrival, register, rows, done from batch
            where register = $1 and digest = $2 and rows = $3 and state = 'open' order by arrival limit 1";
        let rows = i64::try_from(sheet.rows).unwrap_or(i64::MAX);
        let values = [
            sheet.register.as_str().into(),
            sheet.digest.as_slice().into(),
            rows.into(),
        ];
        if let Some(row) = tx.first(text, &values).await? {
            return read(&row, true);
        }
        let digest = sheet
            .digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        let word = |text: &str| Some(Cell::Text(text.into()));
        let after = vec![
            ("digest".to_owned(), word(&digest)),
            ("name".to_owned(), word(&sheet.name)),
            ("rows".to_owned(), Some(Cell::Int(rows))),
        ];
        let arrival = head(&mut tx, author, &sheet.register, after, sheet.why.clone()).await?;
        let text = "insert into batch (register, digest, rows, arrival, done, state, at) values ($1, $2, $3, $4, 0, 'open', $5)";
        let values: Vec<Value> = values
            .into_iter()
            .chain([arrival.into(), author.at.0.into()])
            .collect();
        tx.execute(text, &values).await?;
        self.ended(tx).await?;
        Ok(Batch {
            arrival,
            register: sheet.register.clone(),
            rows: sheet.rows,
            done: 0,
            open: true,
        })
    }

    /// A batch by the arrival of its entry.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn batch(&self, arrival: i64) -> Result<Option<Batch>> {
        let text = "select arrival, register, rows, done, state from batch where arrival = $1";
        let rows = self.db.fetch(text, &[arrival.into()]).await?;
        let row = rows.first();
        row.map(|row| read(row, row.need_text(4)? == "open"))
            .transpose()
    }

    /// Who began a batch: the account of its entry.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn batch_author(&self, arrival: i64) -> Result<Option<String>> {
        let text = "select actor from journal where arrival = $1 and act = 'batch'";
        let rows = self.db.fetch(text, &[arrival.into()]).await?;
        rows.first().map(|row| row.need_text(0)).transpose()
    }

    /// The records that a batch wrote, each once.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn batch_records(&self, arrival: i64) -> Result<Vec<Box<str>>> {
        let text = "select distinct record from journal where batch = $1";
        let rows = self.db.fetch(text, &[arrival.into()]).await?;
        rows.iter()
            .map(|row| row.need_text(0).map(Box::from))
            .collect()
    }

    /// The last batch that was begun from a file or whatever else has this digest, whatever became of it.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn batch_from(&self, register: &str, digest: [u8; 32]) -> Result<Option<Batch>> {
        let text = "select arrival, register, rows, done, state from batch where register = $1 and digest = $2 order by arrival desc limit 1";
        let values = [register.into(), digest.as_slice().into()];
        let rows = self.db.fetch(text, &values).await?;
        let row = rows.first();
        row.map(|row| read(row, row.need_text(4)? == "open"))
            .transpose()
    }

    /// The last batch that was made of a file, ended and not undone, by the arrival of its entry.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn batch_of(&self, register: &str, digest: [u8; 32]) -> Result<Option<i64>> {
        let text = "select arrival from batch where register = $1 and digest = $2 and state = 'done' order by arrival desc limit 1";
        let of = |digest: [u8; 32]| [register.into(), digest.as_slice().into()];
        let rows = self.db.fetch(text, &of(digest)).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let arrival = row.need_int(0)?;
        let undone = self.db.fetch(text, &of(undo::digest_of(arrival))).await?;
        Ok(undone.is_empty().then_some(arrival))
    }

    /// Takes the next rows of a batch: thousands at once. Rows that the database refuses come back with their reason while the others go in.
    ///
    /// How far the batch is is kept in the same transaction, so nothing is done twice whatever happens in between.
    ///
    /// # Errors
    ///
    /// The database's; nothing of the chunk is written then, or all of it is, which [`Store::begin`] tells.
    pub async fn take(
        &self,
        batch: &mut Batch,
        author: &Author,
        rows: &[Write],
        seed: [u8; 32],
    ) -> Result<Taken> {
        let of = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        self.take_of(batch, author, (rows, of), seed).await
    }

    /// The same, where the rows to write are what is left of so many rows of the sheet: the others say nothing new, or were refused before.
    ///
    /// # Errors
    ///
    /// As of [`Store::take`].
    pub async fn take_of(
        &self,
        batch: &mut Batch,
        author: &Author,
        (rows, of): (&[Write], u64),
        seed: [u8; 32],
    ) -> Result<Taken> {
        let mut tries = 0;
        loop {
            match self.take_once(batch, author, (rows, of), seed).await {
                // Two transactions met, and this one was undone whole.
                Err(error) if error.trouble == Trouble::Race && tries < 5 => tries += 1,
                taken => return taken,
            }
        }
    }

    async fn take_once(
        &self,
        batch: &mut Batch,
        author: &Author,
        (rows, of): (&[Write], u64),
        seed: [u8; 32],
    ) -> Result<Taken> {
        let done = batch.done.saturating_add(of);
        let mut tx = self.db.write().await?;
        advance(&mut tx, batch, done).await?;
        let shapes = self.shared.shapes();
        let mut chunk = chunk::Chunk::new(
            &shapes,
            author,
            batch.arrival,
            seed,
            Arrivals::begin(&mut tx).await?,
        );
        let taken = chunk.write(&mut tx, rows).await?;
        self.ended(tx).await?;
        batch.done = done;
        Ok(taken)
    }

    /// Ends a batch: no more rows come.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn end(&self, batch: &mut Batch) -> Result<()> {
        let text = "update batch set state = 'done' where arrival = $1";
        self.db.alone(text, &[batch.arrival.into()]).await?;
        batch.open = false;
        Ok(())
    }

    /// Makes what a batch wrote durable, and has it numbered.
    async fn ended(&self, mut tx: Tx) -> Result<()> {
        let embedded = tx.dialect() == Dialect::Sqlite;
        let position = if embedded {
            number(&mut tx).await?
        } else {
            None
        };
        tx.commit().await?;
        self.shared.numbered(position);
        self.shared.written.notify_one();
        Ok(())
    }
}

/// Two beginnings of one batch wait for each other.
async fn lock(tx: &mut Tx) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.run("select pg_advisory_xact_lock(1212500043)").await?;
    }
    Ok(())
}

fn read(row: &crate::Row, open: bool) -> Result<Batch> {
    let count = |at| row.need_int(at).map(|n| u64::try_from(n).unwrap_or(0));
    Ok(Batch {
        arrival: row.need_int(0)?,
        register: row.need_text(1)?,
        rows: count(2)?,
        done: count(3)?,
        open,
    })
}

/// Writes the entry of a batch; its arrival.
async fn head(
    tx: &mut Tx,
    author: &Author,
    register: &str,
    after: Cells,
    why: Option<String>,
) -> Result<i64> {
    let arrival = Arrivals::begin(tx).await?.next(tx).await?;
    let entry = Entry {
        arrival,
        position: None,
        author: author.clone(),
        act: Act::Batch,
        register: register.to_owned(),
        record: "".into(),
        version: 0,
        before: Vec::new(),
        after,
        why,
        batch: None,
    };
    let mut lines = Lines::default();
    // An entry of no record has no value beside it, so no salt is drawn.
    let added = lines.add(&entry, None, &mut Salts::of([0; 32]));
    added.map_err(|refusal| Error::new(Trouble::Check, refusal.words(), Words::default()))?;
    lines.write(tx).await?;
    Ok(arrival)
}

/// Moves a batch on, from exactly where its caller believes it to be.
async fn advance(tx: &mut Tx, batch: &Batch, done: u64) -> Result<()> {
    let number = |n: u64| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
    let text = "update batch set done = $1 where arrival = $2 and done = $3 and state = 'open'";
    let values = [number(done), batch.arrival.into(), number(batch.done)];
    if tx.execute(text, &values).await? == 1 {
        return Ok(());
    }
    Err(Error::new(
        Trouble::Refused,
        Words::new(
            "这一批已结束，或已由别处继续导入",
            "this batch has ended, or is being taken in elsewhere.",
        ),
        Words::new(
            "重新打开这一批，看已完成多少行",
            "Open the batch again and see how many rows are done.",
        ),
    ))
}

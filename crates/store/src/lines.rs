//! Lines of the journal: an entry written with what lies beside it, and read back.

use crate::db::{Db, Tx};
use crate::dialect::Dialect;
use crate::erased::Erased;
use crate::error::{Error, Result, Trouble};
use crate::files::Uses;
use crate::row::Row;
use crate::value::Value;
use journal::{Hash, Open, Opened, Payload, Salt, Side};
use programme::model::Register;
use programme::record::Entry;
use rules::Words;
use std::collections::BTreeMap;

/// Draws salts from one seed of true randomness: knowing one salt tells neither the seed nor another salt.
#[derive(Debug)]
pub(crate) struct Salts {
    seed: [u8; 32],
    drawn: u64,
}

impl Salts {
    /// The salts of one action.
    pub(crate) fn of(seed: [u8; 32]) -> Self {
        Self { seed, drawn: 0 }
    }

    fn draw(&mut self) -> Salt {
        let mut bytes = [0; 40];
        let (seed, drawn) = bytes.split_at_mut(32);
        seed.copy_from_slice(&self.seed);
        drawn.copy_from_slice(&self.drawn.to_be_bytes());
        self.drawn += 1;
        let (mut salt, hash) = ([0; 16], Hash::of(&bytes).0);
        salt.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
        Salt(salt)
    }
}

/// Entries that wait to be inserted together.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    entries: Vec<Value>,
    beside: Vec<Value>,
    files: Uses,
    erased: Erased,
}

/// The columns of one line; the position is given later, by the sealer.
const COLUMNS: &str =
    "arrival, at, actor, on_behalf, act, register, record, version, batch, payload, leaf";
const WIDTH: usize = 11;
const BESIDE: &str = "arrival, field, side, salt, value";
const BESIDE_WIDTH: usize = 5;

impl Lines {
    /// Adds an entry; `register` is its register's model, `None` for an act on no record.
    pub(crate) fn add(
        &mut self,
        entry: &Entry,
        register: Option<&Register>,
        salts: &mut Salts,
    ) -> std::result::Result<(), journal::Refusal> {
        let (text, beside) = Payload::line(entry, register, || salts.draw())?;
        let leaf = Hash::leaf(text.as_bytes());
        self.entries.extend([
            entry.arrival.into(),
            entry.author.at.0.into(),
            entry.author.actor.as_str().into(),
            entry.author.on_behalf.as_deref().into(),
            entry.act.word().into(),
            entry.register.as_str().into(),
            entry.record.clone().into(),
            entry.version.into(),
            entry.batch.into(),
            text.into(),
            leaf.0.as_slice().into(),
        ]);
        if let Some(register) = register {
            self.files.add(entry, register);
            self.erased.add(entry, register);
        }
        for open in beside {
            self.beside.extend([
                entry.arrival.into(),
                open.field.into(),
                side_number(open.side).into(),
                open.salt.0.as_slice().into(),
                open.value.into(),
            ]);
        }
        Ok(())
    }

    /// Inserts what was added.
    pub(crate) async fn write(&mut self, tx: &mut Tx) -> Result<()> {
        let entries = std::mem::take(&mut self.entries);
        insert(
            tx,
            &format!("insert into journal ({COLUMNS})"),
            WIDTH,
            entries,
        )
        .await?;
        let beside = std::mem::take(&mut self.beside);
        insert(
            tx,
            &format!("insert into journal_open ({BESIDE})"),
            BESIDE_WIDTH,
            beside,
        )
        .await?;
        self.erased.write(tx).await?;
        self.files.write(tx).await
    }
}

/// Values that one statement may have: SQLite's limit.
const PLACES_MAX: usize = 32_766;

/// Rows of one statement; few sizes, so that each is prepared once.
const STEPS: [usize; 10] = [1024, 512, 128, 64, 32, 16, 8, 4, 2, 1];

/// Inserts rows that lie end to end, many to a statement.
pub(crate) async fn insert(
    tx: &mut Tx,
    head: &str,
    width: usize,
    values: Vec<Value>,
) -> Result<()> {
    inserted(tx, head, width, values, "").await.map(|_| ())
}

/// The same, leaving out rows whose key is there already; how many were not.
pub(crate) async fn insert_new(
    tx: &mut Tx,
    head: &str,
    width: usize,
    values: Vec<Value>,
) -> Result<u64> {
    inserted(tx, head, width, values, " on conflict do nothing").await
}

async fn inserted(
    tx: &mut Tx,
    head: &str,
    width: usize,
    values: Vec<Value>,
    tail: &str,
) -> Result<u64> {
    let mut values = values.into_iter();
    let (mut text, mut last, mut count) = (String::new(), 0, 0);
    for rows in steps(values.len() / width.max(1), width) {
        if rows != last {
            text = format!("{head} values {}{tail}", places(tx.dialect(), width, rows));
            last = rows;
        }
        let now = values.by_ref().take(rows * width).collect();
        count += tx.execute_with(&text, now).await?;
    }
    Ok(count)
}

/// How many rows go into each statement, from the most to the fewest.
fn steps(rows: usize, width: usize) -> Vec<usize> {
    let (mut taken, mut rest) = (Vec::new(), rows);
    for step in STEPS
        .into_iter()
        .filter(|step| step * width < PLACES_MAX || *step == 1)
    {
        taken.extend(std::iter::repeat_n(step, rest / step));
        rest %= step;
    }
    taken
}

/// Places for so many rows of so many values: `($1, $2), ($3, $4)`, and question marks on SQLite, which looks for the name of each place among all others.
pub(crate) fn places(dialect: Dialect, width: usize, rows: usize) -> String {
    let mut text = String::with_capacity(width * rows * 8);
    for place in 0..width * rows {
        text.push_str(match place % width {
            0 if place == 0 => "(",
            0 => "), (",
            _ => ", ",
        });
        match dialect {
            Dialect::Sqlite => text.push('?'),
            Dialect::Postgres => {
                text.push('$');
                text.push_str(&(place + 1).to_string());
            }
        }
    }
    text.push(')');
    text
}

pub(crate) fn side_number(side: Side) -> i64 {
    match side {
        Side::Before => 0,
        Side::After => 1,
    }
}

/// What a read of entries asks for, after `select`; the joined position may be NULL.
const PAYLOAD: &str = "j.payload, j.arrival, p.position";
const JOINED: &str = "from journal j left join journal_position p on p.arrival = j.arrival";

/// The entries that a condition on `j` and `p` chooses, with the values beside them.
///
/// `chosen` is everything after [`JOINED`], and must order its rows.
pub(crate) async fn entries(tx: &mut Tx, chosen: &str, values: &[Value]) -> Result<Vec<Opened>> {
    let mut read = Vec::new();
    tx.each(
        &format!("select {PAYLOAD} {JOINED} {chosen}"),
        values,
        |row| {
            read.push((payload(&row)?, row.int(2)?));
            Ok(())
        },
    )
    .await?;
    let beside = beside(tx, digested(&read)).await?;
    opened(&read, &beside)
}

/// The same for the few entries that a key finds, in one statement: nobody waits for another thread, nor for a transaction.
/// Rows of one entry must follow one another.
pub(crate) async fn entries_alone(db: &Db, chosen: &str, values: &[Value]) -> Result<Vec<Opened>> {
    let text = format!(
        "select {PAYLOAD}, o.arrival, o.field, o.side, o.salt, o.value {JOINED} \
         left join journal_open o on o.arrival = j.arrival {chosen}"
    );
    let rows = db.glance(&text, values).await?;
    let mut read: Vec<Opened> = Vec::new();
    for of in rows.chunk_by(|one, next| one.int(1).ok() == next.int(1).ok()) {
        let Some(first) = of.first() else { continue };
        let (payload, position) = (payload(first)?, first.int(2)?);
        let mut beside = Vec::new();
        for row in of.iter().filter(|row| !matches!(row.int(3), Ok(None))) {
            beside.extend(open(row, 3)?);
        }
        let opened = payload.entry(position, &beside);
        read.push(opened.map_err(|refusal| damaged(payload.arrival, &refusal))?);
    }
    Ok(read)
}

/// The entries that have values beside them, by their arrivals.
fn digested(read: &[(Payload, Option<i64>)]) -> impl Iterator<Item = i64> {
    let digested = read.iter().filter(|(p, _)| p.digests().next().is_some());
    digested.map(|(p, _)| p.arrival)
}

fn opened(
    read: &[(Payload, Option<i64>)],
    beside: &BTreeMap<i64, Vec<Open>>,
) -> Result<Vec<Opened>> {
    let open = |(payload, position): &(Payload, Option<i64>)| {
        let none = Vec::new();
        let beside = beside.get(&payload.arrival).unwrap_or(&none);
        payload
            .entry(*position, beside)
            .map_err(|refusal| damaged(payload.arrival, &refusal))
    };
    read.iter().map(open).collect()
}

/// The values beside some entries.
async fn beside(
    tx: &mut Tx,
    arrivals: impl Iterator<Item = i64>,
) -> Result<BTreeMap<i64, Vec<Open>>> {
    let arrivals: Vec<Value> = arrivals.map(Value::from).collect();
    let mut found: BTreeMap<i64, Vec<Open>> = BTreeMap::new();
    let mut rest = arrivals.as_slice();
    for count in steps(arrivals.len(), 1) {
        let Some((now, then)) = rest.split_at_checked(count) else {
            break;
        };
        rest = then;
        let places = places(tx.dialect(), count, 1);
        let text = format!("select {BESIDE} from journal_open where arrival in {places}");
        tx.each(&text, now, |row| {
            found
                .entry(row.need_int(0)?)
                .or_default()
                .extend(open(&row, 0)?);
            Ok(())
        })
        .await?;
    }
    Ok(found)
}

/// One value beside an entry, from the place where [`BESIDE`] begins in a row; `None` where it was erased.
fn open(row: &Row, from: usize) -> Result<Option<Open>> {
    let (Some(salt), Some(value)) = (row.bytes(from + 3)?, row.text(from + 4)?) else {
        return Ok(None);
    };
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(salt).for_each(|(to, from)| *to = from);
    Ok(Some(Open {
        side: if row.need_int(from + 2)? == 0 {
            Side::Before
        } else {
            Side::After
        },
        field: row.need_text(from + 1)?,
        salt: Salt(bytes),
        value,
    }))
}

fn payload(row: &Row) -> Result<Payload> {
    let text = row.need_text(0)?;
    let arrival = row.need_int(1)?;
    Payload::read(&text).map_err(|refusal| damaged(arrival, &refusal))
}

/// An entry that cannot be read any more.
fn damaged(arrival: i64, refusal: &journal::Refusal) -> Error {
    let words = refusal.words();
    Error::new(
        Trouble::Damaged,
        Words::new(
            format!("流水第 {arrival} 条读不出来：{}", words.zh),
            format!(
                "entry {arrival} of the journal cannot be read: {}",
                words.en
            ),
        ),
        Words::new("运行 heli journal verify", "Run `heli journal verify`."),
    )
}

/// A line as it is stored.
#[derive(Debug)]
pub(crate) struct Raw {
    /// Its position, once it has one.
    pub(crate) position: Option<u64>,
    pub(crate) arrival: i64,
    pub(crate) payload: String,
    pub(crate) leaf: Hash,
    /// The values beside it.
    pub(crate) beside: Vec<Open>,
    /// What the other columns say: at, actor, on behalf of whom, act, register, record, version, batch.
    columns: (
        i64,
        String,
        Option<String>,
        String,
        String,
        String,
        i64,
        Option<i64>,
    ),
}

impl Raw {
    /// Whether the columns say what the entry says; one that cannot be read is named elsewhere.
    pub(crate) fn agrees(&self) -> bool {
        let Ok(payload) = Payload::read(&self.payload) else {
            return true;
        };
        let author = payload.author;
        let said = (
            author.at.0,
            author.actor,
            author.on_behalf,
            payload.act.word(),
            payload.register,
            payload.record.into_string(),
            payload.version,
            payload.batch,
        );
        payload.arrival == self.arrival && said == self.columns
    }
}

/// Lines as they are stored, with all values beside them; `join` says how their positions are looked for.
pub(crate) async fn raw(
    tx: &mut Tx,
    join: &str,
    chosen: &str,
    values: &[Value],
) -> Result<Vec<Raw>> {
    let text = format!(
        "select p.position, j.payload, j.leaf, j.arrival, j.at, j.actor, j.on_behalf, j.act, j.register, j.record, j.version, j.batch
        from journal j {join} journal_position p on p.arrival = j.arrival {chosen}"
    );
    let mut lines = Vec::new();
    tx.each(&text, values, |row| {
        let mut leaf = [0; 32];
        leaf.iter_mut()
            .zip(row.need_bytes(2)?)
            .for_each(|(to, from)| *to = from);
        lines.push(Raw {
            position: row.int(0)?.and_then(|at| u64::try_from(at).ok()),
            payload: row.need_text(1)?,
            leaf: Hash(leaf),
            arrival: row.need_int(3)?,
            beside: Vec::new(),
            columns: (
                row.need_int(4)?,
                row.need_text(5)?,
                row.text(6)?,
                row.need_text(7)?,
                row.need_text(8)?,
                row.need_text(9)?,
                row.need_int(10)?,
                row.int(11)?,
            ),
        });
        Ok(())
    })
    .await?;
    let first = lines.iter().map(|line| line.arrival).min();
    let last = lines.iter().map(|line| line.arrival).max();
    let (Some(first), Some(last)) = (first, last) else {
        return Ok(lines);
    };
    let mut beside: BTreeMap<i64, Vec<Open>> = BTreeMap::new();
    let text = format!("select {BESIDE} from journal_open where arrival between $1 and $2");
    tx.each(&text, &[first.into(), last.into()], |row| {
        beside
            .entry(row.need_int(0)?)
            .or_default()
            .extend(open(&row, 0)?);
        Ok(())
    })
    .await?;
    for line in &mut lines {
        line.beside = beside.remove(&line.arrival).unwrap_or_default();
    }
    Ok(lines)
}

//! The id of a new record: brought along, or the next of its counter.

use super::action::Write;
use super::apply::Stop;
use super::refusal::Refusal;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::shape::Shape;
use crate::table::Column;
use programme::model::FieldKind;
use programme::record::{Cell, Cells};
use rules::Day;
use std::collections::BTreeMap;

/// A new record with its id.
#[derive(Debug)]
pub(crate) struct Numbered {
    /// The id.
    pub(crate) id: Box<str>,
    /// Its version: 1, or the next one where a record of this id was withdrawn.
    pub(crate) version: i64,
    /// All its cells, in the register's order; those that were not given are empty.
    pub(crate) cells: Cells,
}

/// Gives a new record its id. A counter's row stays locked until the transaction ends, so numbers have no gaps.
pub(crate) async fn next_number(
    tx: &mut Tx,
    shape: &Shape,
    write: &Write,
    day: Day,
) -> std::result::Result<Numbered, Stop> {
    if let Some((counter, n)) = write
        .change
        .record
        .as_deref()
        .and_then(|id| brought(shape, id))
    {
        raise(tx, &counter, n).await?;
    }
    let numbered = number_many(tx, shape, &[write], day).await?;
    numbered
        .into_iter()
        .next()
        .ok_or_else(|| Error::race().into())
}

/// Gives new records their ids, in order; the counters of ids that were brought along are not raised here.
pub(crate) async fn number_many(
    tx: &mut Tx,
    shape: &Shape,
    writes: &[&Write],
    day: Day,
) -> std::result::Result<Vec<Numbered>, Stop> {
    let counters = writes.iter().map(|write| match write.change.record {
        Some(_) => Ok(None),
        None => counter(shape, write, day).map(Some),
    });
    let counters = counters.collect::<std::result::Result<Vec<_>, Refusal>>()?;
    let mut next: BTreeMap<&str, i64> = BTreeMap::new();
    for counter in counters.iter().flatten() {
        *next.entry(counter).or_default() += 1;
    }
    for (counter, n) in &mut next {
        let last = advance(tx, &full_name(shape, counter), *n).await?;
        *n = last - *n;
    }
    let brought = writes.iter().any(|write| write.change.record.is_some());
    let again = brought && any_withdrawn(tx, shape).await?;
    let mut numbered = Vec::with_capacity(writes.len());
    for (write, counter) in writes.iter().zip(&counters) {
        let id = match (counter, &write.change.record, &shape.pattern) {
            (Some(counter), _, Some(pattern)) => {
                let n = next.entry(counter).or_default();
                *n += 1;
                pattern.number(counter, *n).into()
            }
            (_, id, _) => id.clone().unwrap_or_default(),
        };
        let cells = named(shape, &id, snapshot(shape, &write.change.after));
        let former = match (&write.change.record, again) {
            (Some(_), true) => former(tx, shape, &id).await?,
            _ => 0,
        };
        let version = former + 1;
        numbered.push(Numbered { id, version, cells });
    }
    Ok(numbered)
}

/// Whether any record of the register was ever withdrawn: rarely, so the others are spared the look for their own.
async fn any_withdrawn(tx: &mut Tx, shape: &Shape) -> Result<bool> {
    let text = "select 1 from journal where act = 'withdraw' and register = $1 limit 1";
    let register = shape.register.id.as_str();
    Ok(tx.first(text, &[register.into()]).await?.is_some())
}

/// The last version of a record that was withdrawn, its erasures among them; 0 where there was none.
async fn former(tx: &mut Tx, shape: &Shape, id: &str) -> Result<i64> {
    let text = "select max(version) from journal where record = $1 and register = $2
        and exists (select 1 from journal where act = 'withdraw' and register = $2 and record = $1)";
    let values = [id.into(), shape.register.id.as_str().into()];
    let row = tx.first(text, &values).await?;
    Ok(row
        .map(|row| row.int(0))
        .transpose()?
        .flatten()
        .unwrap_or(0))
}

/// The counter that a new record is numbered from.
fn counter(shape: &Shape, write: &Write, day: Day) -> std::result::Result<String, Refusal> {
    let register = shape.register.id.clone();
    let Some(pattern) = &shape.pattern else {
        let field = "id".into();
        return Err(Refusal::Unfit { register, field });
    };
    let unit = write.unit.as_deref().unwrap_or_default();
    if unit.is_empty() && pattern.needs_unit() {
        return Err(Refusal::NoUnit { register });
    }
    Ok(pattern.counter(unit, day))
}

/// All stored fields in order, with the given cells.
fn snapshot(shape: &Shape, given: &Cells) -> Cells {
    let cell = |(at, (column, _)): (usize, &(Column, FieldKind))| {
        // Cells come in the register's order, so the first guess is right nearly always.
        let guess = given.get(at).filter(|(id, _)| *id == column.name);
        let found = guess.or_else(|| given.iter().find(|(id, _)| *id == column.name));
        let cell = found.and_then(|(_, cell)| cell.clone());
        (column.name.clone(), cell)
    };
    shape.columns.iter().enumerate().map(cell).collect()
}

/// Fills an empty text field `number` with the record's id where the register numbers its records.
fn named(shape: &Shape, id: &str, mut cells: Cells) -> Cells {
    let is_text = |field: &str| {
        shape
            .column(field)
            .is_some_and(|(_, kind)| *kind == FieldKind::Text)
    };
    if shape.pattern.is_some() && is_text("number") {
        let cell = cells.iter_mut().find(|(field, _)| field == "number");
        if let Some((_, cell @ None)) = cell {
            *cell = Some(Cell::Text(id.into()));
        }
    }
    cells
}

/// The counter's full name and reading behind an id that was brought along.
pub(crate) fn brought(shape: &Shape, id: &str) -> Option<(String, i64)> {
    let (counter, n) = shape.pattern.as_ref()?.brought(id)?;
    Some((full_name(shape, &counter), n))
}

fn full_name(shape: &Shape, counter: &str) -> String {
    format!("{}/{counter}", shape.register.id)
}

/// Moves a counter on by so many; its last number.
async fn advance(tx: &mut Tx, counter: &str, by: i64) -> Result<i64> {
    let text = "insert into counter (name, value) values ($1, $2) on conflict (name) do update set value = counter.value + excluded.value returning value";
    let row = tx.first(text, &[counter.into(), by.into()]).await?;
    row.map_or(Ok(by), |row| row.need_int(0))
}

/// Makes sure that a counter never gives a number again that a record brought along.
pub(crate) async fn raise(tx: &mut Tx, counter: &str, n: i64) -> Result<()> {
    let text = "insert into counter (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value where counter.value < excluded.value";
    tx.execute(text, &[counter.into(), n.into()])
        .await
        .map(|_| ())
}

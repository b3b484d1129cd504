//! Many rows of one kind at once: few statements, as each costs more than its rows.

use super::Taken;
use super::chunk::{Chunk, Ready};
use crate::Column;
use crate::db::Tx;
use crate::dialect::quoted;
use crate::error::{Error, Trouble};
use crate::lines::places;
use crate::shape::{Shape, System};
use crate::value::Value;
use crate::write::{Refusal, Stop, all_listed, bare, clash, entries, no_record, stale, update};
use programme::record::{Cell, Cells, Entry};
use std::collections::{BTreeMap, BTreeSet};

/// Rows read at once by their ids.
const READ: usize = 256;

/// Gives new rows their ids and arrivals: their entries.
pub(super) async fn create(
    chunk: &mut Chunk<'_>,
    tx: &mut Tx,
    rows: &[Ready<'_>],
) -> std::result::Result<Vec<Entry>, Stop> {
    let Some(first) = rows.first() else {
        return Err(Error::race().into());
    };
    let arrivals = chunk.arrivals.take(tx, rows.len()).await?;
    let rows: Vec<_> = rows
        .iter()
        .zip(arrivals)
        .map(|(row, arrival)| (&chunk.by, row.write, arrival))
        .collect();
    entries(tx, first.shape, &rows).await
}

/// Changes rows. Those that are gone or were changed since are refused by themselves; a row that breaks a key refuses all.
pub(super) async fn change(
    chunk: &mut Chunk<'_>,
    tx: &mut Tx,
    rows: &[Ready<'_>],
    taken: &mut Taken,
) -> std::result::Result<Vec<Entry>, Stop> {
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    let shape = first.shape;
    let changed = rows.iter().flat_map(|row| &row.write.change.after);
    let fields = changed.map(|(field, _)| field.as_str()).collect();
    let mut current = currents(tx, shape, rows, fields).await?;
    let mut going = Vec::with_capacity(rows.len());
    for row in rows {
        let change = &row.write.change;
        let id = change.record.clone().unwrap_or_default();
        match current.get_mut(&id) {
            None => taken.refused.push((row.at, no_record(change, id))),
            Some((version, cells)) if *version != change.version => {
                let theirs = of(&change.after, cells);
                taken
                    .refused
                    .push((row.at, stale(change, id, *version, theirs)));
            }
            Some((version, cells)) => {
                // A later row may change the same record again.
                let before = of(&change.after, cells);
                for (field, cell) in &change.after {
                    cells.insert(field.clone(), cell.clone());
                }
                *version += 1;
                going.push((change, id, before));
            }
        }
    }
    let arrivals = chunk.arrivals.take(tx, going.len()).await?;
    let mut entries = Vec::with_capacity(going.len());
    let mut updates = Vec::with_capacity(going.len());
    for ((change, id, before), arrival) in going.into_iter().zip(arrivals) {
        let system = System {
            id: &id,
            version: change.version + 1,
            arrival,
            created_at: 0,
            changed_at: chunk.by.author.at.0,
        };
        updates.push(update(shape, &id, &change.after, system));
        entries.push(Entry {
            record: id,
            before,
            ..bare(&chunk.by, change, arrival)
        });
    }
    match tx.execute_each(updates).await {
        Ok(()) => Ok(entries),
        Err((nth, error)) => Err(match entries.get(nth) {
            Some(entry) => clash(shape, &entry.record, &entry.after, false, error),
            None => error.into(),
        }),
    }
}

/// Takes records out, thousands at once. Those that are gone, were changed since or are named in a list are refused by
/// themselves; one that another refers to refuses all.
pub(super) async fn withdraw(
    chunk: &mut Chunk<'_>,
    tx: &mut Tx,
    rows: &[Ready<'_>],
    taken: &mut Taken,
) -> std::result::Result<Vec<Entry>, Stop> {
    let Some(first) = rows.first() else {
        return Ok(Vec::new());
    };
    let shape = first.shape;
    let fields = shape.columns.iter().map(|(column, _)| column.name.as_str());
    let mut current = currents(tx, shape, rows, fields.collect()).await?;
    let ids = rows
        .iter()
        .filter_map(|row| row.write.change.record.clone());
    let named = all_listed(tx, chunk.shapes, &shape.register.id, ids.collect()).await?;
    let mut going = Vec::with_capacity(rows.len());
    for row in rows {
        let change = &row.write.change;
        let id = change.record.clone().unwrap_or_default();
        let refusal = match current.remove(&id) {
            None => no_record(change, id),
            Some((version, cells)) if version != change.version => {
                let theirs = in_order(shape, cells);
                stale(change, id, version, theirs)
            }
            Some(_) if named.contains(&id) => Refusal::Referred {
                register: change.register.clone(),
                record: id,
            },
            Some((_, cells)) => {
                going.push((change, id, in_order(shape, cells)));
                continue;
            }
        };
        taken.refused.push((row.at, refusal));
    }
    for going in going.chunks(READ) {
        let ids = going.iter().map(|(_, id, _)| id.clone());
        let (places, ids) = by_ids(tx, ids);
        let text = format!("delete from {} where _id in {places}", shape.name);
        let done = tx.execute_with(&text, ids).await;
        done.map_err(|error| match (error.trouble, going.first()) {
            (Trouble::Missing, Some((change, id, _))) => Stop::Refused(Refusal::Referred {
                register: change.register.clone(),
                record: id.clone(),
            }),
            _ => error.into(),
        })?;
    }
    let arrivals = chunk.arrivals.take(tx, going.len()).await?;
    let entry = |((change, id, before), arrival)| Entry {
        record: id,
        before,
        after: Vec::new(),
        ..bare(&chunk.by, change, arrival)
    };
    Ok(going.into_iter().zip(arrivals).map(entry).collect())
}

/// All cells of a record in the register's order.
fn in_order(shape: &Shape, mut cells: BTreeMap<String, Option<Cell>>) -> Cells {
    let columns = shape.columns.iter();
    let cell = |(column, _): &(Column, _)| {
        let cell = cells.remove(&column.name).flatten();
        (column.name.clone(), cell)
    };
    columns.map(cell).collect()
}

/// Places and values of up to [`READ`] ids; one text for every number of them, prepared once.
fn by_ids(tx: &Tx, ids: impl Iterator<Item = Box<str>>) -> (String, Vec<Value>) {
    let mut ids: Vec<Value> = ids.map(Value::from).collect();
    ids.resize(READ, Value::Text(None));
    (places(tx.dialect(), READ, 1), ids)
}

type Current = BTreeMap<Box<str>, (i64, BTreeMap<String, Option<Cell>>)>;

/// Versions and cells of the records that some rows are about, of these fields.
async fn currents(
    tx: &mut Tx,
    shape: &Shape,
    rows: &[Ready<'_>],
    fields: BTreeSet<&str>,
) -> crate::Result<Current> {
    let columns: Vec<&Column> = fields
        .iter()
        .filter_map(|f| shape.column(f))
        .map(|(c, _)| c)
        .collect();
    let names = columns
        .iter()
        .map(|column| format!(", {}", quoted(&column.name)));
    let names = names.collect::<String>();
    let mut found = Current::new();
    for rows in rows.chunks(READ) {
        let ids = rows
            .iter()
            .map(|row| row.write.change.record.clone().unwrap_or_default());
        let (places, ids) = by_ids(tx, ids);
        // In the order of their ids, so that two transactions that lock the same rows wait instead of standing against each other.
        let lock = tx.dialect().pick("", " order by _id for update");
        let text = format!(
            "select _id, _version{names} from {} where _id in {places}{lock}",
            shape.name,
        );
        tx.each(&text, &ids, |row| {
            let cell = |(at, column): (usize, &&Column)| {
                Ok((column.name.clone(), column.cell(&row, at + 2)?))
            };
            let cells = columns
                .iter()
                .enumerate()
                .map(cell)
                .collect::<crate::Result<_>>()?;
            found.insert(row.need_text(0)?.into(), (row.need_int(1)?, cells));
            Ok(())
        })
        .await?;
    }
    Ok(found)
}

/// The present cells of the fields that a change names.
fn of(after: &Cells, cells: &BTreeMap<String, Option<Cell>>) -> Cells {
    let cell = |(field, _): &(String, _)| (field.clone(), cells.get(field).cloned().flatten());
    after.iter().map(cell).collect()
}

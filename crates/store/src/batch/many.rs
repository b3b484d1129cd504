//! Many rows of one kind at once: few statements, as each costs more than its rows.

use super::Taken;
use super::chunk::{Chunk, Ready};
use crate::Column;
use crate::db::Tx;
use crate::dialect::quoted;
use crate::error::Error;
use crate::lines::places;
use crate::shape::{Shape, System};
use crate::value::Value;
use crate::write::{Stop, bare, clash, no_record, number_many, stale, update};
use programme::record::{Cells, Entry};
use std::collections::{BTreeMap, BTreeSet};

/// Rows read at once by their ids.
const READ: usize = 256;

/// New rows, ready to be inserted.
pub(super) struct New {
    /// The statement up to its values.
    pub(super) head: String,
    /// The values of one row.
    pub(super) width: usize,
    /// The values of all rows, end to end.
    pub(super) values: Vec<Value>,
    /// Their entries.
    pub(super) entries: Vec<Entry>,
}

/// Gives new rows their ids and arrivals.
pub(super) async fn create(
    chunk: &mut Chunk<'_>,
    tx: &mut Tx,
    rows: &[Ready<'_>],
) -> std::result::Result<New, Stop> {
    let Some(first) = rows.first() else {
        return Err(Error::race().into());
    };
    let shape = first.shape;
    let at = chunk.by.author.at;
    let writes: Vec<_> = rows.iter().map(|row| row.write).collect();
    let numbered = number_many(tx, shape, &writes, at.day()).await?;
    let arrivals = chunk.arrivals.take(tx, rows.len()).await?;
    let mut values = Vec::with_capacity(shape.width() * rows.len());
    let mut entries = Vec::with_capacity(rows.len());
    for ((write, numbered), arrival) in writes.iter().zip(numbered).zip(arrivals) {
        let system = System {
            id: &numbered.id,
            version: numbered.version,
            arrival,
            created_at: at.0,
            changed_at: at.0,
        };
        shape.row(system, &numbered.cells, &mut values);
        entries.push(Entry {
            version: numbered.version,
            record: numbered.id,
            after: numbered.cells,
            ..bare(&chunk.by, &write.change, arrival)
        });
    }
    Ok(New {
        head: format!("insert into {} ({})", shape.name, shape.names()),
        width: shape.width(),
        values,
        entries,
    })
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
    let mut current = currents(tx, shape, rows).await?;
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
    for ((change, id, before), arrival) in going.into_iter().zip(arrivals) {
        let system = System {
            id: &id,
            version: change.version + 1,
            arrival,
            created_at: 0,
            changed_at: chunk.by.author.at.0,
        };
        let (text, values) = update(shape, &id, &change.after, system);
        let entry = Entry {
            record: id.clone(),
            before,
            ..bare(&chunk.by, change, arrival)
        };
        let done = tx.execute(&text, &values).await;
        done.map_err(|error| clash(shape, &id, &change.after, false, error))?;
        entries.push(entry);
    }
    Ok(entries)
}

type Current = BTreeMap<Box<str>, (i64, BTreeMap<String, Option<programme::record::Cell>>)>;

/// Versions and cells of the records that some rows change, of all fields that any of them changes.
async fn currents(tx: &mut Tx, shape: &Shape, rows: &[Ready<'_>]) -> crate::Result<Current> {
    let fields: BTreeSet<&str> = rows
        .iter()
        .flat_map(|row| {
            row.write
                .change
                .after
                .iter()
                .map(|(field, _)| field.as_str())
        })
        .collect();
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
        let mut ids: Vec<Value> = ids.map(Value::from).collect();
        // One text for every number of ids, prepared once.
        ids.resize(READ, Value::Text(None));
        // In the order of their ids, so that two transactions that lock the same rows wait instead of standing against each other.
        let lock = tx.dialect().pick("", " order by _id for update");
        let text = format!(
            "select _id, _version{names} from {} where _id in {}{lock}",
            shape.name,
            places(tx.dialect(), READ, 1)
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
fn of(after: &Cells, cells: &BTreeMap<String, Option<programme::record::Cell>>) -> Cells {
    let cell = |(field, _): &(String, _)| (field.clone(), cells.get(field).cloned().flatten());
    after.iter().map(cell).collect()
}

//! New records, many in one statement: each statement costs more than its rows.

use super::action::{Action, Answer, Write};
use super::apply::{Stop, bare, clash, shape, unfit};
use super::arrival::Arrivals;
use super::beside::Beside;
use super::order::{Numbered, brought, number_many, raise};
use super::reference::references;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::lines::{Salts, insert};
use crate::shape::{Shape, Shapes, System};
use crate::value::Value;
use programme::record::{Act, Entry};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A new record: the action that makes it, what it writes, and its arrival number.
pub(crate) type Row<'a> = (&'a Action, &'a Write, i64);

/// Gives new records of one register and one day their ids: their entries. Counters of ids that were brought along are
/// not raised here.
pub(crate) async fn entries(
    tx: &mut Tx,
    shape: &Shape,
    rows: &[Row<'_>],
) -> std::result::Result<Vec<Entry>, Stop> {
    let Some((first, ..)) = rows.first() else {
        return Err(Error::race().into());
    };
    let writes: Vec<_> = rows.iter().map(|(_, write, _)| *write).collect();
    let numbered = number_many(tx, shape, &writes, first.author.at.day()).await?;
    let entry = |((action, write, arrival), numbered): (&Row<'_>, Numbered)| Entry {
        version: numbered.version,
        record: numbered.id,
        after: numbered.cells,
        ..bare(action, &write.change, *arrival)
    };
    Ok(rows.iter().zip(numbered).map(entry).collect())
}

/// The values of new rows, end to end.
pub(crate) fn values(shape: &Shape, entries: &[Entry]) -> Vec<Value> {
    let mut values = Vec::with_capacity(shape.width() * entries.len());
    for entry in entries {
        let at = entry.author.at.0;
        let system = System {
            id: &entry.record,
            version: entry.version,
            arrival: entry.arrival,
            created_at: at,
            changed_at: at,
        };
        shape.row(system, &entry.after, &mut values);
    }
    values
}

/// Inserts new rows. Of those that the database refuses, the first stands for all.
pub(crate) async fn put(
    tx: &mut Tx,
    shape: &Shape,
    values: Vec<Value>,
    first: Option<&Entry>,
) -> std::result::Result<(), Stop> {
    let head = format!("insert into {} ({})", shape.name, shape.names());
    let done = insert(tx, &head, shape.width(), values).await;
    done.map_err(|error| match first {
        Some(entry) => clash(shape, &entry.record, &entry.after, true, error),
        None => error.into(),
    })
}

/// Counters behind ids that new records bring along, each with its highest reading.
pub(crate) fn readings<'r>(
    rows: impl Iterator<Item = (&'r Arc<Shape>, &'r Write)>,
) -> BTreeMap<String, i64> {
    let mut readings = BTreeMap::new();
    for (shape, write) in rows.filter(|(_, write)| write.change.act == Act::Create) {
        let id = write.change.record.as_deref();
        if let Some((counter, n)) = id.and_then(|id| brought(shape, id)) {
            let highest = readings.entry(counter).or_insert(n);
            *highest = n.max(*highest);
        }
    }
    readings
}

/// Raises counters, so that they never give these readings again.
pub(crate) async fn raise_all(tx: &mut Tx, readings: BTreeMap<String, i64>) -> Result<()> {
    for (counter, n) in readings {
        raise(tx, &counter, n).await?;
    }
    Ok(())
}

/// Whether two actions may be written together: each creates one record and spans no others, on the same day.
pub(super) fn alike(one: &Action, other: &Action) -> bool {
    let lone = |action: &Action| match action.writes.as_slice() {
        [write] => write.change.act == Act::Create && !write.change.register.is_empty(),
        _ => false,
    };
    let free = one.guards.is_empty() && other.guards.is_empty();
    free && lone(one) && lone(other) && one.author.at.day() == other.author.at.day()
}

/// Writes the rows of actions that are [`alike`], those of each register in one statement; what stands beside the rows waits.
pub(super) async fn together(
    tx: &mut Tx,
    shapes: &Shapes,
    actions: &[Action],
    arrivals: &mut Arrivals,
    beside: &mut Beside,
) -> std::result::Result<Vec<Answer>, Stop> {
    let mut registers: Vec<(&Arc<Shape>, Vec<Row<'_>>)> = Vec::new();
    for action in actions {
        for write in &action.writes {
            beside.before(tx, &write.change).await?;
            let Some(shape) = shape(shapes, &write.change)? else {
                return Err(Error::race().into());
            };
            shape.fit(&write.change.after)?;
            references(tx, shapes, shape, &write.change.after).await?;
            let row = (action, write, arrivals.next(tx).await?);
            match registers.iter_mut().find(|(of, _)| Arc::ptr_eq(of, shape)) {
                Some((_, rows)) => rows.push(row),
                None => registers.push((shape, vec![row])),
            }
        }
    }
    let mut brought = BTreeMap::new();
    for (shape, rows) in &registers {
        brought.extend(readings(rows.iter().map(|(_, write, _)| (*shape, *write))));
    }
    raise_all(tx, brought).await?;
    let mut all = Vec::with_capacity(actions.len());
    for (shape, rows) in &registers {
        let new = entries(tx, shape, rows).await?;
        put(tx, shape, values(shape, &new), new.first()).await?;
        all.extend(new);
    }
    all.sort_by_key(|entry| entry.arrival);
    answers(shapes, actions, all, beside)
}

/// The answer of each action, and what it writes beside its row.
fn answers(
    shapes: &Shapes,
    actions: &[Action],
    entries: Vec<Entry>,
    beside: &mut Beside,
) -> std::result::Result<Vec<Answer>, Stop> {
    let mut answers = Vec::with_capacity(actions.len());
    for (action, entry) in actions.iter().zip(entries) {
        let register = shapes.get(&entry.register).map(|shape| &shape.register);
        let mut salts = Salts::of(action.seed);
        let added = beside.lines.add(&entry, register, &mut salts);
        added.map_err(unfit(&entry.register))?;
        let entries = vec![entry];
        beside.add(action, &entries);
        answers.push(Answer {
            entries,
            replayed: false,
        });
    }
    Ok(answers)
}

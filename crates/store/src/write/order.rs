//! The id of a new record: brought along, or the next of its counter.

use super::action::Write;
use super::apply::Stop;
use super::refusal::Refusal;
use crate::db::Tx;
use crate::error::Result;
use crate::shape::Shape;
use programme::model::FieldKind;
use programme::record::{Cell, Cells};
use rules::Day;

/// A new record with its id.
#[derive(Debug)]
pub(crate) struct Numbered {
    /// The id.
    pub(crate) id: Box<str>,
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
    let cells = snapshot(shape, &write.change.after);
    if let Some(id) = &write.change.record {
        if let Some((counter, n)) = brought(shape, id) {
            raise(tx, &counter, n).await?;
        }
        return Ok(Numbered {
            id: id.clone(),
            cells: named(shape, id, cells),
        });
    }
    let Some(pattern) = &shape.pattern else {
        return Err(Refusal::Unfit {
            register: shape.register.id.clone(),
            field: "id".into(),
        }
        .into());
    };
    let unit = write.unit.as_deref().unwrap_or_default();
    if unit.is_empty() && pattern.needs_unit() {
        return Err(Refusal::NoUnit {
            register: shape.register.id.clone(),
        }
        .into());
    }
    let counter = pattern.counter(unit, day);
    let n = next(tx, &full_name(shape, &counter)).await?;
    let id: Box<str> = pattern.number(&counter, n).into();
    Ok(Numbered {
        cells: named(shape, &id, cells),
        id,
    })
}

/// All stored fields in order, with the given cells.
fn snapshot(shape: &Shape, given: &Cells) -> Cells {
    let cell = |field: &str| {
        given
            .iter()
            .find(|(id, _)| id == field)
            .and_then(|(_, cell)| cell.clone())
    };
    let columns = shape.columns.iter();
    columns
        .map(|(column, _)| (column.name.clone(), cell(&column.name)))
        .collect()
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

async fn next(tx: &mut Tx, counter: &str) -> Result<i64> {
    let text = "insert into counter (name, value) values ($1, 1) on conflict (name) do update set value = counter.value + 1 returning value";
    let row = tx.first(text, &[counter.into()]).await?;
    row.map_or(Ok(1), |row| row.need_int(0))
}

/// Makes sure that a counter never gives a number again that a record brought along.
pub(crate) async fn raise(tx: &mut Tx, counter: &str, n: i64) -> Result<()> {
    let text = "insert into counter (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value where counter.value < excluded.value";
    tx.execute(text, &[counter.into(), n.into()])
        .await
        .map(|_| ())
}

//! What stood against a write that the database refused.

use super::action::Write;
use super::apply::Clash;
use super::reference::{exists, missing};
use super::refusal::Refusal;
use crate::db::Tx;
use crate::dialect::quoted;
use crate::error::{Error, Result, Trouble};
use crate::shape::{Shape, Shapes};
use crate::value::Value;
use programme::record::{Act, Cell, Cells, Change};

/// Names the rows and fields that stood against a write, after it was undone; `writes` are all that were undone with it.
///
/// # Errors
///
/// What the database said, where nothing stands against the write any more: trying again is sound.
pub(crate) async fn explain(
    tx: &mut Tx,
    shapes: &Shapes,
    clash: Clash,
    writes: &[Write],
) -> Result<Refusal> {
    let Some(shape) = shapes.get(&clash.register) else {
        return Err(clash.error);
    };
    let found = match clash.error.trouble {
        Trouble::Taken => duplicate(tx, shape, &clash)
            .await?
            .or_else(|| among(shape, &clash, writes)),
        Trouble::Missing => unknown(tx, shapes, shape, &clash.cells).await?,
        _ => Some(Refusal::Check {
            register: clash.register.clone(),
            check: clash.error.constraint.clone().unwrap_or_default(),
        }),
    };
    found.ok_or(Error {
        trouble: Trouble::Race,
        ..clash.error
    })
}

/// The record that has the same id, or the same values where no two may.
async fn duplicate(tx: &mut Tx, shape: &Shape, clash: &Clash) -> Result<Option<Refusal>> {
    let refusal = |fields: Vec<String>, other: Box<str>| Refusal::Duplicate {
        register: shape.register.id.clone(),
        fields,
        other: Some(other),
    };
    let id: Value = clash.record.clone().into();
    let cells = &clash.cells;
    for unique in &shape.table.uniques {
        let mut values = vec![id.clone()];
        let mut text = format!("select _id from {} where _id <> $1", shape.name);
        for name in &unique.columns {
            text += &match written(shape, cells, name) {
                Some(Some(value)) => {
                    values.push(value);
                    format!(" and {} = ${}", quoted(name), values.len())
                }
                // An empty cell never collides.
                Some(None) => " and false".to_owned(),
                // A change that leaves this field alone: the record's own value counts.
                None => {
                    let column = quoted(name);
                    format!(
                        " and {column} = (select own.{column} from {} own where own._id = $1)",
                        shape.name
                    )
                }
            };
        }
        if let Some(row) = tx.first(&text, &values).await? {
            return Ok(Some(refusal(
                unique.columns.clone(),
                row.need_text(0)?.into(),
            )));
        }
    }
    let taken = clash.new && exists(tx, shape, &clash.record).await?;
    Ok(taken.then(|| refusal(vec!["id".into()], clash.record.clone())))
}

/// Two writes of one action that want the same id, or the same values where no two may have them.
fn among(shape: &Shape, clash: &Clash, writes: &[Write]) -> Option<Refusal> {
    let changes = || {
        let changes = writes.iter().map(|write| &write.change);
        changes.filter(|change| change.register == clash.register)
    };
    let refusal = |fields: &[String]| Refusal::Duplicate {
        register: clash.register.clone(),
        fields: fields.to_vec(),
        other: Some(clash.record.clone()),
    };
    let new = |change: &&Change| change.act == Act::Create;
    let same = changes().filter(new);
    let same = same.filter(|change| change.record.as_ref() == Some(&clash.record));
    if clash.new && same.count() > 1 {
        return Some(refusal(&["id".into()]));
    }
    let twice = shape.table.uniques.iter().find(|unique| {
        let values = |cells: &Cells| -> Option<Vec<Value>> {
            let columns = unique.columns.iter();
            columns.map(|name| written(shape, cells, name)?).collect()
        };
        let wanted = values(&clash.cells);
        let same = changes().filter(|change| values(&change.after) == wanted);
        wanted.is_some() && same.count() > 1
    });
    twice.map(|unique| refusal(&unique.columns))
}

/// The value that was to be written in a column; `Some(None)` where it was to be empty.
fn written(shape: &Shape, cells: &Cells, name: &str) -> Option<Option<Value>> {
    let (column, _) = shape.column(name)?;
    let (_, cell) = cells.iter().find(|(id, _)| id == name)?;
    Some(cell.as_ref().map(|cell| column.value(Some(cell))))
}

/// The first reference that leads to no record.
async fn unknown(
    tx: &mut Tx,
    shapes: &Shapes,
    shape: &Shape,
    cells: &Cells,
) -> Result<Option<Refusal>> {
    for (field, cell) in cells {
        let to = shape
            .column(field)
            .and_then(|(column, _)| column.to.as_deref());
        if let (Some(to), Some(Cell::Text(id))) = (to, cell) {
            let Some(other) = shapes.get(to) else {
                continue;
            };
            if !exists(tx, other, id).await? {
                return Ok(Some(missing(shape, field, to, id)));
            }
        }
    }
    Ok(None)
}

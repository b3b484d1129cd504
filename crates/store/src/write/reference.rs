//! References between records, and to files: single ones between records are foreign keys, the others are looked up.

use super::apply::Stop;
use super::refusal::Refusal;
use crate::db::Tx;
use crate::dialect::{Dialect, quoted};
use crate::error::Result;
use crate::files::held;
use crate::shape::{Shape, Shapes};
use programme::record::{Cell, Cells};
use std::collections::BTreeSet;

/// Refuses lists that name a record or a file that is not there; single references are foreign keys.
pub(crate) async fn references(
    tx: &mut Tx,
    shapes: &Shapes,
    shape: &Shape,
    cells: &Cells,
) -> std::result::Result<(), Stop> {
    for (field, to) in &shape.lists {
        let cell = cells.iter().find(|(id, _)| id == field);
        let Some((_, Some(Cell::List(items)))) = cell else {
            continue;
        };
        for item in items {
            if let (Cell::Text(id), Some(other)) = (item, shapes.get(to))
                && !exists(tx, other, id).await?
            {
                return Err(missing(shape, field, to, id).into());
            }
        }
    }
    match held(tx, shape, cells).await? {
        Some(refusal) => Err(refusal.into()),
        None => Ok(()),
    }
}

pub(crate) fn missing(shape: &Shape, field: &str, to: &str, id: &str) -> Refusal {
    Refusal::NoReference {
        register: shape.register.id.clone(),
        field: field.to_owned(),
        to: to.to_owned(),
        missing: id.into(),
    }
}

pub(crate) async fn exists(tx: &mut Tx, shape: &Shape, id: &str) -> Result<bool> {
    let lock = tx.dialect().pick("", " for key share");
    let text = format!("select _version from {} where _id = $1{lock}", shape.name);
    Ok(tx.first(&text, &[id.into()]).await?.is_some())
}

/// Whether a list of any record names this one.
pub(crate) async fn listed(tx: &mut Tx, shapes: &Shapes, register: &str, id: &str) -> Result<bool> {
    for shape in shapes.values() {
        for (field, _) in shape.lists.iter().filter(|(_, to)| to == register) {
            let column = quoted(field);
            let names = match tx.dialect() {
                Dialect::Sqlite => {
                    format!("exists (select 1 from json_each({column}) where value = $1)")
                }
                Dialect::Postgres => format!("jsonb_exists({column}, $1)"),
            };
            let text = format!("select 1 from {} where {names} limit 1", shape.name);
            if tx.first(&text, &[id.into()]).await?.is_some() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Which of these records lists of any record name.
pub(crate) async fn all_listed(
    tx: &mut Tx,
    shapes: &Shapes,
    register: &str,
    ids: BTreeSet<Box<str>>,
) -> Result<BTreeSet<Box<str>>> {
    let mut named = BTreeSet::new();
    for shape in shapes.values() {
        for (field, _) in shape.lists.iter().filter(|(_, to)| to == register) {
            let column = quoted(field);
            let items = match tx.dialect() {
                Dialect::Sqlite => format!("json_each({column})"),
                Dialect::Postgres => format!("jsonb_array_elements_text({column})"),
            };
            let text = format!(
                "select distinct item.value from {}, {items} item where {column} is not null",
                shape.name
            );
            tx.each(&text, &[], |row| {
                let id = row.need_text(0)?.into_boxed_str();
                named.extend(ids.contains(&id).then_some(id));
                Ok(())
            })
            .await?;
        }
    }
    Ok(named)
}

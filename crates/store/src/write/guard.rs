//! Bounds that span records, checked inside the transaction.

use super::action::Guard;
use super::apply::Stop;
use super::refusal::Refusal;
use crate::db::Tx;
use crate::dialect::{Dialect, quoted};
use crate::error::Result;
use crate::shape::Shapes;

/// Makes actions with a guard of the same name wait for each other until the transaction ends.
///
/// The locks are taken in the order of their names, so that two actions never wait for one another.
pub(crate) async fn lock(tx: &mut Tx, guards: &[Guard]) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    let mut names: Vec<&str> = guards.iter().map(|guard| guard.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let text =
            "select 1 from (select pg_advisory_xact_lock(hashtextextended($1, 1212500041))) held";
        tx.fetch(text, &[name.into()]).await?;
    }
    Ok(())
}

/// Refuses what breaks a bound.
pub(crate) async fn check(
    tx: &mut Tx,
    shapes: &Shapes,
    guards: &[Guard],
) -> std::result::Result<(), Stop> {
    for guard in guards {
        let would_be = measured(tx, shapes, guard).await?;
        if would_be > guard.at_most {
            return Err(Refusal::Full {
                guard: guard.name.clone(),
                at_most: guard.at_most,
                would_be,
            }
            .into());
        }
    }
    Ok(())
}

async fn measured(tx: &mut Tx, shapes: &Shapes, guard: &Guard) -> std::result::Result<i64, Stop> {
    let unfit = |field: &str| Refusal::Unfit {
        register: guard.register.clone(),
        field: field.to_owned(),
    };
    let shape = shapes.get(&guard.register).ok_or_else(|| unfit(""))?;
    let sum = match &guard.sum {
        None => "count(*)".to_owned(),
        Some(field) => {
            let (column, _) = shape.column(field).ok_or_else(|| unfit(field))?;
            format!("coalesce(cast(sum({}) as bigint), 0)", quoted(&column.name))
        }
    };
    let (mut text, mut values) = (
        format!("select {sum} from {} where true", shape.name),
        Vec::new(),
    );
    for (field, cells) in &guard.when {
        let (column, _) = shape.column(field).ok_or_else(|| unfit(field))?;
        let mut places = Vec::with_capacity(cells.len());
        for cell in cells {
            values.push(column.value(Some(cell)));
            places.push(format!("${}", values.len()));
        }
        text += &format!(" and {} in ({})", quoted(field), places.join(", "));
    }
    let row = tx.first(&text, &values).await?;
    Ok(row.map_or(Ok(0), |row| row.need_int(0))?)
}

//! An action inside a transaction that somebody else began and commits, such as one that brings the tables to a programme.

use super::action::Action;
use super::apply::{Stop, apply};
use super::arrival::Arrivals;
use super::group::Outcome;
use super::refusal::Failure;
use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::Error;
use crate::seal::number;
use crate::shape::shapes;
use programme::Programme;

/// Writes an action in an open transaction; where it is refused, the whole transaction must be undone.
///
/// A key that was used before is a refusal here, because what else is in the transaction would be done twice.
///
/// # Errors
///
/// A refusal, for what the database holds; or the database's failure.
pub async fn within(tx: &mut Tx, programme: &Programme, action: &Action) -> Outcome {
    let shapes = shapes(programme);
    let mut arrivals = Arrivals::begin(tx).await?;
    let answer = apply(tx, &shapes, action, &mut arrivals).await;
    let answer = answer.map_err(|stop| match stop {
        Stop::Refused(refusal) => refusal.into(),
        Stop::Answered => super::Refusal::KeyReused {
            key: action.author.key.clone().unwrap_or_default(),
        }
        .into(),
        Stop::Clash(clash) => Failure::from(clash.error),
        Stop::Failed(error) => Failure::Failed(error),
    })?;
    if tx.dialect() == Dialect::Sqlite {
        number(tx)
            .await
            .map_err(|error: Error| Failure::from(error))?;
    }
    Ok(answer)
}

//! On PostgreSQL an action is a transaction of its own, tried again where that is sound.

use super::action::Action;
use super::apply::apply;
use super::arrival::Arrivals;
use super::group::{Outcome, settle};
use super::refusal::Failure;
use crate::db::Db;
use crate::error::{Error, Trouble};
use crate::shape::Shapes;
use std::time::Duration;

/// How often an action is tried at most; the pauses between add up to some ten seconds, a fail-over's length.
const TRIES: u32 = 10;

/// Writes an action; a lost connection and a race with another transaction are tried again.
pub(crate) async fn write(db: &Db, shapes: &Shapes, action: &Action) -> Outcome {
    let mut tried = 0;
    loop {
        tried += 1;
        match once(db, shapes, action).await {
            Err(Attempt {
                failure: Failure::Failed(error),
                unsure,
            }) if error.passing() && !unsure && tried < TRIES => {
                tokio::time::sleep(Duration::from_millis(10 << tried.min(8))).await;
            }
            Err(Attempt {
                failure: Failure::Failed(error),
                unsure: true,
            }) => {
                return Err(Error::unsure(&error).into());
            }
            Err(attempt) => return Err(attempt.failure),
            Ok(answer) => return Ok(answer),
        }
    }
}

/// An attempt that failed.
struct Attempt {
    failure: Failure,
    /// Whether it may have been written all the same, with no key to tell.
    unsure: bool,
}

impl<F: Into<Failure>> From<F> for Attempt {
    fn from(failure: F) -> Self {
        Self {
            failure: failure.into(),
            unsure: false,
        }
    }
}

async fn once(db: &Db, shapes: &Shapes, action: &Action) -> Result<super::Answer, Attempt> {
    let mut tx = db.write().await?;
    let mut arrivals = Arrivals::begin(&mut tx).await?;
    match apply(&mut tx, shapes, action, &mut arrivals).await {
        Ok(answer) => match tx.commit().await {
            Ok(()) => Ok(answer),
            Err(error) => Err(Attempt {
                unsure: action.author.key.is_none() && error.trouble == Trouble::Lost,
                failure: error.into(),
            }),
        },
        Err(stop) => {
            tx.undo().await?;
            let mut tx = db.write().await?;
            let outcome = settle(&mut tx, shapes, action, stop).await;
            tx.undo().await?;
            Ok(outcome?)
        }
    }
}

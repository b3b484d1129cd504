//! Group commit: on SQLite the actions that wait are written in one transaction, each by itself, and answered after one sync.

use super::action::{Action, Answer};
use super::apply::{Stop, apply, rows};
use super::arrival::Arrivals;
use super::beside::Beside;
use super::clash::explain;
use super::fresh;
use super::refusal::{Failure, Refusal};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::lines::entries;
use crate::seal::number;
use crate::shape::Shapes;
use crate::store::Shared;
use programme::record::Author;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// What an action comes to.
pub type Outcome = std::result::Result<Answer, Failure>;

/// What the writer is told.
#[derive(Debug)]
pub(crate) enum Job {
    /// Write an action, and answer whoever waits.
    Write {
        action: Box<Action>,
        answer: oneshot::Sender<Outcome>,
    },
    /// Finish what came before, and end.
    End,
}

/// Actions in one transaction at most: bounds how long the first waits for the last.
const GROUP_MAX: usize = 256;

/// Writes actions as they come in, until nobody can send any more.
pub(crate) async fn writer(db: Db, shared: Arc<Shared>, mut jobs: mpsc::Receiver<Job>) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    let mut ends = false;
    while !ends && jobs.recv_many(&mut group, GROUP_MAX).await > 0 {
        let (mut actions, mut answers) = (Vec::new(), Vec::new());
        for job in group.drain(..) {
            match job {
                Job::Write { action, answer } => {
                    actions.push(*action);
                    answers.push(answer);
                }
                Job::End => ends = true,
            }
        }
        let written = together(&db, &shared.shapes(), &actions).await;
        let outcomes = match written {
            Ok((outcomes, position)) => {
                shared.numbered(position);
                outcomes
            }
            Err(error) => actions.iter().map(|_| Err(error.clone().into())).collect(),
        };
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Whoever asked may have gone; what was written stays.
            let _ = answer.send(outcome);
        }
    }
}

/// Writes a group; its outcomes, and the last position.
async fn together(
    db: &Db,
    shapes: &Shapes,
    actions: &[Action],
) -> Result<(Vec<Outcome>, Option<i64>)> {
    let mut tx = db.write().await?;
    let mut arrivals = Arrivals::begin(&mut tx).await?;
    let mut outcomes: Vec<Outcome> = match all(&mut tx, shapes, actions, &mut arrivals).await? {
        Some(answers) => answers.into_iter().map(Ok).collect(),
        None => {
            let mut outcomes = Vec::with_capacity(actions.len());
            for action in actions {
                outcomes.push(beside_others(&mut tx, shapes, action, &mut arrivals).await?);
            }
            outcomes
        }
    };
    let position = number(&mut tx).await?;
    tx.commit().await?;
    if let (Some(position), Arrivals::Counted(next)) = (position, arrivals) {
        let written = outcomes
            .iter_mut()
            .flatten()
            .filter(|answer| !answer.replayed);
        for entry in written.flat_map(|answer| &mut answer.entries) {
            // The only writer numbers without gaps, so both run side by side up to the last.
            entry.position = Some(position - (next - 1 - entry.arrival));
        }
    }
    Ok((outcomes, position))
}

/// Writes all actions, rows of new records and all entries in few statements; `None` where one of them stops, and nothing is written then.
///
/// Most groups have no refusal in them, so they need no savepoint for each action.
async fn all(
    tx: &mut Tx,
    shapes: &Shapes,
    actions: &[Action],
    arrivals: &mut Arrivals,
) -> Result<Option<Vec<Answer>>> {
    let before = *arrivals;
    tx.mark().await?;
    match try_all(tx, shapes, actions, arrivals).await {
        Ok(answers) => {
            tx.keep().await?;
            Ok(Some(answers))
        }
        Err(_) => {
            tx.back().await?;
            *arrivals = before;
            Ok(None)
        }
    }
}

async fn try_all(
    tx: &mut Tx,
    shapes: &Shapes,
    actions: &[Action],
    arrivals: &mut Arrivals,
) -> std::result::Result<Vec<Answer>, Stop> {
    let mut beside = Beside::default();
    let mut answers = Vec::with_capacity(actions.len());
    for run in actions.chunk_by(fresh::alike) {
        if let [action] = run {
            answers.push(rows(tx, shapes, action, arrivals, &mut beside).await?);
        } else {
            answers.extend(fresh::together(tx, shapes, run, arrivals, &mut beside).await?);
        }
    }
    beside.write(tx).await?;
    Ok(answers)
}

/// Writes an action so that its failure leaves the others of the transaction alone.
async fn beside_others(
    tx: &mut Tx,
    shapes: &Shapes,
    action: &Action,
    arrivals: &mut Arrivals,
) -> Result<Outcome> {
    tx.mark().await?;
    let before = *arrivals;
    match apply(tx, shapes, action, arrivals).await {
        Ok(answer) => {
            tx.keep().await?;
            Ok(Ok(answer))
        }
        Err(stop) => {
            tx.back().await?;
            *arrivals = before;
            Ok(settle(tx, shapes, action, stop).await)
        }
    }
}

/// What an action comes to that stopped, after everything it did was undone.
///
/// An action that was done before under its key may well be refused now; its first answer goes before the refusal.
pub(crate) async fn settle(tx: &mut Tx, shapes: &Shapes, action: &Action, stop: Stop) -> Outcome {
    if let Stop::Failed(error) = stop {
        return Err(Failure::Failed(error));
    }
    if let Some(first) = first_answer(tx, &action.author, action.digest).await? {
        return first.map_err(Into::into);
    }
    match stop {
        Stop::Refused(refusal) => Err(refusal.into()),
        Stop::Clash(clash) => Err(explain(tx, shapes, *clash, &action.writes).await?.into()),
        Stop::Failed(error) => Err(Failure::Failed(error)),
        // The answer that stood in the way was undone by whoever wrote it.
        Stop::Answered => Err(Error::race().into()),
    }
}

/// The first answer to the action's key; a refusal where the key was used for something else.
pub(crate) async fn first_answer(
    tx: &mut Tx,
    author: &Author,
    digest: [u8; 32],
) -> Result<Option<std::result::Result<Answer, Refusal>>> {
    let Some(key) = &author.key else {
        return Ok(None);
    };
    let text = "select digest, answer from answer where actor = $1 and key = $2";
    let values = [author.actor.as_str().into(), key.as_str().into()];
    let Some(row) = tx.first(text, &values).await? else {
        return Ok(None);
    };
    if row.need_bytes(0)? != digest {
        return Ok(Some(Err(Refusal::KeyReused { key: key.clone() })));
    }
    let arrivals: Vec<i64> = serde_json::from_str(&row.need_text(1)?).unwrap_or_default();
    let mut written = Vec::with_capacity(arrivals.len());
    for arrival in arrivals {
        let found = entries(tx, "where j.arrival = $1", &[arrival.into()]).await?;
        written.extend(found.into_iter().map(|opened| opened.entry));
    }
    Ok(Some(Ok(Answer {
        entries: written,
        replayed: true,
    })))
}

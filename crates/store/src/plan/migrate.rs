//! A plan applied with its entry in the journal, in one transaction.

use super::step::Plan;
use crate::db::{Db, Tx};
use crate::erased;
use crate::error::Result as Stored;
use crate::lines::entries;
use crate::store::Store;
use crate::write::{Action, Failure, Write, within};
use journal::Alterations;
use programme::Programme;
use programme::record::{Act, Author, Change, Entry};
use rules::Words;

/// Brings the tables to the programme and says so in the journal, with the plan as its reason; `None` where nothing was to be done.
/// A store that is open follows with [`crate::Store::adopt`].
///
/// # Errors
/// Where the plan has refusals or is out of date, or the database fails: then nothing is changed.
pub async fn migrate(
    db: &Db,
    programme: &Programme,
    plan: &Plan,
    author: Author,
    seed: [u8; 32],
) -> Result<Option<Entry>, Failure> {
    if plan.is_empty() {
        return Ok(None);
    }
    let lines = plan.lines(|words: &Words| &words.zh);
    let change = Change {
        register: String::new(),
        record: None,
        version: 0,
        act: Act::Migrate,
        after: plan.replayed(),
        why: Some(lines.join("\n")),
    };
    let action = Action {
        author,
        digest: [0; 32],
        writes: vec![Write { change, unit: None }],
        guards: Vec::new(),
        messages: Vec::new(),
        seed,
    };
    let mut tx = db.migration().await?;
    super::apply(&mut tx, programme, plan).await?;
    erased::rename(&mut tx, &Alterations::of(&plan.replayed())).await?;
    let answer = within(&mut tx, programme, &action).await?;
    tx.commit().await?;
    Ok(answer.entries.into_iter().next())
}

impl Store {
    /// What every migration did to the records before it, with the arrival of its entry, in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn alterations(&self) -> Stored<Vec<(i64, Alterations)>> {
        alterations(&mut self.db.read().await?).await
    }
}

/// As [`Store::alterations`], in a transaction.
pub(crate) async fn alterations(tx: &mut Tx) -> Stored<Vec<(i64, Alterations)>> {
    // Entries of no record and no register: migrations and publications.
    let chosen = "where j.record = '' and j.register = '' and j.act = 'migrate' order by j.arrival";
    let read = entries(tx, chosen, &[]).await?;
    let all = read.into_iter().map(|opened| {
        let entry = opened.entry;
        (entry.arrival, Alterations::of(&entry.after))
    });
    Ok(all.collect())
}

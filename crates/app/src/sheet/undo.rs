//! A batch undone as a batch: what it created is withdrawn, what it changed is changed back.

use crate::App;
use crate::access::{Deed, forbidden, may_all};
use crate::act::{Edge, Refused, Viewer, author};
use crate::live::words;
use engine::Objection;
use rules::Words;

/// What became of an undoing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Undone {
    /// The register's id.
    pub register: String,
    /// The arrival number of the undoing's own entry.
    pub batch: i64,
    /// Rows that were undone.
    pub undone: u64,
    /// Rows that stay.
    pub kept: Vec<Kept>,
}

/// A row that stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The record's id.
    pub record: Box<str>,
    /// Why: most often, that it was changed since.
    pub why: Words,
}

impl App {
    /// Undoes a batch by the arrival number of its entry, as a batch of its own. Interrupted, it goes on where it
    /// stopped when it is called again. `seed` gives fresh randomness for each step; `told` hears how many rows of how
    /// many are done.
    ///
    /// # Errors
    /// No such batch, a record of it that counts for a closed duty, a viewer who may not, a database that cannot be written to.
    pub async fn undo(
        &self,
        viewer: &Viewer,
        batch: i64,
        why: Option<&str>,
        edge: Edge,
        seed: impl FnMut() -> [u8; 32],
        mut told: impl FnMut(u64, u64),
    ) -> Result<Undone, Refused> {
        let live = self.writable()?;
        let found = live.store.batch(batch).await.map_err(failed)?;
        let mut found = found.ok_or_else(|| no_batch(batch))?;
        let begun_by = live.store.batch_author(batch).await.map_err(failed)?;
        let own = begun_by.is_some_and(|actor| actor == viewer.account);
        if !own && !may_all(self.programme(), viewer, Deed::Withdraw, &found.register) {
            return Err(Refused::Forbidden(forbidden(&found.register)));
        }
        if let Some(closed) = self.closed(&found, edge.now).await? {
            return Err(Refused::Objections(vec![(0, closed)]));
        }
        if found.open {
            // What was interrupted would otherwise go on behind the undoing.
            live.store.end(&mut found).await.map_err(failed)?;
        }
        let mut done = Undone {
            register: found.register.clone(),
            ..Undone::default()
        };
        let author = author(viewer, edge.now, None);
        let mut behind = None;
        let heard = |undo: &store::Batch, taken: &store::Taken| {
            done.undone += taken.entries.len() as u64;
            behind = behind.take().or(self.take_in_own(&taken.entries).err());
            told(undo.done, undo.rows);
        };
        let why = why.map(str::to_owned);
        let undone = live.store.undo(&found, &author, why, seed, heard).await;
        let (undo, kept) = undone.map_err(failed)?;
        if let Some(words) = behind {
            return Err(Refused::Failed(words));
        }
        done.batch = undo.arrival;
        let kept = kept.into_iter().map(|kept| Kept {
            record: kept.record,
            why: kept.why.words(),
        });
        done.kept = kept.collect();
        Ok(done)
    }
}

impl App {
    /// Why a batch may not be undone: one of its records counts for a duty that is closed.
    async fn closed(
        &self,
        batch: &store::Batch,
        now: rules::Moment,
    ) -> Result<Option<Objection>, Refused> {
        let programme = self.programme();
        let mut measures = programme.notices.iter().flat_map(|n| &n.measures);
        let Some(live) = self.live().filter(|_| measures.any(|m| m.closes.is_some())) else {
            return Ok(None);
        };
        let records = live.store.batch_records(batch.arrival).await;
        let records = records.map_err(failed)?;
        let living = self.living();
        let closed = |id: &str| engine::locked(programme, &living, (&batch.register, id), now);
        Ok(records.iter().find_map(|id| closed(id)))
    }
}

fn failed(error: store::Error) -> Refused {
    Refused::Failed(words(error))
}

fn no_batch(batch: i64) -> Refused {
    let words = Words::new(
        format!("没有第 {batch} 批；批号在导入结束时显示，记录的历史里也有"),
        format!(
            "there is no batch {batch}; an import shows its number at the end, and so does a record's history"
        ),
    );
    Refused::Objections(vec![(0, Objection { field: None, words })])
}

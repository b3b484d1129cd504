//! Long work, as far as the database and this node know of it.

use super::failed;
use crate::list::Unread;
use crate::page::date;
use crate::view::{JobLine, JobState, JobsPage, RetainedLine, SealingLine, Text};
use crate::{App, Viewer};
use store::{ListedBatch, people};

/// So many batches are shown.
const BATCHES: usize = 50;
/// So many days of reminders are shown.
const DAYS: usize = 30;

impl App {
    /// Sheets and bulk changes, sealing, what has expired, reminders, days of the past that are built.
    ///
    /// # Errors
    /// A viewer who does not manage, no database, the database's failure.
    pub async fn jobs_page(&self, viewer: &Viewer) -> Result<JobsPage, Unread> {
        let db = self.kept_in(viewer)?;
        let Some(live) = self.live() else {
            return Ok(JobsPage::default());
        };
        let batches = live.store.batches(BATCHES).await.map_err(failed)?;
        let journalled = live.store.journalled().await.map_err(failed)?;
        let sealed = live.store.last_seal().await.map_err(failed)?;
        let sealed = sealed.map(|last| last.seal);
        let retained = live.store.retained().await.map_err(failed)?;
        let retained = retained.map(|last| RetainedLine {
            at: last.at,
            records: last.records,
            failed: last.failed.as_ref().map(Text::from),
        });
        let mut fields = self.programme().registers.iter().flat_map(|r| &r.fields);
        let retains = fields.any(|field| field.retain.is_some());
        let reminders = people::reminded(db, DAYS).await.map_err(failed)?;
        let reminders = reminders.into_iter();
        Ok(JobsPage {
            batches: batches.into_iter().map(|one| self.job(one)).collect(),
            sealing: Some(SealingLine {
                written: journalled.numbered + journalled.waiting,
                numbered: journalled.numbered,
                sealed: sealed.as_ref().map_or(0, |seal| seal.size),
                at: sealed.map(|seal| seal.at),
            }),
            retaining: retains.then_some(retained),
            reminders: reminders
                .map(|(day, all, seen)| (date(day), all, seen))
                .collect(),
            pasts: live.past.lines(live.applied()),
        })
    }

    fn job(&self, one: ListedBatch) -> JobLine {
        let batch = one.batch;
        let found = self.programme().register(&batch.register);
        let name = found.map(|(_, register)| Text::from(&register.name));
        JobLine {
            batch: batch.arrival,
            register: (batch.register, name.unwrap_or_default()),
            name: one.name,
            by: one.by,
            at: one.at,
            rows: (batch.done, batch.rows),
            written: one.written,
            state: match (batch.open, one.undone) {
                (true, _) => JobState::Open,
                (_, true) => JobState::Undone,
                _ => JobState::Done,
            },
        }
    }
}

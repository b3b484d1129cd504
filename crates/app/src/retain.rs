//! Values that are kept longer than their field's `retain` allows, erased by the node that serves.

use crate::App;
use crate::act::{HELI, Refused};
use crate::keep::{EXPIRED, Stop};
use crate::live::{Live, words};
use programme::record::Author;
use rules::{Moment, Words};
use store::audit::Retained;

impl App {
    /// Erases what has expired by a moment, as `heli erase --expired` does, and notes what came of it; of several nodes
    /// on one database the one that holds the sealer's right does it. `None` where this one does not hold it.
    /// `seed` gives 32 bytes of true randomness, others each time.
    ///
    /// # Errors
    /// Nothing can be written here, the database's failure, no randomness. What was erased before stays erased, and the
    /// same call goes on.
    pub async fn erase_expired(
        &self,
        now: Moment,
        seed: impl FnMut() -> Result<[u8; 32], Words>,
    ) -> Result<Option<Retained>, Refused> {
        let live = self.writable()?;
        if !live.store.leads() {
            return Ok(None);
        }
        let mut retained = Retained {
            at: now,
            records: 0,
            failed: None,
        };
        let done = erased(live, now, seed, &mut retained.records).await;
        retained.failed = done.err();
        let noted = live.store.note_retained(&retained).await;
        noted.map_err(|error| Refused::Failed(words(error)))?;
        match retained.failed.clone() {
            Some(words) => Err(Refused::Failed(words)),
            None => Ok(Some(retained)),
        }
    }
}

/// Erases record by record, and counts them.
async fn erased(
    live: &Live,
    now: Moment,
    mut seed: impl FnMut() -> Result<[u8; 32], Words>,
    records: &mut u64,
) -> Result<(), Words> {
    let author = Author {
        actor: HELI.to_owned(),
        on_behalf: None,
        at: now,
        key: None,
    };
    for one in live.store.expired(now.day()).await.map_err(words)? {
        if !live.store.leads() {
            // Whoever holds the right now goes on.
            return Ok(());
        }
        let why = (EXPIRED.to_owned(), seed()?);
        let erased = live.store.erase_expired(&author, &one, now.day(), why);
        let erased = erased
            .await
            .map_err(|failure| Stop::from(failure).words().clone())?;
        *records += u64::from(erased.is_some());
    }
    Ok(())
}

//! Sealing what a command wrote, where no node runs that would.

use super::{Clock, House, Stop, ZONE};
use journal::{Hash, SealingKey};
use std::time::Duration;
use store::{Sealer, Store};

/// The pause between tries: a seal is made a second after the last at the earliest.
const PAUSE: Duration = Duration::from_millis(100);

/// Tries before it is left to the next node that runs.
const TRIES: usize = 50;

impl House {
    /// Seals everything up to an entry; whether it is sealed. A node that runs elsewhere and holds the lease does it itself.
    /// `seed` names this run: random.
    pub(super) async fn sealed(
        &self,
        arrival: i64,
        key: SealingKey,
        seed: [u8; 32],
        clock: Clock,
    ) -> Result<bool, Stop> {
        let programme = self.programme().await?;
        let zone = programme.map_or_else(|| ZONE.to_owned(), |programme| programme.zone);
        // A database stays what its first seal says it is.
        let rehearsal = self
            .store
            .last_seal()
            .await?
            .is_some_and(|last| last.seal.rehearsal);
        let public = key.public();
        let mut sealer = sealer(&self.store, key, seed, rehearsal).await?;
        for _ in 0..TRIES {
            let tick = sealer.tick(clock(&zone)).await?;
            let done = self.store.prove(arrival, public, false).await?.is_some();
            if done || !tick.leads {
                sealer.resign().await?;
                return Ok(done);
            }
            tokio::time::sleep(PAUSE).await;
        }
        sealer.resign().await?;
        Ok(false)
    }
}

/// A sealer under the programme in force; `seed` names its run.
pub(crate) async fn sealer(
    store: &Store,
    key: SealingKey,
    seed: [u8; 32],
    rehearsal: bool,
) -> Result<Sealer, Stop> {
    let digest = store::published::in_force_digest(store.db()).await?;
    let digest = digest.unwrap_or_else(|| Hash::of(b""));
    let holder = Hash::of(&seed).to_string();
    Ok(Sealer::new(store.clone(), key, holder, digest, rehearsal))
}

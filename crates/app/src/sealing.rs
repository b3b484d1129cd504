//! Numbering and sealing the journal of an open database, and taking its seals to a witness.

use crate::App;
use crate::act::read_only;
use crate::keep::{Stop, WitnessFile, outside, sealer};
use journal::{PublicKey, SealingKey};
use rules::Moment;
use std::path::Path;
use std::time::Duration;
use store::{Sealer, Store};

/// How often the witness is brought up to date; another node may have made the seals.
const WITNESS_EVERY: Duration = Duration::from_secs(1);

/// A sealer of an open database. Of several nodes on one database each has one, and one of them works at a time.
#[derive(Debug)]
pub struct Sealing {
    store: Store,
    key: PublicKey,
    sealer: Sealer,
    witness: Option<WitnessFile>,
}

impl App {
    /// A sealer that signs with a key; `seed` names this run and may never come again. `witness` is a file outside the
    /// database's folder to which every seal is appended.
    ///
    /// # Errors
    /// No database is open; the witness has seen another history, or lies with the database.
    pub async fn sealing(
        &self,
        key: SealingKey,
        seed: [u8; 32],
        witness: Option<(&Path, &str)>,
    ) -> Result<Sealing, Stop> {
        let store = self.store().ok_or_else(|| Stop::No(read_only()))?.clone();
        let public = key.public();
        let sealer = sealer(&store, key, seed, self.rehearsal()).await?;
        let witness = match witness {
            None => None,
            Some((place, address)) => {
                outside(place, address)?;
                Some(WitnessFile::open(&store, place).await?)
            }
        };
        Ok(Sealing {
            store,
            key: public,
            sealer,
            witness,
        })
    }
}

impl Sealing {
    /// The public key of the seals in PEM, with which they are checked.
    pub fn public_key(&self) -> Option<String> {
        self.key.pem()
    }

    /// Numbers what has settled, and seals it where a second has passed since the last seal.
    ///
    /// # Errors
    /// The database's; or a journal that is no longer what was sealed.
    pub async fn tick(&mut self, now: Moment) -> Result<(), Stop> {
        Ok(self.sealer.tick(now).await.map(|_| ())?)
    }

    /// Seals what is left, and brings the witness up to date.
    ///
    /// # Errors
    /// The database's; the witness cannot be written.
    pub async fn end(mut self, now: Moment) -> Result<(), Stop> {
        self.sealer.end(now).await?;
        if let Some(witness) = &mut self.witness {
            witness.catch_up(&self.store).await?;
        }
        Ok(())
    }

    /// Seals as entries come until `stop`, then what is left. `told` hears what goes wrong, each thing once while it lasts.
    pub async fn run(
        self,
        clock: impl Fn() -> Moment,
        told: impl Fn(Stop),
        stop: impl Future<Output = ()>,
    ) {
        let Self {
            store,
            sealer,
            mut witness,
            ..
        } = self;
        let mut sealed = Once::new(&told);
        let heard = |tick: store::Result<_>| sealed.hear(tick.map(|_| ()).map_err(Stop::from));
        let sealing = store::seal_on(sealer, clock, heard, stop);
        let mut witnessed = Once::new(&told);
        let witnessing = async {
            while let Some(witness) = &mut witness {
                let seen = witness.catch_up(&store).await;
                witnessed.hear(seen.map(|_| ()));
                tokio::time::sleep(WITNESS_EVERY).await;
            }
            std::future::pending().await
        };
        tokio::select! {
            () = sealing => {}
            () = witnessing => {}
        }
        if let Some(witness) = &mut witness {
            let seen = witness.catch_up(&store).await;
            Once::new(&told).hear(seen.map(|_| ()));
        }
    }
}

/// Tells of a failure when it begins, not whenever it is met again.
struct Once<'t, T: Fn(Stop)> {
    told: &'t T,
    last: Option<Stop>,
}

impl<'t, T: Fn(Stop)> Once<'t, T> {
    fn new(told: &'t T) -> Self {
        Self { told, last: None }
    }

    fn hear(&mut self, outcome: Result<(), Stop>) {
        let new = outcome.err();
        if let Some(stop) = new
            .as_ref()
            .filter(|stop| self.last.as_ref() != Some(*stop))
        {
            (self.told)(stop.clone());
        }
        self.last = new;
    }
}

//! The sealer: numbers entries in the order of their arrival, and each second seals what is numbered.
//!
//! Any number of nodes may tick; the one that holds the lease works.
//! Every step checks the lease's epoch in its own transaction, so a sealer that slept through its lease can do nothing when it wakes.

mod edge;
mod lease;
mod number;

pub(crate) use edge::tiles;
pub(crate) use number::{POSITIONS, UNDER_WAY, number};

use crate::dialect::Dialect;
use crate::error::{Error, Result, Trouble};
use crate::store::Store;
use crate::value::Value;
use edge::Edge;
use journal::{Hash, Seal, SealingKey, SignedSeal};
use number::Horizon;
use rules::{Moment, Words};
use std::sync::atomic::Ordering;

/// Milliseconds between seals at least.
const SEAL_EVERY: i64 = 1_000;

/// Numbers and seals the journal of one database.
#[derive(Debug)]
pub struct Sealer {
    store: Store,
    key: SealingKey,
    /// Names this run of this node; no other may ever have the same.
    holder: String,
    /// The digest of the programme in force.
    programme: Hash,
    rehearsal: bool,
    /// The epoch of the lease, while it is held.
    epoch: Option<i64>,
    /// When the lease was last renewed.
    renewed: Option<Moment>,
    horizon: Horizon,
    /// The tree's right edge, once it was read.
    edge: Option<Edge>,
}

/// What a tick did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// Whether this sealer holds the lease.
    pub leads: bool,
    /// The last position, where it numbered entries.
    pub position: Option<i64>,
    /// The seal that it made; it should go to the witnesses.
    pub seal: Option<SignedSeal>,
}

impl Sealer {
    /// A sealer that holds no lease yet. `holder` must be new for every run of every node: random, for instance.
    pub fn new(
        store: Store,
        key: SealingKey,
        holder: impl Into<String>,
        programme: Hash,
        rehearsal: bool,
    ) -> Self {
        Self {
            store,
            key,
            holder: holder.into(),
            programme,
            rehearsal,
            epoch: None,
            renewed: None,
            horizon: Horizon::default(),
            edge: None,
        }
    }

    /// The store that it seals.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Follows another version of the programme.
    pub fn adopt(&mut self, programme: Hash) {
        self.programme = programme;
    }

    /// Takes or renews the lease, numbers what has settled, and seals where a second has passed since the last seal.
    ///
    /// # Errors
    ///
    /// The database's; or a journal that is no longer what was sealed, which nobody should seal over.
    pub async fn tick(&mut self, now: Moment) -> Result<Tick> {
        self.hold(now).await?;
        let Some(epoch) = self.epoch else {
            return Ok(Tick::default());
        };
        let position = self.number(epoch).await?;
        let seal = match self.epoch {
            Some(epoch) => self.sealed(epoch, now, SEAL_EVERY).await?,
            None => None,
        };
        Ok(Tick {
            leads: self.epoch.is_some(),
            position,
            seal,
        })
    }

    /// Numbers and seals what is left without waiting for the second to pass, and gives the lease back; the last seal made.
    ///
    /// # Errors
    ///
    /// The database's; or a journal that is no longer what was sealed.
    pub async fn end(&mut self, now: Moment) -> Result<Tick> {
        let mut last = self.tick(now).await?;
        while let Some(epoch) = self.epoch {
            let Some(seal) = self.sealed(epoch, now, 0).await? else {
                break;
            };
            last.seal = Some(seal);
        }
        self.resign().await?;
        Ok(last)
    }

    /// Gives the lease back, so that another node need not wait for its end.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn resign(&mut self) -> Result<()> {
        if let Some(epoch) = self.epoch {
            self.lead(None);
            lease::give(&self.store.db, &self.holder, epoch).await?;
        }
        Ok(())
    }

    /// Renews the lease when a third of it has passed.
    async fn hold(&mut self, now: Moment) -> Result<()> {
        let fresh = self
            .renewed
            .is_some_and(|at| (at.0..at.0 + lease::LASTS / 3).contains(&now.0));
        if fresh && self.epoch.is_some() {
            return Ok(());
        }
        let epoch = lease::take(&self.store.db, &self.holder, now).await?;
        if epoch != self.epoch {
            // Another may have numbered and sealed in between.
            self.edge = None;
            self.horizon = Horizon::default();
        }
        self.lead(epoch);
        self.renewed = epoch.map(|_| now);
        Ok(())
    }

    /// Holds the lease in an epoch, or holds it no more; the store knows.
    fn lead(&mut self, epoch: Option<i64>) {
        self.epoch = epoch;
        let leads = &self.store.shared.leads;
        leads.store(epoch.is_some(), Ordering::Relaxed);
    }

    async fn number(&mut self, epoch: i64) -> Result<Option<i64>> {
        if self.store.db.dialect() == Dialect::Sqlite {
            // The only writer numbers its own.
            return Ok(None);
        }
        let Some(upto) = self.horizon.settled(&self.store.db).await? else {
            return Ok(None);
        };
        match number::under(&self.store.db, &self.holder, epoch, upto).await? {
            None => {
                self.lead(None);
                Ok(None)
            }
            Some(position) => {
                self.store.shared.numbered(position);
                Ok(position)
            }
        }
    }

    async fn sealed(&mut self, epoch: i64, now: Moment, apart: i64) -> Result<Option<SignedSeal>> {
        let sealed = self.seal(epoch, now, apart).await;
        if sealed.is_err() {
            // What was lost on the way may have been written: the edge is read anew.
            self.edge = None;
        }
        sealed
    }

    /// Seals what is numbered, where so many milliseconds have passed since the last seal.
    async fn seal(&mut self, epoch: i64, now: Moment, apart: i64) -> Result<Option<SignedSeal>> {
        if self.edge.is_none() {
            self.edge = Some(Edge::read(&self.store.db).await?);
        }
        let Some(edge) = &mut self.edge else {
            return Ok(None);
        };
        let last = edge.last();
        if last.is_some_and(|last| (last.at.0..last.at.0 + apart).contains(&now.0)) {
            return Ok(None);
        }
        let previous = last.map(|last| last.root);
        let at = last.map_or(now, |last| last.at.max(now));
        let mut tx = self.store.db.write().await?;
        if !lease::held(&mut tx, &self.holder, epoch).await? {
            self.lead(None);
            return Ok(None);
        }
        let mut grown = edge.clone();
        if !grown.grow(&mut tx).await? {
            return Ok(None);
        }
        let seal = self.key.sign(Seal {
            size: grown.size(),
            root: grown.root(),
            at,
            programme: self.programme,
            rehearsal: self.rehearsal,
            epoch,
            previous,
        });
        grown
            .keep(&mut tx, &seal, &self.key.public().fingerprint())
            .await?;
        tx.commit().await?;
        *edge = grown;
        Ok(Some(seal))
    }
}

impl Store {
    /// Seals from a size on, in order, and at most so many.
    ///
    /// # Errors
    ///
    /// The database's; or a line that is no seal.
    pub async fn seals(&self, from_size: u64, at_most: usize) -> Result<Vec<SignedSeal>> {
        let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
        let values = [whole(from_size), limit.into()];
        let text = "select line from seal where size >= $1 order by size limit $2";
        let rows = self.db.fetch(text, &values).await?;
        rows.iter().map(|row| read(&row.need_text(0)?)).collect()
    }

    /// The last seal.
    ///
    /// # Errors
    ///
    /// The database's; or a line that is no seal.
    pub async fn last_seal(&self) -> Result<Option<SignedSeal>> {
        self.seal_at(Moment(i64::MAX)).await
    }

    /// The last seal at or before a moment: *as of* that moment means up to its size.
    ///
    /// # Errors
    ///
    /// The database's; or a line that is no seal.
    pub async fn seal_at(&self, at: Moment) -> Result<Option<SignedSeal>> {
        let text = "select line from seal where at <= $1 order by size desc limit 1";
        let rows = self.db.fetch(text, &[at.0.into()]).await?;
        rows.first().map(|row| read(&row.need_text(0)?)).transpose()
    }
}

fn read(line: &str) -> Result<SignedSeal> {
    SignedSeal::read(line).ok_or_else(|| damaged("封存记录读不出来", "a seal cannot be read."))
}

/// A size as the database has it.
fn whole(size: u64) -> Value {
    i64::try_from(size).unwrap_or(i64::MAX).into()
}

/// The journal or its tree is not what was sealed.
fn damaged(zh: &str, en: &str) -> Error {
    Error::new(
        Trouble::Damaged,
        Words::new(zh, en),
        Words::new(
            "停止封存，运行 heli journal verify",
            "Stop sealing, and run `heli journal verify`.",
        ),
    )
}

//! The loops of a node: hearing of new positions, and ticking its sealer. Everything they do can be called without them.

use crate::error::Result;
use crate::seal::{POSITIONS, Sealer, Tick};
use crate::store::Store;
use rules::Moment;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// The channel on which a sealer elsewhere hears that something waits to be numbered.
const WRITTEN: &str = "heli_written";

/// Entries are numbered at least this often.
const NUMBER_EVERY: Duration = Duration::from_millis(100);

/// Positions are asked for this often where no notification came.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// The pause before a lost connection is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// Ticks a sealer whenever something was written, and every 100 ms, until `stop`; then seals what is left and gives the lease back.
///
/// `clock` gives the time in the programme's zone; `told` hears what each tick did.
pub async fn seal_on(
    mut sealer: Sealer,
    clock: impl Fn() -> Moment,
    mut told: impl FnMut(Result<Tick>),
    stop: impl Future<Output = ()>,
) {
    let store = sealer.store().clone();
    let mut every = interval(NUMBER_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stop = pin!(stop);
    loop {
        let written = tokio::select! {
            () = &mut stop => break told(sealer.end(clock()).await),
            () = store.shared.written.notified() => true,
            _ = every.tick() => false,
        };
        let tick = sealer.tick(clock()).await;
        let leads = tick.as_ref().is_ok_and(|tick| tick.leads);
        told(tick);
        if written && !leads {
            // The sealer elsewhere would find it 100 ms later all the same.
            let _ = store.db.notify(WRITTEN, "").await;
        }
    }
}

/// Keeps [`Store::positions`] up to date with what other nodes write; ends only when it is dropped, and at once on SQLite, which has one process.
pub async fn follow(store: Store) {
    while let Some(heard) = store.db.listen(&[POSITIONS, WRITTEN]).await.transpose() {
        if let Ok(listener) = heard {
            // A connection that is lost is opened anew.
            let _ = hear(&store, listener).await;
        }
        sleep(PAUSE).await;
    }
}

async fn hear(store: &Store, mut listener: sqlx::postgres::PgListener) -> Result<()> {
    let mut every = interval(ASK_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let heard = tokio::select! {
            heard = listener.recv() => Some(heard?),
            _ = every.tick() => None,
        };
        match heard {
            Some(word) if word.channel() == WRITTEN => store.shared.written.notify_one(),
            Some(word) => store.shared.numbered(word.payload().parse().ok()),
            None => {
                store.refresh().await?;
            }
        }
    }
}

impl Store {
    /// Reads the last position from the database, for followers that heard nothing; -1 for none.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn refresh(&self) -> Result<i64> {
        let rows = self
            .db
            .fetch("select max(position) from journal_position", &[])
            .await?;
        let last = rows.first().map(|row| row.int(0)).transpose()?.flatten();
        self.shared.numbered(last);
        Ok(last.unwrap_or(-1))
    }
}

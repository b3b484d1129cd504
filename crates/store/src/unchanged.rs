//! Tells without asking an embedded database whether accounts, roles and sessions are as they were: its one writer is ours.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// The tables that say on whose behalf a session acts.
const TABLES: [&str; 4] = ["account", "confirmation", "office", "session"];

/// How often these tables changed, counted as a change begins, and up to which change all have ended.
#[derive(Debug, Default)]
pub(crate) struct Unchanged {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Unchanged {
    /// A number that stays while the tables do, and never comes again; `None` while they change.
    pub(crate) fn stamp(&self) -> Option<u64> {
        // Read first: what has begun is never behind it, so equal numbers were equal all the while.
        let ended = self.ended.load(SeqCst);
        (self.begun.load(SeqCst) == ended).then_some(ended)
    }

    /// A statement is about to run in a transaction that writes. Whatever names one of the tables counts as a change.
    pub(crate) fn hear(&self, sql: &str) {
        if TABLES.iter().any(|table| sql.contains(table)) {
            self.begun.fetch_add(1, SeqCst);
        }
    }

    /// How many changes have begun.
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(SeqCst)
    }

    /// The transaction that began these changes, and none after it, is over, however it ended.
    pub(crate) fn rest(&self, begun: u64) {
        self.ended.fetch_max(begun, SeqCst);
    }
}

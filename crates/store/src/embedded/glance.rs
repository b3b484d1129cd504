//! Readers that work where one stands: for a few rows the turn of another thread takes longer than reading them.

use super::pool::Opening;
use super::session::{Session, kept};
use crate::error::Result;
use crate::row::Row;
use crate::value::Value;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Connections that are kept while nobody reads.
const KEPT: usize = 8;

/// Connections for statements that find few rows by a key; a copy shares them.
#[derive(Clone, Debug)]
pub(crate) struct Glances {
    opening: Opening,
    idle: Arc<Mutex<Vec<Session>>>,
}

impl Glances {
    pub(crate) fn new(opening: Opening) -> Self {
        Self {
            opening,
            idle: Arc::default(),
        }
    }

    /// All rows of a statement. The thread waits for the disk where the pages are in no cache, so it is for few rows.
    pub(crate) fn fetch(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        let idle = self.idle().pop();
        let session = match idle {
            Some(session) => session,
            None => Session::open(&self.opening)?,
        };
        let mut rows = Vec::new();
        session.each(sql, values, |row| {
            rows.push(Row::Sqlite(kept(row)?));
            Ok(ControlFlow::Continue(()))
        })?;
        let mut idle = self.idle();
        if idle.len() < KEPT {
            idle.push(session);
        }
        Ok(rows)
    }

    /// Closes what is kept.
    pub(crate) fn close(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Session>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

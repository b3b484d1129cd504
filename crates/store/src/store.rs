//! A database together with the programme in force: where actions are written and read.

use crate::db::Db;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::shape::{Shape, Shapes, shapes};
use crate::write::{self, Action, Answer, Failure, Job, Outcome, writer};
use programme::Programme;
use programme::record::Author;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// An open database with its registers; a copy shares everything.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) shared: Arc<Shared>,
    /// The way to the one writer of SQLite.
    jobs: Option<mpsc::Sender<Job>>,
    /// The writer's task.
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// What a store and its writer both use.
#[derive(Debug)]
pub(crate) struct Shared {
    shapes: RwLock<Arc<Shapes>>,
    /// The last position known to this process; -1 for none.
    positions: watch::Sender<i64>,
    /// Tells the sealer that something waits to be numbered.
    pub(crate) written: tokio::sync::Notify,
    /// Whether the sealer of this process held the lease when it last asked.
    pub(crate) leads: AtomicBool,
}

/// Actions that may wait for the writer before others are held back.
const QUEUE: usize = 1024;

impl Store {
    /// Takes a database whose tables fit the programme, and starts its writer on SQLite.
    ///
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn new(db: Db, programme: &Programme) -> Result<Self> {
        let shared = Arc::new(Shared {
            shapes: RwLock::new(Arc::new(shapes(programme))),
            positions: watch::Sender::new(-1),
            written: tokio::sync::Notify::new(),
            leads: AtomicBool::new(false),
        });
        let (send, receive) = mpsc::channel(QUEUE);
        let embedded = db.dialect() == Dialect::Sqlite;
        let task = embedded.then(|| tokio::spawn(writer(db.clone(), shared.clone(), receive)));
        let store = Self {
            db,
            shared,
            jobs: embedded.then_some(send),
            task: Arc::new(Mutex::new(task)),
        };
        store.refresh().await?;
        Ok(store)
    }

    /// Follows another version of the programme, after its tables were brought to it.
    pub fn adopt(&self, programme: &Programme) {
        let shapes = Arc::new(shapes(programme));
        *self
            .shared
            .shapes
            .write()
            .unwrap_or_else(PoisonError::into_inner) = shapes;
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Writes what one actor does at once, all or nothing, and answers when it is durable.
    ///
    /// The same actor, key and content give the first answer again, so a caller that got no answer may repeat the call.
    ///
    /// # Errors
    ///
    /// A refusal, for what the database holds; or the database's failure. Nothing is written then.
    pub async fn write(&self, action: Action) -> Outcome {
        let Some(jobs) = &self.jobs else {
            let outcome = write::write(&self.db, &self.shared.shapes(), &action).await;
            self.shared.written.notify_one();
            return outcome;
        };
        let (answer, outcome) = oneshot::channel();
        let gone = |()| Error::closed();
        jobs.send(Job::Write {
            action: Box::new(action),
            answer,
        })
        .await
        .map_err(|_| gone(()))?;
        outcome.await.map_err(|_| gone(()))?
    }

    /// Finishes what waits for the writer, and closes the database for every copy of this store.
    pub async fn close(self) {
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let (Some(jobs), Some(task)) = (&self.jobs, task) {
            let _ = jobs.send(Job::End).await;
            let _ = task.await;
        }
        self.db.close().await;
    }

    /// The first answer to an actor's key, where it was used before; for callers that decide again before they write.
    ///
    /// # Errors
    ///
    /// A refusal where the key was used for other content; or the database's failure.
    pub async fn answered(
        &self,
        author: &Author,
        digest: [u8; 32],
    ) -> std::result::Result<Option<Answer>, Failure> {
        let mut tx = self.db.read().await?;
        let first = write::first_answer(&mut tx, author, digest).await?;
        first.transpose().map_err(Failure::from)
    }

    /// The last position known to this process, now and whenever it grows; -1 while there is none.
    pub fn positions(&self) -> watch::Receiver<i64> {
        self.shared.positions.subscribe()
    }

    /// A register, as the store knows it.
    pub(crate) fn shape(&self, register: &str) -> Option<Arc<Shape>> {
        self.shared.shapes().get(register).cloned()
    }
}

impl Shared {
    /// The registers of the programme in force.
    pub(crate) fn shapes(&self) -> Arc<Shapes> {
        self.shapes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Tells followers of a position; an older one than is known changes nothing.
    pub(crate) fn numbered(&self, position: Option<i64>) {
        let Some(position) = position else {
            return;
        };
        self.positions.send_if_modified(|last| {
            let newer = position > *last;
            *last = position.max(*last);
            newer
        });
    }
}

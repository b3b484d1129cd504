//! Connections of one kind, opened as they are asked for and kept; each is lent to one holder at a time.

use super::session::{Session, kept};
use crate::error::{Error, Result};
use crate::row::Row;
use crate::unchanged::Unchanged;
use crate::value::Value;
use rusqlite::OpenFlags;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc as work};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::timeout;

/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Rows that are handed over at once, and how often ahead of whoever takes them.
const ROWS: usize = 256;
const AHEAD: usize = 2;

/// What a connection does next.
pub(crate) type Job = Box<dyn FnOnce(&Session) + Send>;

/// How connections are opened.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// The database's file.
    pub(crate) path: PathBuf,
    /// Makes it when it is not there.
    pub(crate) create: bool,
    /// Never writes.
    pub(crate) read_only: bool,
    /// Statements that settle how it works.
    pub(crate) settings: &'static str,
}

/// Some connections; a copy shares them.
#[derive(Clone, Debug)]
pub(crate) struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    opening: Opening,
    size: u32,
    room: Arc<Semaphore>,
    idle: Mutex<Vec<Worker>>,
    /// Told when what a connection wrote is over; `None` for those that only read.
    people: Option<Arc<Unchanged>>,
}

/// A connection's thread.
#[derive(Debug)]
struct Worker {
    jobs: work::Sender<Job>,
    /// Ends when the connection is closed.
    gone: oneshot::Receiver<()>,
}

/// A connection while somebody holds it. Given back, a transaction that is still open is undone.
#[derive(Debug)]
pub(crate) struct Lease {
    worker: Option<Worker>,
    pool: Pool,
    /// A transaction may be open.
    open: bool,
    /// References are not checked.
    unchecked: bool,
    _room: OwnedSemaphorePermit,
}

impl Opening {
    pub(super) fn flags(&self) -> OpenFlags {
        let mode = match (self.read_only, self.create) {
            (true, _) => OpenFlags::SQLITE_OPEN_READ_ONLY,
            (false, false) => OpenFlags::SQLITE_OPEN_READ_WRITE,
            (false, true) => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        };
        // A connection stays on its thread, so the library need not guard it.
        mode | OpenFlags::SQLITE_OPEN_NO_MUTEX
    }
}

impl Pool {
    pub(crate) fn new(opening: Opening, size: u32, people: Option<Arc<Unchanged>>) -> Self {
        let size = size.max(1);
        Self(Arc::new(Shared {
            opening,
            size,
            room: Arc::new(Semaphore::new(usize::try_from(size).unwrap_or(1))),
            idle: Mutex::default(),
            people,
        }))
    }

    /// How many connections it has at most.
    pub(crate) fn size(&self) -> u32 {
        self.0.size
    }

    /// A connection, once one is free.
    pub(crate) async fn lease(&self) -> Result<Lease> {
        let room = timeout(PATIENCE, self.0.room.clone().acquire_owned());
        let room = room.await.map_err(Error::lost)?.map_err(Error::lost)?;
        let idle = self.idle().pop();
        let worker = match idle {
            Some(worker) => worker,
            None => Worker::open(self.0.opening.clone()).await?,
        };
        Ok(Lease {
            worker: Some(worker),
            pool: self.clone(),
            open: false,
            unchecked: false,
            _room: room,
        })
    }

    /// Waits for whoever holds a connection, and closes all.
    pub(crate) async fn close(&self) {
        let all = self.0.room.acquire_many(self.0.size).await;
        self.0.room.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle());
        for Worker { jobs, gone } in idle {
            drop(jobs);
            let _ = gone.await;
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    async fn open(opening: Opening) -> Result<Self> {
        let (jobs, queue) = work::channel::<Job>();
        let (going, gone) = oneshot::channel();
        let (answer, opened) = oneshot::channel();
        let work = move || {
            let session = match Session::open(&opening) {
                Ok(session) => session,
                Err(error) => return drop(answer.send(Err(error))),
            };
            if answer.send(Ok(())).is_ok() {
                queue.into_iter().for_each(|job| job(&session));
            }
            drop(session);
            drop(going);
        };
        let name = "sqlite".to_owned();
        thread::Builder::new()
            .name(name)
            .spawn(work)
            .map_err(Error::lost)?;
        opened.await.map_err(Error::lost)??;
        Ok(Self { jobs, gone })
    }
}

impl Lease {
    /// Has the connection do something, and waits for what comes of it.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Session) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.send(Box::new(move |session| drop(answer.send(work(session)))))?;
        answered.await.map_err(Error::lost)?
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&mut self, text: &'static str) -> Result<()> {
        self.open = true;
        self.call(|session| session.run(text)).await
    }

    /// Begins a transaction that may rebuild tables: references are not checked while it lasts.
    pub(crate) async fn begin_unchecked(&mut self) -> Result<()> {
        (self.open, self.unchecked) = (true, true);
        self.call(|session| session.run("pragma foreign_keys = off; begin immediate"))
            .await
    }

    /// Ends the transaction; what it wrote is durable.
    pub(crate) async fn end(mut self, text: &'static str) -> Result<()> {
        self.call(|session| session.run(text)).await?;
        self.open = false;
        Ok(())
    }

    /// All rows of a statement.
    pub(crate) async fn fetch(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
        let sql = sql.to_owned();
        let fetched = move |session: &Session| {
            let mut rows = Vec::new();
            session.each(&sql, &values, |row| {
                rows.push(Row::Sqlite(kept(row)?));
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(rows)
        };
        self.call(fetched).await
    }

    /// Hands over row after row while the next are read.
    pub(crate) async fn each(
        &self,
        sql: &str,
        values: Vec<Value>,
        mut take: impl FnMut(Row) -> Result<()>,
    ) -> Result<()> {
        let (send, mut receive) = mpsc::channel(AHEAD);
        let sql = sql.to_owned();
        self.send(Box::new(move |session| {
            let mut rows = Vec::new();
            let read = session.each(&sql, &values, |row| {
                rows.push(Row::Sqlite(kept(row)?));
                if rows.len() < ROWS {
                    return Ok(ControlFlow::Continue(()));
                }
                Ok(
                    match send.blocking_send(Ok((std::mem::take(&mut rows), false))) {
                        Ok(()) => ControlFlow::Continue(()),
                        // Nobody takes them any more.
                        Err(_) => ControlFlow::Break(()),
                    },
                )
            });
            let _ = send.blocking_send(read.map(|()| (rows, true)));
        }))?;
        while let Some(rows) = receive.recv().await {
            let (rows, last) = rows?;
            rows.into_iter().try_for_each(&mut take)?;
            if last {
                return Ok(());
            }
        }
        Err(Error::lost("the connection's thread has ended"))
    }

    /// Hands the connection work, and waits for nothing.
    pub(crate) fn send(&self, job: Job) -> Result<()> {
        let worker = self.worker.as_ref().ok_or_else(Error::closed)?;
        worker.jobs.send(job).map_err(Error::lost)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let people = self.pool.0.people.clone();
        let begun = people.as_ref().map(|people| people.begun());
        let over = move || {
            if let (Some(people), Some(begun)) = (people, begun) {
                people.rest(begun);
            }
        };
        let unchecked = self.unchecked;
        if self.open || unchecked {
            // Whatever the next holder asks for comes behind this.
            let undone = self.send(Box::new(move |session| {
                session.rest();
                if unchecked {
                    let _ = session.run("pragma foreign_keys = on");
                }
                over();
            }));
            let _ = undone;
        } else {
            over();
        }
        if let Some(mut worker) = self.worker.take()
            && worker.gone.try_recv() == Err(TryRecvError::Empty)
        {
            self.pool.idle().push(worker);
        }
    }
}

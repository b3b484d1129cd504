//! Sheets on their way in: each is taken in beside the requests, and asked after by its number until it is done.

use app::rules::Words;
use app::sheet::{How, Imported, Sent};
use app::{App, Edge, Refused, Viewer};
use axum::body::Bytes;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;

/// An answer waits this long for a sheet to be done.
const WAITS: Duration = Duration::from_secs(1);
/// So many of the newest sheets are remembered, with what is returned of them.
pub(crate) const REMEMBERED: usize = 32;
/// Bytes of all remembered sheets that were only tried, so that they can be taken in without being sent again.
const HELD_MAX: usize = 256 * 1024 * 1024;

/// The sheets that were sent to this node, the newest last.
#[derive(Clone)]
pub(crate) struct Sheets {
    all: Arc<Mutex<VecDeque<Arc<Sending>>>>,
    edge: Arc<dyn Fn() -> Option<Edge> + Send + Sync>,
}

/// A sheet on its way in.
pub(crate) struct Sending {
    /// Its number.
    pub(crate) id: String,
    /// Who sent it, and alone may ask after it.
    account: String,
    /// What was said of it.
    pub(crate) about: About,
    done: AtomicU64,
    all: AtomicU64,
    /// What became of it.
    pub(crate) outcome: OnceLock<Result<Imported, Refused>>,
    /// Its content, while it was only tried.
    bytes: Bytes,
}

/// What is said of a sheet.
#[derive(Clone, Debug)]
pub(crate) struct About {
    /// The register's id.
    pub(crate) register: String,
    /// The file's name, whose ending matters only to people.
    pub(crate) name: String,
    /// Nothing is written.
    pub(crate) dry: bool,
    /// Taken in although it was before.
    pub(crate) again: bool,
    /// Reasons in the returned sheet in Chinese.
    pub(crate) zh: bool,
    /// Why, for the journal.
    pub(crate) why: Option<String>,
}

impl Sending {
    /// Rows that are done, of about how many.
    pub(crate) fn progress(&self) -> (u64, u64) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (load(&self.done), load(&self.all))
    }
}

impl Sheets {
    pub(crate) fn new(edge: Arc<dyn Fn() -> Option<Edge> + Send + Sync>) -> Self {
        Self {
            all: Arc::default(),
            edge,
        }
    }

    /// A sheet that this account sent.
    pub(crate) fn get(&self, viewer: &Viewer, id: &str) -> Option<Arc<Sending>> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |sending: &&Arc<Sending>| sending.id == id && sending.account == viewer.account;
        all.iter().find(own).cloned()
    }

    fn put(&self, sending: &Arc<Sending>) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let held = |all: &VecDeque<Arc<Sending>>| {
            let bytes: usize = all.iter().map(|sending| sending.bytes.len()).sum();
            bytes + sending.bytes.len()
        };
        while all.len() >= REMEMBERED || held(&all) > HELD_MAX && !all.is_empty() {
            all.pop_front();
        }
        all.push_back(Arc::clone(sending));
    }

    /// Takes in what was tried before.
    pub(crate) async fn go(
        &self,
        app: &App,
        viewer: &Viewer,
        tried: &Sending,
    ) -> Option<Arc<Sending>> {
        let about = About {
            dry: false,
            ..tried.about.clone()
        };
        self.begin(app, viewer, about, tried.bytes.clone()).await
    }

    /// Begins to take a sheet in, and waits a moment for its end; `None` where the system gives no randomness.
    pub(crate) async fn begin(
        &self,
        app: &App,
        viewer: &Viewer,
        about: About,
        bytes: Bytes,
    ) -> Option<Arc<Sending>> {
        let edge = (self.edge)()?;
        let number = Sha256::digest(edge.seed);
        let sending = Arc::new(Sending {
            id: number.iter().take(8).map(|b| format!("{b:02x}")).collect(),
            account: viewer.account.clone(),
            done: AtomicU64::new(0),
            all: AtomicU64::new(0),
            outcome: OnceLock::new(),
            bytes: if about.dry {
                bytes.clone()
            } else {
                Bytes::new()
            },
            about,
        });
        self.put(&sending);
        let (app, viewer, own) = (app.clone(), viewer.clone(), Arc::clone(&sending));
        let (edges, runtime) = (self.edges(edge), Handle::current());
        let working = tokio::task::spawn_blocking(move || {
            let outcome = own.taken_in(&app, &viewer, &bytes, edges, &runtime);
            let _ = own.outcome.set(outcome);
        });
        // One that breaks off has no outcome, and asking after it says so.
        let _ = tokio::time::timeout(WAITS, working).await;
        Some(sending)
    }

    /// The time and fresh randomness of each step, beginning with the first.
    fn edges(&self, first: Edge) -> impl FnMut() -> Result<Edge, Words> + use<> {
        let edge = Arc::clone(&self.edge);
        let mut first = Some(first);
        move || {
            let next = first.take().or_else(|| edge());
            next.ok_or_else(|| {
                Words::new(
                    "系统给不出随机数，请检查系统的随机数设备",
                    "the system gives no randomness; see to its random device",
                )
            })
        }
    }
}

impl Sending {
    fn taken_in(
        &self,
        app: &App,
        viewer: &Viewer,
        bytes: &[u8],
        mut edges: impl FnMut() -> Result<Edge, Words>,
        runtime: &Handle,
    ) -> Result<Imported, Refused> {
        let about = &self.about;
        let sent = Sent {
            register: &about.register,
            name: &about.name,
            bytes,
            why: about.why.as_deref(),
        };
        let how = How {
            dry_run: about.dry,
            again: about.again,
            zh: about.zh,
            runtime,
        };
        let mut told = |done, all| {
            self.done.store(done, Ordering::Relaxed);
            self.all.store(all, Ordering::Relaxed);
        };
        app.import(viewer, sent, how, &mut edges, &mut told)
    }
}

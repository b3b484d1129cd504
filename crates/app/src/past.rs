//! Days that the facts at hand do not show: another version of the programme was in force, or they lie before what is kept.

use crate::app::lock;
use crate::live::{Live, words};
use crate::view::PastLine;
use crate::{App, Error};
use engine::Living;
use journal::{Alterations, Called, called};
use programme::Programme;
use programme::record::{Act, Entry};
use rules::{Day, Moment, Words};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use store::Store;
use store::published::{self, Reign};

/// Facts of so many pasts are kept besides those at hand.
const PASTS_KEPT: usize = 2;

/// Which facts show which day.
pub(crate) struct Past {
    /// Every time that a version came into force, in order.
    reigns: Vec<Reign>,
    /// What migrations did, by the arrivals of their entries.
    alterations: Vec<(i64, Alterations)>,
    /// The first day whose superseded values are among the facts at hand.
    pub(crate) since: Day,
    /// The digest of the version in force.
    pub(crate) version: String,
    built: Mutex<Vec<(Reach, State)>>,
}

/// The entries that facts are built from, and the version of the programme that reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reach {
    reign: Reign,
    /// They arrived before this one.
    arrival: i64,
    /// They were made before this moment.
    until: Moment,
}

/// Facts of a past.
enum State {
    /// So many entries are read.
    Building(Arc<AtomicU64>),
    Built(App),
    Failed(Words),
}

impl Past {
    /// What a database tells about its past; `since` is the first day whose superseded values are kept in memory.
    pub(crate) async fn of(store: &Store, since: Day, version: String) -> store::Result<Self> {
        Ok(Self {
            reigns: published::reigns(store.db()).await?,
            alterations: store.alterations().await?,
            since,
            version,
            built: Mutex::default(),
        })
    }

    /// Whether an entry of a migration or a publication was there when the database was opened.
    pub(crate) fn knows(&self, arrival: i64) -> bool {
        let publications = self.reigns.iter().map(|reign| reign.arrival);
        let migrations = self.alterations.iter().map(|(arrival, _)| *arrival);
        publications.chain(migrations).any(|known| known == arrival)
    }

    /// What shows the end of a day; `None` where the facts at hand do.
    fn reach(&self, day: Day) -> Option<Reach> {
        let end = Day(day.0 + 1).start();
        let began = self.reigns.iter().rposition(|reign| reign.from < end);
        // What was recorded for days before the first version is read by that.
        let reign = *self.reigns.get(began.unwrap_or_default())?;
        if reign.digest.to_string() == self.version {
            return (day < self.since).then_some(Reach {
                reign,
                arrival: i64::MAX,
                until: self.since.start(),
            });
        }
        let publications = self.reigns.iter().map(|reign| reign.arrival);
        let migrations = self.alterations.iter().map(|(arrival, _)| *arrival);
        let next = publications.chain(migrations);
        let next = next.filter(|arrival| *arrival > reign.arrival).min();
        Some(Reach {
            reign,
            arrival: next.unwrap_or(i64::MAX),
            until: Moment(i64::MAX),
        })
    }

    /// Keeps what a past has come to.
    fn put(&self, reach: Reach, state: State) {
        let mut built = lock(&self.built);
        built.retain(|(other, _)| *other != reach);
        if built.len() >= PASTS_KEPT {
            built.remove(0);
        }
        built.push((reach, state));
    }

    /// What is built or kept, and how far that is of so many entries.
    pub(crate) fn lines(&self, all: u64) -> Vec<PastLine> {
        let built = lock(&self.built);
        let line = |(reach, state): &(Reach, State)| PastLine {
            version: reach.reign.digest.to_string(),
            building: match state {
                State::Building(done) => Some((done.load(Ordering::Relaxed), all)),
                _ => None,
            },
            failed: match state {
                State::Failed(words) => Some(words.into()),
                _ => None,
            },
        };
        built.iter().map(line).collect()
    }

    /// What a register was called, newest first.
    pub(crate) fn names(&self, register: &str) -> Vec<Called> {
        called(&self.alterations, register, None)
    }

    /// Makes an entry read as if it had been made when the entry `before` arrived.
    pub(crate) fn rename(&self, before: i64, entry: &mut Entry) {
        for (arrival, alterations) in &self.alterations {
            if (entry.arrival..before).contains(arrival) {
                alterations.entry(entry);
            }
        }
    }

    /// The same, without the fields that a programme does not have; `false` for an entry of a register that it does
    /// not have.
    pub(crate) fn fit(&self, programme: &Programme, before: i64, entry: &mut Entry) -> bool {
        self.rename(before, entry);
        let Some((_, register)) = programme.register(&entry.register) else {
            return false;
        };
        let has = |id: &str| {
            let field = register.field(id);
            field.is_some_and(|field| field.formula.is_none())
        };
        entry.before.retain(|(id, _)| has(id));
        entry.after.retain(|(id, _)| has(id));
        true
    }
}

impl App {
    /// What a day's end is read from: this application, or one over facts of the past. These are built on demand,
    /// and until they are there the error says how far that is.
    ///
    /// # Errors
    /// They are being built, or could not be.
    pub(crate) fn on(&self, at: Option<Day>) -> Result<Self, Error> {
        let reach = self.live().zip(at);
        let Some((live, reach)) = reach.and_then(|(live, at)| Some((live, live.past.reach(at)?)))
        else {
            return Ok(self.clone());
        };
        let mut built = lock(&live.past.built);
        let known = built.iter().position(|(known, _)| *known == reach);
        let (reach, state) = match known {
            Some(at) => built.remove(at),
            None => (reach, State::Building(self.build_beside(reach)?)),
        };
        let answer = match &state {
            State::Built(app) => Ok(app.clone()),
            State::Building(done) => Err(Error::Building {
                at: crate::page::date(at.unwrap_or_default()),
                done: done.load(Ordering::Relaxed),
                all: live.applied(),
            }),
            // It is tried again when it is asked for again.
            State::Failed(words) => return Err(Error::Failed(words.clone().into())),
        };
        // The last one asked for is the last to go.
        built.push((reach, state));
        answer
    }

    /// Sees to it that a day can be read; `told` hears how many entries are read of how many.
    ///
    /// # Errors
    /// The past cannot be built.
    pub async fn reach(&self, at: Day, mut told: impl FnMut(u64, u64)) -> Result<(), Words> {
        let Some(live) = self.live() else {
            return Ok(());
        };
        let Some(reach) = live.past.reach(at) else {
            return Ok(());
        };
        let is_built =
            |(known, state): &(Reach, State)| *known == reach && matches!(state, State::Built(_));
        if lock(&live.past.built).iter().any(is_built) {
            return Ok(());
        }
        let all = live.applied();
        let app = self.build(live, reach, |done| told(done, all)).await?;
        live.past.put(reach, State::Built(app));
        Ok(())
    }

    /// Builds a past on a task of its own; how many entries it has read.
    fn build_beside(&self, reach: Reach) -> Result<Arc<AtomicU64>, Error> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            Error::Failed(
                Words::new(
                    "这一天要先从流水重建",
                    "this day has to be built from the journal first",
                )
                .into(),
            )
        })?;
        let done = Arc::new(AtomicU64::new(0));
        let (app, counted) = (self.clone(), Arc::clone(&done));
        runtime.spawn(async move {
            let Some(live) = app.live() else { return };
            let told = |done| counted.store(done, Ordering::Relaxed);
            let state = match app.build(live, reach, told).await {
                Ok(app) => State::Built(app),
                Err(words) => State::Failed(words),
            };
            live.past.put(reach, state);
        });
        Ok(done)
    }

    /// Builds a past from the journal, entry by entry.
    async fn build(
        &self,
        live: &Live,
        reach: Reach,
        mut told: impl FnMut(u64),
    ) -> Result<Self, Words> {
        let digest = reach.reign.digest;
        let version = published::version(live.store.db(), digest).await;
        let version = version.map_err(words)?.ok_or_else(|| no_version(digest))?;
        let reading = programme::read(&version.files);
        let programme = reading.programme.ok_or_else(|| no_version(digest))?;
        let mut living = Living::new(&programme);
        let (mut done, mut refused) = (0, None);
        let taken = live.store.entries(0, i64::MAX, |entries| {
            done += entries.len() as u64;
            for mut entry in entries {
                let of_record = !matches!(
                    entry.act,
                    Act::Batch | Act::Publish | Act::Migrate | Act::Reveal | Act::Account(_)
                );
                let reached = entry.arrival < reach.arrival && entry.author.at < reach.until;
                // What was erased since is erased on every day.
                let of = programme.register(&entry.register).map(|(table, _)| table);
                let is_there = of.and_then(|table| living.record(table, &entry.record));
                let reached = reached || entry.act == Act::Erase && is_there.is_some();
                if of_record && reached && live.past.fit(&programme, reach.arrival, &mut entry) {
                    let applied = living.apply(&programme, &entry);
                    refused = refused.take().or(applied.err());
                }
            }
            told(done);
            Ok(())
        });
        taken.await.map_err(words)?;
        match refused {
            Some(words) => Err(words),
            None => Ok(Self::over(
                programme,
                living,
                None,
                self.today(),
                self.rehearsal(),
            )),
        }
    }
}

fn no_version(digest: journal::Hash) -> Words {
    let short: String = digest.to_string().chars().take(12).collect();
    Words::new(
        format!("当时生效的方案（{short}）读不出来，从备份恢复，并运行 heli journal verify"),
        format!(
            "the programme in force then ({short}) cannot be read; restore a backup and run heli journal verify"
        ),
    )
}

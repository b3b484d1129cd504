//! The database under an application: opened, brought to the programme, read into facts, followed.

use crate::App;
use engine::{AsOf, Living, Rows};
use programme::Programme;
use programme::record::{Act, Author, Cells, Entry};
use rules::{Day, Moment, Words};
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Db, Options, Store};

/// How many entries a follower takes in at a time.
const AT_ONCE: usize = 1_024;

/// What an application keeps of its database.
pub(crate) struct Live {
    pub(crate) store: Store,
    /// The last position that is in the facts.
    applied: AtomicI64,
}

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// `postgres://…`, `sqlite:PATH` or a path.
    pub address: String,
    /// Now, in the programme's zone.
    pub now: Moment,
    /// The last day that can be shown.
    pub today: Day,
    /// The clock is simulated.
    pub rehearsal: bool,
    /// Fresh randomness.
    pub seed: [u8; 32],
}

impl App {
    /// Opens a database, brings its tables to the programme and reads its records.
    /// `told` hears how many records are read.
    ///
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// What hinders it: a database that does not open, a plan that would lose something, rows that do not fit.
    pub async fn open(
        programme: Programme,
        opening: &Opening,
        told: impl FnMut(usize),
    ) -> Result<Self, Words> {
        let db = Db::open(&opening.address, Options::default())
            .await
            .map_err(words)?;
        bring(&db, &programme, opening).await?;
        let store = Store::new(db, &programme).await.map_err(words)?;
        let applied = store.refresh().await.map_err(words)?;
        let living = read(&store, &programme, told).await?;
        let live = Live {
            store,
            applied: AtomicI64::new(applied),
        };
        let (today, rehearsal) = (opening.today, opening.rehearsal);
        Ok(Self::over(programme, living, Some(live), today, rehearsal))
    }

    /// Lets the database go, once everything written is answered.
    pub async fn close(self) {
        let Some(db) = self.store().map(|store| store.db().clone()) else {
            return;
        };
        drop(self);
        db.close().await;
        // The writer's task holds the file's lock and ends when it finds that nobody can ask any more.
        tokio::task::yield_now().await;
    }

    /// The database, for keeping house; `None` for facts that were read once.
    pub fn store(&self) -> Option<&Store> {
        self.live().map(|live| &live.store)
    }

    /// A record's version and cells as the facts have them now.
    pub fn record_now(&self, register: &str, id: &str) -> Option<(i64, Cells)> {
        let (table, _) = self.programme().register(register)?;
        let living = self.living();
        let record = living.record(table, id)?;
        let row = living.newest(table, record)?;
        let cells = living.facts().cells(self.programme(), table, row);
        Some((living.version(table, record), cells))
    }

    /// Every record of a register as known at the end of a day, by id.
    pub fn shown_on(&self, register: &str, at: Day) -> BTreeMap<Box<str>, Cells> {
        let Some((table, _)) = self.programme().register(register) else {
            return BTreeMap::new();
        };
        let living = self.living();
        let cx = AsOf::new(self.programme(), living.facts(), at);
        let one = |(record, row)| {
            let cells = living.facts().cells(self.programme(), table, row);
            (cx.id(table, record).into(), cells)
        };
        cx.current(table).map(one).collect()
    }

    /// Takes in what other nodes write, until the database is closed.
    pub async fn follow(&self) {
        let Some(live) = self.live() else { return };
        let mut positions = live.store.positions();
        loop {
            // What cannot be read now is tried again with the next position.
            let _ = self.catch_up().await;
            if positions.changed().await.is_err() {
                return;
            }
        }
    }

    /// Takes in every numbered entry that is not in the facts yet.
    ///
    /// # Errors
    /// The database's.
    pub async fn catch_up(&self) -> Result<(), Words> {
        let Some(live) = self.live() else {
            return Ok(());
        };
        loop {
            let from = live.applied.load(Ordering::Acquire);
            let entries = live.store.entries_after(from, AT_ONCE).await;
            let entries = entries.map_err(words)?;
            let Some(last) = entries.last().and_then(|entry| entry.position) else {
                return Ok(());
            };
            self.take_in(&entries)?;
            live.applied.fetch_max(last, Ordering::AcqRel);
        }
    }

    /// Puts entries into the facts; those that are in already change nothing.
    pub(crate) fn take_in(&self, entries: &[Entry]) -> Result<(), Words> {
        let news = |living: &Living, entry: &Entry| {
            let table = self.programme().register(&entry.register)?.0;
            let record = living.record(table, &entry.record);
            let known = record.map_or(0, |record| living.version(table, record));
            (entry.version > known).then_some(())
        };
        if entries
            .iter()
            .all(|entry| news(&self.living(), entry).is_none())
        {
            return Ok(());
        }
        let mut living = self.living_mut(true);
        for entry in entries {
            living.apply(self.programme(), entry)?;
        }
        Ok(())
    }
}

/// Brings the tables of a database to the programme.
async fn bring(db: &Db, programme: &Programme, opening: &Opening) -> Result<(), Words> {
    let mut tx = db.read().await.map_err(words)?;
    let plan = store::plan(&mut tx, programme).await.map_err(words)?;
    drop(tx);
    let author = Author {
        actor: "heli".into(),
        on_behalf: None,
        at: opening.now,
        key: None,
    };
    match store::migrate(db, programme, &plan, author, opening.seed).await {
        Ok(_) => Ok(()),
        Err(store::write::Failure::Refused(refusal)) => Err(refusal.words()),
        Err(store::write::Failure::Failed(error)) => Err(words(*error)),
    }
}

/// All records with their past.
async fn read(
    store: &Store,
    programme: &Programme,
    mut told: impl FnMut(usize),
) -> Result<Living, Words> {
    let mut living = Living::new(programme);
    let mut refused = None;
    let mut count = 0;
    for register in &programme.registers {
        let fields = store.loaded_fields(&register.id);
        let taken = store.load(&register.id, |chunk| {
            let rows = Rows {
                register: &register.id,
                fields: &fields,
                ids: &chunk.ids,
                versions: &chunk.versions,
                created: &chunk.created_at,
                changed: &chunk.changed_at,
                columns: &chunk.columns,
            };
            refused = refused.take().or(living.load(programme, &rows).err());
            count += chunk.ids.len();
            told(count);
            Ok(())
        });
        taken.await.map_err(words)?;
    }
    let mut past: Vec<Entry> = Vec::new();
    let taken = store.changes_since(0, |entries| {
        past.extend(entries);
        Ok(())
    });
    taken.await.map_err(words)?;
    past.extend(store.changes_unnumbered().await.map_err(words)?);
    match refused {
        Some(words) => Err(words),
        None => grow_back(programme, living, past),
    }
}

/// Adds the versions before the present ones, from the entries that ended them.
fn grow_back(programme: &Programme, mut living: Living, all: Vec<Entry>) -> Result<Living, Words> {
    let withdrawn = all.iter().filter(|entry| entry.act == Act::Withdraw);
    let key = |entry: &Entry| (entry.register.clone(), entry.record.clone());
    let withdrawn: HashSet<_> = withdrawn.map(key).collect();
    let (mut past, mut since) = (Vec::new(), Vec::new());
    for entry in all {
        let table = programme.register(&entry.register).map(|(table, _)| table);
        let shown = table.and_then(|table| {
            let record = living.record(table, &entry.record)?;
            Some(living.version(table, record)).filter(|version| *version > 0)
        });
        match shown {
            Some(shown) if entry.version <= shown => past.push(entry),
            // Written while the rows were read, so it comes after them.
            Some(_) => since.push(entry),
            None if withdrawn.contains(&key(&entry)) => past.push(entry),
            // Its record was created meanwhile: both come with the positions that are not taken in yet.
            None => {}
        }
    }
    living.load_past(programme, &past)?;
    for entry in &since {
        living.apply(programme, entry)?;
    }
    Ok(living)
}

pub(crate) fn words(error: store::Error) -> Words {
    Words::new(
        format!("{}。{}", error.what.zh, error.mend.zh),
        format!("{}; {}", error.what.en, error.mend.en),
    )
}

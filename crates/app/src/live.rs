//! The database under an application: read into facts, followed, and barred where nothing may be written.

use crate::App;
use crate::act::{Refused, read_only};
use crate::app::lock;
use crate::keep::lower;
use crate::open::apart;
use engine::{AsOf, Living, Rows};
use programme::Programme;
use programme::record::{Act, Cells, Entry};
use rules::{Day, Words};
use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Store;

/// How many entries a follower takes in at a time.
const AT_ONCE: usize = 1_024;

/// What an application keeps of its database.
pub(crate) struct Live {
    pub(crate) store: Store,
    /// The digest of the programme in force.
    pub(crate) version: String,
    /// The last position that is in the facts.
    applied: AtomicI64,
    /// Why nothing may be written here.
    closed: Option<Words>,
    /// Why nothing may be written for now: the clocks differ.
    apart: Mutex<Option<Words>>,
}

impl Live {
    /// `barred` is why nothing may be written here at all, and why for now.
    pub(crate) fn new(
        store: Store,
        applied: i64,
        version: String,
        barred: (Option<Words>, Option<Words>),
    ) -> Self {
        Self {
            store,
            version,
            applied: AtomicI64::new(applied),
            closed: barred.0,
            apart: Mutex::new(barred.1),
        }
    }

    /// Why nothing may be written.
    fn barred(&self) -> Option<Words> {
        let apart = || lock(&self.apart).clone();
        self.closed.clone().or_else(apart)
    }
}

impl App {
    /// The database to write to.
    pub(crate) fn writable(&self) -> Result<&Live, Refused> {
        let live = self.live();
        let live = live.ok_or_else(|| Refused::ReadOnly(read_only()))?;
        live.barred()
            .map_or(Ok(live), |why| Err(Refused::ReadOnly(why)))
    }

    /// Holds this node's clock, milliseconds since 1970, UTC, against the database's; until they agree writes are
    /// refused. Why they are, where they are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn check_clock(&self, clock_ms: fn() -> i64) -> Result<Option<Words>, Words> {
        let Some(live) = self.live() else {
            return Ok(None);
        };
        let found = apart(live.store.db(), clock_ms).await?;
        lock(&live.apart).clone_from(&found);
        Ok(found)
    }

    /// Lets the database go, once everything written is answered.
    pub async fn close(self) {
        if let Some(store) = self.store().cloned() {
            store.close().await;
        }
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
        let taking = async {
            loop {
                // What cannot be read now is tried again with the next position.
                let _ = self.catch_up().await;
                if positions.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::join!(store::follow(live.store.clone()), taking);
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
        let mut living = self.living_mut();
        self.changed(entries.iter().any(|entry| entry.act == Act::Erase));
        for entry in entries {
            living.apply(self.programme(), entry)?;
        }
        Ok(())
    }
}

/// All records with their past.
pub(crate) async fn read(
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
    let (what, mend) = (&error.what, &error.mend);
    Words::new(
        format!("{}。{}", what.zh, mend.zh),
        format!("{}; {}", what.en.trim_end_matches('.'), lower(&mend.en)),
    )
}

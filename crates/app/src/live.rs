//! The database under an application: read into facts, followed, and barred where nothing may be written.

use crate::App;
use crate::act::{Refused, read_only};
use crate::app::lock;
use crate::attached::Shelf;
use crate::keep::lower;
use crate::open::apart;
use crate::own::Own;
use crate::past::Past;
use engine::{AsOf, Living, Rows};
use programme::Programme;
use programme::record::{Act, Cells, Entry};
use rules::{Day, Moment, Words};
use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use store::Store;
use tokio::sync::Notify;

/// How many entries a follower takes in at a time.
const AT_ONCE: usize = 1_024;

/// What an application keeps of its database.
pub(crate) struct Live {
    pub(crate) store: Store,
    /// The attached files; `None` where no folder is given.
    pub(crate) shelf: Option<Shelf>,
    /// Days that the facts do not show.
    pub(crate) past: Past,
    /// The last position that is in the facts.
    applied: AtomicI64,
    /// Entries after it that are in them too.
    own: Mutex<Own>,
    /// Another version of the programme came into force.
    outdated: AtomicBool,
    /// Told when it was put in force from here.
    turned: Notify,
    /// Why nothing may be written here.
    closed: Option<Words>,
    /// Why nothing may be written for now: the clocks differ.
    apart: Mutex<Option<Words>>,
}

impl Live {
    /// `barred` is why nothing may be written here at all, and why for now.
    pub(crate) fn new(
        (store, shelf): (Store, Option<Shelf>),
        applied: i64,
        past: Past,
        barred: (Option<Words>, Option<Words>),
    ) -> Self {
        Self {
            store,
            past,
            shelf,
            applied: AtomicI64::new(applied),
            own: Mutex::default(),
            outdated: AtomicBool::new(false),
            turned: Notify::new(),
            closed: barred.0,
            apart: Mutex::new(barred.1),
        }
    }

    /// How many entries are in the facts.
    pub(crate) fn applied(&self) -> u64 {
        // Positions begin at 0.
        (self.applied.load(Ordering::Relaxed) + 1).max(0) as u64
    }

    /// Another version of the programme is in force, put there from here: nothing is written any more until the database
    /// is opened again.
    pub(crate) fn outdate(&self) {
        self.outdated.store(true, Ordering::Release);
        self.turned.notify_one();
    }

    /// Why nothing may be written.
    fn barred(&self) -> Option<Words> {
        let apart = || lock(&self.apart).clone();
        let outdated = || self.outdated.load(Ordering::Acquire).then(outdated);
        self.closed.clone().or_else(apart).or_else(outdated)
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

    /// Takes in what other nodes write, until the database is closed or another version of the programme came into
    /// force: then `true`, nothing is written here any more, and the database is to be opened again.
    pub async fn follow(&self) -> bool {
        let Some(live) = self.live() else {
            return false;
        };
        let mut positions = live.store.positions();
        let taking = async {
            loop {
                // What cannot be read now is tried again with the next position.
                let _ = self.catch_up().await;
                if live.outdated.load(Ordering::Acquire) {
                    return;
                }
                if positions.changed().await.is_err() {
                    return;
                }
            }
        };
        let hearing = async {
            store::follow(live.store.clone()).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = hearing => {}
            () = taking => {}
            () = live.turned.notified() => {}
        }
        live.outdated.load(Ordering::Acquire)
    }

    /// Takes in every numbered entry that is not in the facts yet; what was written here is not read again.
    ///
    /// # Errors
    /// The database's.
    pub async fn catch_up(&self) -> Result<(), Words> {
        let Some(live) = self.live() else {
            return Ok(());
        };
        loop {
            let from = live.applied.load(Ordering::Acquire);
            let places = live.store.arrivals_after(from, AT_ONCE).await;
            let places = places.map_err(words)?;
            let Some((last, arrival)) = places.last().copied() else {
                return Ok(());
            };
            let entries = self.others(live, &places).await?;
            let structure = |entry: &Entry| {
                matches!(entry.act, Act::Publish | Act::Migrate) && !live.past.knows(entry.arrival)
            };
            if entries.iter().any(structure) {
                live.outdated.store(true, Ordering::Release);
                return Ok(());
            }
            self.take_in(&entries)?;
            live.applied.fetch_max(last, Ordering::AcqRel);
            lock(&live.own).forget(arrival);
        }
    }

    /// The entries at some positions, from the first that was not written here to the last.
    async fn others(&self, live: &Live, places: &[(i64, i64)]) -> Result<Vec<Entry>, Words> {
        let mut found = Vec::new();
        let (first, last) = {
            let own = lock(&live.own);
            let mut others = places.iter().filter(|(_, arrival)| !own.has(*arrival));
            let Some((first, _)) = others.next() else {
                return Ok(found);
            };
            let last = others.next_back().map_or(*first, |(last, _)| *last);
            (*first, last)
        };
        let read = live.store.entries(first, last + 1, |entries| {
            found.extend(entries);
            Ok(())
        });
        read.await.map_err(words)?;
        Ok(found)
    }

    /// Puts entries that were written here into the facts.
    pub(crate) fn take_in_own(&self, entries: &[Entry]) -> Result<(), Words> {
        self.take_in(entries)?;
        if let Some(live) = self.live() {
            let mut own = lock(&live.own);
            entries.iter().for_each(|entry| own.add(entry.arrival));
        }
        Ok(())
    }

    /// Puts entries into the facts; those that are in already change nothing.
    fn take_in(&self, entries: &[Entry]) -> Result<(), Words> {
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
        let since = entries.iter().map(|entry| entry.author.at).min();
        let erases = entries.iter().any(|entry| entry.act == Act::Erase);
        self.changed(since.unwrap_or_default(), erases);
        for entry in entries {
            living.apply(self.programme(), entry)?;
        }
        Ok(())
    }
}

fn outdated() -> Words {
    Words::new(
        "另一版方案刚刚生效，这里正在重新打开；请稍后再试",
        "another version of the programme has come into force, and this node is opening again; try again in a moment",
    )
}

/// All records with their past.
pub(crate) async fn read(
    store: &Store,
    programme: &Programme,
    known: &Past,
    mut told: impl FnMut(usize),
) -> Result<Living, Words> {
    let mut living = Living::new(programme);
    let mut refused = None;
    let mut count = 0;
    for register in &programme.registers {
        let fields = store.loaded_fields(&register.id);
        let taken = store.load(&register.id, |chunk| {
            count += chunk.ids.len();
            let rows = Rows {
                register: &register.id,
                fields: &fields,
                ids: chunk.ids,
                versions: &chunk.versions,
                created: &chunk.created_at,
                changed: &chunk.changed_at,
                columns: chunk.columns,
            };
            refused = refused.take().or(living.load(programme, rows).err());
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
    past.retain_mut(|entry| known.fit(programme, i64::MAX, entry));
    match refused {
        Some(words) => Err(words),
        None => grow_back(programme, living, past, known.since.start()),
    }
}

/// Adds the versions before the present ones, from the entries that ended them, as far as any was shown after `kept`.
fn grow_back(
    programme: &Programme,
    mut living: Living,
    all: Vec<Entry>,
    kept: Moment,
) -> Result<Living, Words> {
    let withdrawn = all.iter().filter(|entry| entry.act == Act::Withdraw);
    let key = |entry: &Entry| (entry.register.clone(), entry.record.clone());
    let withdrawn: HashSet<_> = withdrawn.map(key).collect();
    let erased = all.iter().filter(|entry| entry.act == Act::Erase);
    let erased: HashSet<_> = erased.map(key).collect();
    let of_erased = all.iter().filter(|entry| erased.contains(&key(entry)));
    let of_erased: Vec<Entry> = of_erased.cloned().collect();
    let (mut past, mut since) = (Vec::new(), Vec::new());
    for entry in all {
        let table = programme.register(&entry.register).map(|(table, _)| table);
        let shown = table.and_then(|table| {
            let record = living.record(table, &entry.record)?;
            Some(living.version(table, record)).filter(|version| *version > 0)
        });
        let taken_out = withdrawn.contains(&key(&entry));
        match shown {
            // What it ended is on no day that these facts show. An erasure has emptied that already.
            Some(_) if entry.author.at < kept && !taken_out => {}
            Some(shown) if entry.version <= shown => past.push(entry),
            // Written while the rows were read, so it comes after them.
            Some(_) => since.push(entry),
            None if taken_out => past.push(entry),
            // Its record was created meanwhile: both come with the positions that are not taken in yet.
            None => {}
        }
    }
    living.load_past(programme, &past)?;
    for entry in &since {
        living.apply(programme, entry)?;
    }
    living.load_erased(programme, &of_erased);
    Ok(living)
}

pub(crate) fn words(error: store::Error) -> Words {
    let (what, mend) = (&error.what, &error.mend);
    Words::new(
        format!("{}。{}", what.zh, mend.zh),
        format!("{}; {}", what.en.trim_end_matches('.'), lower(&mend.en)),
    )
}

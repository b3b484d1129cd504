//! What lists are answered from without looking at every record again: rows in an order, and rows that match. Both are
//! shared by all who ask the same, and grow with the facts.

use super::asked::Asked;
use super::order::{Keys, Order, Sorted};
use super::view::View;
use crate::access::{Deed, Reads};
use crate::app::lock;
use crate::{App, Viewer};
use engine::Stamp;
use lru::LruCache;
use roaring::RoaringBitmap;
use rules::Day;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

/// So many rows are taken into an order at a time; more at once would keep others waiting.
const AT_ONCE: usize = if cfg!(test) { 16 } else { 16_384 };
/// Orders and sets are let go, those asked for longest ago first, once they take up more than so many bytes each.
const BYTES_MAX: usize = 128 << 20;

/// The orders of registers and the sets of rows that match.
pub(crate) struct Kept {
    orders: Mutex<Shelf<OrderKey, Arc<Sorted>>>,
    sets: Mutex<Shelf<SetKey, Set>>,
    /// The orders that are being made beside.
    making: Mutex<HashSet<OrderKey>>,
}

/// The position of a register's table, and an order.
type OrderKey = (usize, Order);
/// The position of a register's table, and what its rows were asked for.
type SetKey = (usize, String);

/// Rows of a register that match, of newest ones only.
#[derive(Clone)]
struct Set {
    rows: Arc<RoaringBitmap>,
    /// The facts it was taken from: those of the register, and of other tables that were read.
    own: Stamp,
    others: Vec<Stamp>,
    /// The day, where that was read.
    day: Option<Day>,
}

/// Things asked for lately, up to a weight.
struct Shelf<K: Hash + Eq, V> {
    kept: LruCache<K, (usize, V)>,
    bytes: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            orders: Mutex::new(Shelf::new()),
            sets: Mutex::new(Shelf::new()),
            making: Mutex::default(),
        }
    }
}

impl<K: Hash + Eq, V: Clone> Shelf<K, V> {
    fn new() -> Self {
        Self {
            kept: LruCache::unbounded(),
            bytes: 0,
        }
    }

    fn get(&mut self, key: &K) -> Option<V> {
        self.kept.get(key).map(|(_, value)| value.clone())
    }

    fn put(&mut self, key: K, bytes: usize, value: V) {
        self.bytes += bytes;
        if let Some((before, _)) = self.kept.put(key, (bytes, value)) {
            self.bytes -= before;
        }
        while self.bytes > BYTES_MAX
            && let Some((_, (bytes, _))) = self.kept.pop_lru()
        {
            self.bytes -= bytes;
        }
    }
}

impl View<'_> {
    /// The newest rows that the viewer sees and for which everything asked holds.
    pub(super) fn set(&self, asked: &Asked) -> Arc<RoaringBitmap> {
        let (key, now) = self.key(asked);
        let kept = lock(&self.app.kept().sets).get(&key);
        let rows = match kept {
            Some(kept) if kept.is_of(&now) && kept.own == now.own => return kept.rows,
            Some(mut kept) if kept.is_of(&now) && kept.own.cuts == now.own.cuts => {
                self.taken_in(
                    asked,
                    Arc::make_mut(&mut kept.rows),
                    kept.own.rows..now.own.rows,
                );
                kept.rows
            }
            _ => {
                let from = match asked.text.is_empty() {
                    true => self.reached(Deed::Read, self.every()),
                    false => self.set(&Asked::everything()).iter().collect(),
                };
                Arc::new(asked.matching(self, from).into_iter().collect())
            }
        };
        let set = Set {
            rows: Arc::clone(&rows),
            ..now
        };
        let bytes = rows.serialized_size() + key.1.len();
        lock(&self.app.kept().sets).put(key, bytes, set);
        rows
    }

    /// The same where it is there and nothing has changed since.
    pub(super) fn kept_set(&self, asked: &Asked) -> Option<Arc<RoaringBitmap>> {
        let (key, now) = self.key(asked);
        let kept = lock(&self.app.kept().sets).get(&key)?;
        (kept.is_of(&now) && kept.own == now.own).then_some(kept.rows)
    }

    /// Under what a set is kept, and what it would be made of now.
    fn key(&self, asked: &Asked) -> (SetKey, Set) {
        let (scope, mut reads) = self.sight().scope(Deed::Read, &self.register.id);
        asked.reads(self, &mut reads);
        let key = (self.table, format!("{scope}{}", asked.text));
        (key, self.taken_from(&reads))
    }

    /// The rows of the register in an order, where they are there and none has come since.
    pub(super) fn kept_order(&self, order: &Order) -> Option<Arc<Sorted>> {
        let kept = lock(&self.app.kept().orders).get(&(self.table, order.clone()))?;
        let now = self.stamp();
        (kept.cuts == now.cuts && kept.seen == now.rows).then_some(kept)
    }

    /// Takes versions that came since into a set.
    fn taken_in(&self, asked: &Asked, set: &mut RoaringBitmap, since: std::ops::Range<usize>) {
        let mut newest = Vec::new();
        for row in since.filter_map(|row| u32::try_from(row).ok()) {
            for before in self.versions(row) {
                set.remove(*before);
            }
            newest.extend(self.is_newest(row).then_some(row));
        }
        set.extend(asked.matching(self, self.reached(Deed::Read, newest)));
    }

    /// What a set that is made now is made of; it has no rows yet.
    fn taken_from(&self, reads: &Reads) -> Set {
        Set {
            rows: Arc::default(),
            own: self.stamp(),
            others: reads
                .tables
                .iter()
                .map(|table| self.stamp_of(*table))
                .collect(),
            day: reads.today.then(|| self.app.today()),
        }
    }

    /// The rows of the register in an order; `None` where more rows have yet to be taken into it than can be waited for:
    /// that is for [`View::make`].
    pub(super) fn sorted(&self, keys: &Keys<'_>, order: &Order) -> Option<Arc<Sorted>> {
        let key = (self.table, order.clone());
        let kept = lock(&self.app.kept().orders).get(&key).unwrap_or_default();
        let now = self.stamp();
        let seen = if kept.cuts == now.cuts { kept.seen } else { 0 };
        if seen == now.rows && kept.cuts == now.cuts {
            return Some(kept);
        }
        if now.rows - seen > AT_ONCE {
            return None;
        }
        let grown = Arc::new(order.grown(keys, &kept, AT_ONCE));
        keep(self.app, key, &grown);
        Some(grown)
    }

    /// Begins to make an order, for those who ask from now on.
    pub(super) fn make(&self, order: &Order) {
        make_beside(self.app, (self.table, order.clone()));
    }
}

impl Set {
    /// Whether all but the register's own rows is as it was.
    fn is_of(&self, now: &Self) -> bool {
        self.others == now.others && self.day == now.day
    }
}

fn keep(app: &App, key: OrderKey, sorted: &Arc<Sorted>) {
    let bytes = sorted.len() * size_of::<u32>();
    lock(&app.kept().orders).put(key, bytes, Arc::clone(sorted));
}

/// Makes an order step by step on a thread of its own, so that nobody waits for it: neither for the answer nor for the
/// facts.
fn make_beside(app: &App, key: OrderKey) {
    if !lock(&app.kept().making).insert(key.clone()) {
        return;
    }
    let app = app.clone();
    std::thread::spawn(move || {
        let mut made = Arc::new(Sorted::default());
        while let Some(grown) = step(&app, &key, &made) {
            made = Arc::new(grown);
        }
        keep(&app, key.clone(), &made);
        lock(&app.kept().making).remove(&key);
    });
}

/// The next step of an order; `None` once it has taken in everything.
fn step(app: &App, (table, order): &OrderKey, made: &Sorted) -> Option<Sorted> {
    let found = table.checked_sub(programme::model::FIRST_REGISTER_TABLE);
    let register = app.programme().registers.get(found?)?;
    let viewer = Viewer::operator();
    let living = app.living();
    let view = View::new(app, &viewer, &living, (*table, register), None);
    let keys = Keys::stored(&view, order)?;
    let now = view.stamp();
    let done = made.cuts == now.cuts && made.seen == now.rows;
    (!done).then(|| order.grown(&keys, made, AT_ONCE))
}

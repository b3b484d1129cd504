//! The past grown back: from the present rows and the entries that made them, every version before.

use super::{Living, Version, given, stored, table_of};
use programme::Programme;
use programme::record::{Act, Entry};
use rules::{Moment, NO_ROW, Words};
use rustc_hash::FxHashMap;

/// A record by its table and number.
type Key = (usize, u32);

impl Living {
    /// Takes the past in, once the present rows are loaded: in order, every entry after a record's creation, and the
    /// creations too of those records that were ever withdrawn.
    ///
    /// # Errors
    /// A register, field or cell that the programme does not have.
    pub fn load_past(&mut self, programme: &Programme, past: &[Entry]) -> Result<(), Words> {
        let mut keys = Vec::with_capacity(past.len());
        for entry in past {
            let table = table_of(programme, &entry.register)?;
            let key = (table, self.number(table, &entry.record));
            if entry.act == Act::Create {
                self.lived(key.0, key.1, entry.author.at);
            }
            let version = self.version(key.0, key.1).max(entry.version);
            self.set_version(key.0, key.1, version);
            keys.push(key);
        }
        let starts = self.starts(past, &keys);
        // By record, the row of the version after the entry at hand; none where its life ended with that.
        let mut newer: FxHashMap<Key, Option<u32>> = FxHashMap::default();
        for ((entry, key), start) in past.iter().zip(keys).zip(starts).rev() {
            let after = newer.get(&key).copied();
            let after = after.unwrap_or_else(|| self.newest(key.0, key.1));
            let row = match entry.act {
                // What came before was another life of the record.
                Act::Create => None,
                // An erasure emptied the version that was there, and made no new one.
                Act::Erase => {
                    if let Some(row) = after {
                        self.facts.begin(key.0, row, start);
                    }
                    after
                }
                Act::Withdraw => Some(self.before(programme, entry, key, None, start)?),
                _ => Some(self.before(programme, entry, key, after, start)?),
            };
            newer.insert(key, row);
        }
        Ok(())
    }

    /// When the version before each entry began.
    fn starts(&self, past: &[Entry], keys: &[Key]) -> Vec<Moment> {
        let mut began: FxHashMap<Key, Moment> = FxHashMap::default();
        let mut starts = Vec::with_capacity(past.len());
        for (entry, key) in past.iter().zip(keys) {
            let at = entry.author.at;
            let first = || self.facts.first(key.0, key.1, at);
            starts.push(began.get(key).copied().unwrap_or_else(first));
            if entry.act != Act::Erase {
                began.insert(*key, at);
            }
        }
        starts
    }

    /// Adds what a record was before an entry, where `newer` is the row of the version after it.
    fn before(
        &mut self,
        programme: &Programme,
        entry: &Entry,
        (table, record): Key,
        newer: Option<u32>,
        recorded: Moment,
    ) -> Result<u32, Words> {
        let version = Version {
            table,
            record,
            recorded,
            superseded: entry.author.at,
            base: newer,
        };
        let newest = self.newest(table, record);
        let fields = stored(programme, table);
        let given = given(&fields, &entry.before, &entry.register)?;
        if let Some(newer) = newer {
            self.facts.begin(table, newer, entry.author.at);
        }
        let row = self.push(&version, &fields, |at| given.get(at).copied().flatten());
        self.set_newest(table, record, newest.unwrap_or(NO_ROW));
        Ok(row)
    }
}

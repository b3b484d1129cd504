//! The values beside the entries: as they were written, erased by an entry, or lost.

use super::{Faults, Row};
use crate::{Alterations, Fault, Hash, Open, Payload, Side};
use programme::record::Act;
use std::collections::BTreeMap;

/// What is known of the values so far.
#[derive(Debug, Default)]
pub(super) struct Values {
    erased: u64,
    /// Values that are gone and that no entry has erased yet: by register, record and field, the first position.
    missing: BTreeMap<(String, Box<str>, String), u64>,
}

impl Values {
    /// How many values are gone, by an erasure or not.
    pub(super) fn erased(&self) -> u64 {
        self.erased
    }

    /// Checks what lies beside a row whose payload has the hash `leaf`.
    pub(super) fn row(&mut self, row: &Row<'_>, leaf: Hash, faults: &mut Faults) {
        // An unescaped key can only be the payload's own, so most rows need not be read.
        let concerned = row.payload.contains("{\"sha256\":")
            || row.payload.contains("\"act\":\"erase\"")
            || row.payload.contains("\"act\":\"migrate\"")
            || row.beside.is_some_and(|beside| !beside.is_empty());
        if !concerned {
            return;
        }
        let Ok(payload) = Payload::read(row.payload) else {
            // A row whose hash differs too is named as edited.
            if leaf == row.leaf {
                faults.add(Fault::Unreadable(row.position));
            }
            return;
        };
        if payload.act == Act::Erase {
            for (field, _) in &payload.before {
                let key = (
                    payload.register.clone(),
                    payload.record.clone(),
                    field.clone(),
                );
                self.missing.remove(&key);
            }
        }
        if payload.act == Act::Migrate {
            self.migrate(&payload);
        }
        let Some(beside) = row.beside else { return };
        let edited = |side, field: &str| Fault::EditedValue {
            position: row.position,
            side,
            field: field.to_owned(),
        };
        let of = |open: &Open, side: Side, field: &str| open.side == side && open.field == field;
        for (side, field, digest) in payload.digests() {
            match beside.iter().find(|open| of(open, side, field)) {
                Some(open) if open.digest() == digest => {}
                Some(_) => faults.add(edited(side, field)),
                None => {
                    self.erased += 1;
                    let key = (
                        payload.register.clone(),
                        payload.record.clone(),
                        field.to_owned(),
                    );
                    self.missing.entry(key).or_insert(row.position);
                }
            }
        }
        for open in beside {
            let mut known = payload.digests();
            if !known.any(|(side, field, _)| of(open, side, field)) {
                faults.add(edited(open.side, &open.field));
            }
        }
    }

    /// What is erased later goes by the names that a migration gave.
    fn migrate(&mut self, payload: &Payload) {
        let Ok(opened) = payload.entry(None, &[]) else {
            return;
        };
        let alterations = Alterations::of(&opened.entry.after);
        let missing = std::mem::take(&mut self.missing).into_iter();
        let renamed = missing.map(|((register, record, field), position)| {
            let (register, field) = alterations.renamed(&register, &field);
            ((register.to_owned(), record, field.to_owned()), position)
        });
        self.missing = renamed.collect();
    }

    /// Names the values that no entry erased.
    pub(super) fn finish(&mut self, faults: &mut Faults) {
        for ((_, _, field), position) in std::mem::take(&mut self.missing) {
            faults.add(Fault::LostValue { position, field });
        }
    }
}

//! Which empty cells are empty because they were erased, told from the entries where only the present rows are there.

use super::{Living, position, stored};
use crate::facts::NEVER;
use programme::Programme;
use programme::record::{Act, Entry};
use rules::Field;
use std::collections::BTreeMap;

impl Living {
    /// Whether a record's field is empty in a row because its value was erased.
    pub fn is_erased(
        &self,
        programme: &Programme,
        (table, row): (usize, u32),
        field: &str,
    ) -> bool {
        let mut fields = stored(programme, table).into_iter();
        let at = fields.position(|own| own.id == field);
        at.is_some_and(|at| self.facts.is_erased((table, at), row))
    }

    /// Says what was erased, once rows and past are loaded. `all` has every entry after a creation, in order, of each
    /// record among them.
    pub fn load_erased(&mut self, programme: &Programme, all: &[Entry]) {
        let mut records: BTreeMap<(usize, u32), Vec<&Entry>> = BTreeMap::new();
        for entry in all {
            let table = programme.register(&entry.register).map(|(table, _)| table);
            let key = table.and_then(|table| Some((table, self.record(table, &entry.record)?)));
            records
                .entry(key.unwrap_or_default())
                .or_default()
                .push(entry);
        }
        for ((table, record), entries) in records {
            let rows = self.facts.history(table, record, NEVER).to_vec();
            let fields = stored(programme, table);
            for (nth, erasure) in entries.iter().enumerate() {
                if erasure.act == Act::Erase {
                    let later = entries.get(nth + 1..).unwrap_or_default();
                    self.mark(table, &rows, &fields, (erasure, later));
                }
            }
        }
    }

    /// Marks what one entry erased: every version before it, and those after it that took the empty cell over.
    fn mark(
        &mut self,
        table: usize,
        rows: &[u32],
        fields: &[&Field],
        (erasure, later): (&Entry, &[&Entry]),
    ) {
        // Each of these made one row, the newest last; the rows of the oldest may be out of memory.
        let makes = |entry: &&&Entry| matches!(entry.act, Act::Create | Act::Change | Act::Move(_));
        let later: Vec<&&Entry> = later.iter().filter(makes).collect();
        let old = rows.len().saturating_sub(later.len());
        let (before, after) = rows.split_at(old);
        let gone = later.len() - after.len();
        for (id, _) in &erasure.before {
            let Ok(at) = position(fields, id, &erasure.register) else {
                continue;
            };
            let sets = |entry: &&&Entry| entry.after.iter().any(|(field, _)| field == id);
            let carried = later.iter().take_while(|entry| !sets(entry)).count();
            let carried = after.iter().take(carried.saturating_sub(gone));
            for row in before.iter().chain(carried) {
                self.facts.mark_erased((table, at), *row);
            }
        }
    }
}

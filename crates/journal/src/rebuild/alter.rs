//! What a migration does to the records of a register: other ids, other types of the same values.

use super::Rebuilt;
use programme::record::Cell;
use rules::Day;
use std::collections::{BTreeMap, BTreeSet};

/// The alterations of one register.
#[derive(Debug, Default)]
pub(super) struct Alteration<'a> {
    /// New ids by old.
    pub(super) names: BTreeMap<&'a str, &'a str>,
    /// Fields by their new id, with the words of the type before and after.
    pub(super) kinds: Vec<(&'a str, &'a str, &'a str)>,
}

const DAY_MS: i64 = 86_400_000;

impl Rebuilt {
    /// Alters the record; gives an old id whose new one another field has.
    pub(super) fn alter(&mut self, alteration: &Alteration<'_>) -> Option<String> {
        let new = |old: &String| {
            let name = alteration.names.get(old.as_str());
            name.map_or_else(|| old.clone(), |name| (*name).to_owned())
        };
        let mut seen = BTreeSet::new();
        let mut taken = None;
        for (field, _) in &mut self.cells {
            let name = new(field);
            if !seen.insert(name.clone()) {
                taken = Some(field.clone());
            }
            *field = name;
        }
        self.erased = self.erased.iter().map(new).collect();
        for (field, was, is) in &alteration.kinds {
            let held = self.cells.iter_mut().find(|(id, _)| id == field);
            if let Some((_, Some(cell))) = held {
                *cell = widened(cell, was, is);
            }
        }
        taken
    }
}

/// The same value as one of another type; where the types store it alike, as it is.
fn widened(cell: &Cell, was: &str, is: &str) -> Cell {
    match (cell, was, is) {
        (Cell::Int(n), "int", "decimal" | "ratio") => Cell::Double(*n as f64),
        (Cell::Int(n), "int", "text" | "long_text") => Cell::Text(n.to_string().into()),
        (Cell::Int(days), "date", "time") => Cell::Int(days.saturating_mul(DAY_MS)),
        (Cell::Int(days), "date", "text" | "long_text") => {
            let day = i32::try_from(*days).map(Day);
            day.map_or_else(|_| cell.clone(), |day| Cell::Text(day.to_string().into()))
        }
        (Cell::Text(_), "choice", "choices") | (Cell::Text(_), "reference", "references") => {
            Cell::List(vec![cell.clone()])
        }
        _ => cell.clone(),
    }
}

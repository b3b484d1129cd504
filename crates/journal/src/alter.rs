//! What a migration does to records: other ids of registers and fields, other types of the same values.

use programme::record::{Cell, Cells, Entry};
use rules::Day;
use std::collections::{BTreeMap, BTreeSet};

/// What one migration does to the records of every register.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alterations {
    /// New ids of registers by old.
    names: BTreeMap<String, String>,
    /// By a register's new id.
    registers: BTreeMap<String, Alteration>,
}

/// What it does to the records of one register.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Alteration {
    /// New ids of fields by old.
    names: BTreeMap<String, String>,
    /// Fields by their new id, with the words of the type before and after.
    kinds: Vec<(String, String, String)>,
}

const DAY_MS: i64 = 86_400_000;

impl Alterations {
    /// What a migration's entry says it did. Renames first and all at once: `old_register` or `new_register.old_field`,
    /// each with its new id as a text; then `register.field:kind` with the words of both types.
    pub fn of(steps: &Cells) -> Self {
        let mut all = Self::default();
        for (key, value) in steps {
            match (key.split_once('.'), value) {
                (None, Some(Cell::Text(new))) => {
                    all.names.insert(key.clone(), new.to_string());
                }
                (Some((register, field)), Some(Cell::Text(new))) => {
                    let of = all.registers.entry(register.to_owned()).or_default();
                    of.names.insert(field.to_owned(), new.to_string());
                }
                (Some((register, field)), Some(Cell::List(kinds))) => {
                    let field = field.strip_suffix(":kind").unwrap_or(field);
                    if let [Cell::Text(was), Cell::Text(is)] = &kinds[..] {
                        let of = all.registers.entry(register.to_owned()).or_default();
                        let kind = (field.to_owned(), was.to_string(), is.to_string());
                        of.kinds.push(kind);
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// Whether it alters no record.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.registers.is_empty()
    }

    /// A register's id before.
    pub fn was<'a>(&'a self, new: &'a str) -> &'a str {
        let renamed = self.names.iter().find(|(_, is)| *is == new);
        renamed.map_or(new, |(was, _)| was)
    }

    /// A register's id afterwards.
    pub(crate) fn register<'a>(&'a self, old: &'a str) -> &'a str {
        self.names.get(old).map_or(old, String::as_str)
    }

    /// The ids of a register and a field of it afterwards.
    pub fn renamed<'a>(&'a self, register: &'a str, field: &'a str) -> (&'a str, &'a str) {
        let new = self.register(register);
        let of = self.of_register(new);
        (new, of.map_or(field, |of| of.field(field)))
    }

    /// What it does to the records of a register, by its id afterwards.
    pub(crate) fn of_register(&self, register: &str) -> Option<&Alteration> {
        self.registers.get(register)
    }

    /// Makes an entry from before it read as if it had been made afterwards.
    pub fn entry(&self, entry: &mut Entry) {
        entry.register = self.register(&entry.register).to_owned();
        if let Some(alteration) = self.of_register(&entry.register) {
            alteration.cells(&mut entry.before);
            alteration.cells(&mut entry.after);
        }
    }
}

impl Alteration {
    /// A field's id afterwards.
    pub(crate) fn field<'a>(&'a self, old: &'a str) -> &'a str {
        self.names.get(old).map_or(old, String::as_str)
    }

    /// Alters cells; gives an old id whose new one another field has.
    pub(crate) fn cells(&self, cells: &mut Cells) -> Option<String> {
        let mut seen = BTreeSet::new();
        let mut taken = None;
        for (id, _) in cells.iter_mut() {
            let name = self.field(id).to_owned();
            if !seen.insert(name.clone()) {
                taken = Some(id.clone());
            }
            *id = name;
        }
        for (field, was, is) in &self.kinds {
            let held = cells.iter_mut().find(|(id, _)| id == field);
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

//! What a migration does to records: other ids of registers and fields, other types of the same values.

use programme::record::{Cell, Cells, Entry};
use rules::Day;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

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

    /// What a register, or a field of it, was called before; `None` where it came with this migration, since what had
    /// its id has another now.
    fn before<'a>(
        &'a self,
        register: &'a str,
        field: Option<&'a str>,
    ) -> Option<(&'a str, Option<&'a str>)> {
        let was = old(&self.names, register)?;
        let Some((field, of)) = field.zip(self.of_register(register)) else {
            return Some((was, field));
        };
        Some((was, Some(old(&of.names, field)?)))
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

/// The old id of a new one.
fn old<'a>(names: &'a BTreeMap<String, String>, new: &'a str) -> Option<&'a str> {
    match names.iter().find(|(_, is)| *is == new) {
        Some((was, _)) => Some(was),
        None => (!names.contains_key(new)).then_some(new),
    }
}

/// What a register, or a field of it, was called while entries arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The register's id.
    pub register: String,
    /// The field's; `None` where none was asked about.
    pub field: Option<String>,
    /// The arrivals of the entries.
    pub arrivals: Range<i64>,
}

/// What a register, or a field of it, was called, newest first; `alterations` stand in order, each with the arrival of
/// its entry.
pub fn called(
    alterations: &[(i64, Alterations)],
    register: &str,
    field: Option<&str>,
) -> Vec<Called> {
    let mut all = vec![Called {
        register: register.to_owned(),
        field: field.map(str::to_owned),
        arrivals: i64::MIN..i64::MAX,
    }];
    for (arrival, alterations) in alterations.iter().rev() {
        let Some(now) = all.last_mut() else { break };
        let before = alterations.before(&now.register, now.field.as_deref());
        if before == Some((now.register.as_str(), now.field.as_deref())) {
            continue;
        }
        now.arrivals.start = *arrival;
        let Some((register, field)) = before else {
            break;
        };
        let before = Called {
            register: register.to_owned(),
            field: field.map(str::to_owned),
            arrivals: i64::MIN..*arrival,
        };
        all.push(before);
    }
    all
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

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(all: &[(&str, &str)]) -> Alterations {
        let cell = |(was, is): &(&str, &str)| ((*was).to_owned(), Some(Cell::Text((*is).into())));
        Alterations::of(&all.iter().map(cell).collect())
    }

    #[test]
    fn what_a_field_was_called_is_followed_to_where_it_began() {
        let alterations = [
            (10, renamed(&[("firm.tel", "contact")])),
            (
                20,
                renamed(&[("firm", "company"), ("company.contact", "phone")]),
            ),
            (30, renamed(&[("event", "fair")])),
        ];
        let told = |register: &str, field: &str| -> Vec<(String, String, Range<i64>)> {
            let all = called(&alterations, register, Some(field));
            all.into_iter()
                .map(|one| (one.register, one.field.unwrap_or_default(), one.arrivals))
                .collect()
        };
        let of = |register: &str, field: &str, arrivals: Range<i64>| {
            (register.to_owned(), field.to_owned(), arrivals)
        };
        assert_eq!(
            told("company", "phone"),
            [
                of("company", "phone", 20..i64::MAX),
                of("firm", "contact", 10..20),
                of("firm", "tel", i64::MIN..10)
            ]
        );
        assert_eq!(
            told("company", "contact"),
            [of("company", "contact", 20..i64::MAX)],
            "another field with the old id"
        );
        assert_eq!(
            told("event", "name"),
            [of("event", "name", 30..i64::MAX)],
            "another register with the old id"
        );
        assert_eq!(called(&alterations, "fair", None).len(), 2);
        assert_eq!(
            told("place", "name"),
            [of("place", "name", i64::MIN..i64::MAX)]
        );
    }
}

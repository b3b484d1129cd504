//! Where every key and value of the folder's TOML stands, so that a check over the model can name its place.
//!
//! Also what is declared at all: a measure whose reading failed is in no model, yet nothing else should be
//! called missing because of it.

use crate::{Files, Place};
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// One key of one file, from the file's root down; items of an array are numbered from 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Address {
    file: String,
    path: Vec<String>,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Where the key stands; for an item of an array, the item.
    pub(crate) key: Place,
    /// Where the value stands; for a table under a header, the header.
    pub(crate) value: Place,
    /// The value as text; `None` for arrays and tables.
    pub(crate) text: Option<String>,
}

/// Every entry of every TOML file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    entries: BTreeMap<Address, Entry>,
}

impl Outline {
    /// Reads what can be read of each file; what is wrong with the rest is the reader's to say.
    pub(crate) fn new(files: &Files) -> Self {
        let mut outline = Self::default();
        for (file, text) in files.iter().filter(|(f, _)| f.ends_with(".toml")) {
            let (root, _) = DeTable::parse_recoverable(text);
            outline.table(file, &[], root.get_ref());
        }
        outline
    }

    fn table(&mut self, file: &str, above: &[String], table: &DeTable<'_>) {
        for (key, value) in table {
            let mut path = above.to_vec();
            path.push(key.get_ref().to_string());
            let key = Place::new(file, key.span());
            let value_place = Place::new(file, value.span());
            self.value(path, key, value_place, value.get_ref());
        }
    }

    fn value(&mut self, path: Vec<String>, key: Place, place: Place, value: &DeValue<'_>) {
        let file = key.file.clone();
        match value {
            DeValue::Table(table) => self.table(&file, &path, table),
            DeValue::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let mut path = path.clone();
                    path.push(at.to_string());
                    let place = Place::new(&*file, item.span());
                    self.value(path, place.clone(), place, item.get_ref());
                }
            }
            _ => {}
        }
        let entry = Entry {
            key,
            value: place,
            text: scalar(value),
        };
        self.entries.insert(Address { file, path }, entry);
    }

    /// The entry at `path` in the first file whose name begins with `file`.
    pub(crate) fn entry(&self, file: &str, path: &[&str]) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|(a, _)| a.file.starts_with(file) && a.path.iter().eq(path.iter()))
            .map(|(_, entry)| entry)
    }

    /// The entries that a pattern fits, `*` for any one key, in every file whose name begins with `file`:
    /// the last key and the entry, in order of file and place.
    pub(crate) fn all(&self, file: &str, pattern: &[&str]) -> Vec<(&str, &Entry)> {
        let fits = |a: &Address| {
            a.file.starts_with(file)
                && a.path.len() == pattern.len()
                && a.path.iter().zip(pattern).all(|(k, p)| *p == "*" || k == p)
        };
        let mut found: Vec<_> = self
            .entries
            .iter()
            .filter(|(a, _)| fits(a))
            .filter_map(|(a, entry)| Some((a.path.last()?.as_str(), entry)))
            .collect();
        found.sort_by(|(_, a), (_, b)| a.key.cmp(&b.key));
        found
    }

    /// Where the value at `path` stands; where nothing is written there, the nearest key above it.
    pub(crate) fn place(&self, file: &str, path: &[&str]) -> Place {
        if let Some(entry) = self.entry(file, path) {
            return entry.value.clone();
        }
        (1..path.len())
            .rev()
            .find_map(|n| self.entry(file, path.get(..n)?))
            .map_or_else(|| Place::new(file, 0..0), |entry| entry.key.clone())
    }
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Datetime(at) => Some(at.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_is_found_under_a_header_and_in_a_list() {
        let text =
            "[measure.a]\ngrace = \"3 workdays\"\n[[role.x.may]]\ndo = [\"see\", \"move\"]\n";
        let files = Files::from([("n/m.toml".to_owned(), text.to_owned())]);
        let outline = Outline::new(&files);
        let grace = outline.entry("n/", &["measure", "a", "grace"]).unwrap();
        assert_eq!(grace.value.line_column(&files), (2, 9));
        assert_eq!(grace.text.as_deref(), Some("3 workdays"));
        let act = outline
            .entry("n/m.toml", &["role", "x", "may", "0", "do", "1"])
            .unwrap();
        assert_eq!(act.key.line_column(&files), (4, 14));
        let ids: Vec<&str> = outline
            .all("", &["measure", "*"])
            .into_iter()
            .map(|(id, _)| id)
            .collect();
        assert_eq!(ids, ["a"]);
        let header = outline.entry("n/", &["measure", "a"]).unwrap();
        assert_eq!(header.key.line_column(&files), (1, 10));
        let none = outline.place("n/m.toml", &["measure", "a", "late"]);
        assert_eq!(none, header.key);
    }
}

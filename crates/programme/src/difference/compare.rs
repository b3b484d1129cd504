//! Parts of two folders side by side.

use super::node::{Lines, Node};
use super::parts::{Part, parts};
use super::{Change, Difference, How, Owner, What};
use crate::Files;
use std::collections::{BTreeMap, BTreeSet};

type Key = (What, String, String);

pub(super) fn difference(old: &Files, new: &Files) -> Difference {
    let now = parts(new);
    let (was, renamed) = renamed(parts(old), &now);
    let both = Both {
        old: index(&was),
        new: index(&now),
        renamed,
    };
    let mut difference = Difference::default();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut changes: Vec<(&Part, Change)> = Vec::new();
    for part in now
        .iter()
        .chain(was.iter().filter(|part| both.is_gone(part)))
    {
        if let Some(change) = both.change(part) {
            told.extend(both.files(part));
            changes.push((part, change));
        }
    }
    for (what, of, files) in both.reordered(&was, &now) {
        told.extend(files);
        difference.reordered.push((what, both.owner(what, of)));
    }
    // A stable sort: within a kind the order of the files stays.
    changes.sort_by(|(a, _), (b, _)| (a.what, &a.of).cmp(&(b.what, &b.of)));
    difference.changes = changes.into_iter().map(|(_, change)| change).collect();
    let differs = |file: &&String| old.get(*file) != new.get(*file);
    let all: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let untold = all.into_iter().filter(differs);
    let untold = untold.filter(|file| !told.contains(file.as_str()));
    difference.untold = untold.cloned().collect();
    difference
}

fn key(part: &Part) -> Key {
    (part.what, part.of.clone(), part.id.clone())
}

/// Of several parts with one key the first.
fn index(parts: &[Part]) -> BTreeMap<Key, &Part> {
    let mut index = BTreeMap::new();
    for part in parts {
        index.entry(key(part)).or_insert(part);
    }
    index
}

/// The old parts under the ids that registers and fields have now, and the ids that they had, by key.
fn renamed(mut was: Vec<Part>, now: &[Part]) -> (Vec<Part>, BTreeMap<Key, String>) {
    let mut all = BTreeMap::new();
    for what in [What::Register, What::Field] {
        let known: BTreeSet<Key> = was.iter().map(key).collect();
        let kept: BTreeSet<Key> = now.iter().map(key).collect();
        for part in now.iter().filter(|part| part.what == what) {
            let Some(former) = part.body.get("was").and_then(Node::leaf) else {
                continue;
            };
            let before = (what, part.of.clone(), former.to_owned());
            if !known.contains(&before) || kept.contains(&before) || known.contains(&key(part)) {
                continue;
            }
            all.insert(key(part), former.to_owned());
            for old in &mut was {
                if key(old) == before {
                    old.id.clone_from(&part.id);
                } else if what == What::Register && belongs(old.what) && old.of == former {
                    old.of.clone_from(&part.id);
                }
            }
        }
    }
    (was, all)
}

/// Whether parts of a kind belong to a register.
fn belongs(what: What) -> bool {
    [What::Field, What::Move, What::Check, What::Clock].contains(&what)
}

struct Both<'p> {
    old: BTreeMap<Key, &'p Part>,
    new: BTreeMap<Key, &'p Part>,
    renamed: BTreeMap<Key, String>,
}

impl<'p> Both<'p> {
    fn is_gone(&self, part: &Part) -> bool {
        !self.new.contains_key(&key(part))
    }

    /// How a part differs; `None` where it does not.
    fn change(&self, part: &Part) -> Option<Change> {
        let key = key(part);
        let (old, new) = (self.old.get(&key), self.new.get(&key));
        let was = self.renamed.get(&key).cloned();
        let (old_body, new_body) = (old.map(|p| &p.body), new.map(|p| &p.body));
        if old_body == new_body && was.is_none() {
            return None;
        }
        let mut lines = match part.what {
            What::File => Vec::new(),
            what => Lines::between(what, old_body, new_body),
        };
        // Told by the change itself.
        lines
            .retain(|line| was.is_none() || !["was", "id"].contains(&line.path.join(".").as_str()));
        let how = match (old, new) {
            (None, _) => How::Added,
            (_, None) => How::Removed,
            _ => How::Changed,
        };
        if how == How::Changed && lines.is_empty() && was.is_none() && part.what != What::File {
            // The same keys in another order.
            return None;
        }
        Some(Change {
            what: part.what,
            of: self.owner(part.what, &part.of),
            id: part.id.clone(),
            was,
            name: part.name.clone(),
            how,
            lines,
        })
    }

    fn files(&self, part: &Part) -> impl Iterator<Item = &'p str> {
        let key = key(part);
        let both = [self.old.get(&key), self.new.get(&key)];
        both.into_iter().flatten().map(|part| part.file.as_str())
    }

    /// What a part belongs to, with its name.
    fn owner(&self, what: What, of: &str) -> Option<Owner> {
        if of.is_empty() {
            return None;
        }
        let owner = if belongs(what) {
            What::Register
        } else {
            What::Notice
        };
        let key = (owner, String::new(), of.to_owned());
        let found = self.new.get(&key).or_else(|| self.old.get(&key));
        Some((
            of.to_owned(),
            found.map(|part| part.name.clone()).unwrap_or_default(),
        ))
    }

    /// The kinds whose parts that remain stand in another order than before, with their files.
    fn reordered(
        &self,
        was: &'p [Part],
        now: &'p [Part],
    ) -> Vec<(What, &'p str, BTreeSet<&'p str>)> {
        let groups = |parts: &'p [Part], there: &BTreeMap<Key, &Part>| {
            let mut groups: BTreeMap<(What, &'p str), Vec<&'p Part>> = BTreeMap::new();
            let ordered = |what| ![What::Case, What::File].contains(&what);
            for part in parts.iter().filter(|part| ordered(part.what)) {
                if there.contains_key(&key(part)) {
                    groups
                        .entry((part.what, part.of.as_str()))
                        .or_default()
                        .push(part);
                }
            }
            groups
        };
        let (before, after) = (groups(was, &self.new), groups(now, &self.old));
        let mut found = Vec::new();
        for ((what, of), after) in after {
            let before = before.get(&(what, of)).map_or(&[][..], Vec::as_slice);
            if !before.iter().map(|p| &p.id).eq(after.iter().map(|p| &p.id)) {
                let files = after.iter().chain(before).map(|part| part.file.as_str());
                found.push((what, of, files.collect()));
            }
        }
        found
    }
}

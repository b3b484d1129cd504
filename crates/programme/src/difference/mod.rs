//! What differs between two versions of a folder, part by part, in words that people read.
//!
//! It reads the texts, not the model, so that nothing is left out: a part is whatever has an id, its body every key below
//! it. A key that this file has no words for is told by its own name.

mod compare;
mod node;
mod parts;
mod words;

use crate::Files;
use rules::Words;

/// Everything that differs between two folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Parts that are new, gone or other than before, kind by kind.
    pub changes: Vec<Change>,
    /// Kinds of parts, and of which register or notice, that stand in another order.
    pub reordered: Vec<(What, Option<Owner>)>,
    /// Files whose text differs in nothing but comments, layout or order.
    pub untold: Vec<String>,
}

/// The register, the notice or the file that a part belongs to: id and name.
pub type Owner = (String, Words);

/// One part that is new, gone or other than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub what: What,
    /// What it belongs to.
    pub of: Option<Owner>,
    /// Its id; empty for the programme itself.
    pub id: String,
    /// Its id before it was renamed.
    pub was: Option<String>,
    /// Its name; empty where it has none.
    pub name: Words,
    /// What became of it.
    pub how: How,
    /// Key by key; of a file that is not read as keys nothing.
    pub lines: Vec<Line>,
}

/// What became of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It is new.
    Added,
    /// It is other than before.
    Changed,
    /// It is gone.
    Removed,
}

/// One key of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The keys that lead to it.
    pub path: Vec<String>,
    /// What it held; of a list the items that are gone.
    pub was: Option<String>,
    /// What it holds; of a list the items that are new.
    pub now: Option<String>,
    /// Whether it is a list, of which only what differs is told.
    pub is_list: bool,
    /// What kind of value it is.
    pub aspect: Aspect,
}

/// What kind of value a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// A rule.
    Rule,
    /// Words for people.
    Text,
    /// Anything else.
    Other,
}

/// Kinds of parts, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum What {
    Programme,
    Notice,
    Section,
    Clause,
    Measure,
    Light,
    Ranking,
    Register,
    Field,
    Move,
    Check,
    Clock,
    Role,
    Policy,
    Match,
    Bulletin,
    Setting,
    Phase,
    Milestone,
    Ladder,
    Level,
    UnitField,
    Unit,
    Division,
    Day,
    Case,
    File,
}

/// What differs between two folders, the earlier first.
pub fn difference(old: &Files, new: &Files) -> Difference {
    compare::difference(old, new)
}

impl Difference {
    /// Whether the two folders are the same, letter by letter.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.reordered.is_empty() && self.untold.is_empty()
    }

    /// The kinds that have changes, with how many parts are new, other and gone.
    pub fn counts(&self) -> Vec<(What, [usize; 3])> {
        let mut counts: Vec<(What, [usize; 3])> = Vec::new();
        for change in &self.changes {
            if counts.last().is_none_or(|(what, _)| *what != change.what) {
                counts.push((change.what, [0; 3]));
            }
            let at = change.how as usize;
            let count = counts.last_mut().and_then(|(_, of)| of.get_mut(at));
            if let Some(count) = count {
                *count += 1;
            }
        }
        counts
    }

    /// In how many keys of parts that remain values of a kind differ.
    pub fn keys(&self, aspect: Aspect) -> usize {
        let remain = self.changes.iter().filter(|c| c.how == How::Changed);
        let lines = remain.flat_map(|change| &change.lines);
        lines.filter(|line| line.aspect == aspect).count()
    }
}

impl Line {
    /// The keys in words.
    pub fn label(&self) -> Words {
        let each = self.path.iter().map(|key| words::key(key));
        let (zh, en): (Vec<String>, Vec<String>) = each.map(|w| (w.zh, w.en)).unzip();
        Words::new(zh.join(" · "), en.join(" · "))
    }
}

//! A file's text as a tree whose leaves are texts, and what differs between two trees.

use super::Line;
use super::What;
use super::words::aspect;
use rules::Words;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Lists longer than this are compared at their ends only.
const ALIGNED_MAX: usize = 512;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Leaf(String),
    List(Vec<Node>),
    /// In the order of the file.
    Table(Vec<(String, Node)>),
}

impl Node {
    /// The tree of a TOML text; `None` where it is none.
    pub(super) fn of_toml(text: &str) -> Option<Self> {
        let table = DeTable::parse(text).ok()?;
        Some(Self::table(table.get_ref()))
    }

    fn table(table: &DeTable<'_>) -> Self {
        let mut entries: Vec<(Range<usize>, String, Self)> = table
            .iter()
            .map(|(key, value)| (key.span(), key.get_ref().to_string(), Self::value(value)))
            .collect();
        entries.sort_by_key(|(span, ..)| span.start);
        Self::Table(
            entries
                .into_iter()
                .map(|(_, key, value)| (key, value))
                .collect(),
        )
    }

    fn value(value: &Spanned<DeValue<'_>>) -> Self {
        match value.get_ref() {
            DeValue::String(text) => Self::Leaf(text.trim().to_owned()),
            DeValue::Integer(number) => Self::Leaf(number.as_str().replace('_', "")),
            DeValue::Float(number) => Self::Leaf(number.as_str().replace('_', "")),
            DeValue::Boolean(is) => Self::Leaf(is.to_string()),
            DeValue::Datetime(at) => Self::Leaf(at.to_string()),
            DeValue::Array(items) => Self::List(items.iter().map(Self::value).collect()),
            DeValue::Table(table) => Self::table(table),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Table(entries) = self else {
            return None;
        };
        let found = entries.iter().find(|(own, _)| own == key);
        found.map(|(_, value)| value)
    }

    /// Takes a key out.
    pub(super) fn take(&mut self, key: &str) -> Option<Self> {
        let Self::Table(entries) = self else {
            return None;
        };
        let at = entries.iter().position(|(own, _)| own == key)?;
        Some(entries.remove(at).1)
    }

    /// The entries of a table.
    pub(super) fn entries(self) -> Vec<(String, Self)> {
        match self {
            Self::Table(entries) => entries,
            _ => Vec::new(),
        }
    }

    pub(super) fn leaf(&self) -> Option<&str> {
        match self {
            Self::Leaf(text) => Some(text),
            _ => None,
        }
    }

    /// What a key holds in both languages; empty where it holds no such thing.
    pub(super) fn words(&self, key: &str) -> Words {
        let side = |side| self.get(key).and_then(|words| words.get(side)?.leaf());
        Words::new(side("zh").unwrap_or(""), side("en").unwrap_or(""))
    }

    /// As one text.
    fn text(&self) -> String {
        match self {
            Self::Leaf(text) => text.clone(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::text).collect();
                items.join(", ")
            }
            Self::Table(entries) => {
                let one = |(key, value): &(String, Self)| format!("{key} = {}", value.text());
                let all: Vec<String> = entries.iter().map(one).collect();
                format!("{{ {} }}", all.join(", "))
            }
        }
    }

    fn is_plain_list(&self) -> bool {
        let leaf = |item: &Self| matches!(item, Self::Leaf(_));
        matches!(self, Self::List(items) if items.iter().all(leaf))
    }
}

/// The lines in which two bodies differ.
pub(super) struct Lines {
    what: What,
    path: Vec<String>,
    lines: Vec<Line>,
}

impl Lines {
    pub(super) fn between(what: What, was: Option<&Node>, now: Option<&Node>) -> Vec<Line> {
        let mut lines = Self {
            what,
            path: Vec::new(),
            lines: Vec::new(),
        };
        lines.compare(was, now);
        lines.lines
    }

    fn compare(&mut self, was: Option<&Node>, now: Option<&Node>) {
        match (was, now) {
            _ if was == now => {}
            (Some(Node::Table(_)) | None, Some(Node::Table(_)) | None) => self.tables(was, now),
            (Some(Node::List(_)) | None, Some(Node::List(_)) | None) => self.lists(was, now),
            _ => self.say(was.map(Node::text), now.map(Node::text), false),
        }
    }

    fn tables(&mut self, was: Option<&Node>, now: Option<&Node>) {
        let keys = |node: Option<&Node>| match node {
            Some(Node::Table(entries)) => entries.iter().map(|(key, _)| key.clone()).collect(),
            _ => Vec::new(),
        };
        let mut all: Vec<String> = keys(now);
        let gone: Vec<String> = keys(was);
        all.extend(
            gone.into_iter()
                .filter(|key| now.is_none_or(|n| n.get(key).is_none())),
        );
        for key in all {
            let (was, now) = (was.and_then(|n| n.get(&key)), now.and_then(|n| n.get(&key)));
            self.below(key, was, now);
        }
    }

    fn below(&mut self, key: String, was: Option<&Node>, now: Option<&Node>) {
        self.path.push(key);
        self.compare(was, now);
        self.path.pop();
    }

    fn lists(&mut self, was: Option<&Node>, now: Option<&Node>) {
        let items = |node: Option<&Node>| match node {
            Some(Node::List(items)) => items.clone(),
            _ => Vec::new(),
        };
        let plain = |node: Option<&Node>| node.is_none_or(Node::is_plain_list);
        let (old, new) = (items(was), items(now));
        if !(plain(was) && plain(now)) {
            for (old, new) in paired(&old, &new) {
                let number = new.or(old).map_or(0, |(at, _)| at + 1);
                let key = format!("#{number}");
                self.below(key, old.map(|(_, node)| node), new.map(|(_, node)| node));
            }
            return;
        }
        let (gone, fresh) = (without(&old, &new), without(&new, &old));
        if gone.is_empty() && fresh.is_empty() {
            // The same in another order.
            return self.say(was.map(Node::text), now.map(Node::text), false);
        }
        let text = |items: Vec<Node>| (!items.is_empty()).then(|| Node::List(items).text());
        self.say(text(gone), text(fresh), true);
    }

    fn say(&mut self, was: Option<String>, now: Option<String>, is_list: bool) {
        self.lines.push(Line {
            path: self.path.clone(),
            aspect: aspect(self.what, &self.path),
            was,
            now,
            is_list,
        });
    }
}

/// The items that the other list does not have, each as often as it has more of it.
fn without(items: &[Node], others: &[Node]) -> Vec<Node> {
    let mut others: Vec<&Node> = others.iter().collect();
    let mut left = Vec::new();
    for item in items {
        match others.iter().position(|other| *other == item) {
            Some(at) => {
                others.swap_remove(at);
            }
            None => left.push(item.clone()),
        }
    }
    left
}

type Numbered<'n> = Option<(usize, &'n Node)>;

/// The items that differ, those between the same equal neighbours in pairs.
fn paired<'n>(old: &'n [Node], new: &'n [Node]) -> Vec<(Numbered<'n>, Numbered<'n>)> {
    let mut pairs = Vec::new();
    let (mut from_old, mut from_new) = (0, 0);
    let mut ends = same(old, new);
    ends.push((old.len(), new.len()));
    for (to_old, to_new) in ends {
        let gap = (to_old - from_old).max(to_new - from_new);
        for at in 0..gap {
            let one = |items: &'n [Node], from: usize, to: usize| {
                let at = from + at;
                (at < to)
                    .then(|| items.get(at).map(|node| (at, node)))
                    .flatten()
            };
            pairs.push((one(old, from_old, to_old), one(new, from_new, to_new)));
        }
        (from_old, from_new) = (to_old + 1, to_new + 1);
    }
    pairs
}

/// The positions of a longest run of items that both lists have in the same order.
fn same(old: &[Node], new: &[Node]) -> Vec<(usize, usize)> {
    if old.len().max(new.len()) > ALIGNED_MAX {
        let equal = old.iter().zip(new).take_while(|(a, b)| a == b);
        return equal.enumerate().map(|(at, _)| (at, at)).collect();
    }
    // lengths[i][j]: the longest run of old[i..] and new[j..].
    let mut lengths = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    let read = |lengths: &[Vec<usize>], i: usize, j: usize| {
        lengths
            .get(i)
            .and_then(|row| row.get(j))
            .copied()
            .unwrap_or(0)
    };
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let length = match a == b {
                true => read(&lengths, i + 1, j + 1) + 1,
                false => read(&lengths, i + 1, j).max(read(&lengths, i, j + 1)),
            };
            if let Some(cell) = lengths.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j, mut run) = (0, 0, Vec::new());
    while let Some((a, b)) = old.get(i).zip(new.get(j)) {
        if a == b {
            run.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if read(&lengths, i + 1, j) >= read(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    run
}

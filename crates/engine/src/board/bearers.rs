//! Who owes what, numbered so that the bearers of one unit stand together.

use super::course::Course;
use super::plain::{Plain, Refusal, stored};
use super::tree::Tree;
use crate::moment::AsOf;
use crate::period::bearers;
use programme::model::{Bearer, FIRST_REGISTER_TABLE, Measure, UNIT_TABLE};
use rules::{Cells, Day, NO_ROW, Rule, Words};
use std::collections::BTreeSet;

/// No bearer.
pub(super) const NOBODY: u32 = u32::MAX;

/// The records of one kind as bearers.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// Per record its bearer's number, or [`NOBODY`].
    pub(super) of: Vec<u32>,
    /// What all of them owe, as in [`Bearers::class`]; `None` where they differ.
    pub(super) class: Option<u16>,
}

/// The bearers of all measures on the board.
#[derive(Clone, Debug, Default)]
pub(super) struct Bearers {
    /// Per kind of bearer.
    pub(super) numbers: Vec<Numbers>,
    /// Per bearer: table and record.
    pub(super) of: Vec<(u32, u32)>,
    /// Per bearer: which measures it owes, as a position in `classes`.
    pub(super) class: Vec<u16>,
    /// Per bearer: the rank of its unit, one past the last for nobody's.
    pub(super) place: Vec<u32>,
    /// Per rank its first bearer; two more for nobody's and the end.
    pub(super) start: Vec<u32>,
    /// What bearers of a class owe.
    pub(super) classes: Vec<Owing>,
    /// First and last day on which these are the bearers.
    pub(super) days: (Day, Day),
}

/// Measures that a bearer owes, by position on the board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owing {
    pub(super) yes: Vec<u16>,
    /// Nobody knows whether it owes these.
    pub(super) open: Vec<u16>,
}

/// Bearers of one table that answer to units by one path.
struct Kind {
    table: usize,
    answers: String,
    /// Per record its unit.
    unit: Vec<Option<u32>>,
    /// Per record its class.
    class: Vec<u16>,
}

const NO: u8 = 0;
const YES: u8 = 1;
const OPEN: u8 = 2;

impl Bearers {
    /// The bearers of these measures, with each measure's kind.
    pub(super) fn new(
        cx: &AsOf<'_>,
        tree: &Tree,
        measures: &[Plain<'_>],
        owers: &Owers,
    ) -> (Self, Vec<usize>) {
        let mut all = Self::default();
        let mut kinds: Vec<Kind> = Vec::new();
        let mut kind_of = Vec::new();
        for plain in measures.iter() {
            let (table, answers) = kind(cx, plain.measure);
            let at = kinds
                .iter()
                .position(|k| k.table == table && k.answers == answers);
            kind_of.push(at.unwrap_or(kinds.len()));
            if at.is_none() {
                kinds.push(Kind {
                    table,
                    answers,
                    unit: Vec::new(),
                    class: Vec::new(),
                });
            }
        }
        let keys: Vec<String> = measures.iter().map(|p| key(cx, p.measure)).collect();
        for (at, kind) in kinds.iter_mut().enumerate() {
            all.classify(kind, owers, |key| {
                let mine = (0u16..).zip(kind_of.iter().zip(&keys));
                mine.filter(|(_, (k, mine))| **k == at && *mine == key)
                    .map(|(m, _)| m)
                    .collect()
            });
        }
        all.arrange(tree, &kinds);
        all.days = lasting(cx, &kinds);
        (all, kind_of)
    }

    /// Gives every record of a kind its class: what it owes of all its measures.
    fn classify(&mut self, kind: &mut Kind, owers: &Owers, measures: impl Fn(&str) -> Vec<u16>) {
        let first = self.classes.len();
        let mut classes = vec![Owing::default()];
        for (key, found) in &owers.0 {
            let mine = measures(key);
            if mine.is_empty() {
                continue;
            }
            kind.class.resize(found.owes.len(), 0);
            kind.unit.resize(found.owes.len(), None);
            let mut split: Vec<Option<u16>> = vec![None; classes.len() * 3];
            let mut next: Vec<Owing> = Vec::new();
            for ((class, unit), (owes, answers)) in kind
                .class
                .iter_mut()
                .zip(&mut kind.unit)
                .zip(found.owes.iter().zip(&found.unit))
            {
                *unit = unit.or(*answers);
                let Some(slot) = split.get_mut(usize::from(*class) * 3 + usize::from(*owes)) else {
                    continue;
                };
                let number = *slot.get_or_insert_with(|| {
                    let mut owing = classes
                        .get(usize::from(*class))
                        .cloned()
                        .unwrap_or_default();
                    match *owes {
                        YES => owing.yes.extend(&mine),
                        OPEN => owing.open.extend(&mine),
                        _ => {}
                    }
                    next.push(owing);
                    next.len() as u16 - 1
                });
                *class = number;
            }
            classes = next;
        }
        for class in &mut kind.class {
            *class += first as u16;
        }
        for owing in &mut classes {
            owing.yes.sort_unstable();
            owing.open.sort_unstable();
        }
        self.classes.append(&mut classes);
    }

    /// Numbers bearers unit by unit, those that owe nothing left out.
    fn arrange(&mut self, tree: &Tree, kinds: &[Kind]) {
        let owing: Vec<bool> = self
            .classes
            .iter()
            .map(|c| !c.yes.is_empty() || !c.open.is_empty())
            .collect();
        let bears = |class: u16| owing.get(usize::from(class)).copied().unwrap_or_default();
        let mut start = vec![0u32; tree.len() + 2];
        for kind in kinds {
            for (class, unit) in kind.class.iter().zip(&kind.unit) {
                if bears(*class)
                    && let Some(n) = start.get_mut(tree.place(*unit) + 1)
                {
                    *n += 1;
                }
            }
        }
        let mut sum = 0;
        for n in &mut start {
            sum += *n;
            *n = sum;
        }
        let mut next = start.clone();
        self.of = vec![(0, 0); sum as usize];
        self.class = vec![0; sum as usize];
        self.place = vec![0; sum as usize];
        for kind in kinds {
            let mut numbers = vec![NOBODY; kind.class.len()];
            let mut classes = BTreeSet::new();
            for (record, (class, unit)) in kind.class.iter().zip(&kind.unit).enumerate() {
                let place = tree.place(*unit);
                let Some(at) = next.get_mut(place).filter(|_| bears(*class)) else {
                    continue;
                };
                let number = *at as usize;
                *at += 1;
                classes.insert(*class);
                if let (Some(n), Some(c), Some(p), Some(o)) = (
                    numbers.get_mut(record),
                    self.class.get_mut(number),
                    self.place.get_mut(number),
                    self.of.get_mut(number),
                ) {
                    (*n, *c, *p) = (number as u32, *class, place as u32);
                    *o = (kind.table as u32, record as u32);
                }
            }
            let only = classes.first().filter(|_| classes.len() == 1);
            self.numbers.push(Numbers {
                of: numbers,
                class: only.copied(),
            });
        }
        self.start = start;
    }
}

/// Who owes by each rule that some measure has, by the text of the rule.
pub(super) struct Owers(Vec<(String, Found)>);

impl Owers {
    /// Reads them once for all measures; those whose bearers come and go are refused.
    pub(super) fn new(
        cx: &AsOf<'_>,
        measures: &mut Vec<(Course, Plain<'_>)>,
        refused: &mut Vec<Refusal>,
    ) -> Self {
        let mut all: Vec<(String, Found)> = Vec::new();
        measures.retain(|(_, plain)| {
            let key = key(cx, plain.measure);
            if !all.iter().any(|(k, _)| *k == key) {
                all.push((key.clone(), Found::new(cx, plain.measure)));
            }
            let fixed = all.iter().any(|(k, found)| *k == key && !found.spanned);
            if !fixed {
                refused.push(Refusal {
                    measure: plain.measure.id.clone(),
                    why: Words::new(
                        "有的承担者只在一段时间内存在",
                        "some bearers exist only for a time",
                    ),
                });
            }
            fixed
        });
        Self(all)
    }
}

/// Who owes by one rule: per record.
struct Found {
    owes: Vec<u8>,
    unit: Vec<Option<u32>>,
    /// Some bearer owes only for a time.
    spanned: bool,
}

impl Found {
    fn new(cx: &AsOf<'_>, measure: &Measure) -> Self {
        if let Some(found) = Self::direct(cx, measure) {
            return found;
        }
        let table = kind(cx, measure).0;
        let records = cx
            .facts
            .tables()
            .tables
            .get(table)
            .map_or(0, |t| t.ids.len());
        let mut found = Self {
            owes: vec![NO; records],
            unit: vec![None; records],
            spanned: false,
        };
        for bearer in bearers(cx, measure, &|_| true) {
            let record = bearer.bearer.record as usize;
            if let (Some(owes), Some(unit)) =
                (found.owes.get_mut(record), found.unit.get_mut(record))
            {
                *owes = if bearer.owed == Some(true) { YES } else { OPEN };
                *unit = bearer.unit;
            }
            found.spanned |= bearer.spans != [(None, None)];
        }
        found
    }

    /// Every record of a register that answers to the unit in one of its fields: read from the column.
    fn direct(cx: &AsOf<'_>, measure: &Measure) -> Option<Self> {
        let Bearer::Records {
            table,
            from: None,
            until: None,
            filter: None,
            ..
        } = &measure.bearer
        else {
            return None;
        };
        let answers = answers(cx, measure)?;
        let at = stored(&answers.root)?;
        if answers.root.ty != rules::Type::Reference("unit".into()) {
            return None;
        }
        let facts = cx.facts.tables().tables.get(*table)?;
        let column = facts.columns.get(at.column)?;
        let Cells::Record(units) = &column.cells else {
            return None;
        };
        let mut found = Self {
            owes: vec![NO; facts.ids.len()],
            unit: vec![None; facts.ids.len()],
            spanned: false,
        };
        for (record, row) in cx.current(*table) {
            let (record, row) = (record as usize, row as usize);
            let unit = units.get(row).filter(|u| **u != NO_ROW).copied();
            if let (Some(owes), Some(slot)) =
                (found.owes.get_mut(record), found.unit.get_mut(record))
            {
                *owes = YES;
                *slot = unit.filter(|_| column.present.get(row));
            }
        }
        Some(found)
    }
}

/// The path from a record to the unit that answers for it.
fn answers<'p>(cx: &AsOf<'p>, measure: &'p Measure) -> Option<&'p Rule> {
    let Bearer::Records { table, answers, .. } = &measure.bearer else {
        return None;
    };
    let register = cx.programme.registers.get(table - FIRST_REGISTER_TABLE);
    answers.as_ref().or(register.and_then(|r| r.unit.as_ref()))
}

/// The table of the bearers, and the text of their path to units.
fn kind(cx: &AsOf<'_>, measure: &Measure) -> (usize, String) {
    let table = match &measure.bearer {
        Bearer::Units(_) => UNIT_TABLE,
        Bearer::Records { table, .. } => *table,
    };
    (
        table,
        answers(cx, measure).map_or_else(String::new, |r| r.text.clone()),
    )
}

/// Measures of one key have the same bearers.
fn key(cx: &AsOf<'_>, measure: &Measure) -> String {
    let (table, answers) = kind(cx, measure);
    let rule = match &measure.bearer {
        Bearer::Units(rule) => Some(rule),
        Bearer::Records { filter, .. } => filter.as_ref(),
    };
    let rule = rule.map_or("", |r| r.text.as_str());
    format!("{table}\n{answers}\n{rule}")
}

/// The days round the moment on which no bearer's record changes.
fn lasting(cx: &AsOf<'_>, kinds: &[Kind]) -> (Day, Day) {
    let mut days = (Day(i32::MIN), Day(i32::MAX));
    for kind in kinds.iter().filter(|k| k.table != UNIT_TABLE) {
        for change in cx.facts.changes(kind.table) {
            if change <= cx.at {
                days.0 = days.0.max(change);
            } else {
                days.1 = days.1.min(change.plus(-1));
            }
        }
    }
    days
}

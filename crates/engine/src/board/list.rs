//! From the class of a row to what it adds to which measures.

use super::bearers::Owing;
use super::classes::{Class, Classes};
use super::course::Course;
use super::plain::{Adds, Plain, Source};
use rules::{Bits, Level, Rule, among};
use rustc_hash::FxHashMap;

/// Measures over one table whose rules are classed together.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    /// The table of the evidence.
    pub(super) table: usize,
    /// The rules, each once, in the order of classes' positions.
    pub(super) rules: Vec<Rule>,
    /// Every class met so far.
    pub(super) classes: Vec<Class>,
    numbers: FxHashMap<Class, u16>,
    pub(super) lists: Vec<List>,
}

/// What rows of one source add, by class of row and of bearer.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) source: Source,
    /// The kind of the bearers.
    pub(super) kind: usize,
    /// What each measure asks of a row.
    asks: Vec<Ask>,
    /// `entries[start[n]..start[n + 1]]` for row class `c` and bearer class `b` with `n = c × classes of bearers + b`.
    start: Vec<u32>,
    entries: Vec<Entry>,
    /// Per class whether it adds anything to anybody.
    live: Bits,
}

#[derive(Clone, Debug)]
struct Ask {
    measure: u16,
    filter: Option<u16>,
    form: Form,
}

/// What a row adds to a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) measure: u16,
    pub(super) form: Form,
    /// The row counts; else it may.
    pub(super) certain: bool,
}

impl Entry {
    /// Whether a row whose day and amount are known certainly adds what it adds.
    pub(super) fn is_sure(&self) -> bool {
        self.certain && self.form != Form::Part(Part::Open)
    }
}

/// In what form it adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One.
    Count,
    /// The amount in the measure's column.
    Sum,
    /// A row of the part; before a class is asked, the rule of the part.
    Part(Part),
}

/// Whether a row belongs to the part of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    By(u16),
    Yes,
    No,
    Open,
}

impl Sheet {
    /// The rules of these measures, each once.
    pub(super) fn rules<'p>(measures: &[&Plain<'p>]) -> Vec<&'p Rule> {
        let mut rules: Vec<&Rule> = Vec::new();
        for plain in measures {
            let part = match plain.adds {
                Adds::Share(part) => Some(part),
                Adds::Count | Adds::Sum(_) => None,
            };
            for rule in plain.tally.filter.iter().chain(part) {
                if !rules.iter().any(|r| r.root == rule.root) {
                    rules.push(rule);
                }
            }
        }
        rules
    }

    /// Lists over classed rows; `measures` with their positions on the board and their kinds of bearers.
    pub(super) fn new(
        table: usize,
        measures: &[(u16, usize, &Plain<'_>)],
        rules: &[&Rule],
        classes: &Classes,
        owing: &[Owing],
    ) -> Self {
        let mut sheet = Self {
            table,
            rules: rules.iter().map(|r| (*r).clone()).collect(),
            ..Self::default()
        };
        let at = |rule: &Rule| rules.iter().position(|r| r.root == rule.root);
        for (measure, kind, plain) in measures {
            let form = match plain.adds {
                Adds::Count => Form::Count,
                Adds::Sum(_) => Form::Sum,
                Adds::Share(part) => Form::Part(Part::By(at(part).unwrap_or_default() as u16)),
            };
            let ask = Ask {
                measure: *measure,
                filter: plain.tally.filter.as_ref().and_then(at).map(|n| n as u16),
                form,
            };
            let same = |l: &&mut List| l.source == plain.source && l.kind == *kind;
            match sheet.lists.iter_mut().find(same) {
                Some(list) => list.asks.push(ask),
                None => sheet.lists.push(List {
                    source: plain.source,
                    kind: *kind,
                    asks: vec![ask],
                    start: vec![0],
                    entries: Vec::new(),
                    live: Bits::default(),
                }),
            }
        }
        for class in &classes.classes {
            sheet.learn(class.clone(), owing);
        }
        sheet
    }

    /// The number of a class, a new one where it was never met; `None` once 65,536 are.
    pub(super) fn number(&mut self, class: &Class, owing: &[Owing]) -> Option<u16> {
        match self.numbers.get(class) {
            Some(number) => Some(*number),
            None => self.learn(class.clone(), owing),
        }
    }

    fn learn(&mut self, class: Class, owing: &[Owing]) -> Option<u16> {
        let number = u16::try_from(self.classes.len()).ok()?;
        for list in &mut self.lists {
            list.learn(&class, owing);
        }
        self.classes.push(class.clone());
        self.numbers.insert(class, number);
        Some(number)
    }
}

impl List {
    fn learn(&mut self, class: &Class, owing: &[Owing]) {
        let entries: Vec<Entry> = self.asks.iter().filter_map(|a| a.of(class)).collect();
        let before = self.entries.len();
        for owes in owing {
            let mine = |e: &&Entry| owes.yes.binary_search(&e.measure).is_ok();
            self.entries.extend(entries.iter().filter(mine));
            self.start.push(self.entries.len() as u32);
        }
        self.live.push(self.entries.len() > before);
    }

    /// Whether rows of a class add anything to anybody.
    pub(super) fn adds(&self, class: u16) -> bool {
        self.live.get(class.into())
    }

    /// Which of up to 64 rows add anything to anybody, by their classes.
    pub(super) fn adding(&self, level: Level, classes: &[u16]) -> u64 {
        among(level, classes, &self.live)
    }

    /// The entries of all classes, one after another.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Where among [`List::entries`] those of [`List::entries_at`] begin and end.
    pub(super) fn stretch_at(&self, at: usize) -> (u32, u32) {
        match self.start.get(at..at + 2) {
            Some([from, to]) => (*from, *to),
            _ => (0, 0),
        }
    }

    /// What a row adds, by the place that its class and its bearer's have in the list.
    pub(super) fn entries_at(&self, at: usize) -> &[Entry] {
        let (from, to) = self.stretch_at(at);
        let mine = self.entries.get(from as usize..to as usize);
        mine.unwrap_or_default()
    }
}

impl Ask {
    fn of(&self, class: &Class) -> Option<Entry> {
        let counts = self.filter.map_or(Some(true), |f| class.says(f));
        let form = match self.form {
            Form::Part(Part::By(rule)) => Form::Part(match class.says(rule) {
                Some(true) => Part::Yes,
                Some(false) => Part::No,
                None => Part::Open,
            }),
            form => form,
        };
        (counts != Some(false)).then_some(Entry {
            measure: self.measure,
            form,
            certain: counts == Some(true),
        })
    }
}

/// A row that certainly adds, on a day, while its version was known. It is two words, so that it is handed on in
/// registers: with each number in a field of its own it is put together in memory and read back at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hit {
    /// What it adds to a sum; 0 for others.
    pub(super) amount: i64,
    /// Its day, from and to which day it counts, and its action: 16 bits each, the lowest first.
    rest: u64,
}

/// Set in the action of a bearer's first hit.
pub(super) const FIRST: u16 = 1 << 15;

/// [`FIRST`] where a hit has it.
const MARK: u64 = (FIRST as u64) << 48;

impl Hit {
    /// One that adds an amount, of an [`Action`] by its number, on a day, from and up to a day; days after the board's base.
    #[inline]
    pub(super) fn new(amount: i64, action: u16, day: u16, (from, to): (u16, u16)) -> Self {
        let days = u64::from(day) | u64::from(from) << 16 | u64::from(to) << 32;
        let rest = days | u64::from(action) << 48;
        Self { amount, rest }
    }

    /// Days after the board's base.
    #[inline]
    pub(super) fn day(&self) -> u16 {
        self.rest as u16
    }

    /// The day from which it counts.
    #[inline]
    pub(super) fn from(&self) -> u16 {
        (self.rest >> 16) as u16
    }

    /// The day on which it no longer does.
    #[inline]
    pub(super) fn to(&self) -> u16 {
        (self.rest >> 32) as u16
    }

    /// The number of its [`Action`], with [`FIRST`] where it is marked so.
    #[inline]
    pub(super) fn action(&self) -> u16 {
        (self.rest >> 48) as u16
    }

    /// The measure it counts for.
    pub(super) fn measure(&self) -> u16 {
        (self.action() & !FIRST) / 2
    }

    /// Ends it on a day, or never lets it begin. Invariant: `from <= to`, which the count's one comparison needs.
    pub(super) fn end(&mut self, to: u16) {
        let known = (self.from(), self.to().min(to.max(self.from())));
        *self = Self::new(self.amount, self.action(), self.day(), known);
    }

    /// Marks it as its bearer's first.
    #[inline]
    pub(super) fn mark(&mut self) {
        self.rest |= MARK;
    }

    /// Whether it is this hit, wherever among its bearer's it stands.
    pub(super) fn is(&self, other: &Self) -> bool {
        let rest = self.rest & !MARK;
        Self { rest, ..*self } == *other
    }
}

/// What hits of one kind do: two per measure, so that the rows outside a share's part have their own.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Action {
    /// The measure's first cell.
    pub(super) first: u16,
    /// Where its days begin among all calendars.
    pub(super) calendar: u16,
    /// What each hit adds.
    pub(super) fixed: i64,
    /// All ones where its amount is added too.
    pub(super) mask: i64,
}

impl Action {
    /// The action of a measure's hits in a form.
    pub(super) fn number(measure: u16, form: Form) -> u16 {
        measure * 2 + u16::from(form == Form::Part(Part::No))
    }

    /// Both actions of a measure.
    pub(super) fn both(course: &Course) -> [Self; 2] {
        let (fixed, beside) = match course.share {
            Some((p, q)) => (q - p, -p),
            None => (i64::from(course.sum.is_none()), 0),
        };
        let one = Self {
            first: course.first,
            calendar: course.calendar,
            fixed,
            mask: -i64::from(course.sum.is_some()),
        };
        [
            one,
            Self {
                fixed: beside,
                ..one
            },
        ]
    }
}

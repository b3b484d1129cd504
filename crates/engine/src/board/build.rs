//! Building the board: which measures, which bearers, and all evidence sorted in one pass per source.

use super::bearers::{Bearers, NO_BEARER, Owers};
use super::classes::{Classes, classes};
use super::course::Course;
use super::doubt::Doubt;
use super::ledger::Ledger;
use super::list::{Action, Entry, Form, Hit, List, Part, Sheet};
use super::plain::{Plain, Refusal, Stored, plain};
use super::source::{Columns, When, whole};
use super::tree::Tree;
use super::{ACTIONS, Board, CELLS};
use crate::moment::AsOf;
use programme::Programme;
use programme::model::{DIVISION_TABLE, FIRST_REGISTER_TABLE, Measure};
use rules::{Day, Rule, Table, Words};

/// Gives rows of a table their classes by rules; `None` where there would be too many.
type Classer<'c> = dyn Fn(usize, &[&Rule]) -> Option<Classes> + 'c;

impl Board {
    /// The board of all plain measures among these, and why the others are not on it.
    pub fn new<'p>(
        cx: &AsOf<'p>,
        measures: impl Iterator<Item = &'p Measure>,
    ) -> (Self, Vec<Refusal>) {
        Self::classed(cx, measures, &|table, rules| classes(cx, table, rules))
    }

    /// The same with rows classed by other means.
    pub fn classed<'p>(
        cx: &AsOf<'p>,
        measures: impl Iterator<Item = &'p Measure>,
        classes: &Classer<'_>,
    ) -> (Self, Vec<Refusal>) {
        let mut refused = Vec::new();
        let mut asked = Vec::new();
        for measure in measures {
            let found = plain(cx, measure).and_then(|p| Ok((Course::new(cx, &p)?, p)));
            match found {
                Ok(found) => asked.push(found),
                Err(refusal) => refused.push(refusal),
            }
        }
        let owers = Owers::new(cx, &mut asked, &mut refused);
        let mut board = Self::empty(cx);
        let plains = board.lay_out(asked, &mut refused);
        let (bearers, kinds) = Bearers::new(cx, &board.tree, &plains, &owers);
        board.bearers = bearers;
        let ends = plains.iter().all(|p| p.measure.until.is_some());
        board.covers = covers(cx, board.bearers.days, ends);
        board.count_owed();
        let mut gathered = Gathered::default();
        for (table, measures) in by_table(&plains, &kinds) {
            board.read(cx, table, &measures, classes, &mut gathered, &mut refused);
        }
        let bearers = board.bearers.class.len();
        board.hits = Ledger::new(bearers, &gathered.hit_of, &gathered.hits, Some(Hit::mark));
        board.doubts = Ledger::new(bearers, &gathered.doubt_of, &gathered.doubts, None);
        (board, refused)
    }

    fn empty(cx: &AsOf<'_>) -> Self {
        Self {
            base: Day(0),
            days: 0,
            covers: (cx.at, cx.at),
            courses: Vec::new(),
            cells: 0,
            width: 0,
            needs: Vec::new(),
            calendars: vec![0; CELLS],
            actions: vec![Action::default(); ACTIONS],
            tree: Tree::new(&cx.programme.units),
            bearers: Bearers::default(),
            owed: Vec::new(),
            sheets: Vec::new(),
            dates: dates(cx.programme),
            hits: Ledger::default(),
            doubts: Ledger::default(),
        }
    }

    /// Gives every measure its cells and its calendar; measures that find no room are refused.
    fn lay_out<'p>(
        &mut self,
        asked: Vec<(Course, Plain<'p>)>,
        refused: &mut Vec<Refusal>,
    ) -> Vec<Plain<'p>> {
        let windows = || asked.iter().flat_map(|(c, _)| &c.windows);
        let first = windows().map(|w| w.period.from).min().unwrap_or_default();
        let last = windows().map(|w| w.until).max().unwrap_or(first);
        self.base = first.plus(-1);
        self.days = (last.0 - self.base.0).max(0) as usize;
        let mut seen: Vec<(Vec<u16>, u16)> = Vec::new();
        let mut plains = Vec::new();
        for (mut course, plain) in asked {
            let days = course.days(self.base, self.days);
            let known = seen.iter().find(|(d, _)| *d == days).map(|(_, at)| *at);
            let calendar = known.or_else(|| u16::try_from(seen.len() * days.len()).ok());
            let room = usize::from(calendar.unwrap_or(u16::MAX)) + days.len() < CELLS
                && self.cells + course.windows.len() + 1 < CELLS
                && self.courses.len() * 2 + 2 <= ACTIONS;
            let (Some(calendar), true) = (calendar, room) else {
                refused.push(Refusal {
                    measure: course.id,
                    why: Words::new("看板已满", "the board is full"),
                });
                continue;
            };
            if known.is_none() {
                let slots = self.calendars.iter_mut().skip(calendar.into());
                slots.zip(&days).for_each(|(slot, day)| *slot = *day);
                seen.push((days, calendar));
            }
            course.calendar = calendar;
            self.cells += course.windows.len() + 1;
            self.courses.push(course);
            plains.push(plain);
        }
        self.give_cells();
        plains
    }

    /// Gives the measures their cells: first those whose touched cells are counted too.
    fn give_cells(&mut self) {
        let mut next = 0;
        for touched in [true, false] {
            for (nth, course) in self.courses.iter_mut().enumerate() {
                if course.touches() != touched {
                    continue;
                }
                course.first = next as u16;
                course.touched = touched.then_some(self.cells + next);
                next += course.windows.len() + 1;
                // No sum reaches the need of the cell that belongs to no period.
                self.needs.push(i64::MAX);
                self.needs.extend(course.windows.iter().map(|w| w.need));
                let slots = self.actions.iter_mut().skip(nth * 2);
                for (slot, action) in slots.zip(Action::both(course)) {
                    *slot = action;
                }
            }
            if touched {
                self.width = self.cells + next;
            }
        }
    }

    /// Counts the bearers of each measure under each unit.
    fn count_owed(&mut self) {
        let (measures, units) = (self.courses.len(), self.tree.len());
        self.owed = vec![[0; 2]; measures * (units + 1)];
        let mut bearers = vec![0u32; self.bearers.classes.len()];
        for rank in (0..=units).rev() {
            bearers.fill(0);
            for class in self.classes_at(rank) {
                if let Some(n) = bearers.get_mut(usize::from(class)) {
                    *n += 1;
                }
            }
            let above = self.tree.above(rank);
            let (head, row) = self.owed.split_at_mut(rank * measures);
            let row = row.get_mut(..measures).unwrap_or_default();
            for (owing, n) in self.bearers.classes.iter().zip(&bearers) {
                for (measures, side) in [(&owing.yes, 0), (&owing.open, 1)] {
                    for measure in measures {
                        if let Some(slot) = row.get_mut(usize::from(*measure))
                            && let Some(slot) = slot.get_mut(side)
                        {
                            *slot += n;
                        }
                    }
                }
            }
            let above = above.and_then(|a| head.get_mut(a * measures..(a + 1) * measures));
            for (up, [yes, open]) in above.into_iter().flatten().zip(row) {
                let [all_yes, all_open] = up;
                *all_yes += *yes;
                *all_open += *open;
            }
        }
    }

    fn classes_at(&self, rank: usize) -> impl Iterator<Item = u16> + use<> {
        let at = |rank: usize| self.bearers.start.get(rank).map_or(0, |n| *n as usize);
        let mine = self.bearers.class.get(at(rank)..at(rank + 1));
        mine.unwrap_or_default().to_vec().into_iter()
    }

    /// Reads a table's evidence for some measures; half of them at a time where their rules make too many classes.
    fn read(
        &mut self,
        cx: &AsOf<'_>,
        table: usize,
        measures: &[(u16, usize, &Plain<'_>)],
        classes: &Classer<'_>,
        gathered: &mut Gathered,
        refused: &mut Vec<Refusal>,
    ) {
        let plains: Vec<&Plain<'_>> = measures.iter().map(|(_, _, plain)| *plain).collect();
        let rules = Sheet::rules(&plains);
        let Some(classes_found) = classes(table, &rules) else {
            if let [(_, _, plain)] = measures {
                refused.push(Refusal {
                    measure: plain.measure.id.clone(),
                    why: Words::new("条件分出的类太多", "its conditions make too many classes"),
                });
                return;
            }
            let (some, others) = measures.split_at(measures.len() / 2);
            self.read(cx, table, some, classes, gathered, refused);
            self.read(cx, table, others, classes, gathered, refused);
            return;
        };
        let owing = &self.bearers.classes;
        let sheet = Sheet::new(table, measures, &rules, &classes_found, owing);
        if let Some(facts) = cx.facts.tables().tables.get(table) {
            for list in &sheet.lists {
                self.gather(cx, list, facts, &classes_found, gathered);
            }
        }
        self.sheets.push(sheet);
    }

    /// Every entry of a source's rows.
    fn gather(
        &self,
        cx: &AsOf<'_>,
        list: &List,
        table: &Table,
        classes: &Classes,
        gathered: &mut Gathered,
    ) {
        let date = self.dates.get(list.source.table).copied().flatten();
        let Some(columns) = Columns::new(table, &list.source, date) else {
            return;
        };
        let (recorded, superseded) = cx.facts.times(list.source.table);
        let times = recorded.iter().zip(superseded);
        let rows = classes.of_row.iter().zip(times).enumerate();
        for (row, (class, (recorded, superseded))) in rows {
            if !list.live.get(usize::from(*class)).is_some_and(|l| *l) {
                continue;
            }
            let Some(target) = columns.target(row) else {
                continue;
            };
            let mut when = None;
            self.homes(cx.programme, list, target, |bearer| {
                let entries = self.entries(list, *class, bearer);
                if entries.is_empty() {
                    return;
                }
                let when =
                    *when.get_or_insert_with(|| columns.when(self, row, *recorded, *superseded));
                let Some(when) = when else { return };
                for entry in entries {
                    gathered.take(bearer, self.entry(table, row, entry, when));
                }
            });
        }
    }

    /// What a row adds for a bearer.
    pub(super) fn entries<'l>(&self, list: &'l List, class: u16, bearer: u32) -> &'l [Entry] {
        let owes = self.bearers.class.get(bearer as usize).copied();
        list.entries(class, owes.unwrap_or_default(), self.bearers.classes.len())
    }

    /// The bearers that a row belongs to, by what its reference leads to.
    pub(super) fn homes(
        &self,
        programme: &Programme,
        list: &List,
        target: u32,
        mut each: impl FnMut(u32),
    ) {
        let Some(numbers) = self.bearers.number.get(list.kind) else {
            return;
        };
        let number = |record: u32| {
            let number = numbers.get(record as usize).copied();
            number.filter(|n| *n != NO_BEARER)
        };
        let record = if list.source.to == DIVISION_TABLE {
            let division = programme.divisions.get(target as usize);
            division.and_then(|d| d.unit).map(|u| u as u32)
        } else {
            Some(target)
        };
        if !list.source.climbs {
            record.and_then(number).into_iter().for_each(each);
            return;
        }
        let mut next = record;
        // The reading of units refuses circles; the bound holds whatever is read.
        for _ in 0..64 {
            let Some(unit) = next else { break };
            number(unit).into_iter().for_each(&mut each);
            let parent = programme.units.get(unit as usize).and_then(|u| u.parent);
            next = parent.map(|p| p as u32);
        }
    }

    /// An entry of a row as a hit or a doubt.
    pub(super) fn entry(&self, table: &Table, row: usize, entry: &Entry, when: When) -> Taken {
        let course = self.courses.get(usize::from(entry.measure));
        let sum = course.and_then(|c| c.sum);
        let amount = sum.map_or(Some(0), |at| amount(table, row, at));
        let open = entry.form == Form::Part(Part::Open);
        match (when.day, amount) {
            (Some(day), Some(amount)) if entry.certain && !open => Taken::Hit(Hit {
                amount,
                day,
                action: Action::number(entry.measure, entry.form),
                from: when.known.0,
                to: when.known.1,
            }),
            (day, amount) => Taken::Doubt(Doubt::new(
                *entry,
                amount,
                day,
                course.and_then(|c| c.share),
                when.known,
            )),
        }
    }
}

/// The days for which the board can be counted; `ends` where every measure has a last day of its own.
fn covers(cx: &AsOf<'_>, (from, until): (Day, Day), ends: bool) -> (Day, Day) {
    let end = cx.programme.campaign.1;
    if ends {
        return (from, until);
    }
    // Past the campaign the last period of a measure without an end grows with the day looked at.
    if cx.at > end {
        (cx.at, cx.at)
    } else {
        (from, until.min(end))
    }
}

/// The amount in a column: nothing adds nothing, and nobody having said is `None`.
fn amount(table: &Table, row: usize, at: Stored) -> Option<i64> {
    let (cells, present) = whole(table, at)?;
    if present.get(row) {
        cells.get(row).copied()
    } else {
        at.empty_is_none.then_some(0)
    }
}

/// An entry as it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taken {
    Hit(Hit),
    Doubt(Doubt),
}

/// Entries in the order of rows, each with its bearer.
#[derive(Default)]
struct Gathered {
    hit_of: Vec<u32>,
    hits: Vec<Hit>,
    doubt_of: Vec<u32>,
    doubts: Vec<Doubt>,
}

impl Gathered {
    fn take(&mut self, bearer: u32, taken: Taken) {
        match taken {
            Taken::Hit(hit) => {
                self.hit_of.push(bearer);
                self.hits.push(hit);
            }
            Taken::Doubt(doubt) => {
                self.doubt_of.push(bearer);
                self.doubts.push(doubt);
            }
        }
    }
}

type Placed<'p> = (u16, usize, &'p Plain<'p>);

/// Measures by the table of their evidence.
fn by_table<'p>(plains: &'p [Plain<'p>], kinds: &[usize]) -> Vec<(usize, Vec<Placed<'p>>)> {
    let mut tables: Vec<(usize, Vec<Placed<'p>>)> = Vec::new();
    for (nth, (plain, kind)) in (0u16..).zip(plains.iter().zip(kinds)) {
        let placed = (nth, *kind, plain);
        match tables.iter_mut().find(|(t, _)| *t == plain.source.table) {
            Some((_, all)) => all.push(placed),
            None => tables.push((plain.source.table, vec![placed])),
        }
    }
    tables
}

/// Per table the stored column of the date on which its rows happen.
fn dates(programme: &Programme) -> Vec<Option<Stored>> {
    let mut dates = vec![None; FIRST_REGISTER_TABLE];
    let registers = programme.registers.iter();
    let schemas = programme.schema.tables.iter().skip(FIRST_REGISTER_TABLE);
    for (register, schema) in registers.zip(schemas) {
        let mut columns = schema.fields.iter().filter(|f| f.formula.is_none());
        let at = register
            .date
            .as_ref()
            .and_then(|date| columns.position(|f| &f.id == date));
        dates.push(at.map(|column| Stored {
            column,
            empty_is_none: false,
        }));
    }
    dates
}

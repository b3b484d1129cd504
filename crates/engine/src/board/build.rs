//! Building the board: which measures, which bearers, which cells, and what rows of each class add.

use super::bearers::{Bearers, Owers};
use super::classes::{Classes, classes};
use super::course::Course;
use super::ledger::Ledger;
use super::list::{Action, Sheet};
use super::plain::{Plain, Refusal, Stored, plain};
use super::tree::Tree;
use super::{ACTIONS, Board, CELLS};
use crate::moment::AsOf;
use programme::Programme;
use programme::model::{FIRST_REGISTER_TABLE, Measure};
use rules::{Day, Rule, Words};

/// Gives rows of a table their classes by rules; `None` where there would be too many.
type Classer<'c> = dyn Fn(usize, &[&Rule]) -> Option<Classes> + 'c;

impl Board {
    /// The board of all plain measures among these, and why the others are not on it.
    pub fn new<'p>(
        cx: &AsOf<'p>,
        measures: impl Iterator<Item = &'p Measure>,
    ) -> (Self, Vec<Refusal>) {
        let classes = |table, rules: &[&Rule]| classes(cx, table, rules);
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
        let mut rows = Vec::new();
        for (table, measures) in by_table(&plains, &kinds) {
            board.read(table, &measures, &classes, &mut rows, &mut refused);
        }
        (board.hits, board.doubts) = board.gather(cx, &rows);
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

    /// Classes a table's rows for some measures; half of them at a time where their rules make too many classes.
    fn read(
        &mut self,
        table: usize,
        measures: &[(u16, usize, &Plain<'_>)],
        classes: &Classer<'_>,
        rows: &mut Vec<Vec<u16>>,
        refused: &mut Vec<Refusal>,
    ) {
        let plains: Vec<&Plain<'_>> = measures.iter().map(|(_, _, plain)| *plain).collect();
        let rules = Sheet::rules(&plains);
        let Some(found) = classes(table, &rules) else {
            if let [(_, _, plain)] = measures {
                refused.push(Refusal {
                    measure: plain.measure.id.clone(),
                    why: Words::new("条件分出的类太多", "its conditions make too many classes"),
                });
                return;
            }
            let (some, others) = measures.split_at(measures.len() / 2);
            self.read(table, some, classes, rows, refused);
            self.read(table, others, classes, rows, refused);
            return;
        };
        let owing = &self.bearers.classes;
        self.sheets
            .push(Sheet::new(table, measures, &rules, &found, owing));
        rows.push(found.of_row);
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

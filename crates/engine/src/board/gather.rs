//! Gathering the evidence: every row's entries are counted, then each is put where its bearer's stand.

use super::Board;
use super::bearers::Bears;
use super::doubt::Doubt;
use super::ledger::{Ledger, Room};
use super::list::{Action, Entry, Form, Hit, List, Part};
use super::plain::Stored;
use super::source::{Columns, When, Whole};
use crate::moment::AsOf;
use programme::Programme;
use programme::model::DIVISION_TABLE;

/// How many rows are looked up together.
const BATCH: usize = 1_024;

/// How many entries are put in their places together.
const TOGETHER: usize = 1 << 18;

/// A row with one of its bearers, and where what it adds stands in its list.
#[derive(Clone, Copy, Debug)]
struct Home {
    bearer: u32,
    row: u32,
    at: u32,
}

/// An entry as it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taken {
    Hit(Hit),
    Doubt(Doubt),
}

impl Board {
    /// All entries, by the class of each row in each sheet.
    pub(super) fn gather(&self, cx: &AsOf<'_>, rows: &[Vec<u16>]) -> (Ledger<Hit>, Ledger<Doubt>) {
        let mut counts = vec![0u32; self.bearers.class.len()];
        let mut found = Vec::new();
        for (sheet, of_row) in self.sheets.iter().zip(rows) {
            let Some(table) = cx.facts.tables().tables.get(sheet.table) else {
                continue;
            };
            let date = self.dates.get(sheet.table).copied().flatten();
            for list in &sheet.lists {
                if let Some(columns) = Columns::new(table, &list.source, date) {
                    let columns = columns.sparing();
                    self.each_home(cx.programme, list, &columns, of_row, |home| {
                        if let Some(n) = counts.get_mut(home.bearer as usize) {
                            *n += list.count_at(home.at as usize);
                        }
                    });
                    found.push((list, columns, of_row));
                }
            }
        }
        let mut room = Room::new(&counts, Some(Hit::mark));
        let (mut doubt_of, mut doubts) = (Vec::new(), Vec::new());
        let (mut hits, mut sorted) = (Vec::with_capacity(TOGETHER), Vec::new());
        for (list, columns, of_row) in found {
            let times = cx.facts.times(list.source.table);
            let sums = self.sums(cx, list);
            // Looked up a second time: keeping every home takes longer, since it is memory not touched before.
            self.each_home(cx.programme, list, &columns, of_row, |home| {
                let row = home.row as usize;
                let times = times.0.get(row).zip(times.1.get(row));
                let when = times.and_then(|(from, to)| columns.when(self, row, *from, *to));
                let Some(when) = when else { return };
                for entry in list.entries_at(home.at as usize) {
                    let amount = |at: Stored| {
                        let (_, column) = sums.iter().find(|(s, _)| *s == at)?;
                        column.number(row, at)
                    };
                    match self.entry(entry, when, amount) {
                        Taken::Hit(hit) => hits.push((home.bearer, hit)),
                        Taken::Doubt(doubt) => {
                            doubt_of.push(home.bearer);
                            doubts.push(doubt);
                        }
                    }
                }
                if hits.len() >= TOGETHER {
                    room.put_all(&mut hits, &mut sorted);
                }
            });
        }
        room.put_all(&mut hits, &mut sorted);
        let doubts = Ledger::new(counts.len(), &doubt_of, &doubts);
        // A row that may count leaves its place empty: a hit that was never known.
        (room.filled(), doubts)
    }

    /// Every bearer of every row that may add anything.
    fn each_home(
        &self,
        programme: &Programme,
        list: &List,
        columns: &Columns<'_>,
        of_row: &[u16],
        mut each: impl FnMut(Home),
    ) {
        let straight = !list.source.climbs && list.source.to != DIVISION_TABLE;
        let numbers = self.bearers.number.get(list.kind);
        let mut live = vec![(0, 0); BATCH];
        let mut homes = Vec::with_capacity(BATCH);
        let mut next = 0;
        for classes in of_row.chunks(BATCH) {
            // In steps over a batch and without a branch, so that no look-up waits for the one before.
            let mut n = 0;
            for class in classes {
                let (target, named) = columns.target_bits(next as usize);
                if let Some(slot) = live.get_mut(n) {
                    *slot = (next, target);
                }
                n += usize::from(named & list.adds(*class));
                next += 1;
            }
            let live = live.get(..n).unwrap_or_default();
            homes.clear();
            let home = |row: u32, found: Bears| {
                let class = of_row.get(row as usize).copied().unwrap_or_default();
                let at = self.entries_of(class, found) as u32;
                let bearer = found.bearer;
                Home { bearer, row, at }
            };
            if straight {
                homes.extend(live.iter().map(|(row, target)| {
                    let found = numbers.and_then(|all| all.get(*target as usize));
                    home(*row, found.copied().unwrap_or(Bears::NOTHING))
                }));
            } else {
                for (row, target) in live {
                    self.homes(programme, list, *target, |found| {
                        homes.push(home(*row, found))
                    });
                }
            }
            let bears = |home: &&Home| home.bearer != Bears::NOTHING.bearer;
            homes.iter().filter(bears).copied().for_each(&mut each);
        }
    }

    /// The columns that a source's measures sum.
    fn sums<'c>(&self, cx: &'c AsOf<'_>, list: &List) -> Vec<(Stored, Whole<'c>)> {
        let mut sums: Vec<(Stored, Whole<'c>)> = Vec::new();
        let table = cx.facts.tables().tables.get(list.source.table);
        for at in self.courses.iter().filter_map(|c| c.sum) {
            if !sums.iter().any(|(s, _)| *s == at) {
                let column = table.and_then(|t| Whole::new(t, at));
                sums.extend(column.map(|w| (at, w.sparing())));
            }
        }
        sums
    }

    /// Where a list's entries stand for a row's class and a bearer.
    pub(super) fn entries_of(&self, class: u16, bears: Bears) -> usize {
        usize::from(class) * self.bearers.classes.len() + usize::from(bears.class)
    }

    /// The bearers that a row belongs to, by what its reference leads to.
    pub(super) fn homes(
        &self,
        programme: &Programme,
        list: &List,
        target: u32,
        mut each: impl FnMut(Bears),
    ) {
        let Some(numbers) = self.bearers.number.get(list.kind) else {
            return;
        };
        let number = |record: u32| {
            let found = numbers.get(record as usize).copied();
            found.filter(|found| *found != Bears::NOTHING)
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
    pub(super) fn entry(
        &self,
        entry: &Entry,
        when: When,
        amount: impl FnOnce(Stored) -> Option<i64>,
    ) -> Taken {
        let course = self.courses.get(usize::from(entry.measure));
        let sum = course.and_then(|c| c.sum);
        let amount = sum.map_or(Some(0), amount);
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

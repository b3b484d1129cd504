//! Gathering the evidence: every row's entries are counted, then each is put where its bearer's stand.

use super::Board;
use super::bearers::NO_BEARER;
use super::doubt::Doubt;
use super::ledger::{Ledger, Room};
use super::list::{Action, Entry, Form, Hit, List, Part};
use super::plain::Stored;
use super::source::{Columns, When, Whole};
use crate::moment::AsOf;
use programme::Programme;
use programme::model::DIVISION_TABLE;

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
        self.each_source(cx, rows, |list, columns, of_row| {
            self.each_home(cx.programme, list, columns, of_row, |bearer, _, entries| {
                if let Some(n) = counts.get_mut(bearer as usize) {
                    *n += entries.len() as u32;
                }
            });
        });
        let mut room = Room::new(&counts, Some(Hit::mark));
        let (mut doubt_of, mut doubts) = (Vec::new(), Vec::new());
        self.each_source(cx, rows, |list, columns, of_row| {
            let (recorded, superseded) = cx.facts.times(list.source.table);
            let sums = self.sums(cx, list);
            self.each_home(
                cx.programme,
                list,
                columns,
                of_row,
                |bearer, row, entries| {
                    let times = recorded.get(row).zip(superseded.get(row));
                    let when = times.and_then(|(from, to)| columns.when(self, row, *from, *to));
                    let Some(when) = when else { return };
                    for entry in entries {
                        let amount = |at: Stored| {
                            let (_, column) = sums.iter().find(|(s, _)| *s == at)?;
                            column.number(row, at)
                        };
                        match self.entry(entry, when, amount) {
                            Taken::Hit(hit) => room.put(bearer, hit),
                            Taken::Doubt(doubt) => {
                                doubt_of.push(bearer);
                                doubts.push(doubt);
                            }
                        }
                    }
                },
            );
        });
        let doubts = Ledger::new(counts.len(), &doubt_of, &doubts);
        // A row that may count leaves its place empty: a hit that was never known.
        (room.filled(), doubts)
    }

    /// Every source with its columns and its rows' classes.
    fn each_source<'c>(
        &self,
        cx: &'c AsOf<'_>,
        rows: &[Vec<u16>],
        mut each: impl FnMut(&List, &Columns<'c>, &[u16]),
    ) {
        for (sheet, of_row) in self.sheets.iter().zip(rows) {
            let Some(table) = cx.facts.tables().tables.get(sheet.table) else {
                continue;
            };
            let date = self.dates.get(sheet.table).copied().flatten();
            for list in &sheet.lists {
                if let Some(columns) = Columns::new(table, &list.source, date) {
                    each(list, &columns.sparing(), of_row);
                }
            }
        }
    }

    /// Every bearer of every row that adds anything, with the entries.
    fn each_home<'l>(
        &self,
        programme: &Programme,
        list: &'l List,
        columns: &Columns<'_>,
        of_row: &[u16],
        mut each: impl FnMut(u32, usize, &'l [Entry]),
    ) {
        for (row, class) in of_row.iter().enumerate() {
            if !list.live.get(usize::from(*class)).is_some_and(|l| *l) {
                continue;
            }
            let Some(target) = columns.target(row) else {
                continue;
            };
            self.homes(programme, list, target, |bearer| {
                let entries = self.entries(list, *class, bearer);
                if !entries.is_empty() {
                    each(bearer, row, entries);
                }
            });
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

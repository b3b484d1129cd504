//! Gathering the evidence: every row's entries are found in one pass, and put where their bearers' stand.

use super::Board;
use super::bearers::NOBODY;
use super::doubt::Doubt;
use super::ledger::{Ledger, Sorter};
use super::list::{Action, Entry, Hit, List};
use super::plain::Stored;
use super::source::{Columns, When, Whole};
use crate::moment::AsOf;
use programme::Programme;
use programme::model::DIVISION_TABLE;
use rules::{Level, Moment, NO_ROW, ahead};

/// How many rows are looked up together: what is known of them stays in the first cache.
const BATCH: usize = 512;

/// How many entries of a row are written down at once, without asking how many it has.
const AT_ONCE: usize = 4;

/// A row with one of its bearers.
#[derive(Clone, Copy, Debug)]
struct Home {
    bearer: u32,
    row: u32,
}

/// An entry as it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Taken {
    Hit(Hit),
    Doubt(Doubt),
}

/// A list with the columns that it reads.
struct Reading<'c> {
    list: &'c List,
    columns: Columns<'c>,
    /// The columns that its measures sum.
    sums: Vec<(Stored, Whole<'c>)>,
    /// For each of the list's entries.
    ready: Vec<Ready>,
    level: Level,
    bench: Bench,
}

/// An entry of a list made ready.
#[derive(Clone, Copy, Debug)]
struct Ready {
    /// It certainly adds, where its day and its amount are known.
    sure: bool,
    action: u16,
    /// Which of the sums it adds.
    sum: u32,
    /// All ones where it adds one.
    mask: i64,
}

/// Room for what is found of one batch, used again.
#[derive(Default)]
struct Bench {
    /// Rows that may add anything.
    live: Vec<u32>,
    homes: Vec<Home>,
    /// When the row of each home counts.
    whens: Vec<When>,
    /// Each home as often as it has entries, with the number of one.
    found: Vec<(u32, u32)>,
    /// How many of them there are: what stands after them is of no meaning.
    entries: usize,
}

/// What was gathered so far.
struct Gathered {
    hits: Sorter<Hit>,
    doubts: Sorter<Doubt>,
}

impl Board {
    /// All entries, by the class of each row in each sheet.
    pub(super) fn gather(&self, cx: &AsOf<'_>, rows: &[Vec<u16>]) -> (Ledger<Hit>, Ledger<Doubt>) {
        let bearers = self.bearers.class.len();
        let mut gathered = Gathered {
            hits: Sorter::new(bearers),
            doubts: Sorter::new(bearers),
        };
        let all: usize = rows.iter().map(Vec::len).sum();
        let mut looked_at = 0;
        for (sheet, of_row) in self.sheets.iter().zip(rows) {
            let lists = sheet.lists.iter();
            let mut readings: Vec<_> = lists.filter_map(|l| self.reading(cx, l)).collect();
            let times = cx.facts.times(sheet.table);
            let batches = || of_row.chunks(BATCH).enumerate();
            for reading in &mut readings {
                reading.look(self, batches().next());
            }
            // All lists of a batch, so that its rows come into the cache once; meanwhile the bearers of the next are asked
            // for. Columns are not: the processor sees by itself that they are read from one end to the other.
            for ((nth, classes), next) in batches().zip(batches().skip(1).map(Some).chain([None])) {
                looked_at += classes.len();
                gathered.hits.looked_at(looked_at as f64 / all as f64);
                for reading in &mut readings {
                    self.find_homes(cx.programme, reading);
                    reading.look(self, next);
                    self.find_whens(reading, times);
                    self.find_entries(reading, (nth * BATCH, classes));
                    self.take(reading, &mut gathered);
                }
            }
        }
        let hits = gathered.hits.sorted(Some(Hit::mark));
        (hits, gathered.doubts.sorted(None))
    }

    fn reading<'c>(&self, cx: &'c AsOf<'_>, list: &'c List) -> Option<Reading<'c>> {
        let table = cx.facts.tables().tables.get(list.source.table)?;
        let date = self.dates.get(list.source.table).copied().flatten();
        let columns = Columns::new(table, &list.source, date)?.sparing();
        let mut sums: Vec<(Stored, Whole<'c>)> = Vec::new();
        for at in self.courses.iter().filter_map(|c| c.sum) {
            if !sums.iter().any(|(s, _)| *s == at) {
                sums.extend(Whole::new(table, at).map(|whole| (at, whole.sparing())));
            }
        }
        let ready = |entry: &Entry| {
            let course = self.courses.get(usize::from(entry.measure));
            let sum = course.and_then(|c| c.sum);
            let at = sum.and_then(|sum| sums.iter().position(|(s, _)| *s == sum));
            Ready {
                // A sum of a column that is none is left to [`Board::entry`].
                sure: entry.is_sure() && sum.is_some() == at.is_some(),
                action: Action::number(entry.measure, entry.form),
                sum: at.unwrap_or_default() as u32,
                mask: -i64::from(at.is_some()),
            }
        };
        let ready = list.entries().iter().map(ready).collect();
        Some(Reading {
            list,
            columns,
            sums,
            ready,
            level: Level::best(),
            bench: Bench::default(),
        })
    }

    /// The bearers of the rows that may add anything.
    fn find_homes(&self, programme: &Programme, reading: &mut Reading<'_>) {
        let Bench { live, homes, .. } = &mut reading.bench;
        homes.clear();
        let targets = reading.columns.targets();
        let target = |row: u32| *targets.get(row as usize).unwrap_or(&NO_ROW);
        let list = reading.list;
        if !list.source.climbs && list.source.to != DIVISION_TABLE {
            let numbers = self.bearers.numbers.get(list.kind);
            let numbers = numbers.map(|n| n.of.as_slice()).unwrap_or_default();
            // Nothing else is done meanwhile, so that many look-ups are under way at a time.
            homes.extend(live.iter().map(|row| Home {
                bearer: *numbers.get(target(*row) as usize).unwrap_or(&NOBODY),
                row: *row,
            }));
            return;
        }
        for row in live.iter().copied() {
            self.homes(programme, list, target(row), |bearer| {
                homes.push(Home { bearer, row });
            });
        }
    }

    /// When each home's row counts, if ever.
    fn find_whens(
        &self,
        reading: &mut Reading<'_>,
        (recorded, superseded): (&[Moment], &[Moment]),
    ) {
        let columns = reading.columns;
        let Bench { homes, whens, .. } = &mut reading.bench;
        whens.clear();
        whens.extend(homes.iter().map(|home| {
            let row = home.row as usize;
            let times = recorded.get(row).zip(superseded.get(row));
            let when = times.map(|(from, to)| columns.when(self, row, *from, *to));
            when.unwrap_or_default()
        }));
    }

    /// What each home's row adds: nothing where it never counts, or the home is nobody's.
    fn find_entries(&self, reading: &mut Reading<'_>, (first, classes): (usize, &[u16])) {
        let list = reading.list;
        let Bench {
            homes,
            whens,
            found,
            entries,
            ..
        } = &mut reading.bench;
        let mut n = 0;
        for (nth, (Home { bearer, row }, when)) in (0..).zip(homes.iter().zip(whens.iter())) {
            let class = classes.get(*row as usize - first).copied();
            let owing = self.owing(list, *bearer);
            let (from, to) = list.stretch_at(self.entries_of(class.unwrap_or_default(), owing));
            let counts = when.counts() & (*bearer != NOBODY);
            let all = if counts { to - from } else { 0 } as usize;
            if found.len() < n + all.max(AT_ONCE) {
                found.resize(2 * (n + all) + BATCH, (0, 0));
            }
            let rest = found.get_mut(n..).unwrap_or_default();
            // The first few are written down without a branch: how many there are cannot be foreseen.
            if let Some(slots) = rest.first_chunk_mut::<AT_ONCE>() {
                for (slot, entry) in slots.iter_mut().zip(from..) {
                    *slot = (nth, entry);
                }
            }
            if all > AT_ONCE {
                for (slot, entry) in rest.iter_mut().zip(from..to).skip(AT_ONCE) {
                    *slot = (nth, entry);
                }
            }
            n += all;
        }
        *entries = n;
    }

    /// Takes the entries that were found.
    fn take(&self, reading: &Reading<'_>, gathered: &mut Gathered) {
        let bench = &reading.bench;
        for (home, entry) in bench.found.iter().take(bench.entries) {
            let (Some(Home { bearer, row }), Some(when), Some(ready)) = (
                bench.homes.get(*home as usize),
                bench.whens.get(*home as usize),
                reading.ready.get(*entry as usize),
            ) else {
                continue;
            };
            let row = *row as usize;
            let sum = reading.sums.get(ready.sum as usize);
            let amount = sum.map_or(Some(0), |(at, column)| column.number(row, *at));
            let known = amount.is_some() | (ready.mask == 0);
            if let Some(day) = when.day
                && ready.sure & known
            {
                let amount = amount.unwrap_or_default() & ready.mask;
                let hit = Hit::new(amount, ready.action, day, when.known);
                gathered.hits.push(*bearer, hit);
                continue;
            }
            if let Some(entry) = reading.list.entries().get(*entry as usize) {
                self.take_unsure(reading, entry, (*bearer, row), *when, gathered);
            }
        }
    }

    /// Takes an entry that may be a doubt; apart, so that those that are none stay in registers.
    #[cold]
    #[inline(never)]
    fn take_unsure(
        &self,
        reading: &Reading<'_>,
        entry: &Entry,
        (bearer, row): (u32, usize),
        when: When,
        gathered: &mut Gathered,
    ) {
        let amount = |at: Stored| {
            let (_, column) = reading.sums.iter().find(|(s, _)| *s == at)?;
            column.number(row, at)
        };
        match self.entry(entry, when, amount) {
            Taken::Hit(hit) => gathered.hits.push(bearer, hit),
            Taken::Doubt(doubt) => gathered.doubts.push(bearer, doubt),
        }
    }

    /// What a bearer of a list owes, as a position in [`Bearers::classes`](super::Bearers).
    pub(super) fn owing(&self, list: &List, bearer: u32) -> u16 {
        let only = self.bearers.numbers.get(list.kind).and_then(|n| n.class);
        let class = || self.bearers.class.get(bearer as usize).copied();
        only.or_else(class).unwrap_or_default()
    }

    /// Where a list's entries stand for a row's class and a bearer's.
    pub(super) fn entries_of(&self, class: u16, owing: u16) -> usize {
        usize::from(class) * self.bearers.classes.len() + usize::from(owing)
    }

    /// The bearers that a row belongs to, by what its reference leads to.
    pub(super) fn homes(
        &self,
        programme: &Programme,
        list: &List,
        target: u32,
        mut each: impl FnMut(u32),
    ) {
        let Some(numbers) = self.bearers.numbers.get(list.kind) else {
            return;
        };
        let number = |record: u32| {
            let found = numbers.of.get(record as usize).copied();
            found.filter(|bearer| *bearer != NOBODY)
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
        match (when.day, amount) {
            (Some(day), Some(amount)) if entry.is_sure() => {
                let action = Action::number(entry.measure, entry.form);
                Taken::Hit(Hit::new(amount, action, day, when.known))
            }
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

/// A batch of rows, by its number, with their classes.
type Batch<'c> = Option<(usize, &'c [u16])>;

impl Reading<'_> {
    /// Finds the rows of a batch that may add anything, and asks for what tells their bearers.
    fn look(&mut self, board: &Board, batch: Batch<'_>) {
        self.bench.live.clear();
        let Some((nth, classes)) = batch else { return };
        for (word, classes) in (nth * BATCH / 64..).zip(classes.chunks(64)) {
            let mut rest = self.list.adding(self.level, classes) & self.columns.naming(word);
            while rest != 0 {
                let row = (word * 64) as u32 + rest.trailing_zeros();
                self.bench.live.push(row);
                rest &= rest - 1;
            }
        }
        let numbers = board.bearers.numbers.get(self.list.kind);
        let numbers = numbers.map(|n| n.of.as_slice()).unwrap_or_default();
        let targets = self.columns.targets();
        for row in &self.bench.live {
            let target = targets.get(*row as usize).map_or(0, |t| *t as usize);
            numbers.get(target..=target).into_iter().for_each(ahead);
        }
    }
}

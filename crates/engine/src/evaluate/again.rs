//! An evaluation brought up to facts that grew: only measures that read what changed are looked at again, and of those
//! that only count it, only the bearers whose evidence it is.

use super::work::Work;
use super::{Evaluation, MeasureResult, evaluate, measure_at};
use crate::chain;
use crate::duty::{BearerOf, Duty};
use crate::excuse::{Excuses, cell_text};
use crate::living::Stamp;
use crate::moment::AsOf;
use crate::tally::{Bearers, Placed, TallyRows, place, place_among};
use programme::model::{Bearer, Due, Measure, Tally, TallyKind};
use rules::{NO_ROW, Rule, tables_read};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// So many new rows of one register are placed one by one; more are placed with all others.
const FEW: usize = 256;

/// The duties at the moment of `cx`, from those of an earlier evaluation of the same day. `was` and `now` say how far
/// each table had grown then and has by now ([`crate::Living::stamps`]).
pub fn evaluate_again(
    cx: &AsOf<'_>,
    before: Evaluation,
    (was, now): (&[Stamp], &[Stamp]),
) -> Evaluation {
    let grew = was.iter().zip(now).all(|(was, now)| was.grew_to(*now));
    if before.at != cx.at || was.len() != now.len() || !grew {
        return evaluate(cx);
    }
    let news = News::new(cx, was, now);
    if news.is_empty() {
        return before;
    }
    let excuses = Excuses::new(cx);
    let ids = before
        .measures
        .iter()
        .map(|m| measure_at(cx, (m.notice, m.measure)));
    let ids: Vec<Option<&Measure>> = ids.collect();
    let mut all: HashMap<&str, Arc<MeasureResult>> = HashMap::new();
    for (measure, result) in ids.iter().zip(before.measures) {
        all.extend(measure.map(|measure| (measure.id.as_str(), result)));
    }
    let mut changed: HashSet<&str> = HashSet::new();
    for at in chain::order(cx.programme) {
        let Some(measure) = measure_at(cx, at) else {
            continue;
        };
        let follows = measure.after.as_ref().map(|after| after.measure.as_str());
        let touch = match follows.is_some_and(|id| changed.contains(id)) {
            true => Touch::All,
            false => news.touch(cx, measure),
        };
        if touch == Touch::None {
            continue;
        }
        changed.insert(&measure.id);
        let work = Work::new(cx, measure, &excuses);
        let known = all.remove(measure.id.as_str());
        let leads = follows.and_then(|id| all.get(id)).map(|leads| &**leads);
        let result = match (touch, known) {
            (Touch::Evidence, Some(mut known)) => {
                work.again(Arc::make_mut(&mut known), leads, &news);
                known
            }
            _ => {
                let mut result = work.run(leads);
                (result.notice, result.measure) = at;
                Arc::new(result)
            }
        };
        all.insert(&measure.id, result);
    }
    let ids = ids.iter().flatten();
    Evaluation {
        at: before.at,
        measures: ids.filter_map(|m| all.remove(m.id.as_str())).collect(),
    }
}

/// What of a measure new rows change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touch {
    /// Nothing.
    None,
    /// What its tallies count.
    Evidence,
    /// More than that.
    All,
}

/// The rows that came since, and those that they ended.
pub(super) struct News {
    /// Per table, new versions that are known at the moment.
    rows: Vec<Vec<u32>>,
    /// Per table, other versions of their records.
    others: Vec<HashSet<u32>>,
    /// The table of excuses.
    excuse: Option<usize>,
}

impl News {
    fn new(cx: &AsOf<'_>, was: &[Stamp], now: &[Stamp]) -> Self {
        let known = |table: usize, row: &u32| cx.facts.validity(table, *row).0 < cx.until();
        let rows = was.iter().zip(now).enumerate().map(|(table, (was, now))| {
            let rows = was.rows as u32..now.rows as u32;
            rows.filter(|row| known(table, row)).collect::<Vec<u32>>()
        });
        let rows: Vec<Vec<u32>> = rows.collect();
        let others = rows.iter().enumerate().map(|(table, rows)| {
            let own = cx.tables().tables.get(table);
            let record = |row: &u32| own.and_then(|own| own.record.get(*row as usize)).copied();
            let records = rows.iter().filter_map(record);
            let versions = records.flat_map(|record| cx.facts.history(table, record, cx.until()));
            versions
                .copied()
                .filter(|row| !rows.contains(row))
                .collect()
        });
        Self {
            others: others.collect(),
            rows,
            excuse: cx.programme.register("excuse").map(|(table, _)| table),
        }
    }

    fn is_empty(&self) -> bool {
        self.rows.iter().all(Vec::is_empty)
    }

    fn has(&self, table: usize) -> bool {
        self.rows.get(table).is_some_and(|rows| !rows.is_empty())
    }

    /// New versions of a table.
    fn of(&self, table: usize) -> &[u32] {
        self.rows.get(table).map_or(&[], Vec::as_slice)
    }

    fn ended(&self, table: usize, row: u32) -> bool {
        let others = self.others.get(table);
        others.is_some_and(|others| others.contains(&row))
    }

    fn touch(&self, cx: &AsOf<'_>, measure: &Measure) -> Touch {
        let names = |table: usize| self.names(cx, table, &measure.id);
        let excused = self.excuse.is_some_and(names);
        let complete = measure.complete.as_ref();
        let filing = complete.and_then(|id| Some(cx.programme.register(id)?.0));
        let read = beside(measure);
        if excused || filing.is_some_and(names) || read.iter().any(|table| self.has(*table)) {
            return Touch::All;
        }
        match measure.tallies.iter().any(|tally| self.has(tally.table)) {
            true => Touch::Evidence,
            false => Touch::None,
        }
    }

    /// Whether a new row of a table, or one that it ended, names a measure; any does where the table has no such column.
    fn names(&self, cx: &AsOf<'_>, table: usize, measure: &str) -> bool {
        let named =
            |row: &u32| cell_text(cx, table, "measure", *row).is_none_or(|id| id == measure);
        let others = self.others.get(table).into_iter().flatten();
        self.of(table).iter().chain(others).any(named)
    }
}

/// The tables that a measure reads otherwise than as rows of its tallies.
fn beside(measure: &Measure) -> BTreeSet<usize> {
    let mut rules: Vec<&Rule> = Vec::new();
    let mut tables = BTreeSet::new();
    match &measure.bearer {
        Bearer::Units(rule) => rules.push(rule),
        Bearer::Records {
            table,
            from,
            until,
            filter,
            answers,
            ..
        } => {
            tables.insert(*table);
            rules.extend([from, until, filter, answers].into_iter().flatten());
        }
    }
    if let Due::Field(path) | Due::AfterField(_, path) = &measure.due {
        rules.push(path);
    }
    rules.extend(measure.done.iter().chain(&measure.owes));
    for tally in &measure.tallies {
        let paths = [&tally.by, &tally.on, &tally.for_period, &tally.filter];
        rules.extend(paths.into_iter().flatten());
        rules.extend(tally.kind.rules());
    }
    tables.extend(rules.into_iter().flat_map(tables_read));
    tables
}

impl Work<'_> {
    /// Takes new rows of evidence in: places them, and judges the duties of those bearers anew to whom they, or the
    /// versions that they ended, belong. `leads` has the duties that open these, where another measure's do.
    pub(super) fn again(
        &self,
        result: &mut MeasureResult,
        leads: Option<&MeasureResult>,
        news: &News,
    ) {
        let cx = self.cx;
        let row = |bearer: &BearerOf| match bearer.table {
            programme::model::UNIT_TABLE => bearer.record,
            table => cx.row(table, bearer.record).unwrap_or(NO_ROW),
        };
        let index = Bearers::new(result.bearers.iter().map(|bearer| (*bearer, row(bearer))));
        let mut touched = BTreeSet::new();
        for (tally, rows) in self.measure.tallies.iter().zip(&mut result.tallies) {
            if news.has(tally.table) {
                self.grow(tally, rows, (&index, news), &mut touched);
            }
        }
        let touched: Vec<u32> = touched.into_iter().collect();
        let of = |position: &u32| result.bearers.get(*position as usize).copied();
        let records: BTreeSet<u32> = touched.iter().filter_map(of).map(|b| b.record).collect();
        let slices = |position: u32| result.tallies.iter().map(|t| t.of(position)).collect();
        let anew = self.duties_of(leads, &|record| records.contains(&record), &|bearer| {
            let position = index.position(bearer.record);
            position.map_or_else(Vec::new, slices)
        });
        for (bearer, duties) in anew {
            splice(&mut result.duties, bearer, duties);
        }
    }

    /// Adds the new rows of one tally, and says whose they and those that they ended are.
    fn grow(
        &self,
        tally: &Tally,
        rows: &mut TallyRows,
        (index, news): (&Bearers, &News),
        touched: &mut BTreeSet<u32>,
    ) {
        let (cx, new) = (self.cx, news.of(tally.table));
        let ended = |placed: &&Placed| news.ended(tally.table, placed.row);
        touched.extend(rows.placed.iter().filter(ended).map(|placed| placed.bearer));
        // Numbers of distinct values are given over all rows.
        if new.len() > FEW || matches!(tally.kind, TallyKind::Distinct(_)) {
            let first = new.iter().copied().collect::<HashSet<u32>>();
            *rows = place(cx, self.measure, tally, index);
            let is_new = |placed: &&Placed| first.contains(&placed.row);
            touched.extend(
                rows.placed
                    .iter()
                    .filter(is_new)
                    .map(|placed| placed.bearer),
            );
            return;
        }
        let more = place_among(cx, self.measure, tally, index, new);
        touched.extend(more.placed.iter().map(|placed| placed.bearer));
        rows.take_in(more);
        let until = cx.until();
        let unplaced = &mut rows.unplaced;
        unplaced.retain(|row| cx.facts.known(tally.table, *row, until));
    }
}

/// Puts a bearer's duties in the place of those it had.
fn splice(all: &mut Vec<Duty>, bearer: BearerOf, duties: Vec<Duty>) {
    let from = all.partition_point(|duty| duty.bearer < bearer);
    let until = all.partition_point(|duty| duty.bearer <= bearer);
    all.splice(from..until, duties);
}

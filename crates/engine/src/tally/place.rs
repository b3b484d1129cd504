//! Which bearer each row of evidence belongs to, when it was done, and what it adds.

use super::{DoneOn, Placed, TallyRows};
use crate::duty::BearerOf;
use crate::lasting::Answers;
use crate::moment::AsOf;
use crate::period::{When, dates, unit_of};
use programme::model::{FIRST_REGISTER_TABLE, Measure, Span, Tally, TallyKind, UNIT_TABLE};
use rules::{Bound, NO_ROW, Rule, Value, names_read, values, verdicts};
use std::collections::HashMap;

/// The bearers of a measure by record, so that a row finds its own.
pub(crate) struct Bearers {
    table: usize,
    /// By record; [`NO_ROW`] for one that bears nothing.
    position: Vec<u32>,
    rows: Vec<u32>,
}

impl Bearers {
    /// Bearers in the order of their positions, with their current rows.
    pub(crate) fn new(bearers: impl Iterator<Item = (BearerOf, u32)>) -> Self {
        let mut all = Self {
            table: UNIT_TABLE,
            position: Vec::new(),
            rows: Vec::new(),
        };
        for (bearer, row) in bearers {
            all.table = bearer.table;
            let record = bearer.record as usize;
            if record >= all.position.len() {
                all.position.resize(record + 1, NO_ROW);
            }
            if let Some(position) = all.position.get_mut(record) {
                *position = all.rows.len() as u32;
            }
            all.rows.push(row);
        }
        all
    }

    /// The position of a bearer by its record.
    pub(crate) fn position(&self, record: u32) -> Option<u32> {
        let found = self.position.get(record as usize).copied();
        found.filter(|position| *position != NO_ROW)
    }
}

/// Places every version that was ever known by now with its bearers, without those whose rule refuses them.
pub(crate) fn place(
    cx: &AsOf<'_>,
    measure: &Measure,
    tally: &Tally,
    bearers: &Bearers,
) -> TallyRows {
    let rows = happened(cx, tally);
    placed(cx, measure, tally, bearers, rows, |counts| {
        counts != Some(false)
    })
}

/// The same of these versions alone.
pub(crate) fn place_among(
    cx: &AsOf<'_>,
    measure: &Measure,
    tally: &Tally,
    bearers: &Bearers,
    rows: &[u32],
) -> TallyRows {
    let rows = happened_of(cx, tally, rows.to_vec());
    placed(cx, measure, tally, bearers, rows, |counts| {
        counts != Some(false)
    })
}

/// Places every version that was ever known by now with its bearers.
pub(crate) fn place_all(
    cx: &AsOf<'_>,
    measure: &Measure,
    tally: &Tally,
    bearers: &Bearers,
) -> TallyRows {
    let rows = happened(cx, tally);
    placed(cx, measure, tally, bearers, rows, |_| true)
}

fn placed(
    cx: &AsOf<'_>,
    measure: &Measure,
    tally: &Tally,
    bearers: &Bearers,
    rows: Vec<u32>,
    wanted: impl Fn(Option<bool>) -> bool,
) -> TallyRows {
    let mut found = TallyRows::default();
    let pairs = pairs(cx, tally, bearers, &rows, &mut found.unplaced);
    let lanes = Lanes::new(cx, measure, tally, bearers, &rows, &pairs);
    found.ends = vec![0; bearers.rows.len()];
    found.placed.reserve(pairs.len());
    let wanted = (0..pairs.len()).filter(|i| lanes.counts.get(*i).is_some_and(|c| wanted(*c)));
    for row in wanted.filter_map(|i| lanes.placed(i)) {
        if let Some(end) = found.ends.get_mut(row.bearer as usize) {
            *end += 1;
        }
        found.placed.push(row);
    }
    found.ends.iter_mut().fold(0, |sum, end| {
        *end += sum;
        *end
    });
    found
}

/// Bearers with places among `rows`, sorted, each pair once; current rows whose bearer is not known go to `unplaced`.
fn pairs(
    cx: &AsOf<'_>,
    tally: &Tally,
    bearers: &Bearers,
    rows: &[u32],
    unplaced: &mut Vec<u32>,
) -> Vec<(u32, usize)> {
    let mut pairs = Vec::new();
    let Some(by) = &tally.by else {
        // The row's own record bears it.
        let records = cx.tables().tables.get(tally.table).map(|t| &t.record[..]);
        for (at, row) in rows.iter().enumerate() {
            let record = records.and_then(|r| r.get(*row as usize)).copied();
            let own = Value::Record(tally.table, record.unwrap_or(NO_ROW));
            homes(cx, tally, bearers, &own, |bearer| pairs.push((bearer, at)));
        }
        return sorted(pairs);
    };
    let targets = cx.values(by, tally.table, rows);
    for (at, (row, target)) in rows.iter().zip(targets.iter()).enumerate() {
        let mut home = |bearer| pairs.push((bearer, at));
        match target {
            Value::Unknown(_) if cx.facts.known(tally.table, *row, cx.until()) => {
                unplaced.push(*row);
            }
            Value::Unknown(_) | Value::Nothing => {}
            Value::List(items) => {
                for item in items {
                    homes(cx, tally, bearers, item, &mut home);
                }
            }
            one => homes(cx, tally, bearers, one, home),
        }
    }
    sorted(pairs)
}

fn sorted(mut pairs: Vec<(u32, usize)>) -> Vec<(u32, usize)> {
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Rows recorded by now whose register's own date, where known, has come.
fn happened(cx: &AsOf<'_>, tally: &Tally) -> Vec<u32> {
    let rows = cx.tables().tables.get(tally.table);
    let rows = rows.map_or(0, rules::Table::rows) as u32;
    let recorded = |row: &u32| cx.facts.validity(tally.table, *row).0 < cx.until();
    happened_of(cx, tally, (0..rows).filter(recorded).collect())
}

/// Those of some rows whose register's own date, where known, has come.
fn happened_of(cx: &AsOf<'_>, tally: &Tally, rows: Vec<u32>) -> Vec<u32> {
    let Some(table) = cx.tables().tables.get(tally.table) else {
        return Vec::new();
    };
    let date = cx
        .programme
        .registers
        .get(tally.table - FIRST_REGISTER_TABLE)
        .and_then(|r| r.date.as_deref());
    let schema = cx.programme.schema.tables.get(tally.table);
    let column = date.and_then(|d| {
        schema?
            .fields
            .iter()
            .filter(|f| f.formula.is_none())
            .position(|f| f.id == d)
    });
    let Some(column) = column.and_then(|c| table.columns.get(c)) else {
        return rows;
    };
    let rules::Cells::Int(days) = &column.cells else {
        return rows;
    };
    let come = |row: &u32| {
        let row = *row as usize;
        !column.present.get(row) || days.get(row).is_some_and(|day| *day <= i64::from(cx.at.0))
    };
    rows.into_iter().filter(come).collect()
}

/// The bearers that a row's target belongs to: itself, or units above it.
fn homes(
    cx: &AsOf<'_>,
    tally: &Tally,
    bearers: &Bearers,
    target: &Value,
    mut home: impl FnMut(u32),
) {
    if bearers.table != UNIT_TABLE {
        if let Value::Record(table, record) = target
            && *table == bearers.table
            && let Some(position) = bearers.position(*record)
        {
            home(position);
        }
        return;
    }
    let mut next = unit_of(cx.programme, target);
    // The reading of units refuses circles; the bound holds whatever is read.
    for _ in 0..64 {
        let Some(unit) = next else { break };
        if let Some(position) = bearers.position(unit) {
            home(position);
        }
        let parent = cx.programme.units.get(unit as usize).and_then(|u| u.parent);
        next = parent.filter(|_| !tally.own).map(|p| p as u32);
    }
}

/// Everything worked out per pair of bearer and row.
struct Lanes<'l> {
    pairs: &'l [(u32, usize)],
    rows: &'l [u32],
    counts: Vec<Option<bool>>,
    done: Vec<DoneOn>,
    for_key: Vec<Option<Box<str>>>,
    amount: Vec<Option<f64>>,
    over: Vec<Option<f64>>,
    value: Vec<Option<u32>>,
}

impl<'l> Lanes<'l> {
    fn new(
        cx: &AsOf<'_>,
        measure: &Measure,
        tally: &Tally,
        bearers: &Bearers,
        rows: &'l [u32],
        pairs: &'l [(u32, usize)],
    ) -> Self {
        let own: Vec<u32> = pairs
            .iter()
            .filter_map(|(_, at)| rows.get(*at).copied())
            .collect();
        let bearer: Vec<u32> = pairs
            .iter()
            .filter_map(|(b, _)| bearers.rows.get(*b as usize).copied())
            .collect();
        let mut names = cx.settings();
        names.insert("bearer", Bound::Rows(&bearer));
        let frame = rules::Frame {
            len: own.len(),
            own: Some(&own),
            names,
        };
        let world = cx.world();
        // A rule that reads the period is asked again for each duty; here it stays open.
        let verdict = |rule: &Rule| {
            if !reads_bearer(rule) {
                return cx.verdicts(rule, tally.table, &own);
            }
            let found = verdicts(rule, &world, &frame);
            (0..own.len()).map(|lane| found.get(lane)).collect()
        };
        let values = |rule: &Rule| {
            if !reads_bearer(rule) {
                return cx.values(rule, tally.table, &own);
            }
            Answers::Fresh(values(rule, &world, &frame))
        };
        let number = |rule: &Rule| values(rule).iter().map(real).collect::<Vec<_>>();
        let ones = || vec![Some(1.0); own.len()];
        let (amount, over, value) = match &tally.kind {
            TallyKind::Count => (ones(), ones(), Vec::new()),
            TallyKind::Distinct(of) => (ones(), ones(), numbered(values(of).iter())),
            TallyKind::Sum(of) | TallyKind::Last(of) => (number(of), ones(), Vec::new()),
            TallyKind::Share(part) => {
                let share = verdict(part)
                    .into_iter()
                    .map(|v| v.map(|yes| if yes { 1.0 } else { 0.0 }));
                (share.collect(), ones(), Vec::new())
            }
            TallyKind::Ratio(of, over) => (number(of), number(over), Vec::new()),
        };
        let filter = tally.filter.as_ref().filter(|f| !reads_period(f));
        let mut counts = filter.map_or_else(|| vec![Some(true); own.len()], verdict);
        if let TallyKind::Distinct(of) = &tally.kind {
            let nothing = values(of);
            for (counts, value) in counts.iter_mut().zip(nothing.iter()) {
                if *value == Value::Nothing {
                    *counts = Some(false);
                }
            }
        }
        let done = done_on(cx, tally, &own);
        if let Some(notice) = measure.notice_before {
            announced(cx, tally, notice, &own, &done, &mut counts);
        }
        let for_key = match &tally.for_period {
            None => vec![None; own.len()],
            Some(path) => values(path).iter().map(key).collect(),
        };
        Self {
            pairs,
            rows,
            counts,
            done,
            for_key,
            amount,
            over,
            value,
        }
    }

    fn placed(&self, i: usize) -> Option<Placed> {
        let (bearer, at) = *self.pairs.get(i)?;
        Some(Placed {
            bearer,
            row: *self.rows.get(at)?,
            counts: *self.counts.get(i)?,
            done: *self.done.get(i)?,
            for_key: self.for_key.get(i)?.clone(),
            amount: self.amount.get(i).copied().flatten(),
            over: self.over.get(i).copied().flatten(),
            value: self.value.get(i).copied().flatten(),
        })
    }
}

/// Whether a rule must be asked again for each period.
pub(crate) fn reads_period(rule: &Rule) -> bool {
    names_read(rule).iter().any(|n| n.starts_with("period."))
}

/// Whether a rule must be asked for each bearer of a row.
fn reads_bearer(rule: &Rule) -> bool {
    names_read(rule).contains("bearer")
}

/// When each row was done: its date, for a row with a period alone the day it was first recorded.
fn done_on(cx: &AsOf<'_>, tally: &Tally, own: &[u32]) -> Vec<DoneOn> {
    let day = |when| match when {
        When::On(day) => DoneOn::Day(day),
        // Not done is not evidence of any day: far after every window.
        When::Nothing => DoneOn::Day(rules::Day(i32::MAX)),
        When::Unknown | When::Open => DoneOn::Unknown,
    };
    match (&tally.on, &tally.for_period) {
        (Some(path), _) => dates(cx, Some(path), tally.table, own)
            .into_iter()
            .map(day)
            .collect(),
        (None, Some(_)) => own
            .iter()
            .map(|row| {
                let first = cx.facts.first_recorded_on(tally.table, *row);
                // Known since always was done before every window.
                DoneOn::Day(first.unwrap_or(rules::Day(i32::MIN)))
            })
            .collect(),
        (None, None) => vec![DoneOn::Stock; own.len()],
    }
}

/// The day on which a row of evidence was announced; `None` where nobody has said.
pub(crate) fn announced_on(cx: &AsOf<'_>, tally: &Tally, row: u32) -> Option<rules::Day> {
    let schema = cx.programme.schema.tables.get(tally.table)?;
    let mut stored = schema.fields.iter().filter(|f| f.formula.is_none());
    let column = stored.position(|f| f.id == "announced_on")?;
    let table = cx.tables().tables.get(tally.table)?;
    let column = table.columns.get(column)?;
    match &column.cells {
        rules::Cells::Int(days) if column.present.get(row as usize) => {
            days.get(row as usize).map(|d| rules::Day(*d as i32))
        }
        _ => None,
    }
}

/// Rows announced too late do not count; rows whose announcement is unknown may.
fn announced(
    cx: &AsOf<'_>,
    tally: &Tally,
    notice: Span,
    own: &[u32],
    done: &[DoneOn],
    counts: &mut [Option<bool>],
) {
    for ((row, done), counts) in own.iter().zip(done).zip(counts) {
        let on = announced_on(cx, tally, *row);
        let in_time = match (on, done) {
            (Some(on), DoneOn::Day(done)) => {
                let back = match notice {
                    Span::Days(n) => Span::Days(-n),
                    Span::Workdays(n) => Span::Workdays(-n),
                };
                crate::span::after(*done, back, &cx.programme.calendar).map(|latest| on <= latest)
            }
            _ => None,
        };
        *counts = match (*counts, in_time) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
    }
}

fn key(value: &Value) -> Option<Box<str>> {
    Some(match value {
        Value::Text(key) => key.clone(),
        // Nothing is for no period: no period's key is spelt so.
        Value::Nothing => "-".into(),
        _ => "".into(),
    })
}

/// A number as it adds up; a day as its number, so that `last` can tell a date.
pub(crate) fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Int(n) | Value::Money(n) | Value::Duration(n) => Some(*n as f64),
        Value::Double(n) => Some(*n),
        Value::Date(day) => Some(f64::from(day.0)),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        // Nothing adds nothing.
        Value::Nothing => Some(0.0),
        _ => None,
    }
}

/// Equal values get equal numbers; an unknown one gets none.
fn numbered<'v>(values: impl Iterator<Item = &'v Value>) -> Vec<Option<u32>> {
    /// What tells one value from another.
    #[derive(PartialEq, Eq, Hash)]
    enum Same<'v> {
        Record(usize, u32),
        Text(&'v str),
        Other(String),
    }
    let mut seen: HashMap<Same<'_>, u32> = HashMap::new();
    let number = |value: &'v Value| {
        let same = match value {
            Value::Unknown(_) | Value::Nothing => return None,
            Value::Record(table, record) => Same::Record(*table, *record),
            Value::Text(text) => Same::Text(text),
            other => Same::Other(format!("{other:?}")),
        };
        let next = seen.len() as u32;
        Some(*seen.entry(same).or_insert(next))
    };
    values.map(number).collect()
}

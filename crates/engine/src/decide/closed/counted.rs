//! What a row of evidence adds to a closed duty.

use super::{Closed, Of, Rows, bearer_table};
use crate::evaluate::{in_time_until, period_names};
use crate::period::{When, unit_of};
use crate::tally::DoneOn;
use programme::Rhythm;
use programme::model::{Measure, Tally, UNIT_TABLE};
use programme::record::Cell;
use rules::{Bound, Day, Frame, Value};

/// For whom and when a row counts in a tally, if its rule lets it.
struct Told {
    row: u32,
    bearers: Vec<u32>,
    done: DoneOn,
    /// The period that it is for, where the tally asks for one.
    for_key: Option<Value>,
}

/// What a row adds to a duty.
#[derive(PartialEq)]
struct Adds {
    counts: Option<bool>,
    done: DoneOn,
    values: Vec<Value>,
}

impl Closed<'_> {
    /// The duty to which a row adds otherwise than the one before it.
    pub(super) fn by_tally<'m>(
        &self,
        measure: &'m Measure,
        tally: &Tally,
        rows: Rows,
    ) -> Option<Of<'m>> {
        if tally.on.is_none() && tally.for_period.is_none() {
            // A stock is judged as it was known when it was due.
            return None;
        }
        let told = rows.map(|row| row.map(|row| self.told(measure, tally, row)));
        let all = told.iter().flatten();
        let mut bearers: Vec<u32> = all.flat_map(|told| told.bearers.iter().copied()).collect();
        bearers.sort_unstable();
        bearers.dedup();
        let adds = |told: &Option<Told>, duty: &Of<'_>| {
            let told = told.as_ref()?;
            let is_in = told.bearers.contains(&duty.bearer) && inside(told, duty);
            is_in.then(|| self.adds(tally, told, duty)).flatten()
        };
        let [before, after] = &told;
        let differs = |duty: &Of<'_>| adds(before, duty) != adds(after, duty);
        let duties = bearers.into_iter().flat_map(|b| self.closed(measure, b));
        duties.filter(differs).find(|duty| !self.is_open(duty))
    }

    fn told(&self, measure: &Measure, tally: &Tally, row: u32) -> Told {
        let date = tally.on.as_ref().map(|on| self.value(on, row));
        let done = match date.as_ref().map(When::of) {
            Some(When::On(day)) => DoneOn::Day(day),
            Some(When::Nothing) => DoneOn::Day(Day(i32::MAX)),
            Some(When::Unknown | When::Open) => DoneOn::Unknown,
            // By when it was recorded, which no act changes.
            None => DoneOn::Stock,
        };
        let mut bearers = Vec::new();
        match &tally.by {
            Some(by) => match self.value(by, row) {
                Value::List(items) => {
                    let homes = items
                        .iter()
                        .flat_map(|item| self.homes(measure, tally, item));
                    bearers.extend(homes);
                }
                one => bearers = self.homes(measure, tally, &one),
            },
            None => {
                let own = self.living.facts().tables().tables.get(tally.table);
                let record = own.and_then(|own| own.record.get(row as usize)).copied();
                let own = record.map(|record| Value::Record(tally.table, record));
                bearers = own.map_or_else(Vec::new, |own| self.homes(measure, tally, &own));
            }
        }
        Told {
            row,
            bearers,
            done,
            for_key: tally.for_period.as_ref().map(|path| self.value(path, row)),
        }
    }

    /// The records that a row's target may belong to: itself, or units above it.
    fn homes(&self, measure: &Measure, tally: &Tally, target: &Value) -> Vec<u32> {
        let table = bearer_table(measure);
        if table != UNIT_TABLE {
            return match target {
                Value::Record(of, record) if *of == table => vec![*record],
                _ => Vec::new(),
            };
        }
        let units = &self.programme.units;
        let parent = |unit: &u32| {
            let parent = units.get(*unit as usize)?.parent;
            parent.filter(|_| !tally.own).map(|parent| parent as u32)
        };
        // The reading of units refuses circles; the bound holds whatever is read.
        std::iter::successors(unit_of(self.programme, target), parent)
            .take(64)
            .collect()
    }

    /// What a row that is inside a duty's days adds to it; nothing where the tally's rule refuses it.
    fn adds(&self, tally: &Tally, told: &Told, duty: &Of<'_>) -> Option<Adds> {
        let (own, bearer) = ([told.row], [self.bearer_row(duty)]);
        let mut names = self.names();
        names.insert("bearer", Bound::Rows(&bearer));
        let (period, due) = (&duty.dated.period, duty.dated.due);
        for (name, value) in period_names(self.programme, period, due) {
            names.insert(name, Bound::One(value));
        }
        let frame = Frame {
            len: 1,
            own: Some(&own),
            names,
        };
        let rule = tally.filter.as_ref();
        let counts = rule.map(|rule| rules::verdicts(rule, &self.world, &frame).get(0));
        let counts = counts.unwrap_or(Some(true));
        if counts == Some(false) {
            return None;
        }
        let read = tally.kind.rules();
        let mut values: Vec<Value> = read
            .flat_map(|rule| rules::values(rule, &self.world, &frame))
            .collect();
        if duty.measure.notice_before.is_some() {
            let cells = self
                .living
                .facts()
                .cells(self.programme, tally.table, told.row);
            let announced = cells.iter().find(|(id, _)| id == "announced_on");
            if let Some((_, Some(Cell::Int(day)))) = announced {
                values.push(Value::Int(*day));
            }
        }
        Some(Adds {
            counts,
            done: told.done,
            values,
        })
    }
}

/// Whether a row lies in the days of a duty. Of late evidence only what no later period has: that of a duty owed once.
fn inside(told: &Told, duty: &Of<'_>) -> bool {
    let (measure, dated) = (duty.measure, &duty.dated);
    if let Some(key) = &told.for_key {
        return matches!(key, Value::Text(key) if **key == *dated.period.key);
    }
    let DoneOn::Day(day) = told.done else {
        return false;
    };
    let until = dated.period.until;
    let end = match measure.every {
        Rhythm::Once => dated
            .late
            .window_end(dated.due)
            .max(dated.due)
            .min(dated.closes.unwrap_or(dated.due)),
        _ => in_time_until(measure, until.max(dated.due), dated.due, until),
    };
    dated.period.from <= day && day <= end
}

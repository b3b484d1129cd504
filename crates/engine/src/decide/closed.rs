//! Closed duties: what counts for one is neither recorded nor changed, until somebody reopens it.

mod counted;

use super::Objection;
use crate::Living;
use crate::period::{Dated, When, of_span};
use programme::Programme;
use programme::model::{Bearer, Due, Measure, REOPENING, Register, UNIT_TABLE};
use programme::record::{Cell, text_in};
use rules::{Bound, Day, Frame, Moment, Rule, Value, Words, World};
use std::collections::BTreeMap;

/// A record's row before and after what is asked; `None` where it has none.
pub(super) type Rows = [Option<u32>; 2];

/// Why a record may not be taken back: it counts for a duty that is closed.
pub fn locked(
    programme: &Programme,
    living: &Living,
    (register, id): (&str, &str),
    now: Moment,
) -> Option<Objection> {
    let (table, register) = programme.register(register)?;
    let row = living.newest(table, living.record(table, id)?);
    let settings = super::settings(programme);
    let closed = Closed::new(programme, living, &settings, now.day());
    let measures = closing(programme, table, register);
    closed.objection(&measures, (table, register), [row, None])
}

/// The measures that close and for whose duties rows of a register count.
pub(super) fn closing<'p>(
    programme: &'p Programme,
    table: usize,
    register: &Register,
) -> Vec<&'p Measure> {
    let all = programme.notices.iter().flat_map(|notice| &notice.measures);
    let counts = |measure: &&Measure| {
        let is_own = measure.done.is_some() && bearer_table(measure) == table;
        let files = measure.complete.as_deref() == Some(&*register.id);
        is_own || files || measure.tallies.iter().any(|tally| tally.table == table)
    };
    all.filter(|measure| measure.closes.is_some())
        .filter(counts)
        .collect()
}

fn bearer_table(measure: &Measure) -> usize {
    match &measure.bearer {
        Bearer::Units(_) => UNIT_TABLE,
        Bearer::Records { table, .. } => *table,
    }
}

/// What is closed on a day.
pub(super) struct Closed<'c> {
    programme: &'c Programme,
    living: &'c Living,
    world: World<'c>,
    settings: &'c [(String, Value)],
    today: Day,
}

/// A bearer's duty.
struct Of<'o> {
    measure: &'o Measure,
    bearer: u32,
    dated: Dated,
}

impl<'c> Closed<'c> {
    pub(super) fn new(
        programme: &'c Programme,
        living: &'c Living,
        settings: &'c [(String, Value)],
        today: Day,
    ) -> Self {
        Self {
            programme,
            living,
            world: living.world(programme, today),
            settings,
            today,
        }
    }

    /// Why one row may not follow the other: the first closed duty to which it adds otherwise.
    pub(super) fn objection(
        &self,
        measures: &[&Measure],
        of: (usize, &Register),
        rows: Rows,
    ) -> Option<Objection> {
        measures.iter().find_map(|measure| {
            let tallies = measure.tallies.iter().filter(|tally| tally.table == of.0);
            let mut by_tally = tallies.filter_map(|tally| self.by_tally(measure, tally, rows));
            let found = by_tally.next();
            let found = found.or_else(|| self.by_filing(measure, of, rows));
            let found = found.or_else(|| self.by_date(measure, of.0, rows));
            found.map(|duty| words(&duty))
        })
    }

    /// The duty that a row files for: by text, as filings name it.
    fn by_filing<'m>(
        &self,
        measure: &'m Measure,
        (table, register): (usize, &Register),
        rows: Rows,
    ) -> Option<Of<'m>> {
        if measure.complete.as_deref() != Some(&*register.id) {
            return None;
        }
        let names_measure = register.field("measure").is_some();
        let files = |row: u32| {
            let cells = self.living.facts().cells(self.programme, table, row);
            let named = !names_measure || text_in(&cells, "measure") == Some(&*measure.id);
            let bearer = text_in(&cells, "bearer")?.to_owned();
            let period = text_in(&cells, "period")?.to_owned();
            named.then_some((bearer, period))
        };
        let [before, after] = rows.map(|row| row.and_then(files));
        if before == after {
            return None;
        }
        let filed = [before, after].into_iter().flatten();
        let mut duties = filed.flat_map(|(bearer, period)| {
            let record = self.living.record(bearer_table(measure), &bearer);
            let duties = record.into_iter().flat_map(|b| self.closed(measure, b));
            duties.filter(move |duty| *duty.dated.period.key == *period)
        });
        duties.find(|duty| !self.is_open(duty))
    }

    /// The duty of a record that is done by its own date. A record that is new had nobody who could have said so before.
    fn by_date<'m>(&self, measure: &'m Measure, table: usize, rows: Rows) -> Option<Of<'m>> {
        let (Some(done), [Some(before), after]) = (&measure.done, rows) else {
            return None;
        };
        if bearer_table(measure) != table {
            return None;
        }
        let told = |row| self.value(done, row);
        if Some(told(before)) == after.map(told) {
            return None;
        }
        let own = self.living.facts().tables().tables.get(table)?;
        let bearer = *own.record.get(before as usize)?;
        let mut duties = self.closed(measure, bearer).into_iter();
        duties.find(|duty| !self.is_open(duty))
    }

    /// The duties of a bearer that are closed today.
    fn closed<'m>(&self, measure: &'m Measure, bearer: u32) -> Vec<Of<'m>> {
        let spans = self.spans(measure, bearer);
        let row = self.row(measure, bearer);
        let field = match (&measure.due, row) {
            (Due::Field(path) | Due::AfterField(_, path), Some(row)) => {
                When::of(&self.value(path, row))
            }
            _ => When::Unknown,
        };
        let on = (self.programme, self.today);
        let all = spans.into_iter();
        let all = all.flat_map(|span| of_span(on, measure, span, field));
        let is_closed =
            |dated: &Dated| dated.certain && dated.closes.is_some_and(|closes| closes < self.today);
        all.filter(is_closed)
            .map(|dated| Of {
                measure,
                bearer,
                dated,
            })
            .collect()
    }

    /// The spans in which a record or unit owes; none where it does not, or nobody can say when.
    fn spans(&self, measure: &Measure, bearer: u32) -> Vec<(Option<Day>, Option<Day>)> {
        let Some(row) = self.row(measure, bearer) else {
            return Vec::new();
        };
        match &measure.bearer {
            Bearer::Units(rule) => {
                let unit = self.programme.units.get(bearer as usize);
                let unit = unit.filter(|_| self.holds(rule, row));
                unit.map_or_else(Vec::new, |unit| unit.exists.clone())
            }
            Bearer::Records {
                from,
                until,
                filter,
                ..
            } => {
                let owes = filter.as_ref().is_none_or(|rule| self.holds(rule, row));
                let when = |path: &Option<Rule>| {
                    let path = path.as_ref();
                    path.map_or(When::Open, |path| When::of(&self.value(path, row)))
                };
                let (from, until) = (when(from), when(until));
                let is_vague =
                    from == When::Nothing || from == When::Unknown || until == When::Unknown;
                match owes && !is_vague {
                    true => vec![(from.day(), until.day())],
                    false => Vec::new(),
                }
            }
        }
    }

    /// The row of a bearer in its table.
    fn row(&self, measure: &Measure, bearer: u32) -> Option<u32> {
        match bearer_table(measure) {
            UNIT_TABLE => Some(bearer),
            table => self.living.newest(table, bearer),
        }
    }

    fn bearer_row(&self, duty: &Of<'_>) -> u32 {
        self.row(duty.measure, duty.bearer).unwrap_or(rules::NO_ROW)
    }

    /// Whether somebody reopened a duty for today or longer.
    fn is_open(&self, duty: &Of<'_>) -> bool {
        let Some((table, _)) = self.programme.register(REOPENING) else {
            return false;
        };
        let bearers = bearer_table(duty.measure);
        let facts = self.living.facts();
        let ids = |table: usize| facts.tables().tables.get(table).map(|own| &own.ids[..]);
        let bearer = ids(bearers).and_then(|ids| ids.get(duty.bearer as usize));
        let records = ids(table).map_or(0, <[_]>::len) as u32;
        let rows = (0..records).filter_map(|record| self.living.newest(table, record));
        rows.map(|row| facts.cells(self.programme, table, row))
            .any(|cells| {
                // A bearer or period that nobody names is every one.
                let names = |field, own: &str| text_in(&cells, field).is_none_or(|said| said == own);
                let until = cells.iter().find(|(id, _)| id == "until");
                let lasts = matches!(until, Some((_, Some(Cell::Int(day)))) if *day >= i64::from(self.today.0));
                lasts
                    && text_in(&cells, "measure") == Some(&*duty.measure.id)
                    && names("bearer", bearer.map_or("", |id| id))
                    && names("period", &duty.dated.period.key)
            })
    }

    fn names(&self) -> BTreeMap<&str, Bound<'_>> {
        let settings = self.settings.iter();
        settings
            .map(|(name, value)| (name.as_str(), Bound::One(value.clone())))
            .collect()
    }

    fn value(&self, rule: &Rule, row: u32) -> Value {
        let found = self.of_row(row, |frame| rules::values(rule, &self.world, frame).pop());
        found.unwrap_or(Value::Unknown(None))
    }

    fn holds(&self, rule: &Rule, row: u32) -> bool {
        let verdict = self.of_row(row, |frame| {
            rules::verdicts(rule, &self.world, frame).get(0)
        });
        verdict == Some(true)
    }

    fn of_row<T>(&self, row: u32, ask: impl FnOnce(&Frame<'_>) -> T) -> T {
        ask(&Frame {
            len: 1,
            own: Some(&[row]),
            names: self.names(),
        })
    }
}

fn words(duty: &Of<'_>) -> Objection {
    let (measure, key) = (duty.measure, &duty.dated.period.key);
    let on = duty.dated.closes.unwrap_or(duty.dated.judged);
    Objection {
        field: None,
        words: Words::new(
            format!(
                "“{}”{key} 的登记 {on} 止，现已锁定，不能再补登、更改或撤回；确需补登，请有权豁免的人先登记一条“重新开放”，写明理由和截止日期",
                measure.name.zh
            ),
            format!(
                "recording for “{}”, {key}, closed at the end of {on}, so what counts for it is not recorded, changed or taken back any more; if it must be, whoever may excuse records a reopening first, with its reason and last day",
                measure.name.en
            ),
        ),
    }
}

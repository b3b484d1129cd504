//! Who owes a measure, and for which periods.

use crate::duty::{BearerOf, Duty};
use crate::moment::AsOf;
use crate::span::{LateEnd, after};
use programme::model::{
    Bearer, Cut, DIVISION_TABLE, Due, FIRST_REGISTER_TABLE, Measure, Span, UNIT_TABLE, Unit,
};
use programme::{Period, Programme, Rhythm};
use rules::{Bound, Day, NO_ROW, Rule, Value};
use std::collections::HashMap;

/// A bearer with the span in which it owes.
#[derive(Clone, Debug)]
pub(crate) struct BearerSpan {
    pub(crate) bearer: BearerOf,
    pub(crate) row: u32,
    pub(crate) unit: Option<u32>,
    /// Spans of days, open where `None`.
    pub(crate) spans: Vec<Open>,
    pub(crate) owed: Option<bool>,
}

/// One period of a bearer with its days.
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub(crate) period: Period,
    pub(crate) share: Option<(i64, i64)>,
    pub(crate) due: Day,
    pub(crate) judged: Day,
    pub(crate) late: LateEnd,
    pub(crate) closes: Option<Day>,
    /// False where a date that decides these days is unknown.
    pub(crate) certain: bool,
}

impl Dated {
    /// The period and days of a duty that was worked out before.
    pub(crate) fn of(duty: &Duty) -> Self {
        Self {
            period: duty.period.clone(),
            share: duty.share,
            due: duty.due,
            judged: duty.judged,
            late: duty.late,
            closes: duty.closes,
            certain: true,
        }
    }
}

/// Everyone of those wanted who owes a measure, in the order of records; those that certainly do not are left out.
pub(crate) fn bearers(
    cx: &AsOf<'_>,
    measure: &Measure,
    wanted: &dyn Fn(u32) -> bool,
) -> Vec<BearerSpan> {
    match &measure.bearer {
        Bearer::Units(rule) => unit_bearers(cx, rule, wanted),
        Bearer::Records {
            table,
            from,
            until,
            filter,
            answers,
            ..
        } => {
            let current = cx.current(*table).filter(|(record, _)| wanted(*record));
            let (records, rows): (Vec<u32>, Vec<u32>) = current.unzip();
            let owed = owed(cx, filter.as_ref(), *table, &rows);
            let from = dates(cx, from.as_ref(), *table, &rows);
            let until = dates(cx, until.as_ref(), *table, &rows);
            let register = cx.programme.registers.get(table - FIRST_REGISTER_TABLE);
            let answers = answers.as_ref().or_else(|| register?.unit.as_ref());
            let unit = units_of(cx, answers, *table, &rows);
            let mut bearers = Vec::new();
            for (i, (record, row)) in records.iter().zip(&rows).enumerate() {
                let at = |all: &[When]| all.get(i).copied().unwrap_or(When::Open);
                let (owed, from, until) = (owed.get(i).copied().flatten(), at(&from), at(&until));
                if owed == Some(false) || from == When::Nothing {
                    continue;
                }
                let unknown = from == When::Unknown || until == When::Unknown;
                bearers.push(BearerSpan {
                    bearer: BearerOf {
                        table: *table,
                        record: *record,
                    },
                    row: *row,
                    unit: unit.get(i).copied().flatten(),
                    spans: vec![(from.day(), until.day())],
                    owed: owed.filter(|_| !unknown),
                });
            }
            bearers
        }
    }
}

fn unit_bearers(cx: &AsOf<'_>, rule: &Rule, wanted: &dyn Fn(u32) -> bool) -> Vec<BearerSpan> {
    let rows: Vec<u32> = (0..cx.programme.units.len() as u32)
        .filter(|unit| wanted(*unit))
        .collect();
    let owed = owed(cx, Some(rule), UNIT_TABLE, &rows);
    let bearer = |(nth, row): (usize, u32)| {
        let unit: &Unit = cx.programme.units.get(row as usize)?;
        let owed = owed.get(nth).copied().flatten();
        (owed != Some(false)).then(|| BearerSpan {
            bearer: BearerOf {
                table: UNIT_TABLE,
                record: row,
            },
            row,
            unit: Some(row),
            spans: unit.exists.clone(),
            owed,
        })
    };
    rows.iter()
        .copied()
        .enumerate()
        .filter_map(bearer)
        .collect()
}

fn owed(cx: &AsOf<'_>, rule: Option<&Rule>, table: usize, rows: &[u32]) -> Vec<Option<bool>> {
    match rule {
        Some(rule) => cx.verdicts(rule, table, rows),
        None => vec![Some(true); rows.len()],
    }
}

/// A date that may be open, nothing or unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum When {
    /// The measure names no such date.
    Open,
    /// The cell is empty and empty means none.
    Nothing,
    /// Nobody has said.
    Unknown,
    /// A day.
    On(Day),
}

impl When {
    pub(crate) fn day(self) -> Option<Day> {
        if let Self::On(day) = self {
            Some(day)
        } else {
            None
        }
    }

    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Date(day) => Self::On(*day),
            Value::Time(at) => Self::On(at.day()),
            Value::Nothing => Self::Nothing,
            _ => Self::Unknown,
        }
    }
}

/// A date path over rows.
pub(crate) fn dates(cx: &AsOf<'_>, path: Option<&Rule>, table: usize, rows: &[u32]) -> Vec<When> {
    let Some(path) = path else {
        return vec![When::Open; rows.len()];
    };
    cx.values(path, table, rows).iter().map(When::of).collect()
}

/// The unit that a unit or division path leads to.
fn units_of(cx: &AsOf<'_>, path: Option<&Rule>, table: usize, rows: &[u32]) -> Vec<Option<u32>> {
    let Some(path) = path else {
        return vec![None; rows.len()];
    };
    cx.values(path, table, rows)
        .iter()
        .map(|v| unit_of(cx.programme, v))
        .collect()
}

/// The unit of a unit, or the one that governs a division.
pub(crate) fn unit_of(programme: &Programme, value: &Value) -> Option<u32> {
    match value {
        Value::Record(UNIT_TABLE, record) if *record != NO_ROW => Some(*record),
        Value::Record(DIVISION_TABLE, record) => {
            let division = programme.divisions.get(*record as usize)?;
            division.unit.map(|unit| unit as u32)
        }
        _ => None,
    }
}

/// The periods of a measure, worked out once for all bearers that owe in the same span.
pub(crate) struct Periods<'p> {
    cx: &'p AsOf<'p>,
    measure: &'p Measure,
    /// The date that due rests on, by position of the bearer; empty where it rests on none.
    field: Vec<When>,
    /// By first day, last day and the date that due rests on.
    found: HashMap<(Day, Day, When), Vec<Dated>>,
}

impl<'p> Periods<'p> {
    /// Periods for these bearers.
    pub(crate) fn new(cx: &'p AsOf<'p>, measure: &'p Measure, bearers: &[BearerSpan]) -> Self {
        let field = match &measure.due {
            Due::Field(path) | Due::AfterField(_, path) => {
                let table = bearers.first().map_or(UNIT_TABLE, |b| b.bearer.table);
                let rows: Vec<u32> = bearers.iter().map(|b| b.row).collect();
                dates(cx, Some(path), table, &rows)
            }
            Due::End | Due::AfterEnd(_) | Due::DayOfPeriod(_) | Due::On(_) => Vec::new(),
        };
        Self {
            cx,
            measure,
            field,
            found: HashMap::new(),
        }
    }

    /// The periods of the bearer at a position, in order, with their days.
    pub(crate) fn of(&mut self, position: usize, bearer: &BearerSpan) -> Vec<Dated> {
        let (cx, measure) = (self.cx, self.measure);
        let field = self.field.get(position).copied().unwrap_or(When::Unknown);
        let mut all = Vec::new();
        let on = (cx.programme, cx.at);
        for span in &bearer.spans {
            let (first, last) = ends(on, measure, *span);
            let found = self
                .found
                .entry((first, last, field))
                .or_insert_with(|| within(on, measure, (first, last), field));
            all.extend_from_slice(found);
        }
        all
    }
}

/// A span of days, open where `None`.
type Open = (Option<Day>, Option<Day>);

/// The periods of a bearer's span as of a day, in order, with their days; `field` is the date that due rests on.
pub(crate) fn of_span(
    on: (&Programme, Day),
    measure: &Measure,
    span: Open,
    field: When,
) -> Vec<Dated> {
    within(on, measure, ends(on, measure, span), field)
}

/// The first and the last day of a bearer's span within the measure's own.
fn ends((programme, at): (&Programme, Day), measure: &Measure, (from, until): Open) -> (Day, Day) {
    let campaign = programme.campaign;
    let first = later(measure.from, from).unwrap_or(campaign.0);
    let last = earlier(measure.until, until).unwrap_or(campaign.1.max(at));
    (first, last)
}

/// The periods that a span of days holds, in order, with their days.
fn within(
    (programme, at): (&Programme, Day),
    measure: &Measure,
    (first, last): (Day, Day),
    field: When,
) -> Vec<Dated> {
    if first > last {
        return Vec::new();
    }
    let found = match measure.every {
        Rhythm::Once => vec![single(first, last, "once")],
        Rhythm::Always if last >= at || measure.until.is_some_and(|u| u < at) => {
            vec![single(first, last, "always")]
        }
        Rhythm::Always => Vec::new(),
        Rhythm::Every(kind) => kind
            .within(first, last)
            .filter_map(|whole| cut(programme, measure, &whole, first, last))
            .collect(),
    };
    found
        .into_iter()
        .filter_map(|(period, share)| dated(programme, measure, field, period, share))
        .collect()
}

type Cutting = (Period, Option<(i64, i64)>);

/// The one period of a duty without a rhythm.
fn single(from: Day, until: Day, key: &str) -> Cutting {
    let key = key.into();
    (Period { from, until, key }, None)
}

/// A calendar period cut to the span and to the phases that the measure keeps to.
fn cut(
    programme: &Programme,
    measure: &Measure,
    whole: &Period,
    first: Day,
    last: Day,
) -> Option<Cutting> {
    let (from, until) = (whole.from.max(first), whole.until.min(last));
    let inside = if measure.during.is_empty() {
        Some((from, until))
    } else {
        let phases = &programme.phases;
        let mut parts: Vec<(Day, Day)> = phases
            .iter()
            .filter(|p| measure.during.contains(&p.id))
            .map(|p| (from.max(p.from), until.min(p.until)))
            .filter(|(from, until)| from <= until)
            .collect();
        parts.sort_unstable();
        // Phases that touch are one stretch; a period has one key and so one stretch, the first.
        parts.into_iter().reduce(|(from, until), next| {
            if next.0 <= until.plus(1) {
                (from, until.max(next.1))
            } else {
                (from, until)
            }
        })
    };
    let (from, until) = inside?;
    // A phase cuts like the measure's own span.
    let rule = match (from > whole.from, until < whole.until) {
        (true, _) if measure.first_period != Cut::Counts => measure.first_period,
        (_, true) => measure.last_period,
        _ => Cut::Counts,
    };
    if rule == Cut::Skipped {
        return None;
    }
    let period = Period {
        from,
        until,
        key: whole.key.clone(),
    };
    let share =
        (rule == Cut::Prorated).then(|| (i64::from(period.days()), i64::from(whole.days())));
    Some((period, share))
}

/// A period with its due, judged and late days; `None` past the calendar's edge (proof-reading names that).
/// `field` is the date that due rests on, if it rests on one.
fn dated(
    programme: &Programme,
    measure: &Measure,
    field: When,
    mut period: Period,
    share: Option<(i64, i64)>,
) -> Option<Dated> {
    let calendar = &programme.calendar;
    let start = if measure.every == Rhythm::Always {
        period.from
    } else {
        period.until
    };
    let (mut due, certain) = match &measure.due {
        Due::End => (start, true),
        Due::AfterEnd(span) => (after(start, *span, calendar)?, true),
        Due::DayOfPeriod(n) => {
            let first = period.until.month().0;
            (first.plus(i32::from(*n) - 1).min(first.month().1), true)
        }
        Due::On(day) => (*day, true),
        Due::Field(_) => match field {
            When::On(day) => (day, true),
            _ => (period.until, false),
        },
        Due::AfterField(span, _) => match field {
            When::On(day) => (after(day, *span, calendar)?, true),
            _ => (period.until, false),
        },
    };
    if measure.shift {
        due = calendar.on_or_after(due)?;
        if measure.every == Rhythm::Once {
            period.until = period.until.max(due);
        }
    }
    let judged = match measure.grace {
        Span::Days(0) | Span::Workdays(0) => due,
        grace => after(due, grace, calendar)?,
    };
    let late = if measure.every == Rhythm::Always {
        LateEnd::Open
    } else {
        LateEnd::after(measure.late, due, calendar)?
    };
    let closes = match measure.closes {
        Some(span) => Some(after(judged, span, calendar)?),
        None => None,
    };
    Some(Dated {
        period,
        share,
        due,
        judged,
        late,
        closes,
        certain,
    })
}

fn later(a: Option<Day>, b: Option<Day>) -> Option<Day> {
    a.max(b)
}

fn earlier(a: Option<Day>, b: Option<Day>) -> Option<Day> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

impl AsOf<'_> {
    /// The settings as names in scope.
    pub fn settings(&self) -> std::collections::BTreeMap<&str, Bound<'_>> {
        self.setting_names
            .iter()
            .map(|(name, value)| (name.as_str(), Bound::One(value.clone())))
            .collect()
    }
}

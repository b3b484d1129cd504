//! Makers: how one cell comes about, as `[fill.field]` says it.

use super::text::{Conditions, Template};
use app::rules::Day;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::rc::Rc;
use toml::Value;

/// A value in the making; a sheet holds its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// A text, an id of a choice, `true`, a period's key.
    Text(Rc<str>),
    /// A number; money in yuan.
    Number(f64),
    /// A day.
    Day(Day),
    /// A unit by its position.
    Unit(usize),
    /// A record by the position of its register and its own.
    Record(usize, usize),
    /// Several in one cell.
    List(Rc<[Cell]>),
}

/// How a cell comes about.
#[derive(Clone, Debug)]
pub(crate) struct Maker {
    /// What is made.
    pub(crate) how: How,
    /// Only then; else the cell stays empty.
    pub(crate) when: Conditions,
    /// The chance that there is a value at all.
    pub(crate) chance: f64,
    /// The chance that the value, which exists, was not written down.
    pub(crate) gap: f64,
    /// The factor that bends the chance, the gap, delays and lateness.
    pub(crate) by: Option<String>,
}

/// What is made.
#[derive(Clone, Debug)]
pub(crate) enum How {
    /// A constant.
    Is(Cell),
    /// A text with paths put in; a single path gives what it leads to, whatever that is.
    Text(Template),
    /// The first of several whose `when` holds.
    First(Vec<Maker>),
    /// One of several, by weight.
    One(Vec<(Maker, f64)>),
    /// Each of several by its own chance.
    Some(Vec<(Maker, f64)>),
    /// All of several.
    List(Vec<Maker>),
    /// A number.
    Number(Number),
    /// A day.
    Day(Box<DayMaker>),
    /// A unit or a record that is already there.
    Pick(Box<Pick>),
    /// A unified social credit code in the division that the template gives.
    Uscc(Template),
}

/// A number between two, times others.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    /// Both ends.
    pub(crate) range: [f64; 2],
    /// Even in its logarithm: many small, few great.
    pub(crate) log: bool,
    /// Numbers that it is multiplied by; an empty one leaves the cell empty.
    pub(crate) of: Vec<Template>,
    /// What it is a multiple of; the field's kind decides where it is left out.
    pub(crate) round: Option<f64>,
}

/// A day between two, or some days after another.
#[derive(Clone, Debug)]
pub(crate) struct DayMaker {
    /// From when to when, or so long after a day.
    pub(crate) when: DayRange,
    /// Days of rest count like others; else the day is a working day.
    pub(crate) rest: bool,
    /// How often it comes later still, and by how many days.
    pub(crate) late: Option<Late>,
}

/// Where a day lies.
#[derive(Clone, Debug)]
pub(crate) enum DayRange {
    /// Between two days.
    Between(Box<[Maker; 2]>),
    /// So many days after one.
    Days([f64; 2], Template),
    /// So many working days after one.
    Workdays([f64; 2], Template),
}

/// How often something comes late, and by how many days.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Late {
    /// The share that is late.
    pub(crate) share: f64,
    /// By how many days.
    pub(crate) days: [f64; 2],
}

/// A unit or a record among those that fit.
#[derive(Clone, Debug)]
pub(crate) struct Pick {
    /// `unit` or a register.
    pub(crate) of: String,
    /// A level that a unit must have.
    pub(crate) level: Option<String>,
    /// The unit that a unit must be or lie under.
    pub(crate) under: Option<Template>,
    /// What it must fulfil; paths begin at it.
    pub(crate) filter: Conditions,
    /// Nobody is picked twice by this maker.
    pub(crate) once: bool,
    /// So many different ones, in a list.
    pub(crate) how_many: Option<[f64; 2]>,
    /// Each with this chance, in a list.
    pub(crate) share: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    is: Option<Maker>,
    first: Option<Vec<Maker>>,
    one: Option<Weighted>,
    some: Option<Weighted>,
    number: Option<[f64; 2]>,
    #[serde(default)]
    log: bool,
    #[serde(default)]
    of: Vec<Template>,
    round: Option<f64>,
    between: Option<[Maker; 2]>,
    days: Option<[f64; 2]>,
    workdays: Option<[f64; 2]>,
    after: Option<Template>,
    #[serde(default)]
    rest: bool,
    late: Option<Late>,
    pick: Option<String>,
    level: Option<String>,
    under: Option<Template>,
    #[serde(default)]
    r#where: Conditions,
    #[serde(default)]
    once: bool,
    how_many: Option<[f64; 2]>,
    share: Option<f64>,
    uscc: Option<Template>,
    #[serde(default)]
    when: Conditions,
    #[serde(default = "certain")]
    chance: f64,
    #[serde(default)]
    gap: f64,
    by: Option<String>,
}

/// The chance of what is sure.
pub(crate) fn certain() -> f64 {
    1.0
}

struct Weighted(Vec<(Maker, f64)>);

impl<'de> Deserialize<'de> for Weighted {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let entry = |(word, weight): (String, Value)| {
            let weight = weight.as_float().or(weight.as_integer().map(|n| n as f64));
            let weight = weight.ok_or_else(|| format!("the weight of `{word}` is no number"))?;
            Ok((maker(Value::String(word))?, weight))
        };
        let entries: Result<Vec<(Maker, f64)>, String> = match Value::deserialize(from)? {
            Value::Table(table) => table.into_iter().map(entry).collect(),
            Value::Array(items) => items
                .into_iter()
                .map(|item| Ok((maker(item)?, 1.0)))
                .collect(),
            _ => Err("write a table from value to weight, or a list of values".to_owned()),
        };
        entries.map(Self).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Maker {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        maker(Value::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// A maker from what a file says; the answer says what is wrong with it.
fn maker(value: Value) -> Result<Maker, String> {
    let how = match value {
        Value::String(text) => How::Text(Template::parse(&text)?),
        Value::Integer(number) => How::Is(Cell::Number(number as f64)),
        Value::Float(number) => How::Is(Cell::Number(number)),
        Value::Boolean(flag) => How::Is(Cell::Text(flag.to_string().into())),
        Value::Datetime(day) => How::Is(Cell::Day(
            Day::parse(&day.to_string()).ok_or("write a date such as 2023-09-26")?,
        )),
        Value::Array(items) => {
            let makers = items.into_iter().map(maker);
            How::List(makers.collect::<Result<_, _>>()?)
        }
        Value::Table(table) => {
            let spec: Spec = table
                .try_into()
                .map_err(|e: toml::de::Error| e.message().to_owned())?;
            return made_of(spec);
        }
    };
    Ok(Maker {
        how,
        when: Conditions::default(),
        chance: 1.0,
        gap: 0.0,
        by: None,
    })
}

/// A maker from its table; exactly one key says what is made.
fn made_of(spec: Spec) -> Result<Maker, String> {
    let after = || {
        spec.after
            .clone()
            .ok_or("`days` and `workdays` need `after`")
    };
    let day = |when| {
        How::Day(Box::new(DayMaker {
            when,
            rest: spec.rest,
            late: spec.late.clone(),
        }))
    };
    let mut found = Vec::new();
    found.extend(spec.is.map(|maker| How::First(vec![maker])));
    found.extend(spec.first.map(How::First));
    found.extend(spec.one.map(|one| How::One(one.0)));
    found.extend(spec.some.map(|some| How::Some(some.0)));
    found.extend(
        spec.between
            .map(|ends| day(DayRange::Between(Box::new(ends)))),
    );
    if let Some(days) = spec.days {
        found.push(day(DayRange::Days(days, after()?)));
    }
    if let Some(days) = spec.workdays {
        found.push(day(DayRange::Workdays(days, after()?)));
    }
    found.extend(spec.number.map(|range| {
        How::Number(Number {
            range,
            log: spec.log,
            of: spec.of,
            round: spec.round,
        })
    }));
    found.extend(spec.pick.map(|of| {
        How::Pick(Box::new(Pick {
            of,
            level: spec.level,
            under: spec.under,
            filter: spec.r#where,
            once: spec.once,
            how_many: spec.how_many,
            share: spec.share,
        }))
    }));
    found.extend(spec.uscc.map(How::Uscc));
    let (Some(how), true) = (found.pop(), found.is_empty()) else {
        return Err("one key says what is made: is, first, one, some, number, between, days, workdays, pick or uscc".to_owned());
    };
    Ok(Maker {
        how,
        when: spec.when,
        chance: spec.chance,
        gap: spec.gap,
        by: spec.by,
    })
}

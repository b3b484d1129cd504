//! Lights: a colour with memory over one bearer's readings or judged duties. They never change a standing.

use crate::duty::BearerOf;
use crate::owes::names;
use crate::{AsOf, Duty, Facts, Standing, evaluate_one};
use programme::Programme;
use programme::model::{Light, Measure};
use rules::{Day, NO_ROW, Ranged, Rule, Value, verdict_between};
use std::collections::BTreeMap;

/// A light's colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colour {
    /// Nothing to see.
    Green,
    /// 黄.
    Yellow,
    /// 红.
    Red,
}

/// One reading of one bearer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The day at whose end it was read, or the day the duty was judged.
    pub on: Day,
    /// How the duty stood.
    pub standing: Standing,
    /// The colour; `None` where the standing was unknown or excused: it neither extends nor breaks a run.
    pub colour: Option<Colour>,
}

/// The readings of every bearer of a light's measure up to a day, in order.
pub fn light(
    programme: &Programme,
    facts: &Facts,
    light: &Light,
    at: Day,
) -> BTreeMap<BearerOf, Vec<Reading>> {
    let Some((_, measure)) = programme.measure(&light.measure) else {
        return BTreeMap::new();
    };
    let mut series: BTreeMap<BearerOf, Vec<(Day, Duty)>> = BTreeMap::new();
    // Each reading is coloured by what was known on its own day.
    let mut moments: BTreeMap<Day, AsOf<'_>> = BTreeMap::new();
    if light.over_duties {
        moments.insert(at, AsOf::new(programme, facts, at));
        for duty in moments
            .get(&at)
            .map(|cx| evaluate_one(cx, measure))
            .unwrap_or_default()
            .duties
            .into_iter()
            .filter(|d| d.judged <= at)
        {
            series
                .entry(duty.bearer)
                .or_default()
                .push((duty.judged, duty));
        }
    } else {
        for day in steps(programme, measure, at) {
            let cx = AsOf::new(programme, facts, day);
            let open = evaluate_one(&cx, measure)
                .duties
                .into_iter()
                .filter(|d| d.period.from <= day && day <= d.period.until);
            for duty in open {
                series.entry(duty.bearer).or_default().push((day, duty));
            }
            moments.insert(day, cx);
        }
    }
    let moment = |on: Day| moments.get(&on).or_else(|| moments.get(&at));
    series
        .into_iter()
        .map(|(bearer, duties)| (bearer, shine(&moment, measure, light, &duties)))
        .collect()
}

/// The last days of the steps at which readings are kept, up to `at`.
fn steps(programme: &Programme, measure: &Measure, at: Day) -> Vec<Day> {
    let Some(kind) = measure.readings else {
        return Vec::new();
    };
    let from = measure.from.unwrap_or(programme.campaign.0);
    let until = measure.until.unwrap_or(programme.campaign.1);
    kind.within(from, until.min(at))
        .map(|p| p.until)
        .filter(|day| *day <= at)
        .collect()
}

fn shine<'m>(
    moment: &impl Fn(Day) -> Option<&'m AsOf<'m>>,
    measure: &Measure,
    light: &Light,
    duties: &[(Day, Duty)],
) -> Vec<Reading> {
    let (mut yellows, mut reds) = (0i64, 0i64);
    let mut readings = Vec::new();
    for (on, duty) in duties {
        let standing = duty.standing;
        let silent = matches!(
            standing,
            Standing::Unknown | Standing::Excused | Standing::Upcoming
        );
        let shone = moment(*on)
            .filter(|_| !silent)
            .and_then(|cx| colour(cx, measure, light, duty, (yellows, reds)));
        if let Some(colour) = shone {
            // A run counts readings of its colour or worse.
            yellows = if colour >= Colour::Yellow {
                yellows + 1
            } else {
                0
            };
            reds = if colour == Colour::Red { reds + 1 } else { 0 };
        }
        readings.push(Reading {
            on: *on,
            standing,
            colour: shone,
        });
    }
    readings
}

/// The colour of one reading after runs of `(yellow, red)`; `None` where a rule that decides it is unknown.
fn colour(
    cx: &AsOf<'_>,
    measure: &Measure,
    light: &Light,
    duty: &Duty,
    (yellows, reds): (i64, i64),
) -> Option<Colour> {
    let ask = |rule: &Rule, yellows: i64| {
        let bounds = bounds(cx, measure, duty, yellows, reds);
        verdict_between(rule, &cx.world(), &bounds, None)
    };
    if let Some(rule) = &light.made_good
        && ask(rule, yellows)?
    {
        return Some(Colour::Green);
    }
    let yellow = ask(&light.yellow, yellows)?;
    // The run that red asks for counts this reading itself.
    let run = if yellow { yellows + 1 } else { 0 };
    Some(match (ask(&light.red, run)?, yellow) {
        (true, _) => Colour::Red,
        (false, true) => Colour::Yellow,
        (false, false) => Colour::Green,
    })
}

fn bounds<'n>(
    cx: &'n AsOf<'_>,
    measure: &'n Measure,
    duty: &Duty,
    yellows: i64,
    reds: i64,
) -> rules::Bounds<'n> {
    let tallies = measure.tallies.iter().zip(duty.tallies().iter().copied());
    let mut names = names(cx, cx.all_settings(), &duty.period, duty.due, tallies);
    names.insert(
        "standing",
        Ranged::Value(Value::Text(duty.standing.word().into())),
    );
    names.insert("run_yellow", Ranged::Value(Value::Int(yellows)));
    names.insert("run_red", Ranged::Value(Value::Int(reds)));
    let row = cx
        .row(duty.bearer.table, duty.bearer.record)
        .unwrap_or(NO_ROW);
    rules::Bounds {
        names,
        records: [("bearer", row)].into(),
        own: None,
    }
}

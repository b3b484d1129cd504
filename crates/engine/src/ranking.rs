//! Rankings: units, never persons, in order of a value. They owe nothing.

use crate::duty::Bounds;
use crate::owes::names;
use crate::{AsOf, Duty, evaluate_one};
use programme::Period;
use programme::model::{Bearer, Cut, Due, Late, Measure, Pace, Ranking, Span, Ties};
use rules::Ranged;
use std::collections::BTreeMap;

/// One period of a ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedPeriod {
    /// The period.
    pub period: Period,
    /// Units in order of their places, unranked ones last.
    pub units: Vec<Ranked>,
}

/// One unit in a ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// Record number of the unit.
    pub unit: u32,
    /// Its value at both ends.
    pub value: Bounds,
    /// Its place from 1; `None` where its value is unknown.
    pub place: Option<usize>,
    /// The place could still change: the period runs, or a unit's value is unknown.
    pub provisional: bool,
    /// What the place earns, in fen.
    pub prize_fen: i64,
}

/// A ranking's periods that have begun.
pub fn ranking(cx: &AsOf<'_>, ranking: &Ranking) -> Vec<RankedPeriod> {
    let measure = as_measure(ranking);
    let mut periods: BTreeMap<Period, Vec<(u32, Bounds)>> = BTreeMap::new();
    for duty in evaluate_one(cx, &measure).duties {
        if duty.period.from <= cx.at {
            // A unit that may not belong at all is unranked.
            let value = if duty.owed == Some(true) {
                value(cx, ranking, &duty)
            } else {
                Bounds::default()
            };
            periods
                .entry(duty.period)
                .or_default()
                .push((duty.bearer.record, value));
        }
    }
    let place = |(period, units): (Period, Vec<(u32, Bounds)>)| {
        let runs = cx.at < period.until;
        RankedPeriod {
            units: places(ranking, &units, runs),
            period,
        }
    };
    periods.into_iter().map(place).collect()
}

/// A ranking counts like a measure that asks for nothing.
fn as_measure(ranking: &Ranking) -> Measure {
    Measure {
        id: ranking.id.clone(),
        clause: ranking.clause.clone().unwrap_or_default(),
        name: ranking.name.clone(),
        bearer: Bearer::Units(ranking.units.clone()),
        every: ranking.every,
        from: Some(ranking.from),
        until: Some(ranking.until),
        during: Vec::new(),
        first_period: Cut::Counts,
        last_period: Cut::Counts,
        due: Due::End,
        shift: false,
        grace: Span::Days(0),
        late: Late::Open,
        closes: None,
        notice_before: None,
        pace: Pace::None,
        readings: None,
        after: None,
        clock: None,
        done: None,
        owes: None,
        opens: None,
        complete: None,
        empty_ratio_met: false,
        tallies: ranking.tallies.clone(),
        ladder: None,
        narrative: false,
        set_by: BTreeMap::new(),
        place: Default::default(),
    }
}

fn value(cx: &AsOf<'_>, ranking: &Ranking, duty: &Duty) -> Bounds {
    let tallies = ranking
        .tallies
        .iter()
        .zip(duty.in_time.tallies.iter().copied());
    let names = names(cx, cx.all_settings(), &duty.period, duty.due, tallies);
    let row = cx.row(duty.bearer.table, duty.bearer.record);
    let records = row.map(|row| ("bearer", row)).into_iter().collect();
    let (world, bounds) = (
        cx.world(),
        rules::Bounds {
            names,
            records,
            own: row,
        },
    );
    let lane = rules::Lane {
        world: &world,
        bounds: &bounds,
        prorate: None,
    };
    match rules::range(&ranking.value.root, &lane) {
        Ranged::Whole { lo, hi } => Bounds {
            low: lo.map(|n| n as f64),
            high: hi.map(|n| n as f64),
        },
        Ranged::Real { lo, hi } => Bounds { low: lo, high: hi },
        Ranged::Value(value) => match value {
            rules::Value::Nothing | rules::Value::Unknown(_) => Bounds::default(),
            value => crate::tally::real(&value).map_or_else(Bounds::default, Bounds::exactly),
        },
    }
}

/// Places with ties and prizes.
fn places(ranking: &Ranking, units: &[(u32, Bounds)], runs: bool) -> Vec<Ranked> {
    let open: Vec<Bounds> = units
        .iter()
        .map(|(_, value)| *value)
        .filter(|value| value.known().is_none())
        .collect();
    // A place could still change where an unknown value may turn out as good or better.
    let could_move = |value: f64| {
        open.iter().any(|b| {
            if ranking.descending {
                b.high.is_none_or(|high| high >= value)
            } else {
                b.low.is_none_or(|low| low <= value)
            }
        })
    };
    let mut known: Vec<(u32, f64)> = units
        .iter()
        .filter_map(|(unit, value)| Some((*unit, value.known()?)))
        .collect();
    known.sort_by(|(a, x), (b, y)| {
        let order = if ranking.descending {
            y.total_cmp(x)
        } else {
            x.total_cmp(y)
        };
        order.then(a.cmp(b))
    });
    let mut ranked = Vec::new();
    let mut next = 1;
    for tied in known.chunk_by(|(_, a), (_, b)| a == b) {
        let prize_fen = prize(ranking, next, tied.len());
        for (unit, value) in tied {
            ranked.push(Ranked {
                unit: *unit,
                value: Bounds::exactly(*value),
                place: Some(next),
                provisional: runs || could_move(*value),
                prize_fen,
            });
        }
        next += if ranking.ties == Ties::Next {
            1
        } else {
            tied.len()
        };
    }
    let unranked = units.iter().filter(|(_, value)| value.known().is_none());
    ranked.extend(unranked.map(|(unit, value)| Ranked {
        unit: *unit,
        value: *value,
        place: None,
        provisional: true,
        prize_fen: 0,
    }));
    ranked
}

/// What one of `tied` units at `place` earns.
fn prize(ranking: &Ranking, place: usize, tied: usize) -> i64 {
    let of = |place: usize| {
        let counts = place <= ranking.places;
        ranking
            .prizes
            .get(place - 1)
            .copied()
            .filter(|_| counts)
            .unwrap_or(0)
    };
    match ranking.ties {
        Ties::Share => (place..place + tied).map(of).sum::<i64>() / (tied.max(1) as i64),
        Ties::All | Ties::Next => of(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three(ties: Ties) -> Ranking {
        let root = rules::Node {
            kind: rules::Kind::Name("x".into()),
            ty: rules::Type::Double,
            span: 0..1,
        };
        let rule = rules::Rule {
            text: "x".into(),
            root,
        };
        Ranking {
            id: "r".into(),
            name: Default::default(),
            clause: None,
            units: rule.clone(),
            every: programme::Rhythm::Once,
            from: rules::Day(0),
            until: rules::Day(1),
            places: 3,
            prizes: vec![200, 120, 80],
            ties,
            descending: true,
            value: rule,
            tallies: Vec::new(),
            set_by: None,
        }
    }

    #[test]
    fn ties_share_or_repeat_a_prize_and_an_unknown_value_is_unranked() {
        let values = [5.0, 9.0, 5.0, 1.0].map(Bounds::exactly);
        let units: Vec<(u32, Bounds)> = (0..)
            .zip(values)
            .chain([(
                9,
                Bounds {
                    low: Some(0.0),
                    high: None,
                },
            )])
            .collect();
        let got = |ties| {
            let all = places(&three(ties), &units, false);
            all.iter()
                .map(|r| (r.unit, r.place, r.prize_fen))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            got(Ties::Share),
            [
                (1, Some(1), 200),
                (0, Some(2), 100),
                (2, Some(2), 100),
                (3, Some(4), 0),
                (9, None, 0)
            ]
        );
        assert_eq!(
            got(Ties::All),
            [
                (1, Some(1), 200),
                (0, Some(2), 120),
                (2, Some(2), 120),
                (3, Some(4), 0),
                (9, None, 0)
            ]
        );
        assert_eq!(
            got(Ties::Next),
            [
                (1, Some(1), 200),
                (0, Some(2), 120),
                (2, Some(2), 120),
                (3, Some(3), 80),
                (9, None, 0)
            ]
        );
        assert!(
            places(&three(Ties::All), &units, false)
                .iter()
                .all(|r| r.provisional)
        );
        assert!(
            places(&three(Ties::All), &units[..2], false)
                .iter()
                .all(|r| !r.provisional)
        );
    }
}

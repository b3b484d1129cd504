//! Periods of every rhythm, for every bearer: they follow one another, and lie inside the measure's span.

use crate::lake::{LAKE, day, facts, lake, measure};
use programme::{PeriodKind, Rhythm};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[test]
fn duties_of_every_rhythm_cover_the_span_without_overlap() {
    let none = facts(&LAKE, &[]);
    let (_, evaluation) = lake(&none, "2023-06-15");
    let (first, last) = (day("2023-01-04"), day("2023-12-13"));
    let mut rhythms = 0;
    for result in &evaluation.measures {
        let measure = &LAKE.notices[result.notice].measures[result.measure];
        if !measure.id.starts_with("visits-") || measure.every == Rhythm::Always {
            continue;
        }
        rhythms += 1;
        let mut series: BTreeMap<u32, Vec<_>> = BTreeMap::new();
        for duty in &result.duties {
            series
                .entry(duty.bearer.record)
                .or_default()
                .push(&duty.period);
        }
        for (unit, periods) in series {
            let exists = &LAKE.units[unit as usize].exists;
            let one_span = exists.len() == 1;
            assert!(
                periods
                    .iter()
                    .all(|p| first <= p.from && p.from <= p.until && p.until <= last)
            );
            assert!(
                periods.windows(2).all(|w| w[0].until < w[1].from),
                "{}",
                measure.id
            );
            if one_span {
                let days: i32 = periods.iter().map(|p| p.days()).sum();
                assert_eq!(days, last.0 - first.0 + 1, "{} leaves days out", measure.id);
            }
        }
    }
    assert_eq!(rhythms, 8);
}

#[test]
fn a_unit_of_two_spans_owes_in_both_and_not_between() {
    let none = facts(&LAKE, &[]);
    let (cx, evaluation) = lake(&none, "2023-06-15");
    let at = evaluation
        .measures
        .iter()
        .position(|m| LAKE.notices[m.notice].measures[m.measure].id == measure("visits-day").id);
    let island = evaluation.measures[at.unwrap()].duties.iter();
    let days: Vec<_> = island
        .filter(|d| cx.id(d.bearer.table, d.bearer.record) == "z1")
        .map(|d| d.period.from)
        .collect();
    assert_eq!(days.first(), Some(&day("2023-01-04")));
    assert!(days.contains(&day("2023-03-31")) && days.contains(&day("2023-06-01")));
    assert!(
        !days
            .iter()
            .any(|d| day("2023-03-31") < *d && *d < day("2023-06-01"))
    );
    assert_eq!(days.last(), Some(&day("2023-12-13")));
}

proptest! {
    #[test]
    fn every_day_lies_in_one_period_of_each_kind_and_its_key_leads_back(days in 0..30_000_i32) {
        let today = day("1990-01-01").plus(days);
        for kind in PeriodKind::ALL {
            let period = kind.containing(today);
            prop_assert!(period.from <= today && today <= period.until);
            prop_assert_eq!(kind.parse_key(&period.key), Some(period.clone()));
            prop_assert_eq!(kind.containing(period.until.plus(1)).from, period.until.plus(1));
            prop_assert_eq!(kind.containing(period.from.plus(-1)).until, period.from.plus(-1));
        }
    }

    #[test]
    fn periods_within_a_span_follow_one_another(days in 0..20_000_i32, length in 0..800_i32) {
        let from = day("2000-01-01").plus(days);
        let until = from.plus(length);
        for kind in PeriodKind::ALL {
            let all: Vec<_> = kind.within(from, until).collect();
            prop_assert!(all[0].from <= from && until <= all[all.len() - 1].until);
            prop_assert!(all.windows(2).all(|w| w[0].until.plus(1) == w[1].from));
        }
    }
}

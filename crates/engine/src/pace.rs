//! Pace: what an open duty should have reached by now.

use crate::duty::Bounds;
use programme::Period;
use programme::model::{Measure, Pace};
use rules::{Comparison, Day, Threshold};

/// A `tally >= N` of a duty with its N.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Position of the tally in the measure.
    pub tally: usize,
    /// N, in the tally's unit.
    pub need: f64,
    /// More than N is asked for (`>`).
    pub strictly: bool,
}

/// What the pace asks of `need` by the end of a day.
pub fn asked(pace: &Pace, need: f64, period: &Period, at: Day) -> f64 {
    if at < period.from {
        return 0.0;
    }
    // A curve has days of its own, which may lie past the period's end, up to due.
    if at >= period.until && !matches!(pace, Pace::Curve(_)) {
        return need;
    }
    match pace {
        Pace::None => 0.0,
        Pace::LinearDay => {
            (need * f64::from(at.0 - period.from.0 + 1) / f64::from(period.days())).floor()
        }
        Pace::LinearMonth => {
            let (ended, all) = (
                months_ended(period.from, at),
                months_ended(period.from, period.until),
            );
            if all == 0 {
                0.0
            } else {
                (need * f64::from(ended) / f64::from(all)).floor()
            }
        }
        Pace::Curve(points) => {
            let share = points
                .iter()
                .take_while(|(day, _)| *day <= at)
                .last()
                .map_or(0.0, |(_, share)| *share);
            need * share
        }
    }
}

/// Months whose last day lies in `from..=at`.
fn months_ended(from: Day, at: Day) -> i32 {
    let index = |day: Day| {
        let (year, month, _) = day.ymd();
        i32::from(year) * 12 + i32::from(month)
    };
    let last = if at.month().1 == at {
        index(at)
    } else {
        index(at) - 1
    };
    (last - index(from) + 1).max(0)
}

/// Whether a measure's rhythm and rule give a duty a pace: a `>= N` with N above one, or any real N.
pub(crate) fn paced(measure: &Measure, goals: &[Goal]) -> bool {
    measure.pace != Pace::None && goals.iter().any(|g| goal_is_paced(measure, g))
}

fn goal_is_paced(measure: &Measure, goal: &Goal) -> bool {
    use programme::model::TallyKind::{Count, Distinct, Last, Sum};
    let grows = measure
        .tallies
        .get(goal.tally)
        .is_some_and(|t| match t.kind {
            Count | Distinct(_) | Sum(_) => true,
            // A latest value or a share has a course only where the programme draws one.
            Last(_) => !matches!(measure.pace, Pace::LinearDay),
            _ => matches!(measure.pace, Pace::Curve(_)),
        });
    grows && (goal.need > 1.0 || matches!(measure.pace, Pace::Curve(_)))
}

/// Whether any paced tally lies below its pace, and the first such tally with what is asked of it.
pub(crate) fn below(
    measure: &Measure,
    goals: &[Goal],
    tallies: &[Bounds],
    period: &Period,
    at: Day,
) -> (Option<bool>, Option<(usize, f64)>) {
    let (mut below, mut shown) = (Some(false), None);
    for goal in goals.iter().filter(|g| goal_is_paced(measure, g)) {
        let asked = asked(&measure.pace, goal.need, period, at);
        shown = shown.or(Some((goal.tally, asked)));
        let found = tallies.get(goal.tally).copied().unwrap_or_default();
        below = match (found.low, found.high) {
            (_, Some(high)) if high < asked => Some(true),
            (Some(low), _) if low >= asked => below,
            _ => below.filter(|b| *b),
        };
    }
    (below, shown)
}

/// Thresholds that ask for at least a number.
pub(crate) fn is_goal(threshold: &Threshold<'_>) -> bool {
    matches!(threshold.comparison, Comparison::Ge | Comparison::Gt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use programme::PeriodKind;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap_or_default()
    }

    #[test]
    fn ten_a_month_asks_eight_on_the_twenty_sixth() {
        let month = PeriodKind::Month.containing(day("2023-09-26"));
        assert_eq!(
            asked(&Pace::LinearDay, 10.0, &month, day("2023-09-26")),
            8.0
        );
        assert_eq!(
            asked(&Pace::LinearDay, 10.0, &month, day("2023-09-02")),
            0.0
        );
        assert_eq!(
            asked(&Pace::LinearDay, 10.0, &month, day("2023-09-30")),
            10.0
        );
        assert_eq!(
            asked(&Pace::LinearDay, 10.0, &month, day("2023-08-31")),
            0.0
        );
    }

    #[test]
    fn months_count_when_they_have_ended() {
        let year = PeriodKind::Year.containing(day("2023-09-26"));
        assert_eq!(
            asked(&Pace::LinearMonth, 12.0, &year, day("2023-09-26")),
            8.0
        );
        assert_eq!(
            asked(&Pace::LinearMonth, 12.0, &year, day("2023-09-30")),
            9.0
        );
        assert_eq!(
            asked(&Pace::LinearMonth, 12.0, &year, day("2023-01-30")),
            0.0
        );
    }

    #[test]
    fn a_curve_holds_from_each_of_its_days() {
        let year = PeriodKind::Year.containing(day("2023-09-26"));
        let curve = Pace::Curve(vec![(day("2023-08-31"), 0.2), (day("2023-12-31"), 1.0)]);
        assert_eq!(asked(&curve, 50.0, &year, day("2023-08-30")), 0.0);
        assert_eq!(asked(&curve, 50.0, &year, day("2023-09-26")), 10.0);
    }
}

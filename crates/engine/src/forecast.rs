//! Where an open duty is expected to end, and the latest day to start and still make it.

use crate::duty::Bounds;
use crate::moment::AsOf;
use crate::owes::Owes;
use crate::pace::Goal;
use crate::period::Dated;
use crate::tally::Placed;
use crate::{Duty, MeasureResult};
use programme::model::{Measure, TallyKind};
use rules::Day;

/// The days of the trailing rate that a forecast holds against the mean of the period.
const TRAILING_DAYS: i32 = 14;
/// The window in which the best rate is looked for.
const BEST_DAYS: i32 = 7;

/// A forecast of one paced tally.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// Position of the tally.
    pub tally: usize,
    /// What must be reached.
    pub need: f64,
    /// Where the period is expected to end.
    pub landing: Bounds,
    /// The latest day to start and still make it at the best week that any bearer of the measure had;
    /// `None` where nobody has done any, or where it can no longer be made.
    pub latest_start: Option<Day>,
    /// The most that any bearer did in seven days.
    pub best_week: f64,
}

/// The forecast of an open duty; `None` without a tally that grows towards a number.
pub fn forecast(
    cx: &AsOf<'_>,
    measure: &Measure,
    result: &MeasureResult,
    duty: &Duty,
) -> Option<Forecast> {
    if cx.at < duty.period.from || cx.at >= duty.due {
        return None;
    }
    let goal = goal(cx, measure, duty)?;
    let tally = measure.tallies.get(goal.tally)?;
    let rows = result.tallies.get(goal.tally)?;
    let bearer = result.bearers.iter().position(|b| *b == duty.bearer)? as u32;
    let mine = rows.of(bearer);
    let bounds = duty.tallies().get(goal.tally).copied()?;
    let low = bounds.low?;
    let left = f64::from(duty.due.0 - cx.at.0);
    let gone = f64::from(cx.at.0 - duty.period.from.0 + 1);
    let trailing_from = duty.period.from.max(cx.at.plus(1 - TRAILING_DAYS));
    let trailing_days = f64::from(cx.at.0 - trailing_from.0 + 1);
    let trailing = done_between(cx, tally.table, mine, trailing_from, cx.at) / trailing_days;
    let mean = low / gone;
    // Rows of two weeks are not new values of two weeks: a distinct tally goes by its mean alone.
    let trailing = match tally.kind {
        TallyKind::Distinct(_) => mean,
        _ => trailing,
    };
    let (slow, fast) = (mean.min(trailing), mean.max(trailing));
    let whole = !matches!(tally.kind, TallyKind::Sum(_));
    let round = |n: f64| if whole { n.round() } else { n };
    let landing = Bounds {
        low: Some(low + round(slow * left)),
        high: bounds.high.map(|high| high + round(fast * left)),
    };
    let best_week = best_week(cx, tally.table, &rows.placed);
    let latest_start =
        latest_start(duty.due, goal.need - low, best_week).filter(|day| *day > cx.at);
    Some(Forecast {
        tally: goal.tally,
        need: goal.need,
        landing,
        latest_start,
        best_week,
    })
}

/// The first goal of a duty on a tally that grows with its rows.
pub fn goal(cx: &AsOf<'_>, measure: &Measure, duty: &Duty) -> Option<Goal> {
    let grows = |g: &Goal| {
        let tally = measure.tallies.get(g.tally);
        tally.is_some_and(|t| {
            matches!(
                t.kind,
                TallyKind::Count | TallyKind::Distinct(_) | TallyKind::Sum(_)
            ) && (t.on.is_some() || t.for_period.is_some())
        })
    };
    goals(cx, measure, duty)
        .into_iter()
        .find(|g| grows(g) && g.need > 1.0)
}

/// Each `tally >= N` of a duty with its N.
pub fn goals(cx: &AsOf<'_>, measure: &Measure, duty: &Duty) -> Vec<Goal> {
    let row = cx
        .row(duty.bearer.table, duty.bearer.record)
        .unwrap_or(rules::NO_ROW);
    Owes::new(cx, measure)
        .goals(row, &Dated::of(duty), duty.tallies())
        .to_vec()
}

/// What current rows that certainly count added between two days.
pub(crate) fn done_between(
    cx: &AsOf<'_>,
    table: usize,
    rows: &[Placed],
    from: Day,
    until: Day,
) -> f64 {
    let inside =
        |p: &&Placed| matches!(p.done, crate::DoneOn::Day(day) if from <= day && day <= until);
    let sure = |p: &&Placed| p.counts == Some(true) && cx.facts.known(table, p.row, cx.until());
    rows.iter()
        .filter(inside)
        .filter(sure)
        .map(|p| p.amount.unwrap_or(0.0))
        .sum()
}

fn best_week(cx: &AsOf<'_>, table: usize, rows: &[Placed]) -> f64 {
    let mut best: f64 = 0.0;
    for mine in rows.chunk_by(|a, b| a.bearer == b.bearer) {
        let mut days: Vec<(Day, f64)> = mine
            .iter()
            .filter(|p| p.counts == Some(true) && cx.facts.known(table, p.row, cx.until()))
            .filter_map(|p| match p.done {
                crate::DoneOn::Day(day) if day <= cx.at => Some((day, p.amount.unwrap_or(0.0))),
                _ => None,
            })
            .collect();
        days.sort_by_key(|(day, _)| *day);
        let (mut first, mut sum) = (0, 0.0);
        for (day, amount) in &days {
            sum += amount;
            while let Some((early, gone)) = days
                .get(first)
                .filter(|(early, _)| i64::from(day.0) - i64::from(early.0) >= i64::from(BEST_DAYS))
            {
                debug_assert!(early < day);
                sum -= gone;
                first += 1;
            }
            best = best.max(sum);
        }
    }
    best
}

fn latest_start(due: Day, need: f64, best_week: f64) -> Option<Day> {
    if need <= 0.0 || best_week <= 0.0 {
        return None;
    }
    let days = (need * f64::from(BEST_DAYS) / best_week).ceil();
    (days < 3660.0).then(|| due.plus(1 - days as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_more_at_seven_a_week_can_start_four_days_before_the_end() {
        assert_eq!(latest_start(Day(30), 4.0, 7.0), Some(Day(27)));
        assert_eq!(latest_start(Day(30), 4.0, 0.0), None);
        assert_eq!(latest_start(Day(30), 0.0, 7.0), None);
    }
}

//! What the ladder would do on a day: a pure decision, nothing is sent.

use crate::moment::AsOf;
use crate::span::after;
use crate::{Duty, Standing};
use programme::model::{Ladder, Measure};
use rules::Day;

/// A rung of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// 提醒: told to those who owe.
    Remind,
    /// 预警: told one level up too.
    Warn,
    /// 督办单: a supervision order; a person confirms it.
    Order,
    /// 问责建议: a proposal to look into accountability; a person confirms it.
    Review,
}

/// Where a rung stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RungState {
    /// Its day came while the duty was unmet: it would have fired.
    Fired,
    /// It fires on its day unless the duty is met.
    Ahead,
    /// The duty was met, excused or is not known by its day.
    NotNeeded,
}

/// One rung of one duty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LadderStep {
    /// Which.
    pub rung: Rung,
    /// Its day, a working day.
    pub on: Day,
    /// Where it stands.
    pub state: RungState,
}

/// The rungs of a duty's ladder in order. Each fires once: after an outage the highest whose day has come.
pub fn ladder(cx: &AsOf<'_>, measure: &Measure, duty: &Duty) -> Vec<LadderStep> {
    let Some(ladder) = measure
        .ladder
        .as_ref()
        .and_then(|id| cx.programme.ladders.get(id))
    else {
        return Vec::new();
    };
    if measure.narrative || duty.owed.is_none() {
        return Vec::new();
    }
    let step = |(rung, on): (Rung, Day)| LadderStep {
        rung,
        on,
        state: state(cx, duty, rung, on),
    };
    days(cx, ladder, duty).into_iter().map(step).collect()
}

fn state(cx: &AsOf<'_>, duty: &Duty, rung: Rung, on: Day) -> RungState {
    let unneeded = match duty.standing {
        Standing::Excused => true,
        // Nobody is pressed on a doubt: the holder of the missing item is asked instead.
        Standing::Unknown => rung > Rung::Remind,
        // A stock has no day of its own: recovered means that it was short until judgement.
        Standing::Met | Standing::Recovered => match duty.reached {
            Some(reached) => reached <= on,
            None => duty.standing == Standing::Met || on > duty.judged,
        },
        _ => false,
    };
    match (unneeded, on <= cx.at) {
        (true, _) => RungState::NotNeeded,
        (false, true) => RungState::Fired,
        (false, false) => RungState::Ahead,
    }
}

fn days(cx: &AsOf<'_>, ladder: &Ladder, duty: &Duty) -> Vec<(Rung, Day)> {
    let calendar = &cx.programme.calendar;
    let length = duty.due.0 - duty.period.from.0 + 1;
    let share = length * i32::from(ladder.remind_percent) / 100;
    let at_share = duty.period.from.plus((share - 1).max(0));
    let before = |day| {
        if calendar.is_workday(day)? {
            Some(day)
        } else {
            calendar.add_workdays(day, -1)
        }
    };
    let mut days = Vec::new();
    days.extend(before(at_share).map(|day| (Rung::Remind, day)));
    if ladder.warn {
        days.extend(calendar.on_or_after(duty.due).map(|day| (Rung::Warn, day)));
    }
    let later = |span| calendar.on_or_after(after(duty.judged, span, calendar)?);
    days.extend(ladder.order.and_then(later).map(|day| (Rung::Order, day)));
    days.extend(ladder.review.and_then(later).map(|day| (Rung::Review, day)));
    days
}

/// The rung that would go out now: the highest whose day has come and that is needed.
pub fn due_rung(steps: &[LadderStep]) -> Option<LadderStep> {
    steps
        .iter()
        .rev()
        .find(|s| s.state == RungState::Fired)
        .copied()
}

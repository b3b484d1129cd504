//! The edge of the calendar: no duty may be due or judged on a day whose work nobody has settled.

use super::{Proof, dates};
use crate::Rhythm;
use crate::model::{Bearer, Due, Late, Measure, Span};
use rules::{Calendar, Day, Words};

pub(super) fn check(proof: &mut Proof<'_>) {
    for (_, measure) in proof.measures() {
        if let Some(key) = past_edge(proof, measure) {
            refuse(proof, measure, key);
        }
    }
}

/// The key with which the last duty of a measure runs past the calendar.
fn past_edge(proof: &Proof<'_>, measure: &Measure) -> Option<&'static str> {
    if measure.every == Rhythm::Always && measure.after.is_none() && measure.clock.is_none() {
        return None;
    }
    let calendar = &proof.programme.calendar;
    let (_, until) = dates::span(proof, measure)?;
    let reach = Reach { calendar };
    let (due, key) = match last_due(proof, measure, until, reach) {
        Ok(due) => due,
        Err(key) => return Some(key),
    };
    let due = match measure.shift {
        true => match calendar.on_or_after(due) {
            Some(day) => day,
            None => return Some("shift"),
        },
        false => due,
    };
    if reach.past(due) {
        return Some(key);
    }
    let Some(judged) = reach.after(due, measure.grace) else {
        return Some("grace");
    };
    if let Late::For(span) = measure.late
        && reach.workdays_end(due, span)
    {
        return Some("late");
    }
    if measure
        .closes
        .is_some_and(|s| reach.workdays_end(judged, s))
    {
        return Some("closes");
    }
    let ladder = measure.ladder.as_ref();
    let ladder = ladder.and_then(|id| proof.programme.ladders.get(id))?;
    [ladder.order, ladder.review]
        .into_iter()
        .flatten()
        .any(|step| reach.workdays_end(judged, step))
        .then_some("ladder")
}

/// The last day on which a duty can be due, and the key that says so; or the key that has no such day.
fn last_due(
    proof: &Proof<'_>,
    measure: &Measure,
    until: Day,
    reach: Reach<'_>,
) -> Result<(Day, &'static str), &'static str> {
    if let Some(after) = &measure.after {
        let due = reach.after(until, after.within).ok_or("after")?;
        return Ok((due, "after"));
    }
    if let Some(length) = clock_length(proof, measure) {
        return Ok((reach.after(until, length).ok_or("clock")?, "clock"));
    }
    match &measure.due {
        Due::AfterEnd(span) | Due::AfterField(span, _) => {
            Ok((reach.after(until, *span).ok_or("due")?, "due"))
        }
        Due::On(day) => Ok((*day, "due")),
        Due::DayOfPeriod(day) => {
            let last = match measure.every {
                Rhythm::Every(kind) => kind.containing(until).until,
                Rhythm::Once | Rhythm::Always => until,
            };
            let (first, end) = last.month();
            Ok((first.plus(i32::from(*day) - 1).min(end), "due"))
        }
        Due::End | Due::Field(_) => Ok((until, "until")),
    }
}

fn clock_length(proof: &Proof<'_>, measure: &Measure) -> Option<Span> {
    let id = measure.clock.as_ref()?;
    let Bearer::Records { register, .. } = &measure.bearer else {
        return None;
    };
    let (_, register) = proof.programme.register(register)?;
    let clock = register.clocks.iter().find(|c| c.id == *id)?;
    Some(clock.length)
}

#[derive(Clone, Copy)]
struct Reach<'a> {
    calendar: &'a Calendar,
}

impl Reach<'_> {
    /// The day a span later; `None` when that lies past the calendar.
    fn after(self, day: Day, span: Span) -> Option<Day> {
        let later = match span {
            Span::Days(n) => day.plus(i32::try_from(n).ok()?),
            Span::Workdays(0) => day,
            Span::Workdays(n) => self.calendar.add_workdays(day, n)?,
        };
        Some(later).filter(|d| !self.past(*d))
    }

    /// Whether working days run out; plain days need no calendar.
    fn workdays_end(self, day: Day, span: Span) -> bool {
        matches!(span, Span::Workdays(n) if n > 0 && self.calendar.add_workdays(day, n).is_none())
    }

    fn past(self, day: Day) -> bool {
        self.calendar.range().is_some_and(|(_, last)| day > last)
    }
}

fn refuse(proof: &mut Proof<'_>, measure: &Measure, key: &'static str) {
    let place = proof.measure_place(measure, &[key]);
    // Without a calendar that is the fault, and the reader's to say.
    let Some((first, last)) = proof.programme.calendar.range() else {
        return;
    };
    proof.error(
        "past-calendar",
        place,
        Words::new(
            format!("措施 `{}` 的日期超出日历：日历只有 {first} 至 {last}", measure.id),
            format!("a date of measure `{}` lies past the calendar, which goes from {first} to {last}", measure.id),
        ),
        Words::new(
            "在 calendar.csv 补上以后的节假日并后移 `edge`，或让措施早些结束",
            "add the later holidays to calendar.csv and move its `edge`, or end the measure earlier",
        ),
    );
}

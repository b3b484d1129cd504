//! Pages built from an evaluation: names, links and sentences around the engine's figures.

mod board;
mod differing;
mod duty;
mod grid;
mod home;
mod journal;
mod list;
mod listing;
mod map;
mod matrix;
mod name;
mod near;
mod notice;
mod outline;
mod overview;
mod panel;
mod ranking;
mod record;
mod unit;
pub(crate) mod wording;

pub(crate) use name::{date, period_name};
pub(crate) use wording::Wording;

use crate::app::{Reading, lock};
use crate::view::{DateBar, Frame, Mark, Phase, Text};
use engine::{Duty, MeasureResult, Standing};
use programme::Programme;
use programme::model::{Measure, Notice};
use rules::Day;
use std::sync::{Arc, Mutex};

/// So many frames are kept.
const FRAMES: usize = 64;

/// What surrounds the pages of the days that were shown lately: by today, and the day shown.
#[derive(Default)]
pub(crate) struct Frames(Mutex<Vec<Framed>>);

/// Today, the day shown, and what surrounds its pages.
type Framed = ((Day, Day), Arc<Frame>);

impl Frames {
    /// A day's frame, made where it is not there.
    fn of(&self, days: (Day, Day), made: impl FnOnce() -> Arc<Frame>) -> Arc<Frame> {
        let mut kept = lock(&self.0);
        if let Some((_, frame)) = kept.iter().rev().find(|(of, _)| *of == days) {
            return Arc::clone(frame);
        }
        if kept.len() >= FRAMES {
            kept.remove(0);
        }
        let frame = made();
        kept.push((days, Arc::clone(&frame)));
        frame
    }
}

/// What surrounds a page that shows a day.
fn frame(programme: &Programme, rehearsal: bool, today: Day, at: Day) -> Frame {
    let home = programme
        .unit(&programme.home)
        .and_then(|u| programme.units.get(u));
    let milestones = programme.milestones.iter().map(|m| Mark {
        on: date(m.on),
        name: (&m.name).into(),
    });
    let phases = programme.phases.iter().map(|p| Phase {
        from: date(p.from),
        until: date(p.until),
        name: (&p.name).into(),
    });
    Frame {
        programme: (&programme.name).into(),
        home: home.map(|u| (&u.name).into()).unwrap_or_default(),
        rehearsal,
        dates: DateBar {
            from: date(programme.campaign.0),
            until: date(programme.campaign.1),
            today: date(today),
            at: date(at),
            marks: milestones.collect(),
            phases: phases.collect(),
            note: day_note(programme, at),
        },
    }
}

/// The working days that are left of the month.
fn day_note(programme: &Programme, at: Day) -> Text {
    let Some(left) = programme.calendar.workdays(at, at.month().1) else {
        return Text::default();
    };
    let month = at.ymd().1;
    Text::new(
        format!("距{month}月底还有 {left} 个工作日"),
        format!("{left} working days left this month"),
    )
}

impl<'r> Reading<'r> {
    /// What surrounds every page.
    pub(crate) fn frame(&self) -> Arc<Frame> {
        self.app.frame_of(self.today, self.cx.at)
    }

    /// The notice and measure of a result.
    pub(crate) fn declared(&self, result: &MeasureResult) -> Option<(&'r Notice, &'r Measure)> {
        let notice = self.cx.programme.notices.get(result.notice)?;
        Some((notice, notice.measures.get(result.measure)?))
    }

    /// Every measure with what was found, in the notice's order.
    pub(crate) fn measures(
        &self,
    ) -> impl Iterator<Item = (&'r Notice, &'r Measure, &MeasureResult)> {
        self.evaluation.measures.iter().filter_map(|result| {
            let (notice, measure) = self.declared(result)?;
            Some((notice, measure, &**result))
        })
    }
}

/// The duties of the present, one per bearer: the period that runs or else the last one that ended, unless
/// an earlier one is overdue and can still be made good.
pub(crate) fn present(duties: &[Duty], at: rules::Day) -> impl Iterator<Item = &Duty> {
    let of_bearer = duties.chunk_by(|a, b| a.bearer == b.bearer);
    of_bearer.filter_map(move |mine| {
        let overdue = mine.iter().rfind(|d| d.standing == Standing::Overdue);
        let begun = || {
            mine.iter()
                .filter(|d| d.period.from <= at)
                .max_by_key(|d| d.period.from)
        };
        overdue.or_else(begun).or(mine.first())
    })
}

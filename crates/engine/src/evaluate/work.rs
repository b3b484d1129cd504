//! The duties of one measure, bearer by bearer and period by period.

use super::MeasureResult;
use super::evidence::in_time_until;
use super::terms::Terms;
use crate::done::Done;
use crate::duty::{BearerOf, Bounds, Duty, Held};
use crate::excuse::{Excuses, OfMeasure, excuse};
use crate::moment::AsOf;
use crate::owes::Owes;
use crate::pace;
use crate::period::{BearerSpan, Dated, bearers};
use crate::standing::{Case, Standing};
use crate::tally::{Bearers, Placed, TallyRows, place, reads_period};
use programme::Rhythm;
use programme::model::{Measure, Pace};
use rules::{Day, Moment, Rule};
use std::cell::RefCell;

/// The evaluation of one measure.
pub(super) struct Work<'w> {
    pub(super) cx: &'w AsOf<'w>,
    pub(super) measure: &'w Measure,
    excuses: Option<&'w OfMeasure>,
    pub(super) owes: Owes<'w>,
    /// Per tally: its filter, where that reads the period.
    pub(super) by_period: Vec<Option<&'w Rule>>,
    /// The tallies of the duty at hand.
    pub(super) tallies: RefCell<Vec<Bounds>>,
}

impl<'w> Work<'w> {
    pub(super) fn new(cx: &'w AsOf<'w>, measure: &'w Measure, excuses: &'w Excuses) -> Self {
        Self {
            cx,
            measure,
            excuses: excuses.of(&measure.id),
            owes: Owes::new(cx, measure),
            by_period: measure
                .tallies
                .iter()
                .map(|t| t.filter.as_ref().filter(|f| reads_period(f)))
                .collect(),
            tallies: RefCell::default(),
        }
    }

    pub(super) fn run(&self, before: Option<&MeasureResult>) -> MeasureResult {
        let bearers = bearers(self.cx, self.measure, &|_| true);
        let index = Bearers::new(bearers.iter().map(|b| (b.bearer, b.row)));
        let tallies: Vec<TallyRows> = self
            .measure
            .tallies
            .iter()
            .map(|t| place(self.cx, self.measure, t, &index))
            .collect();
        let mut duties = Vec::new();
        self.judge(
            &bearers,
            before,
            &mut |position, of| {
                if position == 0 {
                    // Most bearers owe as many periods as the first.
                    duties.reserve(of.len() * bearers.len());
                }
                duties.extend(of);
            },
            &|position, _| tallies.iter().map(|t| t.of(position as u32)).collect(),
        );
        MeasureResult {
            notice: 0,
            measure: 0,
            duties,
            bearers: bearers.iter().map(|b| b.bearer).collect(),
            tallies,
        }
    }

    /// The duties of those bearers whose records are wanted; `rows` gives the evidence of each.
    pub(super) fn duties_of<'r>(
        &self,
        leads: Option<&MeasureResult>,
        wanted: &dyn Fn(u32) -> bool,
        rows: &dyn Fn(BearerOf) -> Vec<&'r [Placed]>,
    ) -> Vec<(BearerOf, Vec<Duty>)> {
        let bearers = bearers(self.cx, self.measure, wanted);
        let mut all = Vec::with_capacity(bearers.len());
        let mut next = bearers.iter();
        let mut take = |_, duties| all.extend(next.next().map(|bearer| (bearer.bearer, duties)));
        self.judge(&bearers, leads, &mut take, &|_, bearer| rows(bearer));
        all
    }

    /// Judges bearer by bearer: `take` gets the duties of each in turn, with its position among `bearers`.
    fn judge<'r>(
        &self,
        bearers: &[BearerSpan],
        before: Option<&MeasureResult>,
        take: &mut dyn FnMut(usize, Vec<Duty>),
        rows: &dyn Fn(usize, BearerOf) -> Vec<&'r [Placed]>,
    ) {
        let filed = crate::filing::Filed::new(self.cx, self.measure);
        let mut terms = Terms::new(self.cx, self.measure, bearers, before);
        for (position, bearer) in bearers.iter().enumerate() {
            let rows = rows(position, bearer.bearer);
            let dated = terms.of(position, bearer);
            let duties = dated.into_iter().map(|(dated, held)| {
                let filed = filed.holds(self.cx, bearer, &dated.period);
                self.duty(bearer, dated, held, &rows, filed)
            });
            take(position, duties.collect());
        }
    }

    fn duty(
        &self,
        bearer: &BearerSpan,
        dated: Dated,
        done: Option<Done>,
        rows: &[&[Placed]],
        filed: bool,
    ) -> Duty {
        let look = Look {
            bearer,
            dated: &dated,
            rows,
            filed,
        };
        let windows = self.windows(&dated);
        let (in_time, with_late) = self.both(&look, &windows, done.as_ref());
        let at_pace = self.pace(&look, &in_time);
        let id = self.cx.id(bearer.bearer.table, bearer.bearer.record);
        let excuses = self.excuses;
        let excuse = excuses.and_then(|all| excuse(all, id, &dated.period.key));
        let owed = bearer.owed.filter(|_| dated.certain);
        let always = self.measure.every == Rhythm::Always;
        let case = Case {
            excused: excuse.is_some(),
            owed,
            at: self.cx.at,
            from: dated.period.from,
            due: dated.due,
            judged: dated.judged,
            late: dated.late,
            in_time: in_time.verdict,
            with_late: with_late.verdict,
            at_most: self.owes.at_most() && !always,
            paced: at_pace.paced,
            below_pace: at_pace.below,
        };
        let standing = match case.standing() {
            standing if self.measure.narrative => standing.narrated(),
            standing => standing,
        };
        Duty {
            bearer: bearer.bearer,
            unit: bearer.unit,
            share: dated.share,
            due: dated.due,
            judged: dated.judged,
            late: dated.late,
            closes: dated.closes,
            owed,
            excuse,
            standing,
            recorded_late: standing == Standing::Met
                && self.recorded_late(&look, &windows, done.as_ref()),
            reached: match standing {
                Standing::Met | Standing::Recovered => match &done {
                    Some(done) => done.on(),
                    None => self.reached(&look, windows.late_end.max(windows.in_end)),
                },
                _ => None,
            },
            in_time,
            with_late,
            pace: at_pace.asks,
            period: dated.period,
        }
    }

    /// Up to when evidence counts for a duty.
    fn windows(&self, dated: &Dated) -> Windows {
        let now = self.cx.until();
        let late_end = dated.late.window_end(dated.due);
        let late_end = late_end.max(dated.due).min(self.cx.at);
        let always = self.measure.every == Rhythm::Always;
        Windows {
            in_end: in_time_until(self.measure, self.cx.at, dated.due, dated.period.until),
            late_end,
            stock_until: if self.cx.at > dated.due && !always {
                dated.due.end()
            } else {
                now
            },
            stock_late: if always { now } else { late_end.end() },
        }
    }

    /// Whether what is owed holds in time, and with late evidence too.
    fn both(&self, look: &Look<'_>, windows: &Windows, done: Option<&Done>) -> (Held, Held) {
        if let Some(done) = done {
            return (done.by(look.dated.due), done.by(windows.late_end));
        }
        let (now, in_end, late_end) = (self.cx.until(), windows.in_end, windows.late_end);
        let in_time = self.held(look, in_end, (now, windows.stock_until), None);
        let later = late_end > in_end.min(self.cx.at) && in_time.verdict != Some(true);
        let with_late = if later || self.has_stock() {
            let known = (now, windows.stock_late);
            self.held(look, late_end.max(in_end), known, Some(&in_time))
        } else {
            in_time.clone()
        };
        (in_time, with_late)
    }

    /// How an open duty keeps up with its pace; one that is not open is below none.
    fn pace(&self, look: &Look<'_>, in_time: &Held) -> AtPace {
        let (measure, dated) = (self.measure, look.dated);
        let open = dated.period.from <= self.cx.at && self.cx.at < dated.judged;
        let none = AtPace {
            paced: false,
            below: Some(false),
            asks: None,
        };
        if !open || measure.every == Rhythm::Always || measure.pace == Pace::None {
            return none;
        }
        let goals = self.owes.goals(look.bearer.row, dated, &in_time.tallies);
        if !pace::paced(measure, &goals) {
            return none;
        }
        let tallies = &in_time.tallies;
        let (below, asks) = pace::below(measure, &goals, tallies, &dated.period, self.cx.at);
        AtPace {
            paced: true,
            below,
            asks,
        }
    }

    /// Whether a met duty was not yet met on what was known at the end of the day of judgement.
    fn recorded_late(&self, look: &Look<'_>, windows: &Windows, done: Option<&Done>) -> bool {
        let judged = look.dated.judged;
        if self.cx.at <= judged {
            return false;
        }
        if let Some(done) = done {
            return done.recorded_after(judged);
        }
        let stock = windows.stock_until.min(judged.end());
        let then = || self.held(look, windows.in_end, (judged.end(), stock), None);
        self.measure.every != Rhythm::Always && then().verdict != Some(true)
    }

    /// The first day by whose evidence what is owed held; `None` for a stock, which has no days.
    fn reached(&self, look: &Look<'_>, until: Day) -> Option<Day> {
        if self.has_stock() {
            return None;
        }
        if self.owes.at_most() {
            return Some(look.dated.due);
        }
        let day = |p: &Placed| match p.done {
            crate::DoneOn::Day(day) if p.counts == Some(true) && day <= until => {
                Some(day.max(look.dated.period.from))
            }
            _ => None,
        };
        let mut days: Vec<Day> = look
            .rows
            .iter()
            .flat_map(|rows| rows.iter().filter_map(day))
            .collect();
        days.sort_unstable();
        days.dedup();
        let holds = |day: &Day| {
            self.held(look, *day, (self.cx.until(), self.cx.until()), None)
                .verdict
                == Some(true)
        };
        let at = days.partition_point(|day| !holds(day));
        days.get(at).copied()
    }

    fn has_stock(&self) -> bool {
        self.measure
            .tallies
            .iter()
            .any(|t| t.on.is_none() && t.for_period.is_none())
    }
}

/// Up to when evidence counts for a duty.
struct Windows {
    /// Last day of evidence in time.
    in_end: Day,
    /// Last day of evidence accepted late, today at most.
    late_end: Day,
    /// A stock reached by due is judged as it was known then.
    stock_until: Moment,
    /// A stock accepted late is judged as it was known when that ended.
    stock_late: Moment,
}

/// How an open duty keeps up with its pace.
struct AtPace {
    /// Whether it has one.
    paced: bool,
    below: Option<bool>,
    /// What the pace asks of a tally by now.
    asks: Option<(usize, f64)>,
}

/// One look at one duty.
pub(super) struct Look<'l> {
    pub(super) bearer: &'l BearerSpan,
    pub(super) dated: &'l Dated,
    pub(super) rows: &'l [&'l [Placed]],
    /// Whether the bearer has filed for the period.
    pub(super) filed: bool,
}

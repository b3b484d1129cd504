//! Every duty of a programme at one moment.

use crate::chain;
use crate::done::Dates;
use crate::done::Done;
use crate::duty::{BearerOf, Bounds, Duty, Held};
use crate::excuse::Excuses;
use crate::lasting::one;
use crate::moment::AsOf;
use crate::owes::Owes;
use crate::pace;
use crate::period::{BearerSpan, Dated, Periods, bearers};
use crate::standing::{Case, Standing};
use crate::tally::{Bearers, Placed, TallyRows, Window, bounds, place, reads_period, within};
use programme::model::{Measure, Pace};
use programme::{Period, Rhythm};
use rules::{Bound, Day, Moment, Rule, Value, verdicts};
use std::cell::RefCell;
use std::collections::HashMap;

/// A programme's duties at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// The day at whose end all is looked at.
    pub at: Day,
    /// One per measure, in the order of notices and their measures.
    pub measures: Vec<MeasureResult>,
}

/// One measure's duties and the evidence they rest on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeasureResult {
    /// Position of the notice in the programme.
    pub notice: usize,
    /// Position of the measure in the notice.
    pub measure: usize,
    /// Duties by bearer in the order of records, then by period.
    pub duties: Vec<Duty>,
    /// Bearers in the same order; rows of tallies point here.
    pub bearers: Vec<BearerOf>,
    /// One per tally.
    pub tallies: Vec<TallyRows>,
}

impl Evaluation {
    /// All duties with their measure.
    pub fn duties<'e>(
        &'e self,
        programme: &'e programme::Programme,
    ) -> impl Iterator<Item = (&'e Measure, &'e Duty)> + 'e {
        self.measures.iter().flat_map(move |m| {
            let measure = programme
                .notices
                .get(m.notice)
                .and_then(|n| n.measures.get(m.measure));
            measure
                .into_iter()
                .flat_map(move |measure| m.duties.iter().map(move |d| (measure, d)))
        })
    }
}

/// Evaluates every measure that runs.
pub fn evaluate(cx: &AsOf<'_>) -> Evaluation {
    evaluate_those(cx, chain::order(cx.programme))
}

/// Evaluates one measure and those whose duties open its own.
pub(crate) fn evaluate_with_before(cx: &AsOf<'_>, measure: &str) -> Evaluation {
    let needed = chain::leading_to(cx.programme, measure);
    let mut order = chain::order(cx.programme);
    order.retain(|at| measure_at(cx, *at).is_some_and(|m| needed.contains(&m.id.as_str())));
    evaluate_those(cx, order)
}

fn measure_at<'p>(cx: &AsOf<'p>, (notice, measure): (usize, usize)) -> Option<&'p Measure> {
    cx.programme.notices.get(notice)?.measures.get(measure)
}

/// Evaluates measures that stand after those they follow.
fn evaluate_those(cx: &AsOf<'_>, order: Vec<(usize, usize)>) -> Evaluation {
    let excuses = Excuses::new(cx);
    let mut done: HashMap<&str, MeasureResult> = HashMap::new();
    for at in order {
        let Some(m) = measure_at(cx, at) else {
            continue;
        };
        let before = m
            .after
            .as_ref()
            .and_then(|after| done.get(after.measure.as_str()));
        let mut result = Work::new(cx, m, &excuses).run(before);
        (result.notice, result.measure) = at;
        done.insert(&m.id, result);
    }
    let ids = cx
        .programme
        .notices
        .iter()
        .flat_map(|n| &n.measures)
        .map(|m| m.id.as_str());
    Evaluation {
        at: cx.at,
        measures: ids.filter_map(|id| done.remove(id)).collect(),
    }
}

/// Evaluates one measure by its id, with those it follows; `None` when there is none.
pub fn evaluate_measure(cx: &AsOf<'_>, id: &str) -> Option<MeasureResult> {
    let all = evaluate_with_before(cx, id).measures;
    all.into_iter()
        .find(|r| measure_at(cx, (r.notice, r.measure)).is_some_and(|m| m.id == id))
}

/// Evaluates one measure alone; a chained one, which needs another's duties, comes out empty.
pub(crate) fn evaluate_one(cx: &AsOf<'_>, measure: &Measure) -> MeasureResult {
    Work::new(cx, measure, &Excuses::new(cx)).run(None)
}

/// The evaluation of one measure.
pub(crate) struct Work<'w> {
    pub(crate) cx: &'w AsOf<'w>,
    pub(crate) measure: &'w Measure,
    excuses: &'w Excuses,
    owes: Owes<'w>,
    /// Per tally: its filter, where that reads the period.
    by_period: Vec<Option<&'w Rule>>,
    /// The tallies of the duty at hand.
    tallies: RefCell<Vec<Bounds>>,
}

impl<'w> Work<'w> {
    pub(crate) fn new(cx: &'w AsOf<'w>, measure: &'w Measure, excuses: &'w Excuses) -> Self {
        Self {
            cx,
            measure,
            excuses,
            owes: Owes::new(cx, measure),
            by_period: measure
                .tallies
                .iter()
                .map(|t| t.filter.as_ref().filter(|f| reads_period(f)))
                .collect(),
            tallies: RefCell::default(),
        }
    }

    fn run(&self, before: Option<&MeasureResult>) -> MeasureResult {
        let bearers = bearers(self.cx, self.measure);
        let index = Bearers::new(bearers.iter().map(|b| (b.bearer, b.row)));
        let tallies: Vec<TallyRows> = self
            .measure
            .tallies
            .iter()
            .map(|t| place(self.cx, self.measure, t, &index))
            .collect();
        let filed = crate::filing::Filed::new(self.cx, self.measure);
        let mut periods = Periods::new(self.cx, self.measure, &bearers);
        let done = self.done_dates(&bearers);
        let mut duties = Vec::new();
        for (position, bearer) in bearers.iter().enumerate() {
            let rows: Vec<&[Placed]> = tallies.iter().map(|t| t.of(position as u32)).collect();
            let own = || periods.of(position, bearer);
            for (dated, held) in self.dated(bearer, before, own, done.as_ref()) {
                let filed = filed.holds(self.cx, bearer, &dated.period);
                duties.push(self.duty(bearer, dated, held, &rows, filed));
            }
        }
        MeasureResult {
            notice: 0,
            measure: 0,
            duties,
            bearers: bearers.iter().map(|b| b.bearer).collect(),
            tallies,
        }
    }

    /// The dates that say when bearers are done, where the measure goes by one.
    fn done_dates(&self, bearers: &[BearerSpan]) -> Option<Dates> {
        let path = self.measure.done.as_ref()?;
        Some(Dates::new(self.cx, path, bearers.first()?.bearer.table))
    }

    /// A bearer's periods; for a date or a clock of the bearer also whether it is done.
    fn dated(
        &self,
        bearer: &BearerSpan,
        before: Option<&MeasureResult>,
        own: impl FnOnce() -> Vec<Dated>,
        done: Option<&Dates>,
    ) -> Vec<(Dated, Option<Done>)> {
        if let Some(clock) = &self.measure.clock {
            return crate::done::by_clock(self.cx, self.measure, bearer, clock)
                .into_iter()
                .collect();
        }
        let dated = match &self.measure.after {
            Some(chain) => before.map_or_else(Vec::new, |b| {
                chain::periods(self.cx, self.measure, chain, bearer, b)
            }),
            None => own(),
        };
        let done = done.map(|dates| dates.of(self.cx, bearer));
        dated.into_iter().map(|d| (d, done.clone())).collect()
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
        let excuse = self.excuses.of(&self.measure.id, id, &dated.period.key);
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
        let in_time = self.held(look, in_end, now, windows.stock_until);
        let later = late_end > in_end.min(self.cx.at) && in_time.verdict != Some(true);
        let with_late = if later || self.has_stock() {
            self.held(look, late_end.max(in_end), now, windows.stock_late)
        } else {
            in_time.clone()
        };
        (in_time, with_late)
    }

    /// How an open duty keeps up with its pace; one that is not open is below none.
    fn pace(&self, look: &Look<'_>, in_time: &Held) -> AtPace {
        let (measure, dated) = (self.measure, look.dated);
        if measure.every == Rhythm::Always || measure.pace == Pace::None {
            return AtPace {
                paced: false,
                below: Some(false),
                asks: None,
            };
        }
        let goals = self.owes.goals(look.bearer.row, dated, &in_time.tallies);
        let paced = pace::paced(measure, &goals);
        let open = self.cx.at < dated.judged && dated.period.from <= self.cx.at;
        let (below, asks) = if open && paced {
            pace::below(measure, &goals, &in_time.tallies, &dated.period, self.cx.at)
        } else {
            (Some(false), None)
        };
        AtPace { paced, below, asks }
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
        let then = || self.held(look, windows.in_end, judged.end(), stock);
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
            self.held(look, *day, self.cx.until(), self.cx.until())
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

    /// Whether what is owed holds on the versions known before `known`, done by `done_by`;
    /// stocks as they were known before `stock`.
    fn held(&self, look: &Look<'_>, done_by: Day, known: Moment, stock: Moment) -> Held {
        let done_by = done_by.min(self.cx.at);
        let all = self.measure.tallies.iter().zip(look.rows);
        let found = all.zip(&self.by_period).map(|((tally, rows), by_period)| {
            let is_stock = tally.on.is_none() && tally.for_period.is_none();
            let window = Window {
                period: &look.dated.period,
                done_by,
                known: if is_stock { stock } else { known },
            };
            let (recorded, superseded) = self.cx.facts.times(tally.table);
            let at = |all: &[Moment], row: u32| all.get(row as usize).copied();
            let counts = by_period.map(|rule| self.period_counts(rule, look, rows));
            let inside = rows.iter().enumerate().filter_map(|(i, row)| {
                let from = at(recorded, row.row)?;
                if from >= window.known || at(superseded, row.row)? < window.known {
                    return None;
                }
                let counts = counts
                    .as_ref()
                    .map_or(row.counts, |c| c.get(i).copied().flatten());
                match within(row, counts, &window) {
                    Some(false) => None,
                    Some(true) => Some((row, true)),
                    None => Some((row, false)),
                }
            });
            let found = bounds(&tally.kind, inside);
            if look.filed {
                found
            } else {
                Bounds {
                    high: None,
                    ..found
                }
            }
        });
        let mut tallies = self.tallies.borrow_mut();
        tallies.clear();
        tallies.extend(found);
        self.owes.held(look.bearer.row, look.dated, &tallies)
    }

    /// Verdicts of a `where` that reads the period, for this duty's rows.
    fn period_counts(&self, rule: &Rule, look: &Look<'_>, rows: &[Placed]) -> Vec<Option<bool>> {
        let own: Vec<u32> = rows.iter().map(|p| p.row).collect();
        let bearer = vec![look.bearer.row; rows.len()];
        let mut frame = self.cx.frame(&own);
        frame.names.insert("bearer", Bound::Rows(&bearer));
        for (name, value) in period_names(self.cx, &look.dated.period, look.dated.due) {
            frame.names.insert(name, Bound::One(value));
        }
        let found = verdicts(rule, &self.cx.world(), &frame);
        (0..own.len()).map(|lane| one(&found, lane)).collect()
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

/// How a duty keeps up with its pace.
struct AtPace {
    /// Whether it has one.
    paced: bool,
    below: Option<bool>,
    /// What the pace asks of a tally by now.
    asks: Option<(usize, f64)>,
}

/// The last day whose evidence is in time: the period's end, or due where that is earlier
/// (for a duty owed once, and where every tally has a period of its own: or later).
pub(crate) fn in_time_until(measure: &Measure, at: Day, due: Day, period_end: Day) -> Day {
    match measure.every {
        Rhythm::Always => at,
        Rhythm::Once => due,
        Rhythm::Every(_) if measure.tallies.iter().all(|t| t.for_period.is_some()) => due,
        Rhythm::Every(_) => due.min(period_end),
    }
}

/// One look at one duty.
struct Look<'l> {
    bearer: &'l BearerSpan,
    dated: &'l Dated,
    rows: &'l [&'l [Placed]],
    filed: bool,
}

/// `period.…` as names in scope.
pub(crate) fn period_names(cx: &AsOf<'_>, period: &Period, due: Day) -> [(&'static str, Value); 4] {
    let phase = cx
        .programme
        .phase_on(period.until)
        .or_else(|| cx.programme.phase_on(period.from));
    [
        ("period.from", Value::Date(period.from)),
        ("period.until", Value::Date(period.until)),
        ("period.due", Value::Date(due)),
        (
            "period.phase",
            phase.map_or(Value::Nothing, |p| Value::Text(p.id.as_str().into())),
        ),
    ]
}

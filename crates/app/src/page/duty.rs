//! One duty: standing, dates, evidence, explanation, pace, ladder.

use super::date;
use super::name::{figure, period_name};
use crate::app::Reading;
use crate::view::{
    DutyDates, DutyId, DutyPage, Evidence, EvidenceRow, Excuse, LadderState, LadderStep,
    MissingItem, Pace, PacePoint, Reason, Rung, TallyLine, Text, Verdict,
};
use crate::{Error, Thing};
use engine::{
    DoneOn, Duty, LateEnd, Look, MeasureResult, RungState, asked, forecast, goal, ladder,
};
use programme::model::{Measure, Notice, Tally};
use rules::{Day, Explained, Ranged};

/// So many rows of evidence are shown per tally.
const ROWS_MAX: usize = 60;
/// So many columns of a register are shown.
const COLUMNS_MAX: usize = 7;

impl<'r> Reading<'r> {
    pub(crate) fn duty(&self, id: &DutyId) -> Result<DutyPage, Error> {
        let missing = || Error::Missing {
            what: Thing::Duty,
            id: format!("{}/{}/{}", id.measure, id.bearer, id.period),
        };
        let found = engine::cases::find(
            self.cx,
            &self.evaluation,
            &id.measure,
            &id.bearer,
            &id.period,
        );
        let (_, at, duty) = found.ok_or_else(missing)?;
        if !self.sight.bearer(&duty.bearer) {
            return Err(missing());
        }
        let result = self.evaluation.measures.get(at).ok_or_else(missing)?;
        let (notice, measure) = self.declared(result).ok_or_else(missing)?;
        let look = Look {
            cx: self.cx,
            measure,
            result,
            duty,
        };
        Ok(self.duty_page(notice, &look))
    }

    fn duty_page(&self, notice: &Notice, look: &Look<'_>) -> DutyPage {
        let (measure, duty) = (look.measure, look.duty);
        let explained = look.explain();
        let near = self.near_lines(look);
        DutyPage {
            frame: self.frame(),
            id: self.duty_id(measure, duty),
            clause: self.clause_link(notice, &measure.clause),
            measure: (&measure.name).into(),
            bearer: self.bearer(duty),
            period: period_name(&duty.period),
            standing: duty.standing,
            sentence: self.duty_sentence(duty, explained.as_ref()),
            dates: DutyDates {
                due: date(duty.due),
                judged: date(duty.judged),
                late_until: if let LateEnd::Day(end) = duty.late {
                    Some(date(end))
                } else {
                    None
                },
                closes: duty.closes.map(date),
                reached: duty.reached.map(date),
                recorded_late: duty.recorded_late,
            },
            tallies: tally_lines(self, measure, duty),
            reason: explained.map(|e| reason(&e)),
            evidence: measure
                .tallies
                .iter()
                .enumerate()
                .map(|(at, t)| self.evidence(look, at, t))
                .collect(),
            missing: self.missing(look),
            near,
            pace: self.pace(look),
            ladder: self.ladder_steps(measure, duty),
            excuse: duty.excuse.map(|row| self.excuse(row)),
            may_excuse: false,
            periods: self.other_periods(measure, look.result, duty),
        }
    }

    fn duty_sentence(&self, duty: &Duty, explained: Option<&Explained>) -> Text {
        let mut text: Text = explained.map(|e| (&e.words).into()).unwrap_or_default();
        if duty.recorded_late {
            text.zh.push_str("。按期完成，但判定之后才补录");
            text.en
                .push_str(". Done in time, but recorded only after judgement");
        }
        text
    }

    fn evidence(&self, look: &Look<'_>, at: usize, tally: &Tally) -> Evidence {
        let programme = self.cx.programme;
        let register = programme.register(&tally.register).map(|(_, r)| r);
        let mut fields: Vec<String> = Vec::new();
        if let Some(register) = register {
            let listed = register
                .view
                .list
                .iter()
                .filter(|f| register.field(f).is_some());
            fields.extend(listed.cloned());
            if register.states.is_some() && !fields.iter().any(|f| f == "state") {
                fields.push("state".into());
            }
        }
        fields.truncate(COLUMNS_MAX);
        let column = |id: &String| match register.and_then(|r| r.field(id)) {
            Some(field) => (&field.name).into(),
            None => Text::new("编号", "Number"),
        };
        let mut rows = look.evidence(at);
        let all = rows.len();
        rows.retain(|row| self.sight.row(tally.table, row.row));
        let hidden = all - rows.len();
        let more = rows.len().saturating_sub(ROWS_MAX);
        let row = |row: &engine::EvidenceRow| {
            let record = self
                .cx
                .tables()
                .tables
                .get(tally.table)
                .and_then(|t| t.record.get(row.row as usize))
                .copied();
            EvidenceRow {
                id: record
                    .map(|r| self.cx.id(tally.table, r).to_owned())
                    .unwrap_or_default(),
                cells: fields
                    .iter()
                    .map(|f| self.cell(tally.table, f, row.row))
                    .collect(),
                counts: verdict(row.counts),
                why: why(row),
                recorded_late: row.recorded_late,
            }
        };
        Evidence {
            tally: (&tally.name).into(),
            register: register.map(|r| (&r.name).into()).unwrap_or_default(),
            columns: fields.iter().map(column).collect(),
            rows: rows.iter().take(ROWS_MAX).map(row).collect(),
            more,
            hidden,
        }
    }

    fn missing(&self, look: &Look<'_>) -> Vec<MissingItem> {
        let item = |item: &engine::MissingItem| {
            let (what, who) = self.missing_words(look, item);
            MissingItem { what, who }
        };
        look.missing().iter().map(item).collect()
    }

    fn pace(&self, look: &Look<'_>) -> Option<Pace> {
        let (measure, duty) = (look.measure, look.duty);
        let goal = goal(self.cx, measure, duty)?;
        let tally = measure.tallies.get(goal.tally)?;
        let found = forecast(self.cx, measure, look.result, duty);
        let days = duty.period.from.0..=duty.period.until.0;
        let done = self.done_by_day(look, goal.tally);
        let reached = |day: Day| {
            (day <= self.cx.at).then(|| {
                let sum = |sure: bool| {
                    done.iter()
                        .filter(|(d, _, s)| *d <= day && (!sure || *s))
                        .map(|(_, n, _)| n)
                        .sum::<f64>()
                };
                (sum(true), sum(false))
            })
        };
        let at_now = reached(self.cx.at.min(duty.period.until));
        let point = |n: i32| {
            let day = Day(n);
            let expected = found
                .as_ref()
                .zip(at_now)
                .filter(|_| day >= self.cx.at)
                .and_then(|(f, (low, high))| {
                    let gone = f64::from(day.0 - self.cx.at.0)
                        / f64::from((duty.due.0 - self.cx.at.0).max(1));
                    let to = |now: f64, end: f64| now + (end - now) * gone;
                    Some((to(low, f.landing.low?), to(high, f.landing.high?)))
                });
            PacePoint {
                on: date(day),
                plan: asked(&measure.pace, goal.need, &duty.period, day),
                done: reached(day),
                expected,
            }
        };
        Some(Pace {
            name: (&tally.name).into(),
            target: goal.need,
            points: days.map(point).collect(),
            landing: found.as_ref().and_then(|f| figure(tally, &f.landing)),
            latest_start: found.as_ref().and_then(|f| f.latest_start).map(date),
            basis: found.map_or_else(Text::default, |f| Text::new(
                format!("按本期日均与近两周日均推算；最快的一周做了 {}", f.best_week),
                format!("from the mean of this period and of the last two weeks; the best week of any bearer was {}", f.best_week),
            )),
        })
    }

    /// Day, amount, and whether it certainly counts, of each row in the period.
    fn done_by_day(&self, look: &Look<'_>, tally: usize) -> Vec<(Day, f64, bool)> {
        let position = look
            .result
            .bearers
            .iter()
            .position(|b| *b == look.duty.bearer)
            .unwrap_or(usize::MAX) as u32;
        let (Some(rows), Some(declared)) = (
            look.result.tallies.get(tally),
            look.measure.tallies.get(tally),
        ) else {
            return Vec::new();
        };
        let current =
            |p: &&engine::Placed| self.cx.facts.known(declared.table, p.row, self.cx.at.end());
        let day = |p: &engine::Placed| match p.done {
            DoneOn::Day(day) if look.duty.period.holds(day) => {
                Some((day, p.amount.unwrap_or(0.0), p.counts == Some(true)))
            }
            DoneOn::Unknown => Some((look.duty.period.from, p.amount.unwrap_or(0.0), false)),
            _ => None,
        };
        rows.of(position)
            .iter()
            .filter(current)
            .filter_map(day)
            .collect()
    }

    fn ladder_steps(&self, measure: &Measure, duty: &Duty) -> Vec<LadderStep> {
        let step = |step: engine::LadderStep| {
            let (rung, note) = match step.rung {
                engine::Rung::Remind => (
                    Rung::Remind,
                    Text::new("告知责任单位", "tells those who owe"),
                ),
                engine::Rung::Warn => (
                    Rung::Warn,
                    Text::new(
                        "告知责任单位与上一级",
                        "tells those who owe and one level up",
                    ),
                ),
                engine::Rung::Order => (
                    Rung::Order,
                    Text::new("须由人确认后下发", "goes out once a person confirms"),
                ),
                engine::Rung::Review => (
                    Rung::Review,
                    Text::new(
                        "须由人确认；只提出核查，不提处分",
                        "once a person confirms; proposes a review, never a punishment",
                    ),
                ),
            };
            let state = match step.state {
                RungState::Fired => LadderState::Fired,
                RungState::Ahead => LadderState::Ahead,
                RungState::NotNeeded => LadderState::NotNeeded,
            };
            LadderStep {
                rung,
                on: Some(date(step.on)),
                state,
                note,
            }
        };
        ladder(self.cx, measure, duty)
            .into_iter()
            .map(step)
            .collect()
    }

    fn excuse(&self, row: u32) -> Excuse {
        let table = self
            .cx
            .programme
            .register("excuse")
            .map(|(at, _)| at)
            .unwrap_or_default();
        let text = |field: &str| self.cell(table, field, row).unwrap_or_default();
        Excuse {
            reason: text("reason"),
            by: text("decided_by"),
            on: text("decided_on").zh.parse().ok(),
        }
    }

    fn other_periods(
        &self,
        measure: &Measure,
        result: &MeasureResult,
        duty: &Duty,
    ) -> Vec<(crate::view::PeriodName, crate::view::GridCell)> {
        let mine = result.duties.iter().filter(|d| d.bearer == duty.bearer);
        mine.map(|d| (period_name(&d.period), self.grid_cell(measure, d)))
            .collect()
    }
}

fn tally_lines(reading: &Reading<'_>, measure: &Measure, duty: &Duty) -> Vec<TallyLine> {
    let goals = engine::goals(reading.cx, measure, duty);
    let line = |(at, (tally, bounds)): (usize, (&Tally, &engine::Bounds))| {
        Some(TallyLine {
            id: tally.id.clone(),
            name: (&tally.name).into(),
            value: figure(tally, bounds)?,
            target: goals.iter().find(|g| g.tally == at).map(|g| g.need),
        })
    };
    measure
        .tallies
        .iter()
        .zip(duty.tallies())
        .enumerate()
        .filter_map(line)
        .collect()
}

fn verdict(found: Option<bool>) -> Verdict {
    match found {
        Some(true) => Verdict::True,
        Some(false) => Verdict::False,
        None => Verdict::Unknown,
    }
}

fn why(row: &engine::EvidenceRow) -> Text {
    match (row.counts, row.fits, row.done) {
        (Some(true), ..) => Text::default(),
        (_, Some(false), _) => Text::new("不合条件", "does not fit the rule"),
        (None, None, _) => Text::new(
            "条件所需的数据还没有填",
            "the rule reads a field that is not filled",
        ),
        (None, _, DoneOn::Unknown) => Text::new("没有填日期", "its date is not filled"),
        _ => Text::new("不在本期", "outside the period"),
    }
}

fn reason(explained: &Explained) -> Reason {
    let shown = |range: &Option<Ranged>| range.as_ref().map(range_words);
    Reason {
        rule: explained.text.clone(),
        verdict: verdict(explained.verdict),
        value: shown(&explained.actual),
        threshold: shown(&explained.threshold),
        margin: explained.margin.as_ref().map(|m| rules::show(m).into()),
        parts: explained.children.iter().map(reason).collect(),
    }
}

fn range_words(range: &Ranged) -> Text {
    let open = |n: Option<String>| n.unwrap_or_else(|| "…".into());
    match range {
        Ranged::Value(value) => rules::show(value).into(),
        Ranged::Whole { lo, hi } if lo == hi => Text::same(open(lo.map(|n| n.to_string()))),
        Ranged::Whole { lo, hi } => Text::same(format!(
            "{}–{}",
            open(lo.map(|n| n.to_string())),
            open(hi.map(|n| n.to_string()))
        )),
        Ranged::Real { lo, hi } if lo == hi => Text::same(open(lo.map(|n| format!("{n:.3}")))),
        Ranged::Real { lo, hi } => Text::same(format!(
            "{}–{}",
            open(lo.map(|n| format!("{n:.3}"))),
            open(hi.map(|n| format!("{n:.3}")))
        )),
    }
}

//! The opened clause: its measures with their grids, near misses, dates and trend.

use super::notice::{days_en, days_zh};
use super::{date, present};
use crate::app::Reading;
use crate::view::{
    ClausePanel, Counts, DueBox, MeasurePanel, NearMiss, Standing, Text, Trend, TrendPoint,
};
use engine::{Duty, Look, MeasureResult, Rung, RungState, ladder};
use programme::Rhythm;
use programme::model::{Clause, Measure, Notice, Span};
use rules::Day;

/// So many near misses are shown.
const NEAR_MAX: usize = 6;
/// The trend reads one day in so many.
const TREND_DAYS: i32 = 7;

impl Reading<'_> {
    pub(crate) fn panel(&self, notice: &Notice, clause: &Clause) -> ClausePanel {
        let mine = self
            .measures()
            .filter(|(of, m, _)| of.id == notice.id && m.clause == clause.number);
        ClausePanel {
            id: clause.number.clone(),
            text: (&clause.text).into(),
            measures: mine
                .map(|(_, measure, result)| self.measure_panel(measure, result))
                .collect(),
            rankings: self.rankings(notice, &clause.number),
        }
    }

    fn measure_panel(&self, measure: &Measure, result: &MeasureResult) -> MeasurePanel {
        let counts: Counts = present(&result.duties, self.cx.at)
            .map(|d| d.standing)
            .collect();
        MeasurePanel {
            id: measure.id.clone(),
            name: (&measure.name).into(),
            bearers: self.bearers_words(measure),
            rhythm: rhythm(measure.every),
            evidence: self.evidence_words(measure),
            owes: measure
                .owes
                .as_ref()
                .or(measure.done.as_ref())
                .map(|r| r.text.clone())
                .unwrap_or_default(),
            sentence: self.sentence(measure, result, &counts),
            counts,
            grid: self.grid(measure, result),
            near: self.near_misses(measure, result),
            due: self.due_box(measure, result),
            trend: self.trend(measure),
        }
    }

    fn evidence_words(&self, measure: &Measure) -> Text {
        let mut names: Vec<Text> = Vec::new();
        for tally in &measure.tallies {
            let register = self.cx.programme.register(&tally.register);
            let name: Text = register.map(|(_, r)| (&r.name).into()).unwrap_or_default();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            return Text::new("本台账自身的日期", "dates of the record itself");
        }
        let join =
            |of: fn(&Text) -> &str, by: &str| names.iter().map(of).collect::<Vec<_>>().join(by);
        Text::new(
            format!("{}台账", join(|t| &t.zh, "、")),
            join(|t| &t.en, ", "),
        )
    }

    /// How the measure stands, as people would say it.
    fn sentence(&self, measure: &Measure, result: &MeasureResult, counts: &Counts) -> Text {
        use Standing::{Behind, Met, Missed, Overdue, Recovered, Unknown, Upcoming};
        let all = counts.total() - counts.get(Upcoming);
        if all == 0 {
            return Text::default();
        }
        let done = counts.get(Met) + counts.get(Recovered);
        let bearers = self.bearers_words(measure);
        let mut zh = format!("{}中，{done} 项已完成", bearers.zh);
        let mut en = format!("Of {}, {done} met", bearers.en);
        let mut add = |n: usize, word_zh: &str, word_en: &str| {
            if n > 0 {
                zh.push_str(&format!("，{n} 项{word_zh}"));
                en.push_str(&format!(", {n} {word_en}"));
            }
        };
        add(counts.get(Overdue), "逾期", "overdue");
        add(counts.get(Missed), "未完成", "missed");
        add(counts.get(Behind), "滞后", "behind");
        add(counts.get(Unknown), "待核", "unknown");
        let worst = present(&result.duties, self.cx.at)
            .filter(|d| matches!(d.standing, Behind | Overdue | Missed))
            .filter(|d| self.sight.bearer(&d.bearer));
        let names: Vec<Text> = worst.take(3).map(|d| self.bearer(d).name).collect();
        if !names.is_empty() {
            let join =
                |of: fn(&Text) -> &str, by: &str| names.iter().map(of).collect::<Vec<_>>().join(by);
            zh.push_str(&format!("；先看{}", join(|t| &t.zh, "、")));
            en.push_str(&format!(
                "; look first at {}",
                join(|t| t.read(crate::view::Language::En), ", ")
            ));
        }
        let unplaced: usize = result.tallies.iter().map(|t| t.unplaced.len()).sum();
        if unplaced > 0 {
            zh.push_str(&format!(
                "；另有 {unplaced} 条佐证没有填归属，未计入任何单位"
            ));
            en.push_str(&format!(
                "; {unplaced} rows of evidence name no bearer and count for nobody"
            ));
        }
        Text::new(zh + "。", en + ".")
    }

    fn near_misses(&self, measure: &Measure, result: &MeasureResult) -> Vec<NearMiss> {
        let rank = |d: &Duty| match d.standing {
            Standing::Unknown => 0,
            Standing::Behind | Standing::DueSoon => 1,
            _ => 2,
        };
        let open = |d: &&Duty| {
            use Standing::{Behind, DueSoon, Overdue, Unknown};
            matches!(d.standing, Behind | DueSoon | Overdue | Unknown)
        };
        let mut duties: Vec<&Duty> = present(&result.duties, self.cx.at)
            .filter(open)
            .filter(|d| self.sight.bearer(&d.bearer))
            .collect();
        duties.sort_by_key(|d| rank(d));
        let looked = duties.into_iter().take(NEAR_MAX * 2);
        looked
            .flat_map(|duty| {
                self.near_lines(&Look {
                    cx: self.cx,
                    measure,
                    result,
                    duty,
                })
                .into_iter()
                .take(1)
            })
            .take(NEAR_MAX)
            .collect()
    }

    fn due_box(&self, measure: &Measure, result: &MeasureResult) -> Option<DueBox> {
        let open = |d: &&Duty| d.period.from <= self.cx.at && self.cx.at <= d.judged;
        let next = result.duties.iter().filter(open).min_by_key(|d| d.due)?;
        if measure.every == Rhythm::Always {
            return None;
        }
        let mut fired = [0usize; 4];
        let mut ahead = None;
        for duty in result
            .duties
            .iter()
            .filter(|d| d.period.key == next.period.key)
        {
            for step in ladder(self.cx, measure, duty) {
                match step.state {
                    RungState::Fired => {
                        if let Some(n) = fired.get_mut(step.rung as usize) {
                            *n += 1;
                        }
                    }
                    RungState::Ahead => {
                        ahead = ahead
                            .min(Some((step.on, step.rung)))
                            .or(Some((step.on, step.rung)))
                    }
                    RungState::NotNeeded => {}
                }
            }
        }
        let [reminds, warnings, orders, _] = fired;
        let next_step = ahead.map(|(on, rung)| {
            let (zh, en) = rung_words(rung);
            Text::new(
                format!("下一步：{} {zh}", super::near::short_zh(on)),
                format!("next: {on} {en}"),
            )
        });
        Some(DueBox {
            due: date(next.due),
            judged: date(next.judged),
            grace: match measure.grace {
                Span::Days(0) | Span::Workdays(0) => Text::default(),
                span => Text::new(
                    format!("宽限 {}", days_zh(span)),
                    format!("grace of {}", days_en(span)),
                ),
            },
            reminders: reminds + warnings,
            orders,
            next: next_step.unwrap_or_default(),
        })
    }

    /// The on-time rate week by week since the campaign began, each as it was known then.
    fn trend(&self, measure: &Measure) -> Option<Trend> {
        self.weekly(|day| self.counts_on(&measure.id, day))
    }

    /// The on-time rate of a unit's subtree week by week, each as it was known then.
    pub(super) fn trend_of(&self, unit: usize) -> Option<Trend> {
        self.weekly(|day| {
            let rolled = self.rolled_on(day);
            rolled.get(unit).copied().unwrap_or_default()
        })
    }

    fn weekly(&self, counts: impl Fn(Day) -> Counts) -> Option<Trend> {
        let mut points = Vec::new();
        let mut day = self.cx.at;
        while day >= self.cx.programme.campaign.0 {
            let rate = counts(day).on_time();
            if let Some((worst, best)) = rate.worst().zip(rate.best()) {
                points.push(TrendPoint {
                    on: date(day),
                    worst,
                    best,
                });
            }
            day = day.plus(-TREND_DAYS);
        }
        points.reverse();
        (points.len() > 1).then_some(Trend { points })
    }
}

/// A rung in words.
pub(crate) fn rung_words(rung: Rung) -> (&'static str, &'static str) {
    match rung {
        Rung::Remind => ("提醒", "reminder"),
        Rung::Warn => ("预警", "warning"),
        Rung::Order => (
            "督办单（待人确认）",
            "supervision order, once a person confirms",
        ),
        Rung::Review => (
            "问责建议（待人确认）",
            "accountability review, once a person confirms",
        ),
    }
}

/// A rhythm in words.
pub(crate) fn rhythm(every: Rhythm) -> Text {
    use programme::PeriodKind::{Day, HalfMonth, Month, Quarter, TenDays, Week, Year};
    match every {
        Rhythm::Once => Text::new("一次", "once"),
        Rhythm::Always => Text::new("持续", "always"),
        Rhythm::Every(Day) => Text::new("每日", "daily"),
        Rhythm::Every(Week) => Text::new("每周", "weekly"),
        Rhythm::Every(TenDays) => Text::new("每旬", "every ten days"),
        Rhythm::Every(HalfMonth) => Text::new("每半个月", "every half month"),
        Rhythm::Every(Month) => Text::new("每月", "monthly"),
        Rhythm::Every(Quarter) => Text::new("每季度", "quarterly"),
        Rhythm::Every(Year) => Text::new("每年", "yearly"),
    }
}

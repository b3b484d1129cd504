//! The living notice: every clause with the bar of its duties.

use super::present;
use crate::app::Reading;
use crate::view::{ClauseLine, Counts, NoticePage, Part, Setting, Standing, Summary, Text};
use crate::{Error, Thing};
use engine::{Rung, RungState, ladder};
use programme::model::{Clause, Measure, Notice, UNIT_TABLE};

impl Reading<'_> {
    pub(crate) fn notice(&self, id: &str, clause: Option<&str>) -> Result<NoticePage, Error> {
        let missing = |what, id: &str| Error::Missing {
            what,
            id: id.to_owned(),
        };
        let programme = self.cx.programme;
        let notice = programme
            .notices
            .iter()
            .find(|n| n.id == id)
            .ok_or_else(|| missing(Thing::Notice, id))?;
        let panel = match clause {
            None => None,
            Some(number) => {
                let clause = notice.clauses.iter().find(|c| c.number == number);
                Some(self.panel(
                    notice,
                    clause.ok_or_else(|| missing(Thing::Clause, number))?,
                ))
            }
        };
        Ok(NoticePage {
            frame: self.frame(),
            id: notice.id.clone(),
            title: (&notice.title).into(),
            meta: self.meta(notice),
            source: (&notice.source).into(),
            summary: self.summary(notice),
            parts: notice
                .parts
                .iter()
                .map(|(number, title)| self.part(notice, number, title.into()))
                .collect(),
            panel,
        })
    }

    fn meta(&self, notice: &Notice) -> Text {
        let (year, month, _) = notice.issued_on.ymd();
        let (parts, clauses, measures) = (
            notice.parts.len(),
            notice.clauses.len(),
            notice.measures.len(),
        );
        Text::new(
            format!(
                "{year}年{month}月 · {}印发 · {parts}个方面 {clauses}条 {measures}项措施 · 条文为转述",
                notice.issuer.zh
            ),
            format!(
                "{year}-{month:02} · issued by {} · {parts} parts, {clauses} clauses, {measures} measures · restated in our words",
                notice.issuer.en
            ),
        )
    }

    pub(super) fn summary(&self, notice: &Notice) -> Summary {
        let mut summary = Summary {
            counts: Counts::default(),
            due: 0,
            orders: 0,
        };
        for (_, measure, result) in self.measures().filter(|(of, ..)| of.id == notice.id) {
            for duty in result.duties.iter().filter(|d| d.period.from <= self.cx.at) {
                summary.counts.add(duty.standing);
                summary.due += usize::from(duty.due <= self.cx.at);
                if duty.judged < self.cx.at {
                    let steps = ladder(self.cx, measure, duty);
                    summary.orders += steps
                        .iter()
                        .filter(|s| s.rung == Rung::Order && s.state == RungState::Fired)
                        .count();
                }
            }
        }
        summary
    }

    fn part(&self, notice: &Notice, number: &str, title: Text) -> Part {
        let clauses = notice.clauses.iter().filter(|c| c.part() == number);
        Part {
            id: number.to_owned(),
            title,
            note: Text::new(
                "各责任主体当前一期，逾期未补的在前",
                "each bearer's current period, or one still overdue",
            ),
            clauses: clauses.map(|c| self.clause_line(notice, c)).collect(),
        }
    }

    fn clause_line(&self, notice: &Notice, clause: &Clause) -> ClauseLine {
        let mine = self
            .measures()
            .filter(|(of, m, _)| of.id == notice.id && m.clause == clause.number);
        let mut counts = Counts::default();
        let mut settings = Vec::new();
        for (_, measure, result) in mine {
            present(&result.duties, self.cx.at).for_each(|d| counts.add(d.standing));
            settings.extend(self.settings(measure));
        }
        if let Some(author) = &clause.no_duty {
            settings.push(Setting {
                what: Text::new(
                    "本条不产生可计的责任",
                    "obliges nobody to anything countable",
                ),
                set_by: Text::same(author),
            });
        }
        ClauseLine {
            id: clause.number.clone(),
            text: (&clause.text).into(),
            counts,
            says: self.says(notice, clause, &counts),
            settings: by_author(settings),
        }
    }

    /// What most needs a look, in the clause's own terms.
    fn says(&self, notice: &Notice, clause: &Clause, counts: &Counts) -> Text {
        use Standing::{Behind, Missed, Overdue};
        let worst = [Overdue, Missed, Behind]
            .into_iter()
            .find(|s| counts.get(*s) > 0);
        let Some(worst) = worst else {
            return Text::default();
        };
        let mine = self
            .measures()
            .filter(|(of, m, _)| of.id == notice.id && m.clause == clause.number);
        let worst_measure = mine
            .map(|(_, m, r)| {
                (
                    present(&r.duties, self.cx.at)
                        .filter(|d| d.standing == worst)
                        .count(),
                    m,
                )
            })
            .max_by_key(|(n, _)| *n);
        let Some((n, measure)) = worst_measure.filter(|(n, _)| *n > 0) else {
            return Text::default();
        };
        let (zh, en) = match worst {
            Behind => ("滞后", "behind"),
            Overdue => ("逾期", "overdue"),
            _ => ("未完成", "missed"),
        };
        Text::new(
            format!("{n} 项{zh}：{}", measure.name.zh),
            format!("{n} {en}: {}", measure.name.en),
        )
    }

    /// The numbers of a measure that the notice does not give, with their authors.
    pub(crate) fn settings(&self, measure: &Measure) -> Vec<Setting> {
        let name = |key: &str| match key {
            "grace" => Text::new(
                format!("宽限 {}", days_zh(measure.grace)),
                format!("grace of {}", days_en(measure.grace)),
            ),
            "owes" | "*" => Text::new(
                format!("“{}”的口径", measure.name.zh),
                format!("what counts as “{}”", measure.name.en),
            ),
            "late" => Text::new(
                "逾期后仍接受佐证的期限",
                "how long late evidence is accepted",
            ),
            "due" => Text::new(
                format!("“{}”的时限", measure.name.zh),
                format!("the deadline of “{}”", measure.name.en),
            ),
            "first_period" => Text::new("首期的算法", "how the first period counts"),
            "pace" => Text::new("序时进度", "the plan curve"),
            key => Text::same(key),
        };
        measure
            .set_by
            .iter()
            .map(|(key, author)| Setting {
                what: name(key),
                set_by: Text::same(author),
            })
            .collect()
    }

    /// Who bears a measure, in words.
    pub(crate) fn bearers_words(&self, measure: &Measure) -> Text {
        match &measure.bearer {
            programme::model::Bearer::Records { register, .. } => {
                let name = self
                    .cx
                    .programme
                    .register(register)
                    .map(|(_, r)| r.name.clone())
                    .unwrap_or_default();
                Text::new(
                    format!("每个{}", name.zh),
                    format!("each {}", name.en.to_lowercase()),
                )
            }
            programme::model::Bearer::Units(_) => {
                let result = self
                    .measures()
                    .find(|(_, m, _)| m.id == measure.id)
                    .map(|(.., r)| r);
                let first = result
                    .into_iter()
                    .flat_map(|r| &r.bearers)
                    .filter(|b| b.table == UNIT_TABLE);
                let bearers: Vec<usize> = first.map(|b| b.record as usize).collect();
                match bearers.as_slice() {
                    [only] => self.short(*only),
                    all => self.unit_kind(all),
                }
            }
        }
    }

    /// `10 个市级单位` and the like.
    fn unit_kind(&self, units: &[usize]) -> Text {
        let n = units.len();
        let all = |level: &str| {
            let has = |u: &usize| {
                self.cx
                    .programme
                    .units
                    .get(*u)
                    .is_some_and(|u| u.levels.iter().any(|l| l == level))
            };
            n > 0 && units.iter().all(has)
        };
        // The narrowest level that all share: a unit of two levels counts with its fellows.
        let shared = self
            .cx
            .programme
            .levels
            .iter()
            .find(|(level, _)| all(level));
        let (zh, en) = shared.map_or(("单位", "units"), |(_, name)| {
            (name.zh.as_str(), name.en.as_str())
        });
        Text::new(format!("{n} 个{zh}"), format!("{n} {en}"))
    }
}

/// One line for all that one author settled.
fn by_author(settings: Vec<Setting>) -> Vec<Setting> {
    let mut lines: Vec<(Setting, Vec<Text>)> = Vec::new();
    for setting in settings {
        match lines.iter_mut().find(|(s, _)| s.set_by == setting.set_by) {
            Some((_, whats)) if whats.contains(&setting.what) => {}
            Some((line, whats)) => {
                line.what.zh = format!("{}、{}", line.what.zh, setting.what.zh);
                line.what.en = format!("{}, {}", line.what.en, setting.what.en);
                whats.push(setting.what);
            }
            None => {
                let whats = vec![setting.what.clone()];
                lines.push((setting, whats));
            }
        }
    }
    lines.into_iter().map(|(line, _)| line).collect()
}

/// A length of time in Chinese.
pub(crate) fn days_zh(span: programme::model::Span) -> String {
    match span {
        programme::model::Span::Days(n) => format!("{n} 天"),
        programme::model::Span::Workdays(n) => format!("{n} 个工作日"),
    }
}

/// A length of time in English.
pub(crate) fn days_en(span: programme::model::Span) -> String {
    match span {
        programme::model::Span::Days(n) => format!("{n} days"),
        programme::model::Span::Workdays(n) => format!("{n} working days"),
    }
}

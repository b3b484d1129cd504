//! One unit: what it owes, and how its subtree stands.

use super::date;
use super::name::period_name;
use crate::app::Reading;
use crate::view::{ChildLine, Counts, DutyLine, Standing, Text, UnitClause, UnitPage};
use crate::{Error, Thing};
use engine::{Duty, Look, MeasureResult, roll_up};
use programme::model::Measure;

/// So many open items are shown.
const OPEN_MAX: usize = 30;
/// So many duties of one clause are shown.
const CLAUSE_MAX: usize = 12;

impl Reading<'_> {
    pub(crate) fn unit(&self, id: &str) -> Result<UnitPage, Error> {
        let programme = self.cx.programme;
        let missing = || Error::Missing {
            what: Thing::Unit,
            id: id.to_owned(),
        };
        let unit = programme.unit(id).ok_or_else(missing)?;
        let counts = roll_up(programme, &self.evaluation);
        let of = |unit: usize| counts.get(unit).copied().unwrap_or_default();
        Ok(UnitPage {
            frame: self.frame(),
            unit: self.unit_link(unit),
            kind: self.kind(unit),
            above: self.above(unit),
            own: of(unit).0,
            subtree: of(unit).1,
            trend: self.trend_of(unit),
            children: self.children(&counts, unit),
            open: self.open(unit),
            clauses: self.clauses(unit),
        })
    }

    /// The units directly below one that owe anything, by how all units stand.
    pub(super) fn children(&self, counts: &[(Counts, Counts)], unit: usize) -> Vec<ChildLine> {
        let units = self.cx.programme.units.iter().enumerate();
        let below = units.filter(|(_, below)| below.parent == Some(unit));
        let below = below.filter_map(|(at, _)| Some((at, counts.get(at)?.1)));
        let owing = below.filter(|(_, counts)| counts.total() > 0);
        owing
            .map(|(at, counts)| ChildLine {
                unit: self.unit_link(at),
                counts,
                trend: self.trend_of(at),
            })
            .collect()
    }

    fn kind(&self, unit: usize) -> Text {
        let programme = self.cx.programme;
        let Some(unit) = programme.units.get(unit) else {
            return Text::default();
        };
        let level = |l: &String| {
            programme
                .levels
                .iter()
                .find(|(id, _)| id == l)
                .map(|(_, name)| name.clone())
        };
        let names: Vec<rules::Words> = unit.levels.iter().filter_map(level).collect();
        Text::new(
            names
                .iter()
                .map(|n| n.zh.as_str())
                .collect::<Vec<_>>()
                .join("、"),
            names
                .iter()
                .map(|n| n.en.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        )
    }

    fn above(&self, unit: usize) -> Vec<crate::view::UnitLink> {
        let parent = |u: usize| self.cx.programme.units.get(u).and_then(|u| u.parent);
        let mut above = Vec::new();
        let mut next = parent(unit);
        while let Some(at) = next.filter(|_| above.len() < 64) {
            above.push(self.unit_link(at));
            next = parent(at);
        }
        above.reverse();
        above
    }

    /// What needs somebody to act, most urgent first.
    fn open(&self, unit: usize) -> Vec<DutyLine> {
        use Standing::{Behind, DueSoon, Overdue, Unknown};
        let rank = |d: &Duty| {
            [Overdue, Behind, Unknown, DueSoon]
                .iter()
                .position(|s| *s == d.standing)
        };
        let mut open: Vec<(usize, rules::Day, &Measure, &MeasureResult, &Duty)> = Vec::new();
        for (_, measure, result) in self.measures() {
            let mine = result.duties.iter().filter(|d| d.unit == Some(unit as u32));
            let mine = mine.filter(|d| self.sight.bearer(&d.bearer));
            open.extend(mine.filter_map(|d| Some((rank(d)?, d.due, measure, result, d))));
        }
        open.sort_by_key(|(rank, due, ..)| (*rank, *due));
        open.into_iter()
            .take(OPEN_MAX)
            .map(|(_, _, m, r, d)| self.line(m, r, d, true))
            .collect()
    }

    fn clauses(&self, unit: usize) -> Vec<UnitClause> {
        let mut clauses: Vec<UnitClause> = Vec::new();
        for (notice, measure, result) in self.measures() {
            let mut mine: Vec<&Duty> = result
                .duties
                .iter()
                .filter(|d| d.unit == Some(unit as u32))
                .collect();
            if mine.is_empty() {
                continue;
            }
            mine.sort_by_key(|d| (urgency(d.standing), std::cmp::Reverse(d.period.from)));
            let counts: Counts = mine.iter().map(|d| d.standing).collect();
            let shown = mine
                .iter()
                .take(CLAUSE_MAX)
                .map(|d| self.line(measure, result, d, false));
            let more = mine.len().saturating_sub(CLAUSE_MAX);
            match clauses.last_mut().filter(|c| c.clause.id == measure.clause) {
                Some(clause) => {
                    clause.counts.merge(&counts);
                    clause.duties.extend(shown);
                    clause.more += more;
                }
                None => clauses.push(UnitClause {
                    clause: self.clause_link(notice, &measure.clause),
                    counts,
                    duties: shown.collect(),
                    more,
                }),
            }
        }
        clauses
    }

    /// One duty in a list; `closely` also says what is missing or would flip it.
    pub(super) fn line(
        &self,
        measure: &Measure,
        result: &MeasureResult,
        duty: &Duty,
        closely: bool,
    ) -> DutyLine {
        let (value, target) = self.first_value(measure, duty);
        let look = Look {
            cx: self.cx,
            measure,
            result,
            duty,
        };
        let says = if closely {
            self.near_lines(&look).into_iter().next().map(|n| n.says)
        } else {
            None
        };
        DutyLine {
            duty: self.duty_id(measure, duty),
            measure: (&measure.name).into(),
            bearer: self.bearer(duty),
            period: period_name(&duty.period),
            standing: duty.standing,
            recorded_late: duty.recorded_late,
            value,
            target,
            due: date(duty.due),
            says: says.unwrap_or_default(),
        }
    }
}

fn urgency(standing: Standing) -> usize {
    use Standing::{
        Behind, DueSoon, Excused, Met, Missed, OnTrack, Overdue, Recovered, Unknown, Upcoming,
    };
    let order = [
        Overdue, Missed, Behind, Unknown, DueSoon, OnTrack, Recovered, Met, Excused, Upcoming,
    ];
    order
        .iter()
        .position(|s| *s == standing)
        .unwrap_or(order.len())
}

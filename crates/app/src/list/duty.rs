//! Duties as a list: by notice, measure, unit and standing, a page at a time.

use super::{LIMIT_MAX, Unread, cursor, fault};
use crate::app::Reading;
use crate::view::{DutyId, Standing};
use crate::{App, Viewer};
use engine::{Bounds, Duty};
use jiff::civil::Date;
use programme::model::{Measure, Notice};
use rules::{Day, Words};

/// Which duties are asked for; everything that is given must fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DutyQuestion {
    /// The notice's id.
    pub notice: Option<String>,
    /// The measure's id.
    pub measure: Option<String>,
    /// The unit answerable, or one above it.
    pub unit: Option<String>,
    /// How the duty stands.
    pub standing: Option<Standing>,
    /// Where the page before ended, as [`DutyPage::next`] said.
    pub after: Option<String>,
    /// How many duties; at most [`LIMIT_MAX`].
    pub limit: usize,
}

/// A duty in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyRow {
    /// Which duty.
    pub id: DutyId,
    /// Its notice.
    pub notice: String,
    /// Its clause.
    pub clause: String,
    /// The unit answerable; `None` where that is not known.
    pub unit: Option<String>,
    /// First and last day of its period.
    pub period: (Day, Day),
    /// The last day to meet it.
    pub due: Day,
    /// Judged at the end of this day.
    pub judged: Day,
    /// How it stands.
    pub standing: Standing,
    /// Met only on evidence that was recorded after judgement.
    pub recorded_late: bool,
    /// Its tallies.
    pub tallies: Vec<TallyEnds>,
}

/// A tally between its two ends; money in fen, a ratio as a fraction.
#[derive(Clone, Debug, PartialEq)]
pub struct TallyEnds {
    /// Its id.
    pub id: String,
    /// The least and the most it can be.
    pub ends: Bounds,
}

/// A page of duties.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyPage {
    /// The day at whose end they are looked at.
    pub at: Day,
    /// Duties by measure in the order of the programme, bearer and period.
    pub duties: Vec<DutyRow>,
    /// Where the page ended; `None` on the last.
    pub next: Option<String>,
}

/// The order of duties: the measure's place in the programme, the bearer's id, the period's first day and name.
type Place<'p> = ((usize, usize), &'p str, i32, &'p str);

impl App {
    /// Duties at the end of a day (today when absent).
    ///
    /// # Errors
    /// A question that cannot be read, a day that cannot be shown.
    pub fn duties(
        &self,
        viewer: &Viewer,
        question: &DutyQuestion,
        at: Option<Date>,
    ) -> Result<DutyPage, Unread> {
        let page = self.reading(viewer, at, |reading| Ok(reading.duties(question)));
        page.map_err(Unread::View)?
    }
}

impl Reading<'_> {
    fn duties(&self, question: &DutyQuestion) -> Result<DutyPage, Unread> {
        let after = self.read(question)?;
        let mut all: Vec<(Place<'_>, &Notice, &Measure, &Duty)> = Vec::new();
        for result in &self.evaluation.measures {
            let Some((notice, measure)) = self.declared(result) else {
                continue;
            };
            let other =
                |asked: &Option<String>, id: &str| asked.as_deref().is_some_and(|a| a != id);
            if other(&question.notice, &notice.id) || other(&question.measure, &measure.id) {
                continue;
            }
            let at = (result.notice, result.measure);
            let wanted = result.duties.iter().filter(|duty| {
                self.sight.bearer(&duty.bearer)
                    && question.standing.is_none_or(|s| s == duty.standing)
                    && question
                        .unit
                        .as_deref()
                        .is_none_or(|id| self.is_under(duty, id))
            });
            all.extend(wanted.map(|duty| (self.place(at, duty), notice, measure, duty)));
        }
        if let Some(after) = &after {
            all.retain(|(place, ..)| *place > after.place());
        }
        let more = all.len() > question.limit;
        if more {
            all.select_nth_unstable_by_key(question.limit, |(place, ..)| *place);
            all.truncate(question.limit);
        }
        all.sort_unstable_by_key(|(place, ..)| *place);
        let last = all.last().filter(|_| more);
        Ok(DutyPage {
            at: self.cx.at,
            next: last.map(|(place, ..)| cursor::written(&serde_json::json!(place))),
            duties: all
                .iter()
                .map(|(_, notice, measure, duty)| self.row(notice, measure, duty))
                .collect(),
        })
    }

    /// The faults of a question, or where it goes on.
    fn read(&self, question: &DutyQuestion) -> Result<Option<After>, Unread> {
        let mut faults = Vec::new();
        let programme = self.cx.programme;
        if question.limit == 0 || question.limit > LIMIT_MAX {
            faults.push(fault(
                "limit",
                format!("limit 应在 1 至 {LIMIT_MAX} 之间"),
                format!("limit lies between 1 and {LIMIT_MAX}"),
            ));
        }
        let mut know = |name: &str, id: &Option<String>, known: &dyn Fn(&str) -> bool| {
            if let Some(id) = id.as_deref().filter(|id| !known(id)) {
                let words = Words::new(
                    format!("没有编号为 {id} 的 {name}"),
                    format!("there is no {name} {id}"),
                );
                faults.push(fault(name, words.zh, words.en));
            }
        };
        know("notice", &question.notice, &|id| {
            programme.notices.iter().any(|n| n.id == id)
        });
        know("measure", &question.measure, &|id| {
            programme.measure(id).is_some()
        });
        know("unit", &question.unit, &|id| programme.unit(id).is_some());
        let after = question.after.as_deref();
        let place = after.map(|word| cursor::read(word).and_then(After::of_json));
        if place == Some(None) {
            faults.push(fault(
                "after",
                "这个续页标记读不出来；请从第一页开始",
                "this cursor cannot be read; begin with the first page",
            ));
        }
        if faults.is_empty() {
            Ok(place.flatten())
        } else {
            Err(Unread::Question(faults))
        }
    }

    fn place<'p>(&'p self, measure: (usize, usize), duty: &'p Duty) -> Place<'p> {
        let bearer = self.cx.id(duty.bearer.table, duty.bearer.record);
        (measure, bearer, duty.period.from.0, &duty.period.key)
    }

    /// Whether the unit answerable is this one or below it.
    fn is_under(&self, duty: &Duty, id: &str) -> bool {
        let units = &self.cx.programme.units;
        let mut unit = duty.unit.map(|unit| unit as usize);
        while let Some(found) = unit.and_then(|unit| units.get(unit)) {
            if found.id == id {
                return true;
            }
            unit = found.parent;
        }
        false
    }

    fn row(&self, notice: &Notice, measure: &Measure, duty: &Duty) -> DutyRow {
        let unit = duty
            .unit
            .and_then(|u| self.cx.programme.units.get(u as usize));
        let tallies = measure.tallies.iter().zip(duty.tallies());
        DutyRow {
            id: self.duty_id(measure, duty),
            notice: notice.id.clone(),
            clause: measure.clause.clone(),
            unit: unit.map(|unit| unit.id.clone()),
            period: (duty.period.from, duty.period.until),
            due: duty.due,
            judged: duty.judged,
            standing: duty.standing,
            recorded_late: duty.recorded_late,
            tallies: tallies
                .map(|(tally, ends)| TallyEnds {
                    id: tally.id.clone(),
                    ends: *ends,
                })
                .collect(),
        }
    }
}

/// The place at which a page ended.
#[derive(Debug, PartialEq)]
struct After {
    measure: (usize, usize),
    bearer: String,
    from: i32,
    key: String,
}

impl After {
    fn of_json(json: serde_json::Value) -> Option<Self> {
        let (measure, bearer, from, key) = serde_json::from_value(json).ok()?;
        Some(Self {
            measure,
            bearer,
            from,
            key,
        })
    }

    fn place(&self) -> Place<'_> {
        (self.measure, &self.bearer, self.from, &self.key)
    }
}

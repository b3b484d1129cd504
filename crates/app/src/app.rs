//! Everything that pages and commands are read from: a programme, its facts, a day.

use crate::Error;
use crate::view::{DutyId, DutyPage, Front, MatrixPage, MatrixQuestion, NoticePage, UnitPage};
use engine::{AsOf, Counts, Evaluation, Facts, Lasting, evaluate, evaluate_measure};
use jiff::civil::Date;
use programme::Programme;
use rules::Day;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Evaluations of so many days are kept.
const DAYS_KEPT: usize = 40;

/// Everything that pages are read from. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    programme: Programme,
    facts: Facts,
    /// What every day says alike, so that the next one asked for comes at once.
    lasting: Arc<Lasting>,
    today: Day,
    rehearsal: bool,
    /// Evaluations by day, with the order of their last use.
    kept: Mutex<Kept>,
    /// A measure's counts on past days, for trends.
    counts: Mutex<HashMap<(String, Day), Counts>>,
}

/// How often the map was asked, and each day's evaluation with when it was last used.
type Kept = (u64, BTreeMap<Day, (u64, Arc<Evaluation>)>);

/// What one page is built from.
pub(crate) struct Reading<'r> {
    pub(crate) cx: AsOf<'r>,
    pub(crate) evaluation: Arc<Evaluation>,
    pub(crate) today: Day,
    pub(crate) rehearsal: bool,
    pub(crate) app: &'r App,
}

impl App {
    /// An application over facts that were read once.
    pub fn new(programme: Programme, facts: Facts, today: Day, rehearsal: bool) -> Self {
        Self(Arc::new(Inner {
            programme,
            facts,
            lasting: Arc::default(),
            today,
            rehearsal,
            kept: Mutex::default(),
            counts: Mutex::default(),
        }))
    }

    /// An application whose last day is `at`, wherever the campaign ends.
    pub fn at(mut programme: Programme, facts: Facts, at: Day) -> Self {
        programme.campaign.1 = programme.campaign.1.max(at);
        programme.campaign.0 = programme.campaign.0.min(at);
        Self::new(programme, facts, at, false)
    }

    /// Where a visitor starts.
    pub fn front(&self) -> Front {
        Front {
            notice: self.0.programme.notices.first().map(|n| n.id.clone()),
            unit: self.0.programme.home.clone(),
        }
    }

    /// The living notice as of the end of `at` (today when absent), with `clause` opened.
    ///
    /// # Errors
    /// An unknown notice or clause, a day outside the campaign.
    pub fn notice(
        &self,
        id: &str,
        clause: Option<&str>,
        at: Option<Date>,
    ) -> Result<NoticePage, Error> {
        self.reading(at)?.notice(id, clause)
    }

    /// Units × measures, or units × periods of one measure.
    ///
    /// # Errors
    /// An unknown measure, level or part, a day outside the campaign.
    pub fn matrix(&self, question: &MatrixQuestion, at: Option<Date>) -> Result<MatrixPage, Error> {
        self.reading(at)?.matrix(question)
    }

    /// One duty with its evidence and explanation.
    ///
    /// # Errors
    /// An unknown duty, a day outside the campaign.
    pub fn duty(&self, id: &DutyId, at: Option<Date>) -> Result<DutyPage, Error> {
        self.reading(at)?.duty(id)
    }

    /// One unit with its duties and those of its subtree.
    ///
    /// # Errors
    /// An unknown unit, a day outside the campaign.
    pub fn unit(&self, id: &str, at: Option<Date>) -> Result<UnitPage, Error> {
        self.reading(at)?.unit(id)
    }

    fn reading(&self, at: Option<Date>) -> Result<Reading<'_>, Error> {
        let inner = &*self.0;
        let (from, until) = inner.programme.campaign;
        let last = inner.today.min(until);
        let at = match at {
            None => last,
            Some(date) => {
                let day = day(date);
                if day < from || day > last {
                    return Err(Error::OutsideCampaign {
                        at: date,
                        from: crate::page::date(from),
                        until: crate::page::date(last),
                    });
                }
                day
            }
        };
        let cx = AsOf::among(&inner.programme, &inner.facts, at, &inner.lasting);
        let evaluation = self.evaluation(&cx);
        Ok(Reading {
            cx,
            evaluation,
            today: last,
            rehearsal: inner.rehearsal,
            app: self,
        })
    }

    /// The evaluation at the moment of `cx`, kept for the next page of the same day.
    pub(crate) fn evaluation(&self, cx: &AsOf<'_>) -> Arc<Evaluation> {
        if let Some(found) = self.kept(cx.at, None) {
            return found;
        }
        let found = Arc::new(evaluate(cx));
        self.kept(cx.at, Some(&found));
        found
    }

    /// How a measure's duties that had begun stood at the end of another day, as it was known then.
    pub(crate) fn counts_on(&self, measure: &str, at: Day) -> Counts {
        let key = (measure.to_owned(), at);
        let found = lock(&self.0.counts).get(&key).copied();
        found.unwrap_or_else(|| {
            let cx = AsOf::among(&self.0.programme, &self.0.facts, at, &self.0.lasting);
            let result = evaluate_measure(&cx, measure);
            let begun = result
                .iter()
                .flat_map(|r| &r.duties)
                .filter(|d| d.period.from <= at);
            let counts: Counts = begun.map(|d| d.standing).collect();
            lock(&self.0.counts).insert(key, counts);
            counts
        })
    }

    fn kept(&self, at: Day, new: Option<&Arc<Evaluation>>) -> Option<Arc<Evaluation>> {
        let mut guard = lock(&self.0.kept);
        let (uses, days) = &mut *guard;
        *uses += 1;
        if let Some(new) = new {
            if days.len() >= DAYS_KEPT
                && let Some(oldest) = days
                    .iter()
                    .min_by_key(|(_, (used, _))| *used)
                    .map(|(day, _)| *day)
            {
                days.remove(&oldest);
            }
            days.insert(at, (*uses, Arc::clone(new)));
        }
        let (used, found) = days.get_mut(&at)?;
        *used = *uses;
        Some(Arc::clone(found))
    }
}

/// A panic elsewhere leaves the maps whole: each change of one is one insertion.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn day(date: Date) -> Day {
    Day::from_ymd(date.year(), date.month(), date.day()).unwrap_or_default()
}

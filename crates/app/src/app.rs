//! Everything that pages and commands are read from: a programme, its facts, a day.

use crate::access::{Seen, is_official};
use crate::list::{Kept, Names};
use crate::live::Live;
use crate::page::Frames;
use crate::people::Known;
use crate::view::{
    DutyId, DutyPage, Front, MatrixPage, MatrixQuestion, NoticePage, OverviewPage, UnitPage,
};
use crate::{Error, Viewer};
use engine::{
    AsOf, Counts, Evaluation, Facts, Lasting, Living, Stamp, evaluate, evaluate_again,
    evaluate_measure, roll_up,
};
use jiff::civil::Date;
use programme::Programme;
use rules::{Day, Moment};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Evaluations of so many days are kept.
const DAYS_KEPT: usize = 40;

/// Everything that pages are read from, and where records are written. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    programme: Programme,
    living: RwLock<Living>,
    /// What keeps the facts; `None` for facts that were read once and do not change.
    live: Option<Live>,
    /// The last day that can be shown, as a number of days.
    today: AtomicI32,
    rehearsal: bool,
    days: Mutex<Days>,
    /// Held while a day's duties are worked out.
    evaluating: Mutex<()>,
    names: Mutex<Names>,
    kept: Kept,
    frames: Frames,
    known: Known,
    /// Passwords are tried one at a time.
    door: tokio::sync::Mutex<()>,
}

/// What was worked out before. When records change, a day's evaluation is brought up to them where it is asked for next,
/// and of the rest goes what may have seen the change.
#[derive(Default)]
struct Days {
    /// What every day says alike, so that the next one asked for comes at once.
    lasting: Arc<Lasting>,
    /// How often evaluations were asked for.
    uses: u64,
    /// Each day's evaluation.
    kept: BTreeMap<Day, OfDay>,
    /// A measure's counts on past days, for trends.
    counts: HashMap<(String, Day), Counts>,
    /// How the subtree of each unit stood on a day.
    rolled: HashMap<Day, Arc<[Counts]>>,
}

/// A day's evaluation.
struct OfDay {
    /// When it was last used.
    used: u64,
    found: Arc<Evaluation>,
    /// How far the facts had grown.
    stamps: Arc<[Stamp]>,
}

/// What one page is built from.
pub(crate) struct Reading<'r> {
    pub(crate) cx: &'r AsOf<'r>,
    pub(crate) evaluation: Arc<Evaluation>,
    pub(crate) today: Day,
    pub(crate) app: &'r App,
    pub(crate) lasting: Arc<Lasting>,
    pub(crate) sight: Seen<'r>,
}

impl App {
    /// An application over facts that were read once.
    pub fn new(programme: Programme, facts: Facts, today: Day, rehearsal: bool) -> Self {
        let living = Living::of(&programme, facts);
        Self::over(programme, living, None, today, rehearsal)
    }

    /// An application over growing facts, and the database that keeps them.
    pub(crate) fn over(
        programme: Programme,
        living: Living,
        live: Option<Live>,
        today: Day,
        rehearsal: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            programme,
            living: RwLock::new(living),
            live,
            today: AtomicI32::new(today.0),
            rehearsal,
            days: Mutex::default(),
            evaluating: Mutex::default(),
            names: Mutex::default(),
            kept: Kept::default(),
            frames: Frames::default(),
            known: Known::default(),
            door: tokio::sync::Mutex::default(),
        }))
    }

    /// The programme in force.
    pub fn programme(&self) -> &Programme {
        &self.0.programme
    }

    /// Whether no register has a record.
    pub fn is_empty(&self) -> bool {
        self.living().facts().rows() == 0
    }

    /// Whether the clock is simulated.
    pub fn rehearsal(&self) -> bool {
        self.0.rehearsal
    }

    /// The last day that can be shown.
    pub fn today(&self) -> Day {
        Day(self.0.today.load(Ordering::Relaxed))
    }

    /// Another day has come.
    pub fn set_today(&self, today: Day) {
        self.0.today.store(today.0, Ordering::Relaxed);
    }

    /// Held while a password is tried.
    pub(crate) fn door(&self) -> &tokio::sync::Mutex<()> {
        &self.0.door
    }

    /// What records are called, for search. Whoever locks it holds the facts.
    pub(crate) fn names(&self) -> MutexGuard<'_, Names> {
        lock(&self.0.names)
    }

    /// Who was let in lately.
    pub(crate) fn sessions(&self) -> &Known {
        &self.0.known
    }

    /// What surrounds the pages of days.
    pub(crate) fn frames(&self) -> &Frames {
        &self.0.frames
    }

    /// What lists are answered from.
    pub(crate) fn kept(&self) -> &Kept {
        &self.0.kept
    }

    /// The database, where there is one.
    pub(crate) fn live(&self) -> Option<&Live> {
        self.0.live.as_ref()
    }

    /// The facts to read. A page holds them for as long as it is built.
    pub(crate) fn living(&self) -> RwLockReadGuard<'_, Living> {
        self.0.living.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The facts to read, where nobody changes them or waits to.
    pub(crate) fn living_at_once(&self) -> Option<RwLockReadGuard<'_, Living>> {
        self.0.living.try_read().ok()
    }

    /// The facts to change.
    pub(crate) fn living_mut(&self) -> RwLockWriteGuard<'_, Living> {
        let living = self.0.living.write();
        living.unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of what was worked out from facts that changed at some moment or later; of everything, also of what lasts,
    /// where they `forgot` something. The caller holds the facts to change.
    pub(crate) fn changed(&self, since: Moment, forgot: bool) {
        let mut days = lock(&self.0.days);
        if forgot {
            *lock(&self.0.names) = Names::default();
            *days = Days::default();
            return;
        }
        // A day shows what was known at its end, so one that was over by then shows the same.
        let over = |day: &Day| day.end() <= since;
        days.rolled.retain(|day, _| over(day));
        days.counts.retain(|(_, day), _| over(day));
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
        viewer: &Viewer,
        id: &str,
        clause: Option<&str>,
        at: Option<Date>,
    ) -> Result<NoticePage, Error> {
        self.official(viewer)?;
        self.reading(viewer, at, |r| r.notice(id, clause))
    }

    /// The whole on a map, with what is worst and what changed in a week.
    ///
    /// # Errors
    /// An unknown level, a day outside the campaign.
    pub fn overview(
        &self,
        viewer: &Viewer,
        level: Option<&str>,
        at: Option<Date>,
    ) -> Result<OverviewPage, Error> {
        self.official(viewer)?;
        self.reading(viewer, at, |r| r.overview(level))
    }

    /// Units × measures, or units × periods of one measure.
    ///
    /// # Errors
    /// An unknown measure, level or part, a day outside the campaign.
    pub fn matrix(
        &self,
        viewer: &Viewer,
        question: &MatrixQuestion,
        at: Option<Date>,
    ) -> Result<MatrixPage, Error> {
        self.official(viewer)?;
        self.reading(viewer, at, |r| r.matrix(question))
    }

    /// One duty with its evidence and explanation.
    ///
    /// # Errors
    /// An unknown duty, a day outside the campaign.
    pub fn duty(&self, viewer: &Viewer, id: &DutyId, at: Option<Date>) -> Result<DutyPage, Error> {
        let page = self.reading(viewer, at, |r| r.duty(id))?;
        Ok(DutyPage {
            may_excuse: at.is_none() && page.excuse.is_none() && self.may_excuse(viewer, id),
            ..page
        })
    }

    /// One unit with its duties and those of its subtree.
    ///
    /// # Errors
    /// An unknown unit, a day outside the campaign.
    pub fn unit(&self, viewer: &Viewer, id: &str, at: Option<Date>) -> Result<UnitPage, Error> {
        self.official(viewer)?;
        self.reading(viewer, at, |r| r.unit(id))
    }

    /// How units stand is for officials of the programme.
    fn official(&self, viewer: &Viewer) -> Result<(), Error> {
        match is_official(self.programme(), viewer) {
            true => Ok(()),
            false => Err(Error::NotOfficial),
        }
    }

    pub(crate) fn reading<T>(
        &self,
        viewer: &Viewer,
        at: Option<Date>,
        read: impl FnOnce(&Reading<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (from, until) = self.0.programme.campaign;
        let last = self.today().min(until);
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
        let app = self.on(Some(at))?;
        let living = app.living();
        let lasting = Arc::clone(&lock(&app.0.days).lasting);
        let cx = AsOf::among(&app.0.programme, living.facts(), at, &lasting);
        let evaluation = app.evaluation(&cx, &living);
        let sight = Seen::new(&app, viewer, &living, &cx);
        read(&Reading {
            sight,
            cx: &cx,
            evaluation,
            today: last,
            app: &app,
            lasting,
        })
    }

    /// The evaluation at the moment of `cx`, kept for the next page of the same day. The caller holds the facts, so
    /// that none of what is kept can be of others.
    pub(crate) fn evaluation(&self, cx: &AsOf<'_>, living: &Living) -> Arc<Evaluation> {
        let now = living.stamps();
        if let Evaluated::Same(found) = lock(&self.0.days).known(cx.at, &now) {
            return found;
        }
        // Whoever asks of the same change meanwhile waits for what is worked out of it once.
        let _one = lock(&self.0.evaluating);
        let known = lock(&self.0.days).take(cx.at, &now);
        let found = match known {
            Evaluated::Same(found) => return found,
            Evaluated::Older(older, was) => {
                evaluate_again(cx, Arc::unwrap_or_clone(older), (&was, &now))
            }
            Evaluated::None => evaluate(cx),
        };
        let found = Arc::new(found);
        lock(&self.0.days).keep(cx.at, &found, now.into());
        found
    }
}

impl Reading<'_> {
    /// How the subtree of each unit stood at the end of a day, as it was known then.
    pub(crate) fn rolled_on(&self, at: Day) -> Arc<[Counts]> {
        let days = &self.app.0.days;
        if let Some(found) = lock(days).rolled.get(&at) {
            return Arc::clone(found);
        }
        let programme = self.cx.programme;
        let rolled = match at == self.cx.at {
            true => roll_up(programme, &self.evaluation),
            false => {
                let cx = AsOf::among(programme, self.cx.facts, at, &self.lasting);
                roll_up(programme, &evaluate(&cx))
            }
        };
        let rolled: Arc<[Counts]> = rolled.into_iter().map(|(_, subtree)| subtree).collect();
        lock(days).rolled.insert(at, Arc::clone(&rolled));
        rolled
    }

    /// How a measure's duties that had begun stood at the end of another day, as it was known then.
    pub(crate) fn counts_on(&self, measure: &str, at: Day) -> Counts {
        let key = (measure.to_owned(), at);
        let days = &self.app.0.days;
        let found = lock(days).counts.get(&key).copied();
        found.unwrap_or_else(|| {
            let other = (at != self.cx.at).then(|| {
                let cx = AsOf::among(self.cx.programme, self.cx.facts, at, &self.lasting);
                evaluate_measure(&cx, measure)
            });
            let mut all = self.measures();
            let mut of_page = || all.find(|(_, own, _)| own.id == measure);
            let result = match &other {
                Some(other) => other.as_ref(),
                None => of_page().map(|(.., result)| result),
            };
            let begun = result
                .iter()
                .flat_map(|r| &r.duties)
                .filter(|d| d.period.from <= at);
            let counts: Counts = begun.map(|d| d.standing).collect();
            lock(days).counts.insert(key, counts);
            counts
        })
    }
}

/// What is known of a day's duties.
enum Evaluated {
    /// All of them, as they are now.
    Same(Arc<Evaluation>),
    /// All of them, before the facts grew from what they were then.
    Older(Arc<Evaluation>, Arc<[Stamp]>),
    None,
}

impl Days {
    /// A day's evaluation, where it is as the facts are now.
    fn known(&mut self, at: Day, now: &[Stamp]) -> Evaluated {
        self.uses += 1;
        match self.kept.get_mut(&at) {
            Some(day) if *day.stamps == *now => {
                day.used = self.uses;
                Evaluated::Same(Arc::clone(&day.found))
            }
            _ => Evaluated::None,
        }
    }

    /// The same. One that is older is given away, so that it can be brought up to now where it stands.
    fn take(&mut self, at: Day, now: &[Stamp]) -> Evaluated {
        if let Evaluated::Same(found) = self.known(at, now) {
            return Evaluated::Same(found);
        }
        let older = self.kept.remove(&at);
        older.map_or(Evaluated::None, |day| {
            Evaluated::Older(day.found, day.stamps)
        })
    }

    fn keep(&mut self, at: Day, new: &Arc<Evaluation>, stamps: Arc<[Stamp]>) {
        if self.kept.len() >= DAYS_KEPT
            && let Some(oldest) = self
                .kept
                .iter()
                .min_by_key(|(_, day)| day.used)
                .map(|(day, _)| *day)
        {
            self.kept.remove(&oldest);
        }
        let day = OfDay {
            used: self.uses,
            found: Arc::clone(new),
            stamps,
        };
        self.kept.insert(at, day);
    }
}

/// A panic elsewhere leaves the maps whole: each change of one is one insertion.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn day(date: Date) -> Day {
    Day::from_ymd(date.year(), date.month(), date.day()).unwrap_or_default()
}

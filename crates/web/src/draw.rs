//! Pages from views: each template with what it needs beside the view.

mod admin;
mod board;
mod form;
mod home;
mod import;
mod journal;
mod map;
mod matrix;
mod overview;
mod people;
mod picture;
mod programme;
mod record;
mod rows;

pub(crate) use admin::{admin, calendar_years, jobs, roles, units};
pub(crate) use board::{board, calendar};
pub(crate) use form::form;
pub(crate) use home::{Unreported, go, home, unreported};
pub(crate) use import::{ImportPage, import};
pub(crate) use journal::{Proof, journal};
pub(crate) use map::map;
pub(crate) use matrix::matrix;
pub(crate) use overview::overview;
pub(crate) use people::{Accounts, Made, MePage, Said, accounts, code, me, slips};
pub(crate) use programme::{ProgrammePage, programme};
pub(crate) use record::{Told, found, list, record, registers};

use self::picture::Picture;
use crate::ask::Here;
use crate::assets;
use crate::curve::{PaceCurve, Ruler, Sparkline};
use crate::reader::{Reader, anchor};
use app::Excusing;
use app::people::Example;
use app::view::{
    ClauseLine, ClausePanel, DutyPage, Frame, LadderState, Language, NoticePage, Rung, Standing,
    UnitPage,
};
use askama::Template;
use jiff::ToSpan;
use jiff::civil::Date;
use std::sync::Arc;

/// How many clauses the notice lists as needing attention while none is opened.
const ATTENTION: usize = 8;

/// What surrounds every page.
struct Shell {
    r: Reader,
    here: Here,
    section: &'static str,
    title: String,
    version: &'static str,
    frame: Option<Arc<Frame>>,
    ruler: Option<Arc<Ruler>>,
}

impl Shell {
    /// The keys that do something, and what.
    fn keys(&self) -> [(&'static str, &'static str); 6] {
        let w = self.r.w;
        [
            ("/", w.key_search),
            ("n", w.key_add),
            ("e", w.key_edit),
            ("← →", w.key_days),
            ("?", w.key_help),
            ("Esc", w.key_close),
        ]
    }

    fn new(r: Reader, here: Here, section: &'static str, title: String, frame: Arc<Frame>) -> Self {
        let ruler = Ruler::of(&r, &frame.dates);
        Self {
            r,
            here,
            section,
            title,
            version: &assets::VERSION,
            ruler: Some(ruler),
            frame: Some(frame),
        }
    }

    fn bare(r: Reader, here: Here, title: &str) -> Self {
        Self {
            r,
            here,
            section: "",
            title: title.to_owned(),
            version: &assets::VERSION,
            frame: None,
            ruler: None,
        }
    }

    /// This page on another day; `None` outside the days that can be shown.
    fn on(&self, day: Option<Date>) -> Option<String> {
        let dates = &self.frame.as_ref()?.dates;
        let day = day.filter(|day| dates.from <= *day && *day <= dates.today)?;
        let reader = Reader {
            at: (day != dates.today).then_some(day),
            ..self.r
        };
        Some(self.itself(&reader, None))
    }

    fn yesterday(&self) -> Option<String> {
        self.on(self.frame.as_ref()?.dates.at.checked_sub(1.day()).ok())
    }

    fn tomorrow(&self) -> Option<String> {
        self.on(self.frame.as_ref()?.dates.at.checked_add(1.day()).ok())
    }

    /// This page today, when it shows another day.
    fn now(&self) -> Option<String> {
        let dates = &self.frame.as_ref()?.dates;
        if dates.at == dates.today {
            None
        } else {
            self.on(Some(dates.today))
        }
    }

    /// This page in the other language.
    fn switch(&self) -> String {
        let code = if self.r.language == Language::Zh {
            "en"
        } else {
            "zh"
        };
        self.itself(&self.r, Some(code))
    }

    fn itself(&self, reader: &Reader, lang: Option<&str>) -> String {
        let kept = self
            .here
            .kept
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        let query: Vec<(&str, &str)> = kept.chain(lang.map(|code| ("lang", code))).collect();
        let tail = reader.address(&[], &query);
        format!("{}{}", self.here.path, tail.trim_start_matches('/'))
    }
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeView {
    shell: Shell,
    r: Reader,
    page: NoticePage,
    trends: Vec<Option<Sparkline>>,
}

impl NoticeView {
    fn open(&self, clause: &str) -> bool {
        self.page
            .panel
            .as_ref()
            .is_some_and(|panel| panel.id == clause)
    }

    /// The opened clause as plain text for a chat.
    fn plain(&self, panel: &ClausePanel) -> String {
        let r = &self.r;
        let dates = &self.page.frame.dates;
        let mut text = format!("{} {}（{}）\n", panel.id, r.t(&panel.text), dates.at);
        for measure in &panel.measures {
            let counts = measure.counts.present();
            let counts = counts.map(|(standing, n)| format!("{} {n}", r.standing(&standing)));
            let counts: Vec<String> = counts.collect();
            let name = r.t(&measure.name);
            text.push_str(&format!(
                "{name}{}{}\n",
                r.w.colon,
                counts.join(r.w.enumerate)
            ));
            if !measure.sentence.is_empty() {
                text.push_str(&format!("{}\n", r.t(&measure.sentence)));
            }
        }
        text
    }

    /// The opened clause as rows of a picture.
    fn picture(&self, panel: &ClausePanel) -> String {
        Picture::of_clause(&self.r, &self.page.frame, panel).json()
    }

    /// Clauses with the most duties behind, overdue or missed.
    fn attention(&self) -> Vec<&ClauseLine> {
        let mut clauses: Vec<&ClauseLine> = self
            .page
            .parts
            .iter()
            .flat_map(|part| &part.clauses)
            .collect();
        clauses.retain(|clause| clause.counts.red() > 0);
        clauses.sort_by_key(|clause| std::cmp::Reverse(clause.counts.red()));
        clauses.truncate(ATTENTION);
        clauses
    }

    fn trend(&self, n: &usize) -> Option<&Sparkline> {
        self.trends.get(*n).and_then(Option::as_ref)
    }
}

/// `/notices/{id}`.
pub(crate) fn notice(r: Reader, here: Here, page: NoticePage) -> askama::Result<String> {
    let title = r.t(&page.title).to_owned();
    let shell = Shell::new(r, here, "notice", title, page.frame.clone());
    let measures = page.panel.iter().flat_map(|panel| &panel.measures);
    let trends = measures
        .map(|measure| measure.trend.as_ref().map(|trend| Sparkline::of(&r, trend)))
        .collect();
    NoticeView {
        shell,
        r,
        page,
        trends,
    }
    .render()
}

#[derive(Template)]
#[template(path = "duty.html")]
struct DutyView {
    shell: Shell,
    r: Reader,
    page: DutyPage,
    curve: Option<PaceCurve>,
    excused: Excused,
}

/// The form by which a duty is excused.
pub(crate) struct Excused {
    /// What is filled in.
    pub(crate) excusing: Excusing,
    /// What stood against it.
    pub(crate) said: Option<String>,
}

impl DutyView {
    /// Where the duty is excused.
    fn excuse(&self) -> String {
        let id = &self.page.id;
        let path = ["duties", &id.measure, &id.bearer, &id.period, "excuse"];
        self.r.posting(&self.r.address(&path, &[]))
    }

    /// The day of the decision, as a field of dates takes it.
    fn decided_on(&self) -> String {
        let on = self.excused.excusing.on;
        on.map(|on| on.to_string()).unwrap_or_default()
    }

    fn rung(&self, rung: &Rung) -> &'static str {
        let w = self.r.w;
        match rung {
            Rung::Remind => w.rung_remind,
            Rung::Warn => w.rung_warn,
            Rung::Order => w.rung_order,
            Rung::Review => w.rung_review,
        }
    }

    fn rung_state(&self, state: &LadderState) -> (&'static str, &'static str) {
        let w = self.r.w;
        match state {
            LadderState::Fired => ("fired", w.rung_fired),
            LadderState::Ahead => ("ahead", w.rung_ahead),
            LadderState::NotNeeded => ("spared", w.rung_spared),
        }
    }
}

/// `/duties/{measure}/{bearer}/{period}`.
pub(crate) fn duty(
    r: Reader,
    here: Here,
    page: DutyPage,
    excused: Excused,
) -> askama::Result<String> {
    let title = format!(
        "{} · {} · {}",
        r.t(&page.measure),
        r.t(&page.bearer.name),
        r.t(&page.period.name)
    );
    let shell = Shell::new(r, here, "duties", title, page.frame.clone());
    let curve = page.pace.as_ref().and_then(|pace| PaceCurve::of(&r, pace));
    DutyView {
        shell,
        r,
        page,
        curve,
        excused,
    }
    .render()
}

#[derive(Template)]
#[template(path = "unit.html")]
struct UnitView {
    shell: Shell,
    r: Reader,
    page: UnitPage,
}

impl UnitView {
    fn anchor(&self, clause: &str) -> String {
        anchor(clause)
    }
}

/// `/units/{id}`.
pub(crate) fn unit(r: Reader, here: Here, page: UnitPage) -> askama::Result<String> {
    let title = r.t(&page.unit.name).to_owned();
    let shell = Shell::new(r, here, "units", title, page.frame.clone());
    UnitView { shell, r, page }.render()
}

/// What happened, why, and what to do now.
pub(crate) struct FaultPage {
    pub(crate) what: String,
    pub(crate) why: String,
    pub(crate) act: String,
    /// The page is worth asking for again by itself.
    pub(crate) again: bool,
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultView {
    shell: Shell,
    r: Reader,
    page: FaultPage,
}

/// A page that cannot be shown.
pub(crate) fn fault(r: Reader, here: Here, page: FaultPage) -> askama::Result<String> {
    let shell = Shell::bare(r, here, &page.what);
    FaultView { shell, r, page }.render()
}

impl DoorView {
    /// The way to the single sign-on.
    fn single(&self) -> String {
        let next = self.page.next.as_str();
        let query: &[(&str, &str)] = if next.is_empty() {
            &[]
        } else {
            &[("next", next)]
        };
        self.r.address(&["sign-in", "single"], query)
    }
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct DoorView {
    shell: Shell,
    r: Reader,
    page: DoorPage,
}

/// The page on which somebody signs in or sets a password.
pub(crate) struct DoorPage {
    /// The accounts of an example with their one password.
    pub(crate) examples: Arc<Option<(Vec<Example>, String)>>,
    /// Whether there is a single sign-on beside passwords.
    pub(crate) is_single: bool,
    /// The account of the link; `None` where somebody signs in.
    pub(crate) link: Option<String>,
    /// The name that was given.
    pub(crate) account: String,
    /// Where to go then.
    pub(crate) next: String,
    /// What stood against it.
    pub(crate) said: Option<String>,
}

/// `/sign-in` and `/link/…`.
pub(crate) fn door(r: Reader, page: DoorPage) -> askama::Result<String> {
    let title = match page.link {
        Some(_) => r.w.link_title,
        None => r.w.sign_in,
    };
    let mut shell = Shell::bare(r, Here::default(), title);
    // Nothing leads on from here before somebody is let in.
    shell.section = "door";
    DoorView { shell, r, page }.render()
}

/// The first page of a programme that runs no notice yet.
pub(crate) fn empty(r: Reader, here: Here) -> askama::Result<String> {
    let w = r.w;
    fault(
        r,
        here,
        FaultPage {
            what: w.empty_notice.into(),
            why: w.empty_notice_why.into(),
            act: w.empty_notice_act.into(),
            again: false,
        },
    )
}

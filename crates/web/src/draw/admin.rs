//! The pages of `/admin`.

use super::Shell;
use crate::ask::Asked;
use crate::reader::Reader;
use app::rules::Moment;
use app::view::{
    AdminPage, CalendarYears, Ends, Holiday, JobState, JobsPage, RoleView, RolesPage, Text,
    UnitLine, UnitsPage,
};
use askama::Template;
use jiff::civil::Date;

/// Deeper units are drawn as this deep.
const DEPTH_MAX: usize = 5;
/// Letters of a digest that are shown.
const SHORT: usize = 12;

/// What surrounds a page of `/admin`.
pub(super) fn shell(asked: &Asked, title: &str) -> Shell {
    let mut shell = Shell::bare(asked.reader, asked.here.clone(), title);
    shell.section = "admin";
    shell
}

/// The first letters of a digest.
pub(super) fn short(digest: &str) -> &str {
    digest.get(..SHORT).unwrap_or(digest)
}

/// A moment to the minute.
pub(super) fn moment(at: &Moment) -> String {
    let exact = at.exact();
    exact.get(..16).unwrap_or(&exact).replace('T', " ")
}

/// That the calendar ends.
fn calendar_ends(r: &Reader, ends: &Ends) -> String {
    let (on, days) = (ends.on.to_string(), ends.days.to_string());
    match ends.days {
        ..0 => r.say(r.w.calendar_ended, &[&on]),
        _ => r.say(r.w.calendar_ends, &[&on, &days]),
    }
}

fn names(r: &Reader, all: &[Text]) -> String {
    let all: Vec<&str> = all.iter().map(|one| r.t(one)).collect();
    all.join(r.w.enumerate)
}

#[derive(Template)]
#[template(path = "admin.html")]
struct AdminView {
    shell: Shell,
    r: Reader,
    page: AdminPage,
}

/// `/admin`.
pub(crate) fn admin(asked: &Asked, page: AdminPage) -> askama::Result<String> {
    let r = asked.reader;
    let shell = shell(asked, r.w.nav_admin);
    AdminView { shell, r, page }.render()
}

impl AdminView {
    fn calendar_ends(&self, ends: &Ends) -> String {
        calendar_ends(&self.r, ends)
    }

    fn short<'a>(&self, digest: &'a str) -> &'a str {
        short(digest)
    }
}

#[derive(Template)]
#[template(path = "admin-roles.html")]
struct RolesView {
    shell: Shell,
    r: Reader,
    page: RolesPage,
}

/// `/admin/roles`.
pub(crate) fn roles(asked: &Asked, page: RolesPage) -> askama::Result<String> {
    let r = asked.reader;
    let shell = shell(asked, r.w.admin_roles);
    RolesView { shell, r, page }.render()
}

impl RolesView {
    /// The deeds in the order of [`app::GRANTED`].
    fn deeds(&self) -> [&'static str; 9] {
        let w = self.r.w;
        [
            w.deed_see,
            w.deed_create,
            w.deed_change,
            w.deed_move,
            w.deed_withdraw,
            w.deed_export,
            w.deed_reveal,
            w.deed_excuse,
            w.deed_confirm,
        ]
    }

    fn names(&self, all: &[Text]) -> String {
        names(&self.r, all)
    }

    /// Who holds it, and how many do.
    fn about(&self, role: &RoleView) -> String {
        let r = self.r;
        let held_by = role.held_by.as_ref();
        let held_by = held_by.map(|by| r.say(r.w.roles_held_by, &[r.t(by)]));
        let official = role.official.then(|| r.w.roles_official.to_owned());
        let accounts = r.say(r.w.roles_accounts, &[&r.number(role.accounts)]);
        let all = [held_by, official, Some(accounts)];
        all.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

#[derive(Template)]
#[template(path = "admin-units.html")]
struct UnitsView {
    shell: Shell,
    r: Reader,
    page: UnitsPage,
}

/// `/admin/units`.
pub(crate) fn units(asked: &Asked, page: UnitsPage) -> askama::Result<String> {
    let r = asked.reader;
    let shell = shell(asked, r.w.admin_units);
    UnitsView { shell, r, page }.render()
}

impl UnitsView {
    fn text(&self) -> &str {
        self.page.question.text.as_deref().unwrap_or_default()
    }

    fn is_level(&self, id: &str) -> bool {
        self.page.question.level.as_deref() == Some(id)
    }

    fn depth(&self, unit: &UnitLine) -> usize {
        unit.depth.min(DEPTH_MAX)
    }

    fn levels(&self, unit: &UnitLine) -> String {
        names(&self.r, &unit.levels)
    }
}

#[derive(Template)]
#[template(path = "admin-calendar.html")]
struct CalendarView {
    shell: Shell,
    r: Reader,
    page: CalendarYears,
}

/// `/admin/calendar`.
pub(crate) fn calendar_years(asked: &Asked, page: CalendarYears) -> askama::Result<String> {
    let r = asked.reader;
    let shell = shell(asked, r.w.admin_calendar);
    CalendarView { shell, r, page }.render()
}

impl CalendarView {
    fn calendar_ends(&self, ends: &Ends) -> String {
        calendar_ends(&self.r, ends)
    }

    /// A holiday's days: `1-21 – 1-27`.
    fn runs(&self, holiday: &Holiday) -> String {
        let day = |day: &Date| self.r.day(day);
        let run = |(from, until): &(Date, Date)| match from == until {
            true => day(from),
            false => format!("{} – {}", day(from), day(until)),
        };
        let runs: Vec<String> = holiday.runs.iter().map(run).collect();
        runs.join(self.r.w.enumerate)
    }
}

#[derive(Template)]
#[template(path = "admin-jobs.html")]
struct JobsView {
    shell: Shell,
    r: Reader,
    page: JobsPage,
}

/// `/admin/jobs`.
pub(crate) fn jobs(asked: &Asked, page: JobsPage) -> askama::Result<String> {
    let r = asked.reader;
    let shell = shell(asked, r.w.admin_jobs);
    JobsView { shell, r, page }.render()
}

impl JobsView {
    fn count(&self, count: &u64) -> String {
        self.r.number(usize::try_from(*count).unwrap_or(usize::MAX))
    }

    fn moment(&self, at: &Moment) -> String {
        moment(at)
    }

    fn short<'a>(&self, digest: &'a str) -> &'a str {
        short(digest)
    }
}

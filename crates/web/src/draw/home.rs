//! What somebody has to do, and who has not reported.

use super::Shell;
use super::picture::{Cell, Head, Picture, ROWS_MAX, Table, more};
use crate::ask::Here;
use crate::reader::{Reader, standing_id};
use app::people::{Contact, Reminder, ToConfirm, Unconfirmed};
use app::view::{
    Counts, DutyId, DutyLine, Entering, HomePage, Listing, Todo, UnreportedPage, UnreportedUnit,
};
use askama::Template;
use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Template)]
#[template(path = "home.html")]
struct HomeView {
    shell: Shell,
    r: Reader,
    page: HomePage,
    reminders: Vec<Reminder>,
    unconfirmed: Vec<Unconfirmed>,
    to_confirm: Vec<ToConfirm>,
}

/// `/`.
pub(crate) fn home(
    r: Reader,
    here: Here,
    page: HomePage,
    (reminders, unconfirmed, to_confirm): (Vec<Reminder>, Vec<Unconfirmed>, Vec<ToConfirm>),
) -> askama::Result<String> {
    let title = r.w.home_title.to_owned();
    let shell = Shell::new(r, here, "home", title, page.frame.clone());
    HomeView {
        shell,
        r,
        page,
        reminders,
        unconfirmed,
        to_confirm,
    }
    .render()
}

/// The address where a duty is seen to.
fn entering(r: &Reader, to: &Entering) -> String {
    let register = to.register.0.as_str();
    match &to.record {
        Some(id) => r.record(register, id),
        None => {
            let given = to.given.iter();
            let given: Vec<(&str, &str)> = given.map(|(k, v)| (k.as_str(), v.as_str())).collect();
            r.address(&["registers", register, "new"], &given)
        }
    }
}

#[derive(Template)]
#[template(path = "go.html")]
struct GoView {
    shell: Shell,
    r: Reader,
    page: HomePage,
    account: String,
}

/// `/go`.
pub(crate) fn go(r: Reader, here: Here, page: HomePage, account: String) -> askama::Result<String> {
    let title = r.w.go_title.to_owned();
    let shell = Shell::new(r, here, "home", title, page.frame.clone());
    GoView {
        shell,
        r,
        page,
        account,
    }
    .render()
}

impl GoView {
    fn enters(&self, to: &Entering) -> String {
        entering(&self.r, to)
    }

    /// Duties whose evidence is entered on a form, with its address.
    fn forms(&self) -> impl Iterator<Item = (&Todo, String)> {
        self.page.todo.iter().filter_map(|todo| {
            let to = todo.enters.as_ref().filter(|to| to.record.is_none())?;
            Some((todo, entering(&self.r, to)))
        })
    }
}

impl HomeView {
    /// All records of a list.
    fn all(&self, list: &Listing) -> String {
        let rule = list.rule.as_deref().map(|rule| ("where", rule));
        let pairs: Vec<(&str, &str)> = rule.into_iter().collect();
        self.r
            .address(&["registers", list.register.as_str()], &pairs)
    }

    fn enters(&self, to: &Entering) -> String {
        entering(&self.r, to)
    }

    fn says(&self, todo: &Todo) -> String {
        self.r.t(&todo.line.says).to_owned()
    }

    fn reminded(&self, reminder: &Reminder) -> String {
        let by = [reminder.by.as_str(), &reminder.day.to_string()];
        self.r.say(self.r.w.home_reminder, &by)
    }

    fn duty(&self, reminder: &Reminder) -> String {
        let [measure, bearer, period] = reminder.duty.clone();
        self.r.duty(&DutyId {
            measure,
            bearer,
            period,
        })
    }

    /// What the duty of a reminder is called, where it is on the page.
    fn called(&self, reminder: &Reminder) -> String {
        let [measure, bearer, period] = &reminder.duty;
        let found = self.page.todo.iter().find(|todo| {
            let duty = &todo.line.duty;
            duty.measure == *measure && duty.bearer == *bearer && duty.period == *period
        });
        match found {
            Some(todo) => {
                let line = &todo.line;
                let parts = [&line.measure, &line.bearer.name, &line.period.name];
                parts.map(|part| self.r.t(part)).join(" · ")
            }
            None => format!("{measure} · {bearer} · {period}"),
        }
    }
}

/// Who has not reported, with whom to call.
pub(crate) struct Unreported {
    /// The list.
    pub(crate) page: UnreportedPage,
    /// People by unit.
    pub(crate) contacts: BTreeMap<String, Vec<Contact>>,
    /// How many people were just reminded, and how many units have nobody.
    pub(crate) reminded: Option<(usize, usize)>,
}

#[derive(Template)]
#[template(path = "unreported.html")]
struct UnreportedView {
    shell: Shell,
    r: Reader,
    list: Unreported,
}

/// `/duties/…/unreported`.
pub(crate) fn unreported(r: Reader, here: Here, list: Unreported) -> askama::Result<String> {
    let title = format!(
        "{}{}{}",
        r.w.unreported,
        r.w.colon,
        r.t(&list.page.measure.1)
    );
    let shell = Shell::new(r, here, "duties", title, list.page.frame.clone());
    UnreportedView { shell, r, list }.render()
}

impl UnreportedView {
    fn people(&self, unit: &UnreportedUnit) -> &[Contact] {
        self.list
            .contacts
            .get(&unit.unit.id)
            .map_or(&[], Vec::as_slice)
    }

    fn counted(&self) -> String {
        let page = &self.list.page;
        let counts = [self.r.number(page.all), self.r.number(page.open())];
        self.r
            .say(self.r.w.unreported_count, &[&counts[0], &counts[1]])
    }

    fn reminds(&self) -> String {
        let path = ["duties", self.list.page.measure.0.as_str(), "unreported"];
        self.r.posting(&self.r.address(&path, &[]))
    }

    fn reminded(&self, people: &usize, nobody: &usize) -> String {
        let counts = [self.r.number(*people), self.r.number(*nobody)];
        self.r
            .say(self.r.w.unreported_done, &[&counts[0], &counts[1]])
    }

    fn may_remind(&self) -> bool {
        self.r.signed_in && self.list.page.units.iter().any(|unit| unit.may_remind)
    }

    /// The people of a unit, each with telephone number.
    fn called(&self, unit: &UnreportedUnit) -> Vec<String> {
        let people = self.people(unit).iter().map(|contact| {
            let phone = contact.phone.as_deref().unwrap_or_default();
            format!("{} {phone}", contact.person).trim().to_owned()
        });
        people.collect()
    }

    /// Who of a unit has not reported.
    fn bearers<'v>(&'v self, unit: &'v UnreportedUnit) -> Vec<&'v str> {
        let bearers = unit.duties.iter().map(|line| self.r.t(&line.bearer.name));
        let mut bearers: Vec<&str> = bearers.collect();
        bearers.dedup();
        bearers
    }

    /// The list as rows of a picture.
    fn picture(&self) -> String {
        let (r, page) = (&self.r, &self.list.page);
        let row = |unit: &UnreportedUnit| {
            let name = r.t(&unit.unit.name);
            let is_own = |line: &DutyLine| line.bearer.unit.as_deref() == Some(&unit.unit.id);
            let bearers = match unit.duties.iter().all(is_own) {
                true => String::new(),
                false => self.bearers(unit).join(r.w.enumerate),
            };
            let mut counts = Counts::default();
            unit.duties
                .iter()
                .for_each(|line| counts.add(line.standing));
            vec![
                Cell::Words(name.to_owned()),
                Cell::Words(bearers),
                counts
                    .worst()
                    .map_or_else(Cell::empty, |worst| Cell::Stands {
                        standing: standing_id(worst),
                        text: r.standing(&worst).to_owned(),
                    }),
                Cell::Words(self.called(unit).join("\n")),
            ]
        };
        let heads = [
            r.w.col_unit,
            r.w.col_bearer,
            r.w.col_standing,
            r.w.unreported_people,
        ];
        let table = Table {
            heads: heads.map(Head::new).into(),
            rows: page.units.iter().take(ROWS_MAX).map(row).collect(),
            more: more(r, page.units.len().saturating_sub(ROWS_MAX)),
            ..Table::default()
        };
        let named = (self.shell.title.as_str(), self.counted());
        Picture::new(r, &page.frame, (named.0, &named.1), vec![table]).json()
    }

    /// The list as plain text for a chat.
    fn plain(&self) -> String {
        let (r, page) = (&self.r, &self.list.page);
        let mut text = format!("{}\n{}\n", self.shell.title, self.counted());
        for unit in &page.units {
            let people = self.called(unit).join(r.w.enumerate);
            let name = r.t(&unit.unit.name);
            let bearers = self.bearers(unit).join(r.w.enumerate);
            let _ = write!(text, "{name}{}{bearers}", r.w.colon);
            if !people.is_empty() {
                let _ = write!(text, "（{people}）");
            }
            text.push('\n');
        }
        text
    }
}

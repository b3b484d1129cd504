//! Roles that their place has to confirm: what they grant before that (nothing), who confirms them, whom to call.

use super::{Contact, Held, Outcome, failed, holds, refused};
use crate::App;
use crate::access::{Deed, Office, may};
use crate::act::{Edge, Viewer, author};
use crate::page::wording::Wording;
use crate::view::Text;
use programme::model::Role;
use rules::Day;
use std::cmp::Reverse;
use store::people::{self, Answer, Waiting};

/// So many are named whom one may call.
const CALL_MAX: usize = 3;

/// Whether a role counts yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// It needs nobody's confirming.
    Unneeded,
    /// It waits for somebody to confirm it.
    Waits,
    /// It was confirmed or refused.
    Answered(Answer),
}

impl Confirmation {
    /// Whether the role counts.
    pub fn counts(&self) -> bool {
        match self {
            Self::Unneeded => true,
            Self::Waits => false,
            Self::Answered(answer) => answer.is_confirmed,
        }
    }
}

/// Somebody whose role waits for the viewer to confirm it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToConfirm {
    /// The account.
    pub account: String,
    /// The person's name.
    pub person: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// The role's name.
    pub role: Text,
    /// The register of the record for which it is held, and the record's title.
    pub of: (String, Text),
    /// The role.
    pub held: Held,
}

/// A role of the viewer's own that grants nothing yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    /// The role's name.
    pub role: Text,
    /// Whether it was refused; else it waits.
    pub is_refused: bool,
    /// Whom to call.
    pub call: Vec<Contact>,
}

impl App {
    /// The roles of an account that count on a day. Of those that need it the ones that were confirmed: nothing else
    /// makes offices, so that what is not confirmed grants nothing anywhere.
    pub(super) async fn offices(&self, account: &str, today: Day) -> Outcome<Vec<Office>> {
        let mut all = Vec::new();
        for (held, confirmation) in self.roles_of(account).await? {
            if confirmation.counts() && holds(&held, today) {
                all.push(Office {
                    role: held.role,
                    unit: held.unit,
                });
            }
        }
        Ok(all)
    }

    /// What an account held and holds, with whether each role counts yet.
    pub(super) async fn roles_of(&self, account: &str) -> Outcome<Vec<(Held, Confirmation)>> {
        let db = self.people()?;
        let held = people::held(db, account).await.map_err(failed)?;
        let answers = match held.iter().any(|held| self.needs(held)) {
            true => people::answers(db, account).await.map_err(failed)?,
            false => Vec::new(),
        };
        let answered = held.into_iter().map(|held| {
            let is_of = |(role, unit, from): &(String, String, Day)| {
                *role == held.role && *unit == held.unit && *from == held.from
            };
            let answer = answers.iter().find(|(of, _)| is_of(of));
            let confirmation = match (self.needs(&held), answer) {
                (false, _) => Confirmation::Unneeded,
                (true, None) => Confirmation::Waits,
                (true, Some((_, answer))) => Confirmation::Answered(answer.clone()),
            };
            (held, confirmation)
        });
        Ok(answered.collect())
    }

    /// Whether a role has to be confirmed.
    fn needs(&self, held: &Held) -> bool {
        let mut roles = self.programme().roles.iter();
        roles.any(|role| role.confirmed && role.id == held.role)
    }

    /// Everybody whose role waits for the viewer to confirm it.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn to_confirm(&self, viewer: &Viewer, today: Day) -> Outcome<Vec<ToConfirm>> {
        let mut all = Vec::new();
        if self.live().is_none() {
            return Ok(all);
        }
        for (role, of) in self.confirmed_roles() {
            if !may(self.programme(), viewer, Deed::Confirm, of) {
                continue;
            }
            let waiting = people::waiting(self.people()?, &role.id, today).await;
            let waiting = waiting.map_err(failed)?.into_iter();
            let theirs = waiting.filter(|one| self.confirms(viewer, of, one));
            let living = self.living();
            let wording = Wording {
                app: self,
                living: &living,
                viewer,
            };
            let Some((_, register)) = self.programme().register(of) else {
                continue;
            };
            all.extend(theirs.map(|one| ToConfirm {
                of: (of.to_owned(), wording.titled(register, &one.held.unit)),
                role: (&role.name).into(),
                account: one.account,
                person: one.person,
                phone: one.phone,
                held: one.held,
            }));
        }
        Ok(all)
    }

    /// The roles that have to be confirmed, with their registers.
    fn confirmed_roles(&self) -> impl Iterator<Item = (&Role, &str)> {
        let roles = self.programme().roles.iter().filter(|role| role.confirmed);
        roles.filter_map(|role| Some((role, role.of.as_deref()?)))
    }

    /// Whether a viewer may confirm a role that waits; nobody confirms himself.
    fn confirms(&self, viewer: &Viewer, of: &str, one: &Waiting) -> bool {
        one.account != viewer.account && self.may_with(viewer, Deed::Confirm, of, &one.held.unit)
    }

    /// Confirms a role that waits, or refuses it.
    ///
    /// # Errors
    /// A role that does not wait, or that is not the viewer's to confirm, in the same words; the database's failure.
    pub async fn confirm(
        &self,
        viewer: &Viewer,
        (account, held): (&str, &Held),
        is_confirmed: bool,
        edge: Edge,
    ) -> Outcome<()> {
        let nobody = || {
            refused(
                "没有等您确认的这项任职，可能已经有人办理；请刷新首页",
                "no such role waits for you to confirm it, perhaps somebody has answered; reload the first page",
            )
        };
        let mut roles = self
            .confirmed_roles()
            .filter(|(role, _)| role.id == held.role);
        let (_, of) = roles.next().ok_or_else(nobody)?;
        let db = self.people()?;
        let waiting = people::waiting(db, &held.role, edge.now.day()).await;
        let waiting = waiting.map_err(failed)?.into_iter().find(|one| {
            let has = &one.held;
            one.account == account && has.unit == held.unit && has.from == held.from
        });
        let one = waiting.filter(|one| self.confirms(viewer, of, one));
        let one = one.ok_or_else(nobody)?;
        let by = author(viewer, edge.now, None);
        let done = people::answer(db, &by, (&one.account, &one.held), is_confirmed).await;
        match done.map_err(failed)? {
            true => Ok(()),
            false => Err(nobody()),
        }
    }

    /// The viewer's own roles that grant nothing yet, with whom to call.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn unconfirmed(&self, viewer: &Viewer, today: Day) -> Outcome<Vec<Unconfirmed>> {
        let mut all = Vec::new();
        if self.live().is_none() || viewer.is_operator() {
            return Ok(all);
        }
        for (held, confirmation) in self.roles_of(&viewer.account).await? {
            let is_over = held.until.is_some_and(|until| until < today);
            if confirmation.counts() || is_over {
                continue;
            }
            let mut roles = self
                .confirmed_roles()
                .filter(|(role, _)| role.id == held.role);
            let Some((role, of)) = roles.next() else {
                continue;
            };
            all.push(Unconfirmed {
                role: (&role.name).into(),
                is_refused: confirmation != Confirmation::Waits,
                call: self.call(of, &held.unit, today).await?,
            });
        }
        Ok(all)
    }

    /// Who confirms a role in a record: those nearest to it.
    async fn call(&self, of: &str, record: &str, today: Day) -> Outcome<Vec<Contact>> {
        let programme = self.programme();
        let holders = people::holders(self.people()?, today).await;
        let mut found = Vec::new();
        for holder in holders.map_err(failed)? {
            let role = programme.roles.iter().find(|role| role.id == holder.role);
            if role.is_none_or(|role| role.confirmed) {
                continue;
            }
            let viewer = Viewer {
                account: holder.account.clone(),
                on_behalf: None,
                person: Some(holder.person.clone()),
                offices: vec![Office {
                    role: holder.role,
                    unit: holder.unit.clone(),
                }],
            };
            // The first asks for no record, and is quick.
            if may(programme, &viewer, Deed::Confirm, of)
                && self.may_with(&viewer, Deed::Confirm, of, record)
            {
                let contact = Contact {
                    account: holder.account,
                    person: holder.person,
                    phone: holder.phone,
                };
                found.push((self.depth(&holder.unit), contact));
            }
        }
        found.sort_by_key(|(depth, _)| Reverse(*depth));
        let nearest = found.first().map(|(depth, _)| *depth);
        let nearest = found
            .into_iter()
            .filter(|(depth, _)| Some(*depth) == nearest);
        Ok(nearest.map(|(_, contact)| contact).take(CALL_MAX).collect())
    }

    /// How many units stand above one.
    fn depth(&self, unit: &str) -> usize {
        let units = &self.programme().units;
        let parent = |at: &usize| units.get(*at).and_then(|unit| unit.parent);
        std::iter::successors(self.programme().unit(unit), parent)
            .take(64)
            .count()
    }
}

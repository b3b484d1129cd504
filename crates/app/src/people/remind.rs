//! Who is answerable where, with their telephone numbers, and reminding them.

use super::{Outcome, failed};
use crate::view::UnreportedPage;
use crate::{App, Viewer, is_official};
use rules::{Day, Moment};
use std::collections::BTreeMap;
use store::people;

/// Somebody who holds an official role in a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The account.
    pub account: String,
    /// The person's name.
    pub person: String,
    /// Telephone number.
    pub phone: Option<String>,
}

/// What somebody was reminded of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// The duty: measure, bearer, period.
    pub duty: [String; 3],
    /// Who reminded.
    pub by: String,
    /// When.
    pub day: Day,
}

impl App {
    /// The officials of each unit today. Only officials are told.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn contacts(
        &self,
        viewer: &Viewer,
        today: Day,
    ) -> Outcome<BTreeMap<String, Vec<Contact>>> {
        let mut contacts: BTreeMap<String, Vec<Contact>> = BTreeMap::new();
        // Without a database nobody has an account.
        if self.live().is_none() || !is_official(self.programme(), viewer) {
            return Ok(contacts);
        }
        for holder in people::holders(self.people()?, today)
            .await
            .map_err(failed)?
        {
            let roles = self.programme().roles.iter();
            let mut official =
                roles.filter(|role| role.official && role.of.is_none() && role.id == holder.role);
            if official.next().is_none() {
                continue;
            }
            let of = contacts.entry(holder.unit).or_default();
            if of.iter().all(|known| known.account != holder.account) {
                of.push(Contact {
                    account: holder.account,
                    person: holder.person,
                    phone: holder.phone,
                });
            }
        }
        Ok(contacts)
    }

    /// Reminds the people of every unit on a list of those who have not reported, as far as the viewer is above them: how
    /// many people, and how many units have nobody to remind. Once a day each.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn remind(
        &self,
        viewer: &Viewer,
        page: &UnreportedPage,
        now: Moment,
    ) -> Outcome<(usize, usize)> {
        let contacts = self.contacts(viewer, now.day()).await?;
        let (mut all, mut nobody) = (Vec::new(), 0);
        for unit in page.units.iter().filter(|unit| unit.may_remind) {
            let Some(people) = contacts.get(&unit.unit.id) else {
                nobody += 1;
                continue;
            };
            for (contact, line) in people
                .iter()
                .flat_map(|contact| unit.duties.iter().map(move |line| (contact, line)))
            {
                let duty = &line.duty;
                let key = [
                    duty.measure.clone(),
                    duty.bearer.clone(),
                    duty.period.clone(),
                ];
                all.push((contact.account.clone(), key));
            }
        }
        let author = &viewer.account;
        people::remind(self.people()?, &all, author, now.day())
            .await
            .map_err(failed)?;
        let mut reached: Vec<&String> = all.iter().map(|(account, _)| account).collect();
        reached.sort_unstable();
        reached.dedup();
        Ok((reached.len(), nobody))
    }

    /// What the viewer was reminded of and has not put away.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn reminders(&self, viewer: &Viewer) -> Outcome<Vec<Reminder>> {
        if self.live().is_none() || viewer.is_operator() {
            return Ok(Vec::new());
        }
        let all = people::reminders(self.people()?, &viewer.account).await;
        let all = all.map_err(failed)?.into_iter();
        Ok(all
            .map(|(duty, by, day)| Reminder { duty, by, day })
            .collect())
    }

    /// Puts the viewer's reminders away.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn put_away(&self, viewer: &Viewer, now: Moment) -> Outcome<()> {
        people::put_away(self.people()?, &viewer.account, now)
            .await
            .map_err(failed)
    }
}

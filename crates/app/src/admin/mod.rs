//! What whoever manages looks after: roles, units, the calendar, versions of the programme, jobs.

mod calendar;
mod jobs;
mod roles;
mod units;
mod versions;

use crate::access::manages;
use crate::list::Unread;
use crate::live::words;
use crate::view::{AdminPage, Text};
use crate::{App, Viewer};
use programme::Programme;
use rules::Words;
use store::people::{self, Holder};

impl App {
    /// What there is to look after, at a glance.
    ///
    /// # Errors
    /// A viewer who does not manage, the database's failure.
    pub async fn admin_page(&self, viewer: &Viewer) -> Result<AdminPage, Unread> {
        self.managed(viewer)?;
        let holders = self.holders().await?;
        let (all, without) = units::counted(self, &holders);
        let versions = match self.store() {
            Some(_) => self.versions_page(viewer).await?,
            None => Vec::new(),
        };
        Ok(AdminPage {
            roles: self.programme().roles.len(),
            units: (all, without),
            calendar: calendar::ends(self.programme(), self.today()),
            version: versions.into_iter().find(|version| version.in_force),
            open_jobs: match self.store() {
                Some(store) => store.open_batches().await.map_err(failed)?,
                None => 0,
            },
            has_database: self.store().is_some(),
        })
    }

    fn managed(&self, viewer: &Viewer) -> Result<(), Unread> {
        match manages(viewer) {
            true => Ok(()),
            false => Err(Unread::Forbidden(Words::new(
                "这里由管理员管理；请向管理员提出",
                "this is for administrators; ask one",
            ))),
        }
    }

    /// Who holds what today; nobody where no database is open.
    async fn holders(&self) -> Result<Vec<Holder>, Unread> {
        match self.store() {
            Some(store) => people::holders(store.db(), self.today())
                .await
                .map_err(failed),
            None => Ok(Vec::new()),
        }
    }
}

fn failed(error: store::Error) -> Unread {
    Unread::Failed(words(error))
}

/// What a level is called.
fn level(programme: &Programme, id: &str) -> Text {
    let found = programme.levels.iter().find(|(known, _)| known == id);
    found.map_or_else(|| Text::same(id), |(_, name)| Text::from(name))
}

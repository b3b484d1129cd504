//! Lists that somebody named, to come back to.

use super::{Outcome, failed, refused};
use crate::access::{Deed, may};
use crate::{App, Edge, Viewer};
use store::people::{self, Saved};

/// An account names so many lists at most.
const LISTS_MAX: usize = 100;
/// Characters of a name, and of what is asked, at most.
const NAME_MAX: usize = 60;
const QUERY_MAX: usize = 4_000;

impl App {
    /// The lists that the viewer named, of registers that he still sees.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn saved_lists(&self, viewer: &Viewer) -> Outcome<Vec<Saved>> {
        // Without a database nobody has an account, and whoever holds the machine has none.
        if self.live().is_none() || viewer.is_operator() {
            return Ok(Vec::new());
        }
        let all = people::saved(self.people()?, &viewer.account).await;
        let mut all = all.map_err(failed)?;
        all.retain(|saved| may(self.programme(), viewer, Deed::Read, &saved.register));
        Ok(all)
    }

    /// Names a list of a register; one of the same name gives way.
    ///
    /// # Errors
    /// No account, no such register for the viewer, a name that is empty or too long, too many lists; the database's
    /// failure.
    pub async fn save_list(&self, viewer: &Viewer, saved: &Saved, edge: Edge) -> Outcome<()> {
        if viewer.is_operator() || viewer.account.is_empty() {
            return Err(refused(
                "请先登录，再保存自己的视图",
                "sign in first; a saved view is somebody's own",
            ));
        }
        if !may(self.programme(), viewer, Deed::Read, &saved.register) {
            return Err(refused(
                "没有这个台账，或您看不到它",
                "there is no such register, or you do not see it",
            ));
        }
        let saved = Saved {
            name: saved.name.trim().to_owned(),
            ..saved.clone()
        };
        if saved.name.is_empty() || saved.name.chars().count() > NAME_MAX {
            return Err(refused(
                format!("请给视图起个名字，不超过 {NAME_MAX} 字"),
                format!("name the view in at most {NAME_MAX} characters"),
            ));
        }
        if saved.query.len() > QUERY_MAX {
            return Err(refused(
                "条件太长，保存不了；请少选几个条件或几列",
                "that is too much to keep; choose fewer conditions or columns",
            ));
        }
        let keeping = people::save(self.people()?, &viewer.account, &saved, LISTS_MAX, edge.now);
        match keeping.await.map_err(failed)? {
            true => Ok(()),
            false => Err(refused(
                format!("视图已有 {LISTS_MAX} 个，请先在“台账”页删去不用的"),
                format!(
                    "there are {LISTS_MAX} saved views; remove some on the page of registers first"
                ),
            )),
        }
    }

    /// Forgets a list that the viewer named.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn forget_list(&self, viewer: &Viewer, register: &str, name: &str) -> Outcome<()> {
        let gone = people::forget(self.people()?, &viewer.account, register, name);
        gone.await.map_err(failed)
    }
}

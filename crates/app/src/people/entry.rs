//! Signing in and out: links, passwords, sessions.

use super::known::LookedUp;
use super::{
    Entered, Outcome, Unadmitted, failed, kept, locked, password, refused, wait_ms, wrong,
};
use crate::App;
use crate::act::{Edge, Viewer};
use rules::Moment;
use store::people;

impl App {
    /// Whose link it is, so that the page can greet; `None` where it can no longer be used.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn link_of(&self, token: &str, now: Moment) -> Outcome<Option<String>> {
        people::linked(self.people()?, kept(token), now)
            .await
            .map_err(failed)
    }

    /// Sets the password of a link's account, once, and begins a session, or where it has a second factor the step before
    /// the code.
    ///
    /// # Errors
    /// A link that was used or is too old, a password that is easily guessed, the database's failure.
    pub async fn accept(&self, token: &str, password: &str, edge: Edge) -> Outcome<Entered> {
        let used_up = || {
            refused(
                "这个链接已经用过或者过期；请向管理员再要一个",
                "this link was used or is too old; ask whoever runs this system for another",
            )
        };
        let account = self.link_of(token, edge.now).await?.ok_or_else(used_up)?;
        if let Some(words) = password::weak(password, &account) {
            return Err(Unadmitted::Refused(words));
        }
        let hashed = self.hashed(password, edge).await?;
        let accepted = people::accept(self.people()?, kept(token), &hashed, edge.now).await;
        let account = accepted.map_err(failed)?.ok_or_else(used_up)?;
        self.let_in(&account, edge).await
    }

    /// Sets another password for the viewer, who knows the present one; every session ends, and a new one begins: its
    /// token.
    ///
    /// # Errors
    /// As [`App::sign_in`], and a password that is easily guessed.
    pub async fn change_password(
        &self,
        viewer: &Viewer,
        (present, next): (&str, &str),
        edge: Edge,
    ) -> Outcome<String> {
        self.known(&viewer.account, present, edge).await?;
        if let Some(words) = password::weak(next, &viewer.account) {
            return Err(Unadmitted::Refused(words));
        }
        let hashed = self.hashed(next, edge).await?;
        let set = people::set_password(self.people()?, &viewer.account, &hashed).await;
        set.map_err(failed)?;
        self.entered(&viewer.account, edge).await
    }

    /// Begins a session, or where the account has a second factor the step before the code. An unknown name and a wrong password are told apart neither by words nor by time.
    ///
    /// # Errors
    /// A wrong name or password, too many of them in a row, the database's failure.
    pub async fn sign_in(&self, name: &str, password: &str, edge: Edge) -> Outcome<Entered> {
        let account = self.known(name, password, edge).await?;
        self.let_in(&account, edge).await
    }

    /// The open account of a name and its password. Wrong ones before are forgotten when a session begins.
    async fn known(&self, name: &str, password: &str, edge: Edge) -> Outcome<String> {
        // One at a time: guesses at the same moment would otherwise not count, and each takes much memory.
        let _door = self.door().lock().await;
        let db = self.people()?;
        let found = people::account(db, name.trim()).await.map_err(failed)?;
        let open = found.filter(|account| account.closed_at.is_none());
        if let Some(account) = &open
            && account.locked_until > edge.now
        {
            return Err(locked(account.locked_until.0 - edge.now.0));
        }
        let stored = open.as_ref().and_then(|account| account.password.clone());
        let is_right = password::is_right(password.to_owned(), stored).await;
        let Some(account) = open else {
            return Err(wrong());
        };
        if !is_right.map_err(Unadmitted::Failed)? {
            let until = Moment(edge.now.0 + wait_ms(account.failures + 1));
            people::failed(db, &account.id, until)
                .await
                .map_err(failed)?;
            return Err(wrong());
        }
        Ok(account.id)
    }

    /// On whose behalf a session acts today; `None` where it has ended.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn session(&self, token: &str, now: Moment) -> Outcome<Option<Viewer>> {
        let (db, token) = (self.people()?, kept(token));
        let stamp = db.people_stamp();
        if let Some(viewer) = stamp.and_then(|stamp| self.sessions().viewer(&token, stamp, now)) {
            return Ok(Some(viewer));
        }
        let found = people::session(db, token, now).await.map_err(failed)?;
        let Some((account, ends_at)) = found else {
            return Ok(None);
        };
        let viewer = self.viewer_of(account, now).await?;
        if let Some(stamp) = stamp {
            let looked_up = LookedUp {
                stamp,
                at: now,
                ends_at,
                viewer: viewer.clone(),
            };
            self.sessions().keep(token, looked_up);
        }
        Ok(Some(viewer))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn sign_out(&self, token: &str) -> Outcome<()> {
        people::leave(self.people()?, kept(token))
            .await
            .map_err(failed)
    }

    /// Ends every session of the viewer.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn sign_out_everywhere(&self, viewer: &Viewer) -> Outcome<()> {
        people::leave_everywhere(self.people()?, &viewer.account)
            .await
            .map_err(failed)
    }
}

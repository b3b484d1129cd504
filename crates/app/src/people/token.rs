//! Tokens by which programs act for an account, with no more rights than it has.

use super::{Outcome, failed, kept, refused, token};
use crate::{App, Edge, Viewer};
use rules::Moment;
use store::people::{self, Token};

/// A token lasts at most a year, in days.
const TOKEN_DAYS_MAX: i64 = 366;
const DAY_MS: i64 = 86_400_000;

impl App {
    /// Makes a token by which a program acts for the viewer, with no more rights than the viewer has on the day. It is
    /// shown once.
    ///
    /// # Errors
    /// No name, or a time that is too long or over; the database's failure.
    pub async fn make_token(
        &self,
        viewer: &Viewer,
        (name, writes, days): (&str, bool, i64),
        edge: Edge,
    ) -> Outcome<String> {
        let name = name.trim();
        if viewer.is_operator() || viewer.account.is_empty() {
            return Err(refused(
                "请先登录，再为自己的账号开令牌",
                "sign in first; a token is for an account",
            ));
        }
        if name.is_empty() || name.chars().count() > 100 {
            return Err(refused(
                "请写明令牌给什么程序用，不超过 100 字",
                "say in at most 100 characters what the token is for",
            ));
        }
        if !(1..=TOKEN_DAYS_MAX).contains(&days) {
            return Err(refused(
                format!("令牌的期限在 1 至 {TOKEN_DAYS_MAX} 天之间"),
                format!("a token lasts 1 to {TOKEN_DAYS_MAX} days"),
            ));
        }
        let made = token("token", edge);
        let about = Token {
            name: name.to_owned(),
            writes,
            created_at: edge.now,
            ends_at: Moment(edge.now.0 + days * DAY_MS),
        };
        let keeping = people::keep_token(self.people()?, &viewer.account, kept(&made), &about);
        keeping.await.map_err(failed)?;
        Ok(made)
    }

    /// The viewer's tokens.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn tokens(&self, viewer: &Viewer) -> Outcome<Vec<Token>> {
        people::tokens(self.people()?, &viewer.account)
            .await
            .map_err(failed)
    }

    /// Takes the viewer's tokens of a name away.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn drop_token(&self, viewer: &Viewer, name: &str) -> Outcome<()> {
        let gone = people::drop_token(self.people()?, &viewer.account, name).await;
        gone.map(|_| ()).map_err(failed)
    }

    /// On whose behalf a token acts, and whether it may change anything; `None` for one that is unknown or over.
    ///
    /// # Errors
    /// The database's failure.
    pub async fn by_token(&self, token: &str, now: Moment) -> Outcome<Option<(Viewer, bool)>> {
        let db = self.people()?;
        let found = people::by_token(db, kept(token), now)
            .await
            .map_err(failed)?;
        let Some((account, writes)) = found else {
            return Ok(None);
        };
        Ok(Some((self.viewer_of(account, now).await?, writes)))
    }

    /// An account's viewer with the roles of a day.
    pub(super) async fn viewer_of(&self, account: people::Account, now: Moment) -> Outcome<Viewer> {
        Ok(Viewer {
            offices: self.offices(&account.id, now.day()).await?,
            person: Some(account.person),
            account: account.id,
            on_behalf: None,
        })
    }
}

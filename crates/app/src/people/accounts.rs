//! Managing accounts: inviting, granting, closing, handing over.

use super::{Held, Invitation, LINK_MS, Listed, Outcome, failed, kept, manages, refused, token};
use crate::App;
use crate::act::{Edge, Viewer, author};
use rules::Moment;
use std::collections::HashSet;
use store::people::{self, Account};

impl App {
    /// Makes an account, and the token of the link by which its person sets a password.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, a name that is taken or has other characters, a role, unit or record that
    /// there is not, the database's failure.
    pub async fn invite(
        &self,
        viewer: &Viewer,
        invitation: &Invitation,
        edge: Edge,
    ) -> Outcome<String> {
        manages(viewer)?;
        self.fits(invitation)?;
        let db = self.people()?;
        let account = Account {
            id: invitation.account.clone(),
            person: invitation.person.clone(),
            phone: invitation.phone.clone(),
            password: None,
            created_at: edge.now,
            closed_at: None,
            failures: 0,
            locked_until: Moment(0),
        };
        if !people::open(
            db,
            &author(viewer, edge.now, None),
            &account,
            &invitation.held,
        )
        .await
        .map_err(failed)?
        {
            return Err(refused(
                format!("账号 {} 已经有了；请换一个名字", account.id),
                format!(
                    "there is an account {} already; choose another name",
                    account.id
                ),
            ));
        }
        self.linked(&account.id, edge).await
    }

    /// The token of a new link by which an account's person sets another password; earlier links no longer work.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, no such account, the database's failure.
    pub async fn reset(&self, viewer: &Viewer, account: &str, edge: Edge) -> Outcome<String> {
        manages(viewer)?;
        let found = self.open_account(account).await?;
        let token = token("link", edge);
        let link = (kept(&token), Moment(edge.now.0 + LINK_MS));
        let by = author(viewer, edge.now, None);
        let reset = people::reset(self.people()?, &by, &found.id, link).await;
        reset.map_err(failed)?;
        Ok(token)
    }

    /// All accounts.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, the database's failure.
    pub async fn accounts(&self, viewer: &Viewer) -> Outcome<Vec<Listed>> {
        manages(viewer)?;
        let db = self.people()?;
        let seconds = people::seconds(db).await.map_err(failed)?;
        let seconds: HashSet<String> = seconds.into_iter().collect();
        let mut all = Vec::new();
        for account in people::accounts(db).await.map_err(failed)? {
            let held = self.roles_of(&account.id).await?;
            all.push(Listed {
                has_second: seconds.contains(&account.id),
                account: account.id,
                person: account.person,
                phone: account.phone,
                is_ready: account.password.is_some(),
                closed_at: account.closed_at,
                held,
            });
        }
        Ok(all)
    }

    /// Gives an account a role.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, no such account, role, unit or record, the database's failure.
    pub async fn grant(
        &self,
        viewer: &Viewer,
        (account, held): (&str, &Held),
        now: Moment,
    ) -> Outcome<()> {
        manages(viewer)?;
        let found = self.open_account(account).await?;
        self.is_office(held)?;
        people::grant(self.people()?, &author(viewer, now, None), &found.id, held)
            .await
            .map_err(failed)
    }

    /// Ends a role with a day, its last: one before its first day takes it back as if it had never been given.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, no such account, a role that it does not hold from that day, no last day, the
    /// database's failure.
    pub async fn end_role(
        &self,
        viewer: &Viewer,
        (account, held): (&str, &Held),
        now: Moment,
    ) -> Outcome<()> {
        manages(viewer)?;
        let found = self.open_account(account).await?;
        if held.until.is_none() {
            return Err(refused("请填任期的最后一天", "give the role's last day"));
        }
        match people::end(self.people()?, &author(viewer, now, None), &found.id, held)
            .await
            .map_err(failed)?
        {
            true => Ok(()),
            false => Err(refused(
                "这个账号没有这项任职；请刷新页面再选",
                "the account holds no such role; reload the page and choose again",
            )),
        }
    }

    /// Closes an account: it signs in no more, and its roles ended yesterday.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, no such account, the database's failure.
    pub async fn close_account(&self, viewer: &Viewer, account: &str, now: Moment) -> Outcome<()> {
        manages(viewer)?;
        let found = self.open_account(account).await?;
        people::close(self.people()?, &author(viewer, now, None), &found.id)
            .await
            .map_err(failed)
    }

    /// Hands everything that somebody holds to a successor from today on and closes the account; how many roles.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, no such accounts or one and the same, the database's failure.
    pub async fn hand_over(
        &self,
        viewer: &Viewer,
        (from, to): (&str, &str),
        now: Moment,
    ) -> Outcome<u64> {
        manages(viewer)?;
        let (from, to) = (self.open_account(from).await?, self.open_account(to).await?);
        if from.id == to.id {
            return Err(refused(
                "不能移交给本人；请选接任的人",
                "nobody hands over to himself; name the successor",
            ));
        }
        people::hand_over(self.people()?, &author(viewer, now, None), &from.id, &to.id)
            .await
            .map_err(failed)
    }
}

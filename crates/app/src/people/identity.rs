//! By which names a single sign-on knows accounts. It lets in who has an account, and makes none.

use super::{Entered, Outcome, failed, manages, refused};
use crate::App;
use crate::act::{Edge, Viewer, author};
use rules::Moment;
use store::people;

/// Characters of a name at most.
const NAME_MAX: usize = 200;

impl App {
    /// Lets in whom an issuer knows by a name, or where the account has a second factor asks for the code.
    ///
    /// # Errors
    /// No open account of that name, the database's failure.
    pub async fn sign_in_by_identity(
        &self,
        (issuer, name): (&str, &str),
        edge: Edge,
    ) -> Outcome<Entered> {
        let found = people::by_identity(self.people()?, issuer, name).await;
        match found.map_err(failed)? {
            Some(account) => self.let_in(&account.id, edge).await,
            None => Err(refused(
                format!(
                    "统一身份认证里的 {name} 在这里没有可用的账号；请向管理员要求开账号，或把这个名字关联到账号"
                ),
                format!(
                    "{name} of the single sign-on has no open account here; ask an administrator for one, or to link that name to it"
                ),
            )),
        }
    }

    /// The accounts that an issuer knows by another name than their own, with it.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, the database's failure.
    pub async fn identities(
        &self,
        viewer: &Viewer,
        issuer: &str,
    ) -> Outcome<Vec<(String, String)>> {
        manages(viewer)?;
        people::identities(self.people()?, issuer)
            .await
            .map_err(failed)
    }

    /// Links an account to the name by which an issuer knows it; an empty one: it is known by its own.
    ///
    /// # Errors
    /// A viewer who does not manage accounts, no such account, a name that leads to another, the database's failure.
    pub async fn identify(
        &self,
        viewer: &Viewer,
        account: &str,
        (issuer, name): (&str, &str),
        now: Moment,
    ) -> Outcome<()> {
        manages(viewer)?;
        let found = self.open_account(account).await?;
        let name = Some(name.trim()).filter(|name| !name.is_empty());
        if name.is_some_and(|name| name.chars().count() > NAME_MAX) {
            return Err(refused(
                format!("名字不超过 {NAME_MAX} 字"),
                format!("a name has at most {NAME_MAX} characters"),
            ));
        }
        let linked = people::identify(
            self.people()?,
            &author(viewer, now, None),
            &found.id,
            (issuer, name),
        )
        .await;
        match linked.map_err(failed)? {
            true => Ok(()),
            false => Err(refused(
                "这个名字已经关联到另一个账号；请先取消那个关联",
                "that name is linked to another account; end that link first",
            )),
        }
    }
}

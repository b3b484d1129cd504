//! By which names a single sign-on knows accounts.

use super::Account;
use super::note::note;
use crate::db::Db;
use crate::error::Result;
use programme::record::Author;

/// The open account that an issuer knows by a name: the one that is linked to it, else the one that signs in by that
/// name and is linked to no other.
///
/// # Errors
///
/// The database's.
pub async fn by_identity(db: &Db, issuer: &str, name: &str) -> Result<Option<Account>> {
    let text = "select account from identity where issuer = $1 and name = $2";
    let linked = db.fetch(text, &[issuer.into(), name.into()]).await?;
    let id = match linked.first() {
        Some(row) => row.need_text(0)?,
        None => {
            let text = "select 1 from identity where issuer = $1 and account = $2";
            if !db
                .fetch(text, &[issuer.into(), name.into()])
                .await?
                .is_empty()
            {
                return Ok(None);
            }
            name.to_owned()
        }
    };
    let found = super::account(db, &id).await?;
    Ok(found.filter(|account| account.closed_at.is_none()))
}

/// The accounts that an issuer knows by another name, with it.
///
/// # Errors
///
/// The database's.
pub async fn identities(db: &Db, issuer: &str) -> Result<Vec<(String, String)>> {
    let text = "select account, name from identity where issuer = $1 order by account";
    let rows = db.fetch(text, &[issuer.into()]).await?;
    rows.iter()
        .map(|row| Ok((row.need_text(0)?, row.need_text(1)?)))
        .collect()
}

/// Links an account to the name by which an issuer knows it, in place of an earlier one; without one it is known by its
/// own. `false` where another account has the name.
///
/// # Errors
///
/// The database's.
pub async fn identify(
    db: &Db,
    by: &Author,
    account: &str,
    (issuer, name): (&str, Option<&str>),
) -> Result<bool> {
    let mut tx = db.write().await?;
    let text = "delete from identity where issuer = $1 and account = $2";
    tx.execute(text, &[issuer.into(), account.into()]).await?;
    if let Some(name) = name {
        let text = "insert into identity (issuer, name, account) values ($1, $2, $3) on conflict do nothing";
        let values = [issuer.into(), name.into(), account.into()];
        if tx.execute(text, &values).await? == 0 {
            return Ok(false);
        }
    }
    note(&mut tx, by, ("identify", account), Vec::new()).await?;
    tx.commit().await?;
    Ok(true)
}

//! Lists that somebody named for himself, by register and what is asked of it.

use crate::db::Db;
use crate::error::Result;
use crate::row::Row;
use crate::value::Value;
use rules::Moment;

/// A list that somebody named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The register's id.
    pub register: String,
    /// What its owner calls it.
    pub name: String,
    /// What is asked, as the query of an address.
    pub query: String,
}

/// Keeps a list under its name, in place of one that has it; `false` where the account has as many as it may.
///
/// # Errors
///
/// The database's.
pub async fn save(db: &Db, account: &str, saved: &Saved, most: usize, now: Moment) -> Result<bool> {
    let mut tx = db.write().await?;
    let values: [Value; 5] = [
        account.into(),
        saved.register.as_str().into(),
        saved.name.as_str().into(),
        saved.query.as_str().into(),
        now.0.into(),
    ];
    let text = "insert into saved_list (account, register, name, query, at) values ($1, $2, $3, $4, $5) \
         on conflict (account, register, name) do update set query = excluded.query, at = excluded.at";
    tx.execute(text, &values).await?;
    let text = "select count(*) from saved_list where account = $1";
    let rows = tx.fetch(text, &[account.into()]).await?;
    let has = rows.first().map(|row| row.need_int(0)).transpose()?;
    if usize::try_from(has.unwrap_or(0)).is_ok_and(|has| has > most) {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// The lists that an account named, by register and name.
///
/// # Errors
///
/// The database's.
pub async fn saved(db: &Db, account: &str) -> Result<Vec<Saved>> {
    let text =
        "select register, name, query from saved_list where account = $1 order by register, name";
    let rows = db.fetch(text, &[account.into()]).await?;
    let one = |row: &Row| {
        Ok(Saved {
            register: row.need_text(0)?,
            name: row.need_text(1)?,
            query: row.need_text(2)?,
        })
    };
    rows.iter().map(one).collect()
}

/// Forgets a list.
///
/// # Errors
///
/// The database's.
pub async fn forget(db: &Db, account: &str, register: &str, name: &str) -> Result<()> {
    let mut tx = db.write().await?;
    let text = "delete from saved_list where account = $1 and register = $2 and name = $3";
    tx.execute(text, &[account.into(), register.into(), name.into()])
        .await?;
    tx.commit().await
}

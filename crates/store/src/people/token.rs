//! Tokens by which programs act for an account. They are kept as SHA-256.

use super::{Account, account};
use crate::db::Db;
use crate::error::Result;
use crate::row::Row;
use crate::value::Value;
use rules::Moment;

/// A token by which programs act for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is for, in its owner's words.
    pub name: String,
    /// Whether it may change anything.
    pub writes: bool,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends.
    pub ends_at: Moment,
}

/// Keeps a token.
///
/// # Errors
///
/// The database's.
pub async fn keep_token(db: &Db, account: &str, token: [u8; 32], about: &Token) -> Result<()> {
    let mut tx = db.write().await?;
    let text = "insert into token (token, account, name, writes, created_at, ends_at) values ($1, $2, $3, $4, $5, $6)";
    let values: [Value; 6] = [
        token.as_slice().into(),
        account.into(),
        about.name.as_str().into(),
        i64::from(about.writes).into(),
        about.created_at.0.into(),
        about.ends_at.0.into(),
    ];
    tx.execute(text, &values).await?;
    tx.commit().await
}

/// The tokens of an account, the newest first.
///
/// # Errors
///
/// The database's.
pub async fn tokens(db: &Db, account: &str) -> Result<Vec<Token>> {
    let text = "select name, writes, created_at, ends_at from token where account = $1 order by created_at desc, name";
    let rows = db.fetch(text, &[account.into()]).await?;
    let token = |row: &Row| {
        Ok(Token {
            name: row.need_text(0)?,
            writes: row.need_int(1)? != 0,
            created_at: Moment(row.need_int(2)?),
            ends_at: Moment(row.need_int(3)?),
        })
    };
    rows.iter().map(token).collect()
}

/// The open account of a token that has not ended, and whether it may change anything.
///
/// # Errors
///
/// The database's.
pub async fn by_token(db: &Db, token: [u8; 32], now: Moment) -> Result<Option<(Account, bool)>> {
    let text = "select account, writes from token where token = $1 and ends_at > $2";
    let rows = db
        .fetch(text, &[token.as_slice().into(), now.0.into()])
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let found = account(db, &row.need_text(0)?).await?;
    let open = found.filter(|account| account.closed_at.is_none());
    let writes = row.need_int(1)? != 0;
    Ok(open.map(|account| (account, writes)))
}

/// Takes an account's tokens of a name away; how many.
///
/// # Errors
///
/// The database's.
pub async fn drop_token(db: &Db, account: &str, name: &str) -> Result<u64> {
    let mut tx = db.write().await?;
    let text = "delete from token where account = $1 and name = $2";
    let gone = tx.execute(text, &[account.into(), name.into()]).await?;
    tx.commit().await?;
    Ok(gone)
}

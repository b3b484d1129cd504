//! Second factors, recovery codes, and who is between password and code.
//!
//! Secrets come in encrypted, codes and tokens as SHA-256.

use super::Account;
use super::note::note;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::value::Value;
use programme::record::Author;
use rules::Moment;

/// A second factor: what makes the codes that an account is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Second {
    /// The encrypted secret.
    pub secret: Vec<u8>,
    /// When a code was first given; `None` until then, and nobody is asked for one.
    pub confirmed_at: Option<Moment>,
    /// The newest time step whose code was used.
    pub last_step: i64,
}

/// The second factor of an account, confirmed or not.
///
/// # Errors
///
/// The database's.
pub async fn second(db: &Db, account: &str) -> Result<Option<Second>> {
    let text = "select secret, confirmed_at, last_step from second_factor where account = $1";
    let rows = db.fetch(text, &[account.into()]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(Some(Second {
        secret: row.need_bytes(0)?,
        confirmed_at: row.int(1)?.map(Moment),
        last_step: row.need_int(2)?,
    }))
}

/// Whether an account is asked for a code.
///
/// # Errors
///
/// The database's.
pub async fn is_second(db: &Db, account: &str) -> Result<bool> {
    let second = second(db, account).await?;
    Ok(second.is_some_and(|second| second.confirmed_at.is_some()))
}

/// The accounts that are asked for a code, by name.
///
/// # Errors
///
/// The database's.
pub async fn seconds(db: &Db) -> Result<Vec<String>> {
    let text = "select account from second_factor where confirmed_at is not null order by account";
    let rows = db.fetch(text, &[]).await?;
    rows.iter().map(|row| row.need_text(0)).collect()
}

/// Keeps the secret of a second factor that is yet to be confirmed, in place of one that never was; `false` where one
/// is confirmed.
///
/// # Errors
///
/// The database's.
pub async fn begin_second(db: &Db, account: &str, secret: &[u8], now: Moment) -> Result<bool> {
    let text = "insert into second_factor (account, secret, made_at, confirmed_at, last_step) \
         values ($1, $2, $3, null, 0) on conflict (account) do update \
         set secret = excluded.secret, made_at = excluded.made_at where second_factor.confirmed_at is null";
    let values: [Value; 3] = [account.into(), secret.into(), now.0.into()];
    Ok(super::change(db, text, &values).await? > 0)
}

/// Confirms a second factor by the time step of its first code, with recovery codes, and ends every session but one and
/// whoever is between password and code; `false` where it was confirmed before, or there is none.
///
/// # Errors
///
/// The database's.
pub async fn confirm_second(
    db: &Db,
    account: &str,
    (step, now): (i64, Moment),
    recovery: &[[u8; 32]],
    session: [u8; 32],
) -> Result<bool> {
    let mut tx = db.write().await?;
    let text = "update second_factor set confirmed_at = $2, last_step = $3 where account = $1 and confirmed_at is null";
    let values: [Value; 3] = [account.into(), now.0.into(), step.into()];
    if tx.execute(text, &values).await? == 0 {
        return Ok(false);
    }
    put(&mut tx, account, recovery).await?;
    let text = "delete from session where account = $1 and token <> $2";
    tx.execute(text, &[account.into(), session.as_slice().into()])
        .await?;
    let text = "delete from sign_in_step where account = $1";
    tx.execute(text, &[account.into()]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Uses the code of a time step; `false` where that one or a later one was used.
///
/// # Errors
///
/// The database's.
pub async fn use_time_step(db: &Db, account: &str, step: i64) -> Result<bool> {
    let text = "update second_factor set last_step = $2 where account = $1 and last_step < $2 and confirmed_at is not null";
    Ok(super::change(db, text, &[account.into(), step.into()]).await? > 0)
}

/// Uses a recovery code; `false` where it was used, or is none.
///
/// # Errors
///
/// The database's.
pub async fn use_recovery(db: &Db, account: &str, code: [u8; 32], now: Moment) -> Result<bool> {
    let text = "update recovery_code set used_at = $3 where account = $1 and code = $2 and used_at is null";
    let values: [Value; 3] = [account.into(), code.as_slice().into(), now.0.into()];
    Ok(super::change(db, text, &values).await? > 0)
}

/// How many recovery codes are unused.
///
/// # Errors
///
/// The database's.
pub async fn recovery_left(db: &Db, account: &str) -> Result<u64> {
    let text = "select count(*) from recovery_code where account = $1 and used_at is null";
    let rows = db.fetch(text, &[account.into()]).await?;
    let left = rows.first().map(|row| row.need_int(0)).transpose()?;
    Ok(left.and_then(|left| u64::try_from(left).ok()).unwrap_or(0))
}

/// Gives an account other recovery codes; the earlier ones no longer work.
///
/// # Errors
///
/// The database's.
pub async fn put_recovery(db: &Db, account: &str, recovery: &[[u8; 32]]) -> Result<()> {
    let mut tx = db.write().await?;
    put(&mut tx, account, recovery).await?;
    tx.commit().await
}

async fn put(tx: &mut Tx, account: &str, recovery: &[[u8; 32]]) -> Result<()> {
    tx.execute(
        "delete from recovery_code where account = $1",
        &[account.into()],
    )
    .await?;
    for code in recovery {
        let text = "insert into recovery_code (account, code, used_at) values ($1, $2, null)";
        tx.execute(text, &[account.into(), code.as_slice().into()])
            .await?;
    }
    Ok(())
}

/// Takes an account's second factor away with its recovery codes; `false` where there was none.
///
/// # Errors
///
/// The database's.
pub async fn drop_second(db: &Db, account: &str) -> Result<bool> {
    let mut tx = db.write().await?;
    let is_gone = dropped(&mut tx, account).await?;
    tx.commit().await?;
    Ok(is_gone)
}

/// The same for somebody else's account.
///
/// # Errors
///
/// The database's.
pub async fn reset_second(db: &Db, by: &Author, account: &str) -> Result<bool> {
    let mut tx = db.write().await?;
    if !dropped(&mut tx, account).await? {
        return Ok(false);
    }
    note(&mut tx, by, ("reset-second", account), Vec::new()).await?;
    tx.commit().await?;
    Ok(true)
}

async fn dropped(tx: &mut Tx, account: &str) -> Result<bool> {
    let mut gone = 0;
    for table in ["sign_in_step", "recovery_code", "second_factor"] {
        let text = format!("delete from {table} where account = $1");
        gone = tx.execute(&text, &[account.into()]).await?;
    }
    Ok(gone > 0)
}

/// Keeps who has given a password and is yet to give a code.
///
/// # Errors
///
/// The database's.
pub async fn begin_step(
    db: &Db,
    account: &str,
    token: [u8; 32],
    (now, ends_at): (Moment, Moment),
) -> Result<()> {
    let mut tx = db.write().await?;
    tx.execute(
        "delete from sign_in_step where ends_at <= $1",
        &[now.0.into()],
    )
    .await?;
    let text = "insert into sign_in_step (token, account, ends_at) values ($1, $2, $3)";
    let values: [Value; 3] = [token.as_slice().into(), account.into(), ends_at.0.into()];
    tx.execute(text, &values).await?;
    tx.commit().await
}

/// The open account that is between password and code; `None` where that took too long.
///
/// # Errors
///
/// The database's.
pub async fn of_step(db: &Db, token: [u8; 32], now: Moment) -> Result<Option<Account>> {
    let text = "select account from sign_in_step where token = $1 and ends_at > $2";
    let values: [Value; 2] = [token.as_slice().into(), now.0.into()];
    let rows = db.fetch(text, &values).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let found = super::account(db, &row.need_text(0)?).await?;
    Ok(found.filter(|account| account.closed_at.is_none()))
}

/// Ends the time between password and code; `false` where it had ended.
///
/// # Errors
///
/// The database's.
pub async fn end_step(db: &Db, token: [u8; 32]) -> Result<bool> {
    let text = "delete from sign_in_step where token = $1";
    Ok(super::change(db, text, &[token.as_slice().into()]).await? > 0)
}

//! Accounts: who signs in, which roles they hold, their sessions and one-time links.
//!
//! Tokens come in and are kept as SHA-256; passwords come in as argon2 texts. Nothing here knows either in the clear.

mod confirm;
mod identity;
mod note;
mod office;
mod remind;
mod saved;
mod second;
mod token;

pub use confirm::{Answer, Waiting, answer, answers, waiting};
pub use identity::{by_identity, identify, identities};
pub use office::{Held, end, grant, hand_over, held};
pub use remind::{DutyKey, Holder, holders, put_away, remind, reminded, reminders};
pub use saved::{Saved, forget, save, saved};
pub use second::{
    Second, begin_second, begin_step, confirm_second, drop_second, end_step, is_second, of_step,
    put_recovery, recovery_left, reset_second, second, seconds, use_recovery, use_time_step,
};
pub use token::{Token, by_token, drop_token, keep_token, tokens};

use crate::db::{Db, Tx};
use crate::error::Result;
use crate::row::Row;
use crate::value::Value;
use note::note;
use office::hold;
use programme::record::Author;
use rules::Moment;

/// Somebody who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name it signs in by.
    pub id: String,
    /// The person's name, as records name people.
    pub person: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// The argon2 text of the password; `None` until a link was used.
    pub password: Option<String>,
    /// When it was made.
    pub created_at: Moment,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// Wrong passwords in a row.
    pub failures: u32,
    /// No password is tried before.
    pub locked_until: Moment,
}

/// What goes when an account is closed.
const OF_OPEN_ACCOUNTS: [&str; 6] = [
    "session",
    "link",
    "sign_in_step",
    "second_factor",
    "recovery_code",
    "identity",
];

const COLUMNS: &str = "id, person, phone, password, created_at, closed_at, failures, locked_until";

/// Makes an account with its roles; `false` where the name is taken.
///
/// # Errors
///
/// The database's.
pub async fn open(db: &Db, by: &Author, account: &Account, held: &[Held]) -> Result<bool> {
    let mut tx = db.write().await?;
    let text = format!(
        "insert into account ({COLUMNS}) values ($1, $2, $3, $4, $5, null, 0, 0) on conflict do nothing"
    );
    let values: [Value; 5] = [
        account.id.as_str().into(),
        account.person.as_str().into(),
        account.phone.as_deref().into(),
        account.password.as_deref().into(),
        account.created_at.0.into(),
    ];
    if tx.execute(&text, &values).await? == 0 {
        return Ok(false);
    }
    note(&mut tx, by, ("open", &account.id), Vec::new()).await?;
    for held in held {
        hold(&mut tx, by, &account.id, held).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// An account by its name.
///
/// # Errors
///
/// The database's.
pub async fn account(db: &Db, id: &str) -> Result<Option<Account>> {
    let text = format!("select {COLUMNS} from account where id = $1");
    let rows = db.fetch(&text, &[id.into()]).await?;
    rows.first().map(read).transpose()
}

/// All accounts by name.
///
/// # Errors
///
/// The database's.
pub async fn accounts(db: &Db) -> Result<Vec<Account>> {
    let text = format!("select {COLUMNS} from account order by id");
    db.fetch(&text, &[]).await?.iter().map(read).collect()
}

/// Counts a wrong password, and says until when no other is tried.
///
/// # Errors
///
/// The database's.
pub async fn failed(db: &Db, account: &str, until: Moment) -> Result<()> {
    let text = "update account set failures = failures + 1, locked_until = $2 where id = $1";
    change(db, text, &[account.into(), until.0.into()]).await?;
    Ok(())
}

/// Begins a session and forgets wrong passwords.
///
/// # Errors
///
/// The database's.
pub async fn enter(
    db: &Db,
    account: &str,
    token: [u8; 32],
    (now, ends_at): (Moment, Moment),
) -> Result<()> {
    let mut tx = db.write().await?;
    let text = "update account set failures = 0, locked_until = 0 where id = $1";
    tx.execute(text, &[account.into()]).await?;
    tx.execute("delete from session where ends_at <= $1", &[now.0.into()])
        .await?;
    let text = "insert into session (token, account, created_at, ends_at) values ($1, $2, $3, $4)";
    let values: [Value; 4] = [
        token.as_slice().into(),
        account.into(),
        now.0.into(),
        ends_at.0.into(),
    ];
    tx.execute(text, &values).await?;
    tx.commit().await
}

/// The account of a session that has not ended, and when it ends; none of a closed account.
///
/// # Errors
///
/// The database's.
pub async fn session(db: &Db, token: [u8; 32], now: Moment) -> Result<Option<(Account, Moment)>> {
    let columns = COLUMNS.split(", ").map(|column| format!("a.{column}"));
    let columns: Vec<String> = columns.collect();
    let text = format!(
        "select {}, s.ends_at from session s join account a on a.id = s.account \
         where s.token = $1 and s.ends_at > $2 and a.closed_at is null",
        columns.join(", ")
    );
    let rows = db
        .fetch(&text, &[token.as_slice().into(), now.0.into()])
        .await?;
    let found = |row: &Row| Ok((read(row)?, Moment(row.need_int(8)?)));
    rows.first().map(found).transpose()
}

/// Ends a session.
///
/// # Errors
///
/// The database's.
pub async fn leave(db: &Db, token: [u8; 32]) -> Result<()> {
    change(
        db,
        "delete from session where token = $1",
        &[token.as_slice().into()],
    )
    .await?;
    Ok(())
}

/// Ends every session of an account.
///
/// # Errors
///
/// The database's.
pub async fn leave_everywhere(db: &Db, account: &str) -> Result<()> {
    change(
        db,
        "delete from session where account = $1",
        &[account.into()],
    )
    .await?;
    Ok(())
}

/// Makes a link that sets an account's password once; links that it had before no longer work.
///
/// # Errors
///
/// The database's.
pub async fn link(db: &Db, account: &str, token: [u8; 32], ends_at: Moment) -> Result<()> {
    let mut tx = db.write().await?;
    put_link(&mut tx, account, token, ends_at).await?;
    tx.commit().await
}

/// The same for an account that had a password or a link: its person sets another one.
///
/// # Errors
///
/// The database's.
pub async fn reset(
    db: &Db,
    by: &Author,
    account: &str,
    (token, ends_at): ([u8; 32], Moment),
) -> Result<()> {
    let mut tx = db.write().await?;
    put_link(&mut tx, account, token, ends_at).await?;
    note(&mut tx, by, ("reset", account), Vec::new()).await?;
    tx.commit().await
}

async fn put_link(tx: &mut Tx, account: &str, token: [u8; 32], ends_at: Moment) -> Result<()> {
    tx.execute("delete from link where account = $1", &[account.into()])
        .await?;
    let text = "insert into link (token, account, ends_at, used_at) values ($1, $2, $3, null)";
    let values: [Value; 3] = [token.as_slice().into(), account.into(), ends_at.0.into()];
    tx.execute(text, &values).await?;
    Ok(())
}

/// The account of a link that can still be used.
///
/// # Errors
///
/// The database's.
pub async fn linked(db: &Db, token: [u8; 32], now: Moment) -> Result<Option<String>> {
    let text = "select l.account from link l join account a on a.id = l.account \
         where l.token = $1 and l.used_at is null and l.ends_at > $2 and a.closed_at is null";
    let rows = db
        .fetch(text, &[token.as_slice().into(), now.0.into()])
        .await?;
    rows.first().map(|row| row.need_text(0)).transpose()
}

/// Uses a link: sets the password and ends every session; the account, or `None` where the link is used up.
///
/// # Errors
///
/// The database's.
pub async fn accept(
    db: &Db,
    token: [u8; 32],
    password: &str,
    now: Moment,
) -> Result<Option<String>> {
    let mut tx = db.write().await?;
    // Whoever updates it first has it: a second one finds it used.
    let text = "update link set used_at = $2 where token = $1 and used_at is null and ends_at > $2 \
         and account in (select id from account where closed_at is null)";
    if tx
        .execute(text, &[token.as_slice().into(), now.0.into()])
        .await?
        == 0
    {
        return Ok(None);
    }
    let text = "select account from link where token = $1";
    let Some(row) = tx.first(text, &[token.as_slice().into()]).await? else {
        return Ok(None);
    };
    let account = row.need_text(0)?;
    put(&mut tx, &account, password).await?;
    tx.commit().await?;
    Ok(Some(account))
}

/// Sets an account's password and ends every session.
///
/// # Errors
///
/// The database's.
pub async fn set_password(db: &Db, account: &str, password: &str) -> Result<()> {
    let mut tx = db.write().await?;
    put(&mut tx, account, password).await?;
    tx.commit().await
}

async fn put(tx: &mut Tx, account: &str, password: &str) -> Result<()> {
    let text = "update account set password = $2, failures = 0, locked_until = 0 where id = $1";
    tx.execute(text, &[account.into(), password.into()]).await?;
    for table in ["session", "sign_in_step"] {
        let text = format!("delete from {table} where account = $1");
        tx.execute(&text, &[account.into()]).await?;
    }
    Ok(())
}

/// Closes an account: its sessions, links and second factor end, its roles end with the day before.
///
/// # Errors
///
/// The database's.
pub async fn close(db: &Db, by: &Author, account: &str) -> Result<()> {
    let mut tx = db.write().await?;
    shut(&mut tx, by, account).await?;
    tx.commit().await
}

async fn shut(tx: &mut Tx, by: &Author, account: &str) -> Result<()> {
    let now = by.at;
    note(tx, by, ("close", account), Vec::new()).await?;
    let text = "update account set closed_at = $2 where id = $1 and closed_at is null";
    tx.execute(text, &[account.into(), now.0.into()]).await?;
    for table in OF_OPEN_ACCOUNTS {
        let text = format!("delete from {table} where account = $1");
        tx.execute(&text, &[account.into()]).await?;
    }
    let last = i64::from(now.day().0) - 1;
    let text = "update office set until_day = $2 where account = $1 and (until_day is null or until_day > $2)";
    tx.execute(text, &[account.into(), last.into()]).await?;
    Ok(())
}

async fn change(db: &Db, text: &str, values: &[Value]) -> Result<u64> {
    let mut tx = db.write().await?;
    let changed = tx.execute(text, values).await?;
    tx.commit().await?;
    Ok(changed)
}

fn read(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.need_text(0)?,
        person: row.need_text(1)?,
        phone: row.text(2)?,
        password: row.text(3)?,
        created_at: Moment(row.need_int(4)?),
        closed_at: row.int(5)?.map(Moment),
        failures: u32::try_from(row.need_int(6)?).unwrap_or(u32::MAX),
        locked_until: Moment(row.need_int(7)?),
    })
}

//! Roles that somebody has to confirm before they count: who waits, and what was answered.

use super::note::{note, of_role};
use super::{Held, office};
use crate::db::Db;
use crate::error::Result;
use crate::row::Row;
use crate::value::Value;
use programme::record::Author;
use rules::{Day, Moment};

/// Somebody whose role waits to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The account.
    pub account: String,
    /// The person's name.
    pub person: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// The role.
    pub held: Held,
}

/// What somebody answered who was to confirm a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it is confirmed; else it is refused.
    pub is_confirmed: bool,
    /// The account that answered.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// Everybody of an open account whose role waits for an answer and is not over, by unit and name.
///
/// # Errors
///
/// The database's.
pub async fn waiting(db: &Db, role: &str, today: Day) -> Result<Vec<Waiting>> {
    let text = "select a.id, a.person, a.phone, o.role, o.unit, o.from_day, o.until_day \
         from office o join account a on a.id = o.account left join confirmation c \
         on c.account = o.account and c.role = o.role and c.unit = o.unit and c.from_day = o.from_day \
         where o.role = $1 and c.account is null and a.closed_at is null \
         and (o.until_day is null or o.until_day >= $2) order by o.unit, a.person, a.id, o.from_day";
    let values: [Value; 2] = [role.into(), i64::from(today.0).into()];
    let rows = db.fetch(text, &values).await?;
    let waiting = |row: &Row| {
        Ok(Waiting {
            account: row.need_text(0)?,
            person: row.need_text(1)?,
            phone: row.text(2)?,
            held: office::read(row, 3)?,
        })
    };
    rows.iter().map(waiting).collect()
}

/// Answers for a role that waits; `false` where it was answered before, or is not held.
///
/// # Errors
///
/// The database's.
pub async fn answer(
    db: &Db,
    by: &Author,
    (account, held): (&str, &Held),
    is_confirmed: bool,
) -> Result<bool> {
    let mut tx = db.write().await?;
    let text = "insert into confirmation (account, role, unit, from_day, confirmed, author, at) \
         select account, role, unit, from_day, $5, $6, $7 from office \
         where account = $1 and role = $2 and unit = $3 and from_day = $4 on conflict do nothing";
    let values: [Value; 7] = [
        account.into(),
        held.role.as_str().into(),
        held.unit.as_str().into(),
        i64::from(held.from.0).into(),
        i64::from(is_confirmed).into(),
        by.actor.as_str().into(),
        by.at.0.into(),
    ];
    if tx.execute(text, &values).await? == 0 {
        return Ok(false);
    }
    let what = if is_confirmed { "confirm" } else { "refuse" };
    note(&mut tx, by, (what, account), of_role(held)).await?;
    tx.commit().await?;
    Ok(true)
}

/// What was answered for the roles of an account: role, unit and first day, with the answer.
///
/// # Errors
///
/// The database's.
pub async fn answers(db: &Db, account: &str) -> Result<Vec<((String, String, Day), Answer)>> {
    let text =
        "select role, unit, from_day, confirmed, author, at from confirmation where account = $1";
    let rows = db.fetch(text, &[account.into()]).await?;
    let answer = |row: &Row| {
        let of = (
            row.need_text(0)?,
            row.need_text(1)?,
            office::day(row.need_int(2)?),
        );
        let answer = Answer {
            is_confirmed: row.need_int(3)? != 0,
            by: row.need_text(4)?,
            at: Moment(row.need_int(5)?),
        };
        Ok((of, answer))
    };
    rows.iter().map(answer).collect()
}

//! Roles that accounts hold, from a day to a day.

use super::note::{note, of_role};
use super::shut;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::row::Row;
use crate::value::Value;
use programme::record::{Author, Cell};
use rules::Day;

/// A role that an account holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The role's id.
    pub role: String,
    /// The unit in which it is held; of some roles the id of a record.
    pub unit: String,
    /// The first day.
    pub from: Day,
    /// The last day; `None` without end.
    pub until: Option<Day>,
}

pub(super) async fn hold(tx: &mut Tx, by: &Author, account: &str, held: &Held) -> Result<()> {
    let text = "insert into office (account, role, unit, from_day, until_day) values ($1, $2, $3, $4, $5) \
         on conflict (account, role, unit, from_day) do update set until_day = excluded.until_day";
    let values = values(account, held);
    tx.execute(text, &values).await?;
    // What was refused and is given again is asked again.
    let text = "delete from confirmation where account = $1 and role = $2 and unit = $3 and from_day = $4 and confirmed = 0";
    tx.execute(text, values.get(..4).unwrap_or_default())
        .await?;
    note(tx, by, ("grant", account), of_role(held)).await
}

/// Gives an account a role, or another last day to one that it holds from the same day.
///
/// # Errors
///
/// The database's.
pub async fn grant(db: &Db, by: &Author, account: &str, held: &Held) -> Result<()> {
    let mut tx = db.write().await?;
    hold(&mut tx, by, account, held).await?;
    tx.commit().await
}

/// Gives a role that is held from a day another last day; `false` where it is not held so.
///
/// # Errors
///
/// The database's.
pub async fn end(db: &Db, by: &Author, account: &str, held: &Held) -> Result<bool> {
    let mut tx = db.write().await?;
    let text = "update office set until_day = $5 where account = $1 and role = $2 and unit = $3 and from_day = $4";
    if tx.execute(text, &values(account, held)).await? == 0 {
        return Ok(false);
    }
    note(&mut tx, by, ("end", account), of_role(held)).await?;
    tx.commit().await?;
    Ok(true)
}

fn values(account: &str, held: &Held) -> [Value; 5] {
    [
        account.into(),
        held.role.as_str().into(),
        held.unit.as_str().into(),
        i64::from(held.from.0).into(),
        held.until.map(|day| i64::from(day.0)).into(),
    ]
}

/// Every role that an account held or holds, the newest first.
///
/// # Errors
///
/// The database's.
pub async fn held(db: &Db, account: &str) -> Result<Vec<Held>> {
    let text = "select role, unit, from_day, until_day from office where account = $1 order by from_day desc, role, unit";
    let rows = db.fetch(text, &[account.into()]).await?;
    rows.iter().map(|row| read(row, 0)).collect()
}

/// Role, unit, first and last day, from a column on.
pub(super) fn read(row: &Row, at: usize) -> Result<Held> {
    Ok(Held {
        role: row.need_text(at)?,
        unit: row.need_text(at + 1)?,
        from: day(row.need_int(at + 2)?),
        until: row.int(at + 3)?.map(day),
    })
}

/// Gives everything that an account holds to a successor from today on, and closes it; how many roles were handed over.
/// What had to be confirmed of the one has to be of the other, and what was refused is not handed over.
///
/// # Errors
///
/// The database's.
pub async fn hand_over(db: &Db, by: &Author, from: &str, to: &str) -> Result<u64> {
    let mut tx = db.write().await?;
    let successor = Some(Cell::Text(to.into()));
    let after = vec![("to".to_owned(), successor)];
    note(&mut tx, by, ("hand-over", from), after).await?;
    let mut handed = 0;
    for held in handed_over(&mut tx, from, by.at.day()).await? {
        let text = "insert into office (account, role, unit, from_day, until_day) values ($1, $2, $3, $4, $5) \
             on conflict do nothing";
        if tx.execute(text, &values(to, &held)).await? > 0 {
            note(&mut tx, by, ("grant", to), of_role(&held)).await?;
            handed += 1;
        }
    }
    shut(&mut tx, by, from).await?;
    tx.commit().await?;
    Ok(handed)
}

/// What an account holds today or later and was not refused, from today on.
async fn handed_over(tx: &mut Tx, account: &str, today: Day) -> Result<Vec<Held>> {
    let text = "select role, unit, from_day, until_day from office \
         where account = $1 and (until_day is null or until_day >= $2) \
         and not exists (select 1 from confirmation c where c.account = office.account and c.role = office.role \
         and c.unit = office.unit and c.from_day = office.from_day and c.confirmed = 0) order by role, unit, from_day";
    let values = [account.into(), i64::from(today.0).into()];
    let rows = tx.fetch(text, &values).await?;
    let held = |row: &Row| {
        Ok(Held {
            from: today,
            ..read(row, 0)?
        })
    };
    rows.iter().map(held).collect()
}

pub(super) fn day(number: i64) -> Day {
    Day(i32::try_from(number).unwrap_or_default())
}

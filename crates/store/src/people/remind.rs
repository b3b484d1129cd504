//! Who holds a role where, and what they were reminded of.

use crate::db::Db;
use crate::error::Result;
use crate::row::Row;
use crate::value::Value;
use rules::{Day, Moment};

/// A duty by its address: measure, bearer and period.
pub type DutyKey = [String; 3];

/// A person who holds a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub account: String,
    /// The person's name.
    pub person: String,
    /// Telephone number.
    pub phone: Option<String>,
    /// The role.
    pub role: String,
    /// The unit or record.
    pub unit: String,
}

/// Everybody who holds a role on a day, by unit and name.
///
/// # Errors
///
/// The database's.
pub async fn holders(db: &Db, today: Day) -> Result<Vec<Holder>> {
    let text = "select a.id, a.person, a.phone, o.role, o.unit from office o join account a on a.id = o.account \
         where a.closed_at is null and o.from_day <= $1 and (o.until_day is null or o.until_day >= $1) \
         order by o.unit, a.person, a.id";
    let rows = db.fetch(text, &[i64::from(today.0).into()]).await?;
    let holder = |row: &Row| {
        Ok(Holder {
            account: row.need_text(0)?,
            person: row.need_text(1)?,
            phone: row.text(2)?,
            role: row.need_text(3)?,
            unit: row.need_text(4)?,
        })
    };
    rows.iter().map(holder).collect()
}

/// Reminds accounts of duties, each once a day by one author; how many are new.
///
/// # Errors
///
/// The database's.
pub async fn remind(db: &Db, all: &[(String, DutyKey)], author: &str, today: Day) -> Result<u64> {
    let mut tx = db.write().await?;
    let mut new = 0;
    for (account, [measure, bearer, period]) in all {
        let text = "insert into reminder (account, measure, bearer, period, author, day) \
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
        let values: [Value; 6] = [
            account.as_str().into(),
            measure.as_str().into(),
            bearer.as_str().into(),
            period.as_str().into(),
            author.into(),
            i64::from(today.0).into(),
        ];
        new += tx.execute(text, &values).await?;
    }
    tx.commit().await?;
    Ok(new)
}

/// What an account was reminded of and has not seen to: the duty, by whom, on which day; the newest first.
///
/// # Errors
///
/// The database's.
pub async fn reminders(db: &Db, account: &str) -> Result<Vec<(DutyKey, String, Day)>> {
    let text = "select r.measure, r.bearer, r.period, coalesce(a.person, r.author), r.day from reminder r \
         left join account a on a.id = r.author where r.account = $1 and r.seen_at is null \
         order by r.day desc, r.measure, r.bearer";
    let rows = db.fetch(text, &[account.into()]).await?;
    let reminder = |row: &Row| {
        let word = |at| row.need_text(at);
        let key = [word(0)?, word(1)?, word(2)?];
        let day = i32::try_from(row.need_int(4)?).unwrap_or_default();
        Ok((key, word(3)?, Day(day)))
    };
    rows.iter().map(reminder).collect()
}

/// How many reminders were given on each of the last days that had any, and how many of them were put away; the newest
/// first.
///
/// # Errors
///
/// The database's.
pub async fn reminded(db: &Db, days: usize) -> Result<Vec<(Day, usize, usize)>> {
    let text = "select day, count(*), count(seen_at) from reminder group by day order by day desc limit $1";
    let days = i64::try_from(days).unwrap_or(i64::MAX);
    let rows = db.fetch(text, &[days.into()]).await?;
    let one = |row: &Row| {
        let count = |at| {
            row.need_int(at)
                .map(|n| usize::try_from(n).unwrap_or_default())
        };
        let day = i32::try_from(row.need_int(0)?).unwrap_or_default();
        Ok((Day(day), count(1)?, count(2)?))
    };
    rows.iter().map(one).collect()
}

/// Puts an account's reminders away.
///
/// # Errors
///
/// The database's.
pub async fn put_away(db: &Db, account: &str, now: Moment) -> Result<()> {
    let mut tx = db.write().await?;
    let text = "update reminder set seen_at = $1 where account = $2 and seen_at is null";
    tx.execute(text, &[now.0.into(), account.into()]).await?;
    tx.commit().await
}

//! Values whose time is over: of which records, erasing them, and what came of the last look for them.

use super::called::condition;
use crate::db::Tx;
use crate::error::Result;
use crate::plan::alterations;
use crate::shape::Shape;
use crate::store::Store;
use crate::write::Failure;
use journal::{Called, called};
use programme::model::RegisterField;
use programme::record::{Author, Entry};
use rules::{Day, Moment, Words};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// A record with values that were to be kept no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    /// The register's id.
    pub register: String,
    /// The record's id; it may have been withdrawn.
    pub record: String,
    /// The fields whose values are still there.
    pub fields: Vec<String>,
}

/// What came of the last look for what has expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retained {
    /// When, in the programme's zone.
    pub at: Moment,
    /// Records of which something was erased.
    pub records: u64,
    /// What stood against the rest; `None` where all was erased.
    pub failed: Option<Words>,
}

impl Retained {
    fn text(&self) -> String {
        let failed = self.failed.as_ref();
        let failed = failed.map(|words| [words.zh.as_str(), words.en.as_str()]);
        json!({"at": self.at.0, "records": self.records, "failed": failed}).to_string()
    }

    fn read(text: &str) -> Option<Self> {
        let said: Value = serde_json::from_str(text).ok()?;
        let words = |at: usize| said.get("failed")?.get(at)?.as_str();
        Some(Self {
            at: Moment(said.get("at")?.as_i64()?),
            records: said.get("records")?.as_u64()?,
            failed: words(0).zip(words(1)).map(|(zh, en)| Words::new(zh, en)),
        })
    }
}

/// That entries of a record have of a field what can be erased, in SQL.
fn left(names: &[Called], record: &str) -> String {
    format!(
        "exists (select 1 from journal k join journal_open o on o.arrival = k.arrival
        where {} and k.record = {record})",
        condition(names, "k", Some("o"))
    )
}

impl Store {
    /// The records of which something is kept longer than its field's `retain` allows. The time counts from the last
    /// thing that was done with the record, being shown and being erased left out.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn expired(&self, today: Day) -> Result<Vec<Expired>> {
        let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        let alterations = self.alterations().await?;
        for shape in self.shared.shapes().values() {
            let register = &shape.register;
            for (field, end) in ended(shape, today) {
                let names = called(&alterations, &register.id, Some(&field.id));
                // A row says when it was last touched, save that an erasure touched it too; one that is gone says nothing.
                let text = format!(
                    "select v._id from {} v where v._changed_at < $2 and {}
                    union {}",
                    shape.name,
                    left(&names, "v._id"),
                    expired_among(
                        &names,
                        &format!(
                            "j.record in (select e.record from erased e where e.register = $1
                            union select w.record from journal w where w.act = 'withdraw' and {})",
                            condition(&names, "w", None)
                        )
                    )
                );
                let values = [register.id.as_str().into(), end.0.into()];
                for row in self.db.fetch(&text, &values).await? {
                    let key = (register.id.clone(), row.need_text(0)?);
                    found.entry(key).or_default().push(field.id.clone());
                }
            }
        }
        let one = |((register, record), fields)| Expired {
            register,
            record,
            fields,
        };
        Ok(found.into_iter().map(one).collect())
    }

    /// Erases what of a record has expired, as far as it still has: somebody may have touched it since it was found, or
    /// another node may have erased it. `None` where nothing was left to erase.
    ///
    /// # Errors
    ///
    /// As of [`Store::erase`].
    pub async fn erase_expired(
        &self,
        author: &Author,
        one: &Expired,
        today: Day,
        (why, seed): (String, [u8; 32]),
    ) -> std::result::Result<Option<Entry>, Failure> {
        let shape = self.erasable(&one.register, &one.fields)?;
        let mut tx = self.db.write().await?;
        let lock = tx.dialect().pick("", " for update");
        let text = format!("select 1 from {} where _id = $1{lock}", shape.name);
        tx.first(&text, &[one.record.as_str().into()]).await?;
        let alterations = alterations(&mut tx).await?;
        let mut fields = Vec::new();
        for (field, end) in ended(&shape, today) {
            let names = called(&alterations, &one.register, Some(&field.id));
            if one.fields.contains(&field.id)
                && has_expired(&mut tx, &one.record, &names, end).await?
            {
                fields.push(field.id.clone());
            }
        }
        if fields.is_empty() {
            tx.undo().await?;
            return Ok(None);
        }
        let of = (
            one.record.as_str(),
            fields.as_slice(),
            alterations.as_slice(),
        );
        let erased = self.erase_in(tx, &shape, author, of, (Some(why), seed));
        erased.await.map(Some)
    }

    /// Whether this process does what one node alone does: the one that holds the sealer's right.
    pub fn leads(&self) -> bool {
        self.shared.leads.load(Ordering::Relaxed)
    }

    /// What came of the last look for what has expired, on whichever node.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn retained(&self) -> Result<Option<Retained>> {
        let text = "select value from meta where name = 'retained'";
        let rows = self.db.fetch(text, &[]).await?;
        let text = rows.first().map(|row| row.need_text(0)).transpose()?;
        Ok(text.and_then(|text| Retained::read(&text)))
    }

    /// Remembers what came of it.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn note_retained(&self, retained: &Retained) -> Result<()> {
        let text = "insert into meta (name, value) values ('retained', $1)
            on conflict (name) do update set value = excluded.value";
        let mut tx = self.db.write().await?;
        tx.execute(text, &[retained.text().into()]).await?;
        tx.commit().await
    }
}

/// The statement that finds records by their entries: the moment is its second value.
fn expired_among(names: &[Called], chosen: &str) -> String {
    format!(
        "select j.record from journal j
        where {} and j.act not in ('reveal', 'erase') and {chosen}
        group by j.record having max(j.at) < $2 and {}",
        condition(names, "j", None),
        left(names, "j.record")
    )
}

async fn has_expired(tx: &mut Tx, record: &str, names: &[Called], end: Moment) -> Result<bool> {
    let values = [record.into(), end.0.into()];
    let text = expired_among(names, "j.record = $1");
    Ok(tx.first(&text, &values).await?.is_some())
}

/// The fields of a register whose values are not kept for ever, and before which moment a record must have been last
/// touched for its time to be over.
fn ended(shape: &Shape, today: Day) -> impl Iterator<Item = (&RegisterField, Moment)> {
    let fields = shape.register.fields.iter();
    let beside = fields.filter(|field| journal::kept_beside(field));
    beside.filter_map(move |field| Some((field, kept_until(field, today)?)))
}

/// What was last touched before this moment is over; `None` for a field whose values stay.
fn kept_until(field: &RegisterField, today: Day) -> Option<Moment> {
    let mut words = field.retain.as_deref()?.split_whitespace();
    let count: i32 = words.next()?.parse().ok()?;
    let first = match words.next()? {
        "day" | "days" => today.plus(-count),
        "month" | "months" => months_before(today, count),
        "year" | "years" => months_before(today, count.checked_mul(12)?),
        _ => return None,
    };
    Some(first.start())
}

/// The same day so many months earlier, or the last of that month.
fn months_before(day: Day, months: i32) -> Day {
    let (year, month, of_month) = day.ymd();
    let all = i32::from(year) * 12 + i32::from(month) - 1 - months;
    let (year, month) = (all.div_euclid(12), all.rem_euclid(12) + 1);
    let first = i16::try_from(year)
        .ok()
        .zip(i8::try_from(month).ok())
        .and_then(|(year, month)| Day::from_ymd(year, month, 1));
    // A year that no calendar has is before every entry.
    first.map_or(Day(i32::MIN / 2), |first| {
        let last = first.month().1;
        first.plus(i32::from(of_month) - 1).min(last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_by_the_calendar() {
        let day = |text: &str| Day::parse(text).unwrap();
        for (from, months, to) in [
            ("2023-09-26", 24, "2021-09-26"),
            ("2024-02-29", 12, "2023-02-28"),
            ("2023-05-31", 3, "2023-02-28"),
            ("2023-01-15", 1, "2022-12-15"),
        ] {
            assert_eq!(months_before(day(from), months), day(to), "{from} {months}");
        }
    }
}

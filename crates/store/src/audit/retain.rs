//! Values whose time is over: of which records, so that they can be erased.

use crate::error::Result;
use crate::store::Store;
use programme::model::RegisterField;
use rules::{Day, Moment};
use std::collections::BTreeMap;

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

impl Store {
    /// The records of which something is kept longer than its field's `retain` allows. The time counts from the last
    /// thing that was done with the record, being shown and being erased left out.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn expired(&self, today: Day) -> Result<Vec<Expired>> {
        let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for shape in self.shared.shapes().values() {
            let register = &shape.register;
            for field in register
                .fields
                .iter()
                .filter(|field| journal::kept_beside(field))
            {
                let Some(end) = kept_until(field, today) else {
                    continue;
                };
                let text = "select j.record from journal j
                    where j.register = $1 and j.act not in ('reveal', 'erase') and j.record <> ''
                    group by j.record having max(j.at) < $2 and exists (
                        select 1 from journal k join journal_open o on o.arrival = k.arrival
                        where k.register = $1 and k.record = j.record and o.field = $3)";
                let values = [
                    register.id.as_str().into(),
                    end.0.into(),
                    field.id.as_str().into(),
                ];
                for row in self.db.fetch(text, &values).await? {
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

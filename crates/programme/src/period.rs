//! Administrative periods: days, weeks, ten-day periods (旬), half-months, months, quarters, years.

use rules::Day;
use std::fmt;
use std::sync::Arc;

/// How often a duty comes round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rhythm {
    /// One of the calendar's periods.
    Every(PeriodKind),
    /// One period: the measure's span.
    Once,
    /// No period: what holds at the moment.
    Always,
}

/// A kind of calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum PeriodKind {
    Day,
    Week,
    TenDays,
    HalfMonth,
    Month,
    Quarter,
    Year,
}

/// A stretch of days with its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
    /// `2023-09`, `2023-W39`, `once`, `always` …: the period's name in a duty's id.
    pub key: Arc<str>,
}

impl PeriodKind {
    /// Every kind, shortest first.
    pub const ALL: [Self; 7] = [
        Self::Day,
        Self::Week,
        Self::TenDays,
        Self::HalfMonth,
        Self::Month,
        Self::Quarter,
        Self::Year,
    ];

    /// The word in a programme's files: `ten-days`, `half-month` …
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::TenDays => "ten-days",
            Self::HalfMonth => "half-month",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }

    /// The period of this kind that holds the day. Half-months are 1–15 and 16–end; ten-day periods
    /// 1–10, 11–20, 21–end; weeks begin on Monday (ISO 8601).
    pub fn containing(self, day: Day) -> Period {
        let (year, month, date) = day.ymd();
        let (first, last) = day.month();
        let nth = |at: i32| first.plus(at - 1);
        let (from, until, key) = match self {
            Self::Day => (day, day, day.to_string()),
            Self::Week => {
                let from = day.plus(1 - i32::from(day.weekday()));
                let (year, week) = day.iso_week();
                (from, from.plus(6), format!("{year:04}-W{week:02}"))
            }
            Self::TenDays => {
                let (from, until, n) = match date {
                    ..=10 => (first, nth(10), 1),
                    11..=20 => (nth(11), nth(20), 2),
                    _ => (nth(21), last, 3),
                };
                (from, until, format!("{year:04}-{month:02}-T{n}"))
            }
            Self::HalfMonth => {
                let (from, until, n) = if date <= 15 {
                    (first, nth(15), 1)
                } else {
                    (nth(16), last, 2)
                };
                (from, until, format!("{year:04}-{month:02}-H{n}"))
            }
            Self::Month => (first, last, format!("{year:04}-{month:02}")),
            Self::Quarter => {
                let n = (month - 1) / 3 + 1;
                let from = Day::from_ymd(year, n * 3 - 2, 1).unwrap_or(first);
                let until = Day::from_ymd(year, n * 3, 1).map_or(last, |d| d.month().1);
                (from, until, format!("{year:04}-Q{n}"))
            }
            Self::Year => (
                Day::from_ymd(year, 1, 1).unwrap_or(first),
                Day::from_ymd(year, 12, 31).unwrap_or(last),
                format!("{year:04}"),
            ),
        };
        Period {
            from,
            until,
            key: key.into(),
        }
    }

    /// The period with this key; `None` when the key is not one of this kind.
    pub fn parse_key(self, key: &str) -> Option<Period> {
        let year: i16 = key.get(..4)?.parse().ok()?;
        let rest = key.get(4..)?;
        let day = match self {
            Self::Day => Day::parse(key)?,
            Self::Week => Day::of_iso_week(year, rest.strip_prefix("-W")?.parse().ok()?)?,
            Self::Quarter => Day::from_ymd(
                year,
                rest.strip_prefix("-Q")?
                    .parse::<i8>()
                    .ok()?
                    .checked_mul(3)?
                    - 2,
                1,
            )?,
            Self::Year => Day::from_ymd(year, 1, 1)?,
            Self::Month => Day::from_ymd(year, rest.strip_prefix('-')?.parse().ok()?, 1)?,
            Self::TenDays | Self::HalfMonth => {
                let month = rest.get(1..3)?.parse().ok()?;
                let n: i8 = rest.get(5..)?.parse().ok()?;
                let step = if self == Self::TenDays { 10 } else { 15 };
                Day::from_ymd(
                    year,
                    month,
                    n.checked_sub(1)?.checked_mul(step)?.checked_add(1)?,
                )?
            }
        };
        Some(self.containing(day)).filter(|p| *p.key == *key)
    }

    /// All periods of this kind that share a day with `from..=until`, in order, uncut.
    pub fn within(self, from: Day, until: Day) -> impl Iterator<Item = Period> {
        let mut next = from;
        std::iter::from_fn(move || {
            (next <= until).then(|| {
                let period = self.containing(next);
                next = period.until.plus(1);
                period
            })
        })
    }
}

impl Period {
    /// Number of days.
    pub fn days(&self) -> i32 {
        self.until.0 - self.from.0 + 1
    }

    /// Whether the day lies in it.
    pub fn holds(&self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_leads_back_to_its_period() {
        for offset in 0..800 {
            let day = Day::from_ymd(2023, 1, 1).unwrap_or_default().plus(offset);
            for kind in PeriodKind::ALL {
                let period = kind.containing(day);
                assert!(period.holds(day));
                assert_eq!(kind.parse_key(&period.key), Some(period));
            }
        }
        assert_eq!(
            PeriodKind::HalfMonth
                .containing(Day::from_ymd(2023, 10, 3).unwrap_or_default())
                .key
                .as_ref(),
            "2023-10-H1"
        );
        assert_eq!(PeriodKind::TenDays.parse_key("2023-10-T4"), None);
        assert_eq!(PeriodKind::Week.parse_key("2023-W53"), None);
    }
}

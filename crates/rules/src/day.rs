//! Civil days and moments in the programme's time zone, as plain numbers.

use jiff::civil::{Date, Weekday};
use std::fmt;

/// A civil day: days since 1970-01-01 in the programme's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

/// A civil moment: milliseconds since 1970-01-01T00:00 in the programme's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(pub i64);

const EPOCH: Date = Date::constant(1970, 1, 1);
const DAY_MS: i64 = 86_400_000;

impl Day {
    /// The day of a calendar date; `None` when there is no such date.
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self::from_date)
    }

    /// Reads `2023-09-26`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 10 {
            return None;
        }
        text.parse::<Date>().ok().map(Self::from_date)
    }

    fn from_date(date: Date) -> Self {
        Self(date.duration_since(EPOCH).as_hours() as i32 / 24)
    }

    fn date(self) -> Date {
        EPOCH.saturating_add(jiff::Span::new().try_days(self.0).unwrap_or_default())
    }

    /// Year, month (1–12) and day of the month (1–31).
    pub fn ymd(self) -> (i16, i8, i8) {
        if !(Self::FIRST..=Self::LAST).contains(&self.0) {
            let date = self.date();
            return (date.year(), date.month(), date.day());
        }
        // Reckoned in years that begin in March, so that the leap day is the last; rules ask this of every row.
        let since = self.0 + 719_468;
        let (era, of_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + i32::from(month <= 2);
        (year as i16, month as i8, day as i8)
    }

    /// The first and last days with a date: years −9999 to 9999.
    const FIRST: i32 = -4_371_587;
    const LAST: i32 = 2_932_896;

    /// Day of the week, Monday 1 to Sunday 7.
    pub fn weekday(self) -> i8 {
        self.date().weekday().to_monday_one_offset()
    }

    /// ISO 8601 year and week.
    pub fn iso_week(self) -> (i16, i8) {
        let week = self.date().iso_week_date();
        (week.year(), week.week())
    }

    /// The Monday that begins an ISO week; `None` when the year has no such week.
    pub fn of_iso_week(year: i16, week: i8) -> Option<Self> {
        jiff::civil::ISOWeekDate::new(year, week, Weekday::Monday)
            .ok()
            .map(|w| Self::from_date(w.date()))
    }

    /// First and last day of this day's month.
    pub fn month(self) -> (Self, Self) {
        let (year, month, day) = self.ymd();
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            _ => 31,
        };
        let first = self.plus(1 - i32::from(day));
        (first, first.plus(days - 1))
    }

    /// The day `days` later (earlier when negative).
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The first moment of the day.
    pub fn start(self) -> Moment {
        Moment(i64::from(self.0) * DAY_MS)
    }

    /// The first moment after the day.
    pub fn end(self) -> Moment {
        Moment((i64::from(self.0) + 1) * DAY_MS)
    }
}

impl Moment {
    /// Reads an ISO civil date or date-time (`2023-09-26`, `2023-09-26T08:30`, with a space, with seconds).
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(day) = Day::parse(text) {
            return Some(day.start());
        }
        let at: jiff::civil::DateTime = text.parse().ok()?;
        let day = Day::from_date(at.date());
        let since = at
            .time()
            .duration_since(jiff::civil::Time::midnight())
            .as_millis() as i64;
        Some(Self(day.start().0 + since))
    }

    /// To the millisecond: `2023-09-26T08:30:00.000`, which [`Moment::parse`] reads back.
    pub fn exact(self) -> String {
        let ms = self.0.rem_euclid(DAY_MS);
        let (minutes, ms) = (ms / 60_000, ms % 60_000);
        format!(
            "{}T{:02}:{:02}:{:02}.{:03}",
            self.day(),
            minutes / 60,
            minutes % 60,
            ms / 1_000,
            ms % 1_000
        )
    }

    /// The day that the moment lies in.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_MS) as i32)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.rem_euclid(DAY_MS) / 60_000;
        write!(f, "{}T{:02}:{:02}", self.day(), minutes / 60, minutes % 60)
    }
}

impl serde::Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl serde::Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_writes_and_knows_its_week() {
        let day = Day::parse("2023-09-26").unwrap_or_default();
        assert_eq!(day.to_string(), "2023-09-26");
        assert_eq!(day.weekday(), 2);
        assert_eq!(day.iso_week(), (2023, 39));
        assert_eq!(Day::of_iso_week(2023, 39), Day::parse("2023-09-25"));
        assert_eq!(
            day.month(),
            (
                Day::from_ymd(2023, 9, 1).unwrap_or_default(),
                Day::from_ymd(2023, 9, 30).unwrap_or_default()
            )
        );
        assert_eq!(Day::parse("2023-02-29"), None);
        assert_eq!(Day::parse("1969-12-31"), Some(Day(-1)));
        assert_eq!(
            Moment::parse("2023-09-26T08:30").map(|m| m.to_string()),
            Some("2023-09-26T08:30".into())
        );
        assert_eq!(
            Moment::parse("2023-09-26 08:30").map(Moment::day),
            Some(day)
        );
    }

    #[test]
    fn reckoned_dates_are_those_of_the_calendar() {
        let steps = (Day::FIRST..=Day::LAST).step_by(997);
        let near = (-1_000..40_000).chain(Day::FIRST..Day::FIRST + 500);
        for day in steps
            .chain(near)
            .chain(Day::LAST - 500..=Day::LAST)
            .map(Day)
        {
            let date = day.date();
            assert_eq!(day.ymd(), (date.year(), date.month(), date.day()));
            assert_eq!(Day::from_date(date), day);
            assert_eq!(day.month().0, Day::from_date(date.first_of_month()));
            assert_eq!(day.month().1, Day::from_date(date.last_of_month()));
        }
    }
}

//! Months between days.

use crate::Day;

/// The same day of the month `months` later, or that month's last day; `None` outside years −9999 to 9999.
pub(crate) fn add_months(day: Day, months: i64) -> Option<Day> {
    let (year, month, of_month) = day.ymd();
    let count = (i64::from(year) * 12 + i64::from(month) - 1).checked_add(months)?;
    let year = i16::try_from(count.div_euclid(12)).ok()?;
    let month = i8::try_from(count.rem_euclid(12) + 1).ok()?;
    let (_, last) = Day::from_ymd(year, month, 1)?.month();
    Day::from_ymd(year, month, of_month.min(last.ymd().2))
}

/// Whole months from `from` to `until`: as many as can be added to `from` without passing `until`;
/// negative when `until` lies before `from`.
pub(crate) fn months(from: Day, until: Day) -> i64 {
    if until < from {
        return -months(until, from);
    }
    let ((year, month, day), (to_year, to_month, to_day)) = (from.ymd(), until.ymd());
    let calendar =
        (i64::from(to_year) - i64::from(year)) * 12 + i64::from(to_month) - i64::from(month);
    // The same day of the last month, or its last day, has not come yet.
    let passed = day > to_day && until.month().1 != until;
    calendar - i64::from(passed)
}

//! Working days: the administrative calendar that every deadline is counted on.

use crate::Day;

/// Which days are worked, from the first to the last day that the calendar knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    first: Day,
    /// `before[i]` = working days in the first `i` days.
    before: Vec<u32>,
}

impl Calendar {
    /// A calendar over `first..=last`: weekends rest, except as `worked` says for single days
    /// (`true` for a make-up working day, `false` for a holiday).
    pub fn new(first: Day, last: Day, worked: impl IntoIterator<Item = (Day, bool)>) -> Self {
        let days = usize::try_from(last.0 - first.0 + 1).unwrap_or(0);
        let mut open: Vec<bool> = (0..days as i32)
            .map(|i| first.plus(i).weekday() <= 5)
            .collect();
        for (day, work) in worked {
            if let Some(cell) = usize::try_from(day.0 - first.0)
                .ok()
                .and_then(|i| open.get_mut(i))
            {
                *cell = work;
            }
        }
        let mut before = Vec::with_capacity(days + 1);
        let mut sum = 0;
        before.push(sum);
        for work in open {
            sum += u32::from(work);
            before.push(sum);
        }
        Self { first, before }
    }

    /// First and last day known; `None` for an empty calendar.
    pub fn range(&self) -> Option<(Day, Day)> {
        let days = self.before.len().checked_sub(1).filter(|d| *d > 0)?;
        Some((self.first, self.first.plus(days as i32 - 1)))
    }

    fn count_before(&self, day: Day) -> Option<u32> {
        let at = usize::try_from(day.0 - self.first.0).ok()?;
        self.before.get(at).copied()
    }

    /// Whether the day is worked; `None` past the calendar's edge.
    pub fn is_workday(&self, day: Day) -> Option<bool> {
        Some(self.count_before(day.plus(1))? > self.count_before(day)?)
    }

    /// Working days after `from` up to and including `until` (the day of receipt is not counted);
    /// negative when `until` lies before `from`; `None` past the edge.
    pub fn workdays(&self, from: Day, until: Day) -> Option<i64> {
        let until = self.count_before(until.plus(1))?;
        Some(i64::from(until) - i64::from(self.count_before(from.plus(1))?))
    }

    /// The `n`-th working day after `day` (before it when negative; for 0 the day itself);
    /// `None` past the edge.
    pub fn add_workdays(&self, day: Day, n: i64) -> Option<Day> {
        if n == 0 {
            return Some(day);
        }
        let target = if n > 0 {
            i64::from(self.count_before(day.plus(1))?).saturating_add(n)
        } else {
            i64::from(self.count_before(day)? + 1).saturating_add(n)
        };
        let target = u32::try_from(target).ok().filter(|t| *t > 0)?;
        // `before` never decreases: the wanted day is the last one with fewer than `target` before it.
        let at = self.before.partition_point(|b| *b < target);
        (at < self.before.len()).then(|| self.first.plus(at as i32 - 1))
    }

    /// The day itself when worked, else the next working day; `None` past the edge.
    pub fn on_or_after(&self, day: Day) -> Option<Day> {
        if self.is_workday(day)? {
            Some(day)
        } else {
            self.add_workdays(day, 1)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn autumn() -> Calendar {
        let rest = (0..8).map(|i| (day("2023-09-29").plus(i), false));
        let work = [(day("2023-10-07"), true), (day("2023-10-08"), true)];
        Calendar::new(day("2023-08-01"), day("2023-12-31"), rest.chain(work))
    }

    #[test]
    fn workdays_go_round_the_october_break_of_2023() {
        let calendar = autumn();
        assert_eq!(
            calendar.add_workdays(day("2023-09-28"), 5),
            Some(day("2023-10-11"))
        );
        assert_eq!(
            calendar.add_workdays(day("2023-09-30"), 3),
            Some(day("2023-10-09"))
        );
        assert_eq!(
            calendar.add_workdays(day("2023-10-07"), -1),
            Some(day("2023-09-28"))
        );
        assert_eq!(
            calendar.workdays(day("2023-09-28"), day("2023-10-11")),
            Some(5)
        );
        assert_eq!(
            calendar.on_or_after(day("2023-10-01")),
            Some(day("2023-10-07"))
        );
        assert_eq!(calendar.is_workday(day("2024-01-01")), None);
        assert_eq!(calendar.add_workdays(day("2023-12-29"), 1), None);
    }
}

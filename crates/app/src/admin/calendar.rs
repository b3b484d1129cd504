//! The calendar year by year, and where it ends.

use crate::list::Unread;
use crate::page::date;
use crate::view::{CalendarYear, CalendarYears, Ends, Holiday, Text};
use crate::{App, Viewer};
use jiff::civil::Date;
use programme::Programme;
use programme::model::NamedDay;
use rules::Day;

/// So many days before its end a calendar is a matter.
const NEAR_DAYS: i32 = 60;

impl App {
    /// The years that the calendar covers.
    ///
    /// # Errors
    /// A viewer who does not manage.
    pub fn calendar_years(&self, viewer: &Viewer) -> Result<CalendarYears, Unread> {
        self.managed(viewer)?;
        let programme = self.programme();
        let Some((first, last)) = programme.calendar.range() else {
            return Ok(CalendarYears::default());
        };
        let years = first.ymd().0..=last.ymd().0;
        Ok(CalendarYears {
            range: Some((date(first), date(last))),
            ends: ends(programme, self.today()),
            years: years.filter_map(|year| one(programme, year)).collect(),
        })
    }
}

/// Where the calendar ends, if that is soon or past.
pub(super) fn ends(programme: &Programme, today: Day) -> Option<Ends> {
    let (_, last) = programme.calendar.range()?;
    let days = last.0 - today.0;
    (days <= NEAR_DAYS).then(|| Ends {
        on: date(last),
        days,
    })
}

fn one(programme: &Programme, year: i16) -> Option<CalendarYear> {
    let (first, last) = programme.calendar.range()?;
    let (begins, ends) = (Day::from_ymd(year, 1, 1)?, Day::from_ymd(year, 12, 31)?);
    let (from, until) = (begins.max(first), ends.min(last));
    let days = (from.0..=until.0).map(Day);
    let (mut workdays, mut rest, mut make_up) = (0, 0, 0);
    for day in days {
        let is_weekend = day.weekday() > 5;
        match programme.calendar.is_workday(day) {
            Some(true) if is_weekend => (workdays, make_up) = (workdays + 1, make_up + 1),
            Some(true) => workdays += 1,
            _ => rest += 1,
        }
    }
    let named = programme.named_days.iter();
    let named: Vec<&NamedDay> = named.filter(|day| day.day.ymd().0 == year).collect();
    Some(CalendarYear {
        year,
        part: ((from, until) != (begins, ends)).then(|| (date(from), date(until))),
        workdays,
        rest,
        make_up,
        source: programme.calendar_sources.get(&year).map(Text::from),
        holidays: holidays(&named),
    })
}

/// Days of one name and kind together, in order of the first.
fn holidays(named: &[&NamedDay]) -> Vec<Holiday> {
    let mut all: Vec<(&NamedDay, Vec<(Day, Day)>)> = Vec::new();
    for day in named {
        let known = all
            .iter_mut()
            .find(|(first, _)| first.name == day.name && first.is_worked == day.is_worked);
        match known {
            None => all.push((day, vec![(day.day, day.day)])),
            Some((_, runs)) => match runs.last_mut() {
                Some((_, last)) if last.0 + 1 == day.day.0 => *last = day.day,
                _ => runs.push((day.day, day.day)),
            },
        }
    }
    let shown = |(from, until): (Day, Day)| -> (Date, Date) { (date(from), date(until)) };
    let holiday = |(first, runs): (&NamedDay, Vec<(Day, Day)>)| Holiday {
        name: (&first.name).into(),
        is_worked: first.is_worked,
        runs: runs.into_iter().map(shown).collect(),
    };
    all.into_iter().map(holiday).collect()
}

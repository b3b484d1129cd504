//! The one-year loan prime rate of the National Interbank Funding Centre, a table with hard edges.

use crate::Day;
use std::sync::LazyLock;

/// From, until and the rate in basis points, ascending. Beyond the last day the rate is not known here.
static RATES: LazyLock<Vec<(Day, Day, u16)>> = LazyLock::new(|| {
    include_str!("../../data/lpr.csv")
        .lines()
        .filter_map(row)
        .collect()
});

fn row(line: &str) -> Option<(Day, Day, u16)> {
    let mut cells = line.split(',');
    let (from, until) = (Day::parse(cells.next()?)?, Day::parse(cells.next()?)?);
    Some((from, until, cells.next()?.parse().ok()?))
}

/// The rate in force on a day, in basis points (345 is 3.45 %); `None` outside the table.
pub(crate) fn rate(on: Day) -> Option<u16> {
    RATES
        .iter()
        .find(|(from, until, _)| (*from..=*until).contains(&on))
        .map(|(.., rate)| *rate)
}

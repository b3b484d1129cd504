//! What a tally comes to for one duty, at both ends of what is not known.

use super::{DoneOn, Placed};
use crate::duty::Bounds;
use programme::Period;
use programme::model::TallyKind;
use rules::{Day, Moment};
use std::collections::BTreeSet;

/// Which rows a look at a duty takes in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window<'w> {
    pub(crate) period: &'w Period,
    /// Rows done after this day are left out.
    pub(crate) done_by: Day,
    /// Versions known just before this moment.
    pub(crate) known: Moment,
}

/// Whether a row is in: `Some(true)` certainly, `None` possibly, `Some(false)` not.
pub(crate) fn within(row: &Placed, counts: Option<bool>, window: &Window<'_>) -> Option<bool> {
    let in_period = match (&row.for_key, row.done) {
        (Some(key), done) => {
            let mine = if key.is_empty() {
                None
            } else {
                Some(**key == *window.period.key)
            };
            match done {
                DoneOn::Day(day) => both(mine, Some(day <= window.done_by)),
                DoneOn::Stock => mine,
                DoneOn::Unknown => both(mine, None),
            }
        }
        (None, DoneOn::Stock) => Some(true),
        (None, DoneOn::Day(day)) => Some(window.period.from <= day && day <= window.done_by),
        (None, DoneOn::Unknown) => None,
    };
    both(in_period, counts)
}

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// The tally over these rows (`true`: certainly in, `false`: possibly).
pub(crate) fn bounds<'p>(
    kind: &TallyKind,
    rows: impl Iterator<Item = (&'p Placed, bool)>,
) -> Bounds {
    match kind {
        TallyKind::Count => {
            let (sure, all) = rows.fold((0u32, 0u32), |(sure, all), (_, certain)| {
                (sure + u32::from(certain), all + 1)
            });
            Bounds {
                low: Some(sure.into()),
                high: Some(all.into()),
            }
        }
        TallyKind::Distinct(_) => distinct(rows),
        TallyKind::Sum(_) => {
            let sum = Sum::over(rows.map(|(p, certain)| (p.amount, certain)));
            Bounds {
                low: Some(sum.low),
                high: sum.high,
            }
        }
        TallyKind::Share(_) => share(rows),
        TallyKind::Ratio(_, _) => ratio(rows),
        TallyKind::Last(_) => last(rows),
    }
}

fn distinct<'p>(rows: impl Iterator<Item = (&'p Placed, bool)>) -> Bounds {
    let (mut sure, mut maybe) = (BTreeSet::new(), BTreeSet::new());
    let (mut sure_unknown, mut unknown) = (false, 0u32);
    for (row, certain) in rows {
        match row.value {
            Some(value) => {
                maybe.insert(value);
                if certain {
                    sure.insert(value);
                }
            }
            None => {
                unknown += 1;
                sure_unknown |= certain;
            }
        }
    }
    let least = sure.len().max(usize::from(sure_unknown));
    Bounds {
        low: Some(least as f64),
        high: Some(maybe.len() as f64 + f64::from(unknown)),
    }
}

/// A sum at both ends; an unknown amount has no upper bound.
struct Sum {
    low: f64,
    high: Option<f64>,
}

impl Sum {
    fn over(amounts: impl Iterator<Item = (Option<f64>, bool)>) -> Self {
        let mut sum = Self {
            low: 0.0,
            high: Some(0.0),
        };
        for (amount, certain) in amounts {
            let Some(amount) = amount else {
                sum.high = None;
                continue;
            };
            sum.low += if certain { amount } else { amount.min(0.0) };
            let high = if certain { amount } else { amount.max(0.0) };
            sum.high = sum.high.map(|h| h + high);
        }
        sum
    }
}

fn share<'p>(rows: impl Iterator<Item = (&'p Placed, bool)>) -> Bounds {
    let (mut yes, mut no, mut open) = (0.0, 0.0, 0.0);
    let (mut may_yes, mut may_no, mut may_open) = (0.0, 0.0, 0.0);
    for (row, certain) in rows {
        let slot = match (row.amount, certain) {
            (Some(part), true) if part > 0.0 => &mut yes,
            (Some(_), true) => &mut no,
            (None, true) => &mut open,
            (Some(part), false) if part > 0.0 => &mut may_yes,
            (Some(_), false) => &mut may_no,
            (None, false) => &mut may_open,
        };
        *slot += 1.0;
    }
    let sure = yes + no + open;
    let any = sure + may_yes + may_no + may_open;
    if any == 0.0 {
        return Bounds::default();
    }
    // Ill: every open row fails, rows that may be out and would help are out. Well: the other way round.
    let ill = sure + may_no + may_open;
    let well = sure + may_yes + may_open;
    let low = if ill > 0.0 { yes / ill } else { 1.0 };
    let high = if well > 0.0 {
        (yes + open + may_yes + may_open) / well
    } else {
        0.0
    };
    if sure == 0.0 {
        Bounds {
            low: Some(0.0),
            high: Some(1.0),
        }
    } else {
        Bounds {
            low: Some(low),
            high: Some(high),
        }
    }
}

fn ratio<'p>(rows: impl Iterator<Item = (&'p Placed, bool)>) -> Bounds {
    let rows: Vec<_> = rows.collect();
    let of = Sum::over(rows.iter().map(|(p, certain)| (p.amount, *certain)));
    let over = Sum::over(rows.iter().map(|(p, certain)| (p.over, *certain)));
    if over.high == Some(0.0) {
        return Bounds::default();
    }
    // The least quotient has the greatest divisor, except below zero the least one; the greatest vice versa.
    let by = |of: f64, divisor: Option<f64>| divisor.filter(|d| *d > 0.0).map(|d| of / d);
    let low = if of.low < 0.0 {
        by(of.low, Some(over.low))
    } else {
        by(of.low, over.high).or(Some(0.0))
    };
    let high = of.high.and_then(|high| {
        if high < 0.0 {
            by(high, over.high).or(Some(0.0))
        } else {
            by(high, Some(over.low))
        }
    });
    Bounds { low, high }
}

/// The latest row that is certainly in, widened by rows that may be later.
fn last<'p>(rows: impl Iterator<Item = (&'p Placed, bool)>) -> Bounds {
    let day = |p: &Placed| match p.done {
        DoneOn::Day(day) => Some(day),
        DoneOn::Stock | DoneOn::Unknown => None,
    };
    let rows: Vec<_> = rows.collect();
    let newest = rows
        .iter()
        .filter(|(_, certain)| *certain)
        .max_by_key(|(p, _)| (day(p), p.row));
    let newest_day = newest.and_then(|(p, _)| day(p));
    let rivals = rows
        .iter()
        .filter(|(p, certain)| !certain && day(p).is_none_or(|d| Some(d) >= newest_day));
    let mut all = newest.into_iter().chain(rivals).map(|(p, _)| p.amount);
    let Some(first) = all.next() else {
        return Bounds::default();
    };
    if newest.is_none() {
        return Bounds::default();
    }
    let mut found = Bounds {
        low: first,
        high: first,
    };
    for amount in all {
        found.low = found.low.zip(amount).map(|(a, b)| a.min(b));
        found.high = found.high.zip(amount).map(|(a, b)| a.max(b));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(amount: Option<f64>, over: Option<f64>, done: DoneOn) -> Placed {
        Placed {
            bearer: 0,
            row: 0,
            counts: Some(true),
            done,
            for_key: None,
            amount,
            over,
            value: None,
        }
    }

    #[test]
    fn an_unknown_amount_has_no_upper_bound() {
        let rows = [
            row(Some(5.0), None, DoneOn::Stock),
            row(None, None, DoneOn::Stock),
        ];
        let rule = || rules_text();
        let found = bounds(&TallyKind::Sum(rule()), rows.iter().map(|p| (p, true)));
        assert_eq!(
            found,
            Bounds {
                low: Some(5.0),
                high: None
            }
        );
    }

    #[test]
    fn a_share_opens_on_both_sides() {
        let stock = |part| row(part, None, DoneOn::Stock);
        let rows = [
            stock(Some(1.0)),
            stock(Some(0.0)),
            stock(None),
            stock(Some(1.0)),
        ];
        let certain = [true, true, true, false];
        let found = bounds(&TallyKind::Share(rules_text()), rows.iter().zip(certain));
        // Ill: 1 of 3 (the doubtful yes is out). Well: 3 of 4.
        assert_eq!(
            found,
            Bounds {
                low: Some(1.0 / 3.0),
                high: Some(0.75)
            }
        );
        assert_eq!(
            bounds(&TallyKind::Share(rules_text()), std::iter::empty()),
            Bounds::default()
        );
    }

    #[test]
    fn a_row_without_its_day_widens_and_a_last_value_waits_for_it() {
        let day = |d, n| row(Some(n), None, DoneOn::Day(Day(d)));
        let rows = [
            day(3, 10.0),
            day(9, 30.0),
            row(Some(70.0), None, DoneOn::Unknown),
        ];
        let found = bounds(
            &TallyKind::Last(rules_text()),
            rows.iter().zip([true, true, false]),
        );
        assert_eq!(
            found,
            Bounds {
                low: Some(30.0),
                high: Some(70.0)
            }
        );
    }

    fn rules_text() -> rules::Rule {
        let kind = rules::Kind::Literal(rules::Value::Int(1));
        let root = rules::Node {
            kind,
            ty: rules::Type::Int,
            span: 0..1,
        };
        rules::Rule {
            text: "1".into(),
            root,
        }
    }
}

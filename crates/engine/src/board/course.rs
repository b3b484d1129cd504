//! A measure's periods on the board: which days fall in each, and what each needs.

use super::plain::{Adds, Plain, Refusal, Stored};
use crate::duty::BearerOf;
use crate::evaluate::in_time_until;
use crate::moment::AsOf;
use crate::owes::Owes;
use crate::period::{BearerSpan, Dated, Periods};
use programme::Period;
use programme::model::UNIT_TABLE;
use rules::{Comparison, Day, NO_ROW, Ranged, Value, Words, threshold_value};

/// A measure as the board counts it.
#[derive(Clone, Debug)]
pub(super) struct Course {
    /// The measure's id.
    pub(super) id: String,
    /// Its periods in order.
    pub(super) windows: Vec<Window>,
    /// Its first cell, which belongs to no period; period `n` has cell `first + 1 + n`.
    pub(super) first: u16,
    /// Where its days begin among all calendars.
    pub(super) calendar: u16,
    /// Where its counts of touched cells begin in a row; `None` where a bearer without evidence never reaches the need.
    pub(super) touched: Option<usize>,
    /// The column it sums.
    pub(super) sum: Option<Stored>,
    /// The part that a share asks for, `p` of `q`.
    pub(super) share: Option<(i64, i64)>,
    /// What a bearer without any evidence is, in all periods alike but for the need.
    pub(super) empty_met: bool,
    /// Reaching the need breaks what is owed.
    pub(super) at_most: bool,
}

/// One period.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub(super) period: Period,
    /// The last day whose evidence counts.
    pub(super) until: Day,
    /// A sum at least this reaches what is asked.
    pub(super) need: i64,
}

impl Course {
    /// Reads periods and needs; the cells are given out by the board.
    pub(super) fn new(cx: &AsOf<'_>, plain: &Plain<'_>) -> Result<Self, Refusal> {
        let refusal = |zh: &str, en: &str| Refusal {
            measure: plain.measure.id.clone(),
            why: Words::new(zh, en),
        };
        let everyone = BearerSpan {
            bearer: BearerOf {
                table: UNIT_TABLE,
                record: NO_ROW,
            },
            row: NO_ROW,
            unit: None,
            spans: vec![(None, None)],
            owed: Some(true),
        };
        let mut course = Self {
            id: plain.measure.id.clone(),
            windows: Vec::new(),
            first: 0,
            calendar: 0,
            touched: None,
            sum: match plain.adds {
                Adds::Sum(column) => Some(column),
                Adds::Count | Adds::Share(_) => None,
            },
            share: None,
            empty_met: plain.measure.empty_ratio_met,
            at_most: plain.at_most(),
        };
        let owes = Owes::new(cx, plain.measure);
        let mut periods = Periods::new(cx, plain.measure, std::slice::from_ref(&everyone));
        for dated in periods.of(0, &everyone) {
            let asked = Asked::read(cx, plain, &owes, &dated).ok_or_else(|| {
                refusal(
                    "要求的数不是已知的整数或小数",
                    "the number asked for is not a known whole number or decimal",
                )
            })?;
            if let Some(share) = asked.share {
                if course.share.is_some_and(|s| s != share) {
                    return Err(refusal(
                        "占比要求逐期不同",
                        "the share asked for differs by period",
                    ));
                }
                course.share = Some(share);
            }
            course.windows.push(Window {
                until: in_time_until(plain.measure, cx.at, dated.due, dated.period.until),
                period: dated.period,
                need: asked.need,
            });
        }
        Ok(course)
    }

    /// What the board makes of a bearer without evidence: reached, not reached, or unknown.
    pub(super) fn empty(&self, need: i64) -> Option<bool> {
        match self.share {
            Some(_) => self.empty_met.then_some(!self.at_most),
            None => Some(0 >= need),
        }
    }

    /// Whether a bearer without evidence is ever anything but short of the need.
    pub(super) fn touches(&self) -> bool {
        let other = |w: &Window| self.empty(w.need) != Some(false);
        self.windows.iter().any(other)
    }

    /// The number of the period of each day after `base`, from 1; 0 where the day is in none.
    pub(super) fn days(&self, base: Day, days: usize) -> Vec<u16> {
        let mut of = vec![0u16; days + 1];
        for (nth, window) in (1u16..).zip(&self.windows) {
            let first = (window.period.from.0 - base.0).max(0) as usize;
            let last = (window.until.0 - base.0).max(0) as usize;
            for slot in of.iter_mut().take(last + 1).skip(first) {
                *slot = nth;
            }
        }
        of
    }
}

/// What a period asks for.
struct Asked {
    need: i64,
    share: Option<(i64, i64)>,
}

impl Asked {
    fn read(cx: &AsOf<'_>, plain: &Plain<'_>, owes: &Owes<'_>, dated: &Dated) -> Option<Self> {
        let bounds = owes.bounds(NO_ROW, dated, &[]);
        let found = threshold_value(&plain.threshold, &cx.world(), &bounds, dated.share);
        // `x > n` and `x <= n` turn at the next whole number.
        let beyond = i64::from(matches!(
            plain.threshold.comparison,
            Comparison::Gt | Comparison::Le
        ));
        if let Adds::Share(_) = plain.adds {
            let part = match found {
                Ranged::Real {
                    lo: Some(lo),
                    hi: Some(hi),
                } if lo == hi => lo,
                Ranged::Value(Value::Double(part)) => part,
                _ => return None,
            };
            return Some(Self {
                need: beyond,
                share: Some(fraction(part)?),
            });
        }
        let need = match found {
            Ranged::Whole {
                lo: Some(lo),
                hi: Some(hi),
            } if lo == hi => lo,
            Ranged::Value(Value::Int(n) | Value::Money(n) | Value::Duration(n)) => n,
            _ => return None,
        };
        Some(Self {
            need: need.checked_add(beyond)?,
            share: None,
        })
    }
}

/// The decimal of up to six places that a double stands for.
///
/// `yes ÷ all` as doubles compares with it as `yes × q` with `p × all` in whole numbers: two fractions whose
/// denominators multiply to less than 2^53 are not rounded to one double unless they are equal.
fn fraction(part: f64) -> Option<(i64, i64)> {
    if !(-1e6..=1e6).contains(&part) {
        return None;
    }
    let mut q = 1.0;
    for _ in 0..7 {
        let p = (part * q).round();
        if p / q == part {
            return Some((p as i64, q as i64));
        }
        q *= 10.0;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::fraction;

    #[test]
    fn a_decimal_is_a_fraction_and_a_third_is_none() {
        assert_eq!(fraction(0.8), Some((8, 10)));
        assert_eq!(fraction(0.55), Some((55, 100)));
        assert_eq!(fraction(1.0), Some((1, 1)));
        assert_eq!(fraction(1.0 / 3.0), None);
        assert_eq!(fraction(f64::NAN), None);
    }

    #[test]
    fn whole_numbers_compare_a_share_as_doubles_do() {
        for (p, q) in [(8_i64, 10_i64), (55, 100), (1, 3), (667, 1000)] {
            let part = p as f64 / q as f64;
            for all in 1..400_i64 {
                for yes in 0..=all {
                    assert_eq!(yes as f64 / all as f64 >= part, yes * q >= p * all);
                    assert_eq!(yes as f64 / all as f64 > part, yes * q > p * all);
                }
            }
        }
    }
}

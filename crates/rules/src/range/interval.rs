//! Intervals of whole and real numbers: what a tally may still come to.

use crate::{Comparison, Operator};

/// All numbers from `lo` to `hi`, both included; `None` is an end without a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval<T> {
    pub(crate) lo: Option<T>,
    pub(crate) hi: Option<T>,
}

impl<T: Copy + PartialOrd> Interval<T> {
    pub(crate) fn point(at: T) -> Self {
        Self {
            lo: Some(at),
            hi: Some(at),
        }
    }

    /// The single number that is possible, if only one is.
    pub(crate) fn single(self) -> Option<T> {
        self.lo.filter(|lo| self.hi == Some(*lo))
    }

    /// What holds of every pair of numbers; `None` when some pairs say yes and some no.
    pub(crate) fn compare(self, comparison: Comparison, other: Self) -> Option<bool> {
        match comparison {
            Comparison::Lt => before(self, other),
            Comparison::Ge => before(self, other).map(|b| !b),
            Comparison::Gt => before(other, self),
            Comparison::Le => before(other, self).map(|b| !b),
            Comparison::Eq => equal(self, other),
            Comparison::Ne => equal(self, other).map(|b| !b),
        }
    }

    /// The interval of the smaller (`take_less`) or larger of two numbers.
    pub(crate) fn extreme(self, other: Self, take_less: bool) -> Self {
        let pick = |a: T, b: T| if (a < b) == take_less { a } else { b };
        // An open end swallows on its own side and gives way on the other.
        let both = |a: Option<T>, b: Option<T>| a.zip(b).map(|(a, b)| pick(a, b));
        let either = |a: Option<T>, b: Option<T>| both(a, b).or(a).or(b);
        if take_less {
            Self {
                lo: both(self.lo, other.lo),
                hi: either(self.hi, other.hi),
            }
        } else {
            Self {
                lo: either(self.lo, other.lo),
                hi: both(self.hi, other.hi),
            }
        }
    }

    /// The smallest interval that holds both.
    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            lo: self.extreme(other, true).lo,
            hi: self.extreme(other, false).hi,
        }
    }

    /// Applies a function that never decreases; `None` when it has no value at an end.
    pub(crate) fn map<U>(self, f: impl Fn(T) -> Option<U>) -> Option<Interval<U>> {
        let end = |end: Option<T>| match end {
            None => Some(None),
            Some(at) => f(at).map(Some),
        };
        Some(Interval {
            lo: end(self.lo)?,
            hi: end(self.hi)?,
        })
    }
}

impl Interval<f64> {
    pub(crate) fn negated(self) -> Self {
        Self {
            lo: self.hi.map(|hi| -hi),
            hi: self.lo.map(|lo| -lo),
        }
    }
}

fn before<T: Copy + PartialOrd>(a: Interval<T>, b: Interval<T>) -> Option<bool> {
    if a.hi.zip(b.lo).is_some_and(|(a, b)| a < b) {
        return Some(true);
    }
    a.lo.zip(b.hi).is_some_and(|(a, b)| a >= b).then_some(false)
}

fn equal<T: Copy + PartialOrd>(a: Interval<T>, b: Interval<T>) -> Option<bool> {
    if let Some((x, y)) = a.single().zip(b.single()) {
        return Some(x == y);
    }
    (before(a, b) == Some(true) || before(b, a) == Some(true)).then_some(false)
}

/// Whole-number arithmetic; `None` where some pair has no answer (division by zero, overflow of a bound).
pub(crate) fn whole(
    operator: Operator,
    a: Interval<i64>,
    b: Interval<i64>,
) -> Option<Interval<i64>> {
    match operator {
        Operator::Add => Some(Interval {
            lo: ends(a.lo, b.lo, i64::checked_add)?,
            hi: ends(a.hi, b.hi, i64::checked_add)?,
        }),
        Operator::Subtract => Some(Interval {
            lo: ends(a.lo, b.hi, i64::checked_sub)?,
            hi: ends(a.hi, b.lo, i64::checked_sub)?,
        }),
        Operator::Multiply => corners(a, b, |x, y| x.times(y)),
        Operator::Divide => {
            // Corners bound a quotient only while the divisor keeps its sign.
            let keeps_sign = b.lo.is_some_and(|lo| lo > 0) || b.hi.is_some_and(|hi| hi < 0);
            keeps_sign
                .then(|| corners(a, b, |x, y| x.over(y)))
                .flatten()
        }
        Operator::Remainder => {
            let (a, b) = a.single().zip(b.single())?;
            a.checked_rem(b).map(Interval::point)
        }
    }
}

/// Money shared out among a count: to the nearest fen, half away from zero.
pub(crate) fn shared(a: Interval<i64>, b: Interval<i64>) -> Option<Interval<i64>> {
    let keeps_sign = b.lo.is_some_and(|lo| lo > 0) || b.hi.is_some_and(|hi| hi < 0);
    keeps_sign
        .then(|| corners(a, b, |x, y| x.shared(y)))
        .flatten()
}

fn ends(
    a: Option<i64>,
    b: Option<i64>,
    f: impl Fn(i64, i64) -> Option<i64>,
) -> Option<Option<i64>> {
    match a.zip(b) {
        None => Some(None),
        Some((a, b)) => f(a, b).map(Some),
    }
}

/// A whole number or an open end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Below,
    At(i128),
    Above,
}

impl End {
    fn sign(self) -> i128 {
        match self {
            Self::Below => -1,
            Self::At(at) => at.signum(),
            Self::Above => 1,
        }
    }

    fn open(sign: i128) -> Self {
        match sign {
            0 => Self::At(0),
            s if s < 0 => Self::Below,
            _ => Self::Above,
        }
    }

    fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::At(a), Self::At(b)) => Self::At(a.saturating_mul(b)),
            _ => Self::open(self.sign() * other.sign()),
        }
    }

    fn over(self, other: Self) -> Self {
        match (self, other) {
            (Self::At(a), Self::At(b)) => Self::At(a.checked_div(b).unwrap_or(0)),
            (_, Self::At(_)) => Self::open(self.sign() * other.sign()),
            _ => Self::At(0),
        }
    }

    fn shared(self, other: Self) -> Self {
        let (Self::At(a), Self::At(b)) = (self, other) else {
            return self.over(other);
        };
        let (Some(whole), Some(rest)) = (a.checked_div(b), a.checked_rem(b)) else {
            return Self::At(0);
        };
        let away = i128::from(2 * rest.abs() >= b.abs());
        Self::At(whole + away * a.signum() * b.signum())
    }

    fn closed(self) -> Option<Option<i64>> {
        match self {
            Self::At(at) => i64::try_from(at).ok().map(Some),
            _ => Some(None),
        }
    }
}

fn corners(
    a: Interval<i64>,
    b: Interval<i64>,
    f: impl Fn(End, End) -> End,
) -> Option<Interval<i64>> {
    let lo = |i: Interval<i64>| i.lo.map_or(End::Below, |at| End::At(at.into()));
    let hi = |i: Interval<i64>| i.hi.map_or(End::Above, |at| End::At(at.into()));
    let all = [
        f(lo(a), lo(b)),
        f(lo(a), hi(b)),
        f(hi(a), lo(b)),
        f(hi(a), hi(b)),
    ];
    Some(Interval {
        lo: all.iter().min()?.closed()?,
        hi: all.iter().max()?.closed()?,
    })
}

/// Real arithmetic; `None` where some pair has no answer.
pub(crate) fn real(
    operator: Operator,
    a: Interval<f64>,
    b: Interval<f64>,
) -> Option<Interval<f64>> {
    let f = |x: f64, y: f64| match operator {
        Operator::Add => x + y,
        Operator::Subtract => x - y,
        Operator::Multiply => x * y,
        Operator::Divide => x / y,
        Operator::Remainder => x % y,
    };
    if let Some((x, y)) = a.single().zip(b.single()) {
        let divides = matches!(operator, Operator::Divide | Operator::Remainder);
        let answer = f(x, y);
        return (answer.is_finite() && !(divides && y == 0.0)).then(|| Interval::point(answer));
    }
    let keeps_sign = b.lo.is_some_and(|lo| lo > 0.0) || b.hi.is_some_and(|hi| hi < 0.0);
    if operator == Operator::Remainder || operator == Operator::Divide && !keeps_sign {
        return None;
    }
    let lo = |i: Interval<f64>| i.lo.unwrap_or(f64::NEG_INFINITY);
    let hi = |i: Interval<f64>| i.hi.unwrap_or(f64::INFINITY);
    // Nothing times without bound, and without bound over without bound, are bounded by the other corners.
    let at = |x: f64, y: f64| match f(x, y) {
        answer if answer.is_nan() => 0.0,
        answer => answer,
    };
    let all = match operator {
        Operator::Add => [f(lo(a), lo(b)), f(hi(a), hi(b)), f64::NAN, f64::NAN],
        Operator::Subtract => [f(lo(a), hi(b)), f(hi(a), lo(b)), f64::NAN, f64::NAN],
        _ => [
            at(lo(a), lo(b)),
            at(lo(a), hi(b)),
            at(hi(a), lo(b)),
            at(hi(a), hi(b)),
        ],
    };
    // `min` and `max` of floats pass over what is not a number.
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(Interval {
        lo: Some(least).filter(|at| at.is_finite()),
        hi: Some(most).filter(|at| at.is_finite()),
    })
}

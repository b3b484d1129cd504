//! What a node may come to: an interval, a single value, nothing, or what nobody knows.

use super::interval::{self, Interval};
use crate::{Comparison, Day, Function, Moment, Operator, Type, Value};
use std::borrow::Cow;

/// What a node may come to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reach<'a> {
    Unknown,
    Nothing,
    Truth(bool),
    Whole(Interval<i64>),
    Real(Interval<f64>),
    Text(Cow<'a, str>),
    /// Table position and record number.
    Record(usize, u32),
    List(Vec<Reach<'a>>),
}

impl<'a> Reach<'a> {
    pub(crate) fn truth(verdict: Option<bool>) -> Self {
        verdict.map_or(Self::Unknown, Self::Truth)
    }

    pub(crate) fn whole(interval: Option<Interval<i64>>) -> Self {
        interval.map_or(Self::Unknown, Self::Whole)
    }

    pub(crate) fn real(interval: Option<Interval<f64>>) -> Self {
        interval.map_or(Self::Unknown, Self::Real)
    }

    /// A real answer as a value of `ty`: money is rounded to the fen, half away from zero.
    pub(crate) fn scaled(interval: Option<Interval<f64>>, ty: &Type) -> Self {
        let Some(interval) = interval else {
            return Self::Unknown;
        };
        if *ty != Type::Money {
            return Self::Real(interval);
        }
        Self::whole(interval.map(crate::function::whole))
    }

    pub(crate) fn of(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(Cow::Borrowed(text)),
            Value::List(all) => Self::List(all.iter().map(Self::of).collect()),
            other => Self::plain(other),
        }
    }

    /// The same of a value that nobody else keeps.
    pub(crate) fn owned(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(Cow::Owned(text.into())),
            Value::List(all) => Self::List(all.into_iter().map(Self::owned).collect()),
            other => Self::plain(&other),
        }
    }

    fn plain(value: &Value) -> Self {
        match value {
            Value::Bool(b) => Self::Truth(*b),
            Value::Int(n) | Value::Money(n) | Value::Duration(n) => {
                Self::Whole(Interval::point(*n))
            }
            Value::Date(day) => Self::Whole(Interval::point(day.0.into())),
            Value::Time(at) => Self::Whole(Interval::point(at.0)),
            Value::Double(x) => Self::Real(Interval::point(*x)),
            Value::Record(table, record) => Self::Record(*table, *record),
            Value::Nothing => Self::Nothing,
            Value::Unknown(_) | Value::Text(_) | Value::List(_) => Self::Unknown,
        }
    }

    /// The value, where it is a single one.
    pub(crate) fn value(&self, ty: &Type) -> Value {
        match self {
            Self::Unknown => Value::Unknown(None),
            Self::Nothing => Value::Nothing,
            Self::Truth(b) => Value::Bool(*b),
            Self::Whole(i) => match (i.single(), ty) {
                (None, _) => Value::Unknown(None),
                (Some(n), Type::Money) => Value::Money(n),
                (Some(n), Type::Date) => {
                    i32::try_from(n).map_or(Value::Unknown(None), |n| Value::Date(Day(n)))
                }
                (Some(n), Type::Time) => Value::Time(Moment(n)),
                (Some(n), Type::Duration) => Value::Duration(n),
                (Some(n), _) => Value::Int(n),
            },
            Self::Real(i) => i.single().map_or(Value::Unknown(None), Value::Double),
            Self::Text(text) => Value::Text(text.as_ref().into()),
            Self::Record(table, record) => Value::Record(*table, *record),
            Self::List(all) => {
                let inner = match ty {
                    Type::List(inner) => inner,
                    other => other,
                };
                Value::List(all.iter().map(|r| r.value(inner)).collect())
            }
        }
    }

    /// Whether it is an interval of more than one number.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Whole(i) => i.single().is_none(),
            Self::Real(i) => i.single().is_none(),
            Self::List(all) => all.iter().any(Self::is_open),
            _ => false,
        }
    }

    /// Its two ends as single values; an end without bound has none.
    pub(crate) fn ends(&self) -> [Option<Self>; 2] {
        match self {
            Self::Whole(i) => [i.lo, i.hi].map(|end| end.map(|n| Self::Whole(Interval::point(n)))),
            Self::Real(i) => [i.lo, i.hi].map(|end| end.map(|x| Self::Real(Interval::point(x)))),
            other => [Some(other.clone()), Some(other.clone())],
        }
    }

    /// A single number as the lower (`end` 1 taken away) or upper (0) end of what is open beyond it.
    pub(crate) fn without(self, end: usize) -> Self {
        let open = |i: Interval<i64>| match end {
            0 => Interval { lo: None, ..i },
            _ => Interval { hi: None, ..i },
        };
        match self {
            Self::Whole(i) => Self::Whole(open(i)),
            Self::Real(i) if end == 0 => Self::Real(Interval { lo: None, ..i }),
            Self::Real(i) => Self::Real(Interval { hi: None, ..i }),
            _ => Self::Unknown,
        }
    }

    /// The smallest interval that holds single numbers of one kind; unknown where one of them is.
    pub(crate) fn hull(singles: &[Self]) -> Self {
        let mut hull: Option<Self> = None;
        for next in singles {
            hull = match (hull, next) {
                (None, Self::Whole(_) | Self::Real(_)) => Some(next.clone()),
                (Some(Self::Whole(a)), Self::Whole(b)) => Some(Self::Whole(a.union(*b))),
                (Some(Self::Real(a)), Self::Real(b)) => Some(Self::Real(a.union(*b))),
                _ => return Self::Unknown,
            };
        }
        hull.unwrap_or(Self::Unknown)
    }

    /// Sum, least or most of a list: what is nothing is passed over, what is unknown makes the whole unknown.
    pub(crate) fn aggregate(function: Function, list: Self, ty: &Type) -> Self {
        let items = match list {
            Self::List(items) => items,
            Self::Nothing => Vec::new(),
            _ => return Self::Unknown,
        };
        let sum = function == Function::Sum;
        let take_less = function == Function::Min;
        let mut answer = match ty {
            _ if !sum => Self::Nothing,
            Type::Double => Self::Real(Interval::point(0.0)),
            _ => Self::Whole(Interval::point(0)),
        };
        for item in items {
            answer = match (answer, item) {
                (answer, Self::Nothing) => answer,
                (_, Self::Unknown) => return Self::Unknown,
                (Self::Nothing, first) => first,
                (Self::Whole(a), Self::Whole(b)) if sum => {
                    Self::whole(interval::whole(Operator::Add, a, b))
                }
                (Self::Real(a), Self::Real(b)) if sum => {
                    Self::real(interval::real(Operator::Add, a, b))
                }
                (Self::Whole(a), Self::Whole(b)) => Self::Whole(a.extreme(b, take_less)),
                (Self::Real(a), Self::Real(b)) => Self::Real(a.extreme(b, take_less)),
                (Self::Text(a), Self::Text(b)) => {
                    Self::Text(if (a < b) == take_less { a } else { b })
                }
                _ => return Self::Unknown,
            };
        }
        answer
    }

    pub(crate) fn absolute(self) -> Self {
        match (self.clone().negated(), self) {
            (Self::Whole(turned), Self::Whole(i)) => {
                Self::Whole(i.extreme(turned, false).extreme(Interval::point(0), false))
            }
            (Self::Real(turned), Self::Real(i)) => Self::Real(
                i.extreme(turned, false)
                    .extreme(Interval::point(0.0), false),
            ),
            (turned, _) => turned,
        }
    }

    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Whole(i) => {
                Self::whole(interval::whole(Operator::Subtract, Interval::point(0), i))
            }
            Self::Real(i) => Self::Real(i.negated()),
            Self::Nothing => Self::Nothing,
            _ => Self::Unknown,
        }
    }

    /// A real number that is not finite is no number.
    pub(crate) fn finite(self) -> Self {
        match &self {
            Self::Real(i) if [i.lo, i.hi].iter().flatten().any(|x| !x.is_finite()) => Self::Unknown,
            _ => self,
        }
    }

    /// A threshold cut down to `days` of `of_days`, rounded up. A real one stays as it is: it is a ratio,
    /// and a share of a period owes no smaller share.
    pub(crate) fn prorated(self, (days, of_days): (i64, i64)) -> Self {
        match self {
            Self::Whole(i) if of_days > 0 => Self::whole(i.map(|n| {
                let product = i128::from(n) * i128::from(days);
                let of_days = i128::from(of_days);
                let up = product.div_euclid(of_days) + i128::from(product.rem_euclid(of_days) > 0);
                i64::try_from(up).ok()
            })),
            same => same,
        }
    }
}

/// The interval of a whole number read as a real one.
pub(crate) fn widened(interval: Interval<i64>) -> Interval<f64> {
    Interval {
        lo: interval.lo.map(|n| n as f64),
        hi: interval.hi.map(|n| n as f64),
    }
}

pub(crate) fn ordered<T: PartialOrd>(comparison: Comparison, a: T, b: T) -> bool {
    match comparison {
        Comparison::Eq => a == b,
        Comparison::Ne => a != b,
        Comparison::Lt => a < b,
        Comparison::Le => a <= b,
        Comparison::Gt => a > b,
        Comparison::Ge => a >= b,
    }
}

/// Kleene's conjunction (`neutral` true) or disjunction.
pub(crate) fn kleene(verdicts: impl Iterator<Item = Option<bool>>, neutral: bool) -> Option<bool> {
    let mut answer = Some(neutral);
    for verdict in verdicts {
        match verdict {
            Some(b) if b == neutral => {}
            Some(decided) => return Some(decided),
            None => answer = None,
        }
    }
    answer
}

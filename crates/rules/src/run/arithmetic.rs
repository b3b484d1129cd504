//! Arithmetic: whole numbers never wrap, doubles are never infinite; either is an unknown with its reason.
//!
//! A ratio is one correctly rounded division of whole numbers of at most 2^53 (money: 90 trillion yuan), and a
//! decimal constant is the double nearest to what is written. Rounding keeps order, so where the true quotient
//! equals the constant, the two doubles are the same, and `>=` and `<=` hold at the boundary exactly as on paper.

use super::Reason;
use super::lane::{Cell, Data, Lane, Planes, combine, length, plane};
use super::logic::{merge, reasons};
use crate::{Bits, Operator, Type};

/// `a ∘ b` as a value of type `ty`.
pub(super) fn arithmetic<'a>(
    operator: Operator,
    a: &Lane<'a>,
    b: &Lane<'a>,
    ty: &Type,
) -> Lane<'a> {
    let len = length(&[a, b]);
    match (&a.data, &b.data) {
        (Data::Int(x), Data::Int(y)) if *ty == Type::Double => {
            let (planes, out) = each((a, x), (b, y), len, |x, y| {
                doubles(operator, x as f64, y as f64)
            });
            planes.lane(Data::Double(out))
        }
        (Data::Int(_), Data::Int(_)) if operator == Operator::Divide && *ty == Type::Money => {
            Lane::ints(len, |row| {
                a.int(row).zip(b.int(row)).and(|(x, y)| share(x, y).into())
            })
        }
        (Data::Int(x), Data::Int(y)) => {
            let (planes, out) = each((a, x), (b, y), len, |x, y| ints(operator, x, y));
            planes.lane(Data::Int(out))
        }
        (Data::Double(x), Data::Double(y)) => {
            let (planes, out) = each((a, x), (b, y), len, |x, y| doubles(operator, x, y));
            planes.lane(Data::Double(out))
        }
        (Data::Int(_), Data::Double(_)) => Lane::ints(len, |row| {
            a.int(row)
                .zip(b.double(row))
                .and(|(x, y)| scaled(operator, x as f64, y).into())
        }),
        (Data::Double(_), Data::Int(_)) => Lane::ints(len, |row| {
            a.double(row)
                .zip(b.int(row))
                .and(|(x, y)| scaled(operator, x, y as f64).into())
        }),
        (Data::Text(_), Data::Text(_)) => Lane::texts(len, |row| {
            a.text(row)
                .zip(b.text(row))
                .map(|(x, y)| format!("{x}{y}").into())
        }),
        (Data::List(..), Data::List(..)) => lists(a, b, len),
        // Lanes of which nothing is known have no data of the type.
        _ => Lane::ints(len, |row| {
            a.cell(row, |_| Some(()))
                .zip(b.cell(row, |_| Some(())))
                .and(|_| Cell::Unknown(None))
        }),
    }
}

/// What `f` makes of each pair of values: nothing where either side is, the left side's reason first.
fn each<T: Copy, U: Copy, V: Default>(
    (a, x): (&Lane<'_>, &[T]),
    (b, y): (&Lane<'_>, &[U]),
    len: usize,
    f: impl Fn(T, U) -> Result<V, Reason>,
) -> (Planes, Vec<V>) {
    let join =
        |a: &Bits, b: &Bits, f: fn(u64, u64) -> u64| combine(&plane(a, len), &plane(b, len), f);
    let mut known = join(&a.known, &b.known, |a, b| a & b);
    let nothing = join(&a.nothing, &b.nothing, |a, b| a | b);
    let mut why = merge(&reasons(a, len), &reasons(b, len));
    why.retain(|(row, _)| !nothing.get(*row as usize));
    let mut bad = Vec::new();
    let mut out = Vec::with_capacity(len);
    for row in 0..len {
        let pair = x.get(a.at(row)).zip(y.get(b.at(row)));
        let value = match pair.filter(|_| known.get(row)) {
            Some((x, y)) => f(*x, *y).unwrap_or_else(|reason| {
                bad.push((row as u32, reason));
                V::default()
            }),
            None => V::default(),
        };
        out.push(value);
    }
    for (row, _) in &bad {
        known.set(*row as usize, false);
    }
    let why = if bad.is_empty() {
        why
    } else {
        merge(&why, &bad)
    };
    (
        Planes {
            known,
            nothing,
            why,
        },
        out,
    )
}

pub(crate) fn ints(operator: Operator, x: i64, y: i64) -> Result<i64, Reason> {
    if y == 0 && matches!(operator, Operator::Divide | Operator::Remainder) {
        return Err(Reason::DivisionByZero);
    }
    match operator {
        Operator::Add => x.checked_add(y),
        Operator::Subtract => x.checked_sub(y),
        Operator::Multiply => x.checked_mul(y),
        Operator::Divide => x.checked_div(y),
        Operator::Remainder => x.checked_rem(y),
    }
    .ok_or(Reason::Overflow)
}

/// Money shared out: to the nearest fen, half away from zero.
fn share(fen: i64, among: i64) -> Result<i64, Reason> {
    if among == 0 {
        return Err(Reason::DivisionByZero);
    }
    let (fen, among) = (i128::from(fen), i128::from(among));
    let (whole, rest) = (fen / among, fen % among);
    let up = i128::from(2 * rest.abs() >= among.abs());
    let sign = if (fen < 0) == (among < 0) { 1 } else { -1 };
    i64::try_from(whole + sign * up).map_err(|_| Reason::Overflow)
}

pub(crate) fn doubles(operator: Operator, x: f64, y: f64) -> Result<f64, Reason> {
    if y == 0.0 && matches!(operator, Operator::Divide | Operator::Remainder) {
        return Err(Reason::DivisionByZero);
    }
    let out = match operator {
        Operator::Add => x + y,
        Operator::Subtract => x - y,
        Operator::Multiply => x * y,
        Operator::Divide => x / y,
        Operator::Remainder => x % y,
    };
    if out.is_finite() {
        Ok(out)
    } else {
        Err(Reason::Overflow)
    }
}

/// Money times or divided by a decimal: to the nearest fen, half away from zero.
fn scaled(operator: Operator, x: f64, y: f64) -> Result<i64, Reason> {
    crate::function::whole(doubles(operator, x, y)?).ok_or(Reason::Overflow)
}

/// One list after the other; a list that is nothing has no items.
fn lists<'a>(a: &Lane<'a>, b: &Lane<'a>, len: usize) -> Lane<'a> {
    let empty = Lane::unknown(None);
    let sources = [a.items().unwrap_or(&empty), b.items().unwrap_or(&empty)];
    let (mut ends, mut picks) = (Vec::with_capacity(len), Vec::new());
    let mut planes = super::lane::Planes::default();
    for row in 0..len {
        let cell = |lane: &Lane<'_>| super::compare::list_or_empty(lane.cell(row, |_| Some(())));
        if planes.push(cell(a).zip(cell(b))).is_some() {
            picks.extend(a.range(row).map(|i| Some((0, i))));
            picks.extend(b.range(row).map(|i| Some((1, i))));
        }
        ends.push(picks.len() as u32);
    }
    planes.lane(Data::List(ends, Box::new(Lane::pick(&sources, &picks))))
}

/// `-x`.
pub(super) fn negate<'a>(x: &Lane<'a>) -> Lane<'a> {
    match &x.data {
        Data::Double(_) => Lane::doubles(x.len(), |row| x.double(row).map(|v| -v)),
        _ => Lane::ints(x.len(), |row| {
            x.int(row)
                .and(|v| v.checked_neg().ok_or(Reason::Overflow).into())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_meets_its_decimal_constant_exactly_at_the_boundary() {
        for (part, whole, constant) in [
            (3, 100, 0.03),
            (7, 10, 0.7),
            (55, 100, 0.55),
            (1, 3, 1.0 / 3.0),
        ] {
            for scale in [1_i64, 7, 1_000_003, 90_000_000_000] {
                let quotient = doubles(
                    Operator::Divide,
                    (part * scale) as f64,
                    (whole * scale) as f64,
                );
                assert_eq!(quotient, Ok(constant), "{part}/{whole} × {scale}");
            }
        }
    }

    #[test]
    fn money_is_shared_to_the_nearest_fen() {
        assert_eq!(share(100, 3), Ok(33));
        assert_eq!(share(200, 3), Ok(67));
        assert_eq!(share(5, 2), Ok(3));
        assert_eq!(share(-5, 2), Ok(-3));
        assert_eq!(share(5, 0), Err(Reason::DivisionByZero));
    }
}

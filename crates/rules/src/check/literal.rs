//! Constants: money, days, times and durations written out, worked out when the rule is read.

use crate::{Day, Function, Moment, Value};

const FEN_IN_YUAN: f64 = 100.0;

/// Fen of an amount in `unit` yuan, rounded half away from zero; `None` when it does not fit.
pub(crate) fn fen(number: &Value, unit: i64) -> Option<i64> {
    match number {
        Value::Int(n) => n.checked_mul(unit)?.checked_mul(100),
        Value::Double(x) => crate::function::whole(x * unit as f64 * FEN_IN_YUAN),
        _ => None,
    }
}

/// Yuan in one unit of a money function.
pub(crate) fn yuan_in(function: Function) -> Option<i64> {
    match function {
        Function::Wan => Some(10_000),
        Function::Yi => Some(100_000_000),
        Function::Yuan | Function::Money => Some(1),
        _ => None,
    }
}

/// Reads `'2023-08-31'`, or a civil time for `timestamp` (a trailing `Z` is read as the programme's own time).
pub(super) fn date(text: &str) -> Option<Value> {
    Day::parse(text).map(Value::Date)
}

/// Reads a civil time.
pub(super) fn timestamp(text: &str) -> Option<Value> {
    Moment::parse(text.strip_suffix('Z').unwrap_or(text)).map(Value::Time)
}

/// Reads CEL's durations: `90s`, `1h30m`, `-1.5h`, `20ms`, whole milliseconds.
pub(super) fn duration(text: &str) -> Option<Value> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut sum = 0_i64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let unit_ms = match unit {
            "h" => 3_600_000.0,
            "m" => 60_000.0,
            "s" => 1_000.0,
            "ms" => 1.0,
            _ => return None,
        };
        let ms = crate::function::whole(number.parse::<f64>().ok()? * unit_ms)?;
        sum = sum.checked_add(ms)?;
        rest = tail;
    }
    Some(Value::Duration(if negative { -sum } else { sum }))
}

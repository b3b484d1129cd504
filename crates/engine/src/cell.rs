//! One cell of evidence, from the text of a sheet to a typed value.

use rules::{Day, Moment, Type, Words};
use std::collections::HashMap;

/// A cell that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFault {
    /// Register id.
    pub register: String,
    /// Line of the sheet, from 1, the header being line 1.
    pub line: usize,
    /// Field id, or `id`, `recorded_at`, `superseded_at`.
    pub field: String,
    /// What is wrong and what is accepted.
    pub message: Words,
}

/// A cell's value before it goes into a column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Parsed {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(Box<str>),
    Record(u32),
    List(Vec<Parsed>),
}

/// Record numbers by id, per table.
pub(crate) type Ids = HashMap<String, HashMap<Box<str>, u32>>;

/// Reads a cell that is not empty.
pub(crate) fn parse(text: &str, ty: &Type, ids: &Ids) -> Result<Parsed, Words> {
    let text = text.trim();
    let value = match ty {
        Type::Bool => match text {
            "true" | "1" | "是" => Some(Parsed::Bool(true)),
            "false" | "0" | "否" => Some(Parsed::Bool(false)),
            _ => None,
        },
        Type::Int => text.parse().ok().map(Parsed::Int),
        Type::Double => text
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
            .map(Parsed::Double),
        Type::Money => fen(text).map(Parsed::Int),
        Type::Date => Day::parse(text).map(|d| Parsed::Int(d.0.into())),
        Type::Time => Moment::parse(text).map(|m| Parsed::Int(m.0)),
        Type::Duration => text.parse().ok().map(Parsed::Int),
        Type::Text | Type::Industry | Type::File | Type::Period => Some(Parsed::Text(text.into())),
        Type::Choice(choices) => choices
            .iter()
            .any(|c| c == text)
            .then(|| Parsed::Text(text.into())),
        Type::Reference(table) => match ids.get(table).and_then(|ids| ids.get(text)) {
            Some(record) => Some(Parsed::Record(*record)),
            // A unit or place that nobody is cannot arrive later, a record can.
            None if table == "unit" || table == "division" => None,
            None => Some(Parsed::Record(rules::NO_ROW)),
        },
        Type::List(of) => {
            let items = text
                .split([';', '；'])
                .map(str::trim)
                .filter(|t| !t.is_empty());
            return items
                .map(|t| parse(t, of, ids))
                .collect::<Result<_, _>>()
                .map(Parsed::List);
        }
    };
    value.ok_or_else(|| refusal(text, ty))
}

/// Fen from yuan with at most two decimals, exactly.
pub(crate) fn fen(yuan: &str) -> Option<i64> {
    let (negative, digits) = match yuan.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, yuan),
    };
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty()
        || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        || cents.len() > 2
    {
        return None;
    }
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    let fen = whole
        .parse::<i64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(cents)?;
    Some(if negative { -fen } else { fen })
}

fn refusal(text: &str, ty: &Type) -> Words {
    let (zh, en) = match ty {
        Type::Bool => ("true 或 false（是、否）".into(), "true or false".into()),
        Type::Int => ("整数".into(), "a whole number".into()),
        Type::Double => (
            "小数，百分比写成小数".into(),
            "a decimal; a share as a fraction".into(),
        ),
        Type::Money => (
            "以元为单位、至多两位小数的金额".into(),
            "an amount in yuan with at most two decimals".into(),
        ),
        Type::Date => (
            "2023-09-26 这样的日期".into(),
            "a date such as 2023-09-26".into(),
        ),
        Type::Time => (
            "2023-09-26T08:30 这样的时间".into(),
            "a time such as 2023-09-26T08:30".into(),
        ),
        Type::Choice(choices) => (
            format!("下列之一：{}", choices.join("、")),
            format!("one of: {}", choices.join(", ")),
        ),
        Type::Reference(table) if table == "unit" => (
            "单位编号（见 units.csv）".into(),
            "a unit's id (see units.csv)".into(),
        ),
        Type::Reference(_) => (
            "行政区划代码（见 divisions.csv）".into(),
            "a division's code (see divisions.csv)".into(),
        ),
        _ => ("文字".into(), "text".to_owned()),
    };
    Words::new(
        format!("“{text}”读不懂，这里要填{zh}"),
        format!("“{text}” cannot be read; this cell takes {en}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_to_the_fen() {
        assert_eq!(fen("0.29"), Some(29));
        assert_eq!(fen("1234567.8"), Some(123_456_780));
        assert_eq!(fen("-3"), Some(-300));
        assert_eq!(fen("1.234"), None);
        assert_eq!(fen("1.2.3"), None);
        assert_eq!(fen(".5"), None);
        assert_eq!(fen("1,000"), None);
    }

    #[test]
    fn what_cannot_be_read_says_what_can() {
        let choice = Type::Choice(vec!["planned".into(), "held".into()]);
        let fault = parse("done", &choice, &Ids::new());
        assert_eq!(
            fault.map_err(|w| w.en),
            Err("“done” cannot be read; this cell takes one of: planned, held".into())
        );
    }
}

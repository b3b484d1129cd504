//! A cell of a sheet as a value: money in yuan, ISO dates, ids, lists with `;`.

use crate::PeriodKind;
use crate::model::FieldKind;
use rules::{Day, Moment, Value, Words};

/// Finds the record number of a unit or division by its table position and id.
pub(super) type Find<'a> = &'a dyn Fn(usize, &str) -> Option<u32>;

/// Reads one cell that is not empty.
///
/// # Errors
/// What is wanted instead.
pub(super) fn value(
    text: &str,
    kind: FieldKind,
    choices: &[(String, Words)],
    find: Find<'_>,
) -> Result<Value, Words> {
    let known = |word: &str| choices.iter().any(|(id, _)| id == word);
    let found = match kind {
        FieldKind::Bool => match text {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        FieldKind::Int => text.parse().ok().map(Value::Int),
        FieldKind::Decimal | FieldKind::Ratio => text
            .parse()
            .ok()
            .filter(|x: &f64| x.is_finite())
            .map(Value::Double),
        FieldKind::Money => fen(text).map(Value::Money),
        FieldKind::Date => Day::parse(text).map(Value::Date),
        FieldKind::Time => Moment::parse(text).map(Value::Time),
        FieldKind::Period(kind) => {
            PeriodKind::parse_key(kind, text).map(|p| Value::Text((&*p.key).into()))
        }
        FieldKind::Choice => known(text).then(|| Value::Text(text.into())),
        FieldKind::Choices => {
            let words: Vec<&str> = text
                .split(';')
                .map(str::trim)
                .filter(|w| !w.is_empty())
                .collect();
            let sound = words.iter().all(|w| known(w));
            sound.then(|| Value::List(words.into_iter().map(|w| Value::Text(w.into())).collect()))
        }
        FieldKind::Unit => find(crate::model::UNIT_TABLE, text).map(|r| Value::Record(0, r)),
        FieldKind::Division => {
            find(crate::model::DIVISION_TABLE, text).map(|r| Value::Record(1, r))
        }
        _ => Some(Value::Text(text.into())),
    };
    found.ok_or_else(|| wanted(kind, choices))
}

/// Fen from yuan written with at most two decimals.
pub(super) fn fen(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let figures = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !figures(whole) || !figures(part) {
        return None;
    }
    let yuan: i64 = whole.parse().ok()?;
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    yuan.checked_mul(100)?.checked_add(part)?.checked_mul(sign)
}

fn wanted(kind: FieldKind, choices: &[(String, Words)]) -> Words {
    let ids = || {
        choices
            .iter()
            .map(|(id, _)| id.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match kind {
        FieldKind::Bool => Words::new("写 true 或 false", "write true or false"),
        FieldKind::Int => Words::new("写整数", "write a whole number"),
        FieldKind::Decimal | FieldKind::Ratio => Words::new(
            "写数，比率写成小数",
            "write a number, a ratio as a fraction",
        ),
        FieldKind::Money => Words::new(
            "以元为单位，最多两位小数",
            "write yuan with at most two decimals",
        ),
        FieldKind::Date => Words::new("按 2023-08-11 的样子写", "write it like 2023-08-11"),
        FieldKind::Time => Words::new(
            "按 2023-08-11T08:30 的样子写",
            "write it like 2023-08-11T08:30",
        ),
        FieldKind::Period(kind) => {
            let key = kind.containing(Day::default()).key;
            Words::new(format!("按 {key} 的样子写"), format!("write it like {key}"))
        }
        FieldKind::Choice | FieldKind::Choices => Words::new(
            format!("可以是：{}", ids()),
            format!("it may be: {}", ids()),
        ),
        _ => Words::new("写已有的代码", "write a code that exists"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_fen_exactly() {
        for (text, found) in [
            ("500000", Some(50_000_000)),
            ("0.1", Some(10)),
            ("-12.34", Some(-1234)),
            ("1.234", None),
            ("1e3", None),
            ("", None),
        ] {
            assert_eq!(fen(text), found, "{text}");
        }
    }
}

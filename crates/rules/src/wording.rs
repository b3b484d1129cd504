//! The sentences of an explanation, in Chinese and in English.

use crate::candidate::whole_value;
use crate::explain::{Explained, Step};
use crate::range::Ranged;
use crate::{Comparison, Type, Value, Words};

/// A value as people write it: money in yuan, or in 万元 from 10,000 yuan on.
pub fn show(value: &Value) -> Words {
    match value {
        Value::Unknown(None) => Words::new("未知", "unknown"),
        Value::Unknown(Some(why)) => Words::new(
            format!("未知（{}）", why.zh),
            format!("unknown ({})", why.en),
        ),
        Value::Nothing => Words::new("无", "nothing"),
        Value::Bool(true) => Words::new("是", "yes"),
        Value::Bool(false) => Words::new("否", "no"),
        Value::Money(fen) => money(*fen),
        Value::Duration(milliseconds) => span(*milliseconds),
        Value::List(all) => {
            let shown: Vec<Words> = all.iter().map(show).collect();
            let join = |each: fn(&Words) -> &str, by: &str| {
                shown.iter().map(each).collect::<Vec<_>>().join(by)
            };
            Words::new(join(|w| &w.zh, "、"), join(|w| &w.en, ", "))
        }
        Value::Int(n) => both(n.to_string()),
        Value::Double(x) => both(decimal(*x)),
        Value::Date(day) => both(day.to_string()),
        Value::Time(at) => both(at.to_string()),
        Value::Text(text) => both(text.to_string()),
        Value::Record(_, record) => both(format!("#{record}")),
    }
}

fn both(text: String) -> Words {
    Words::new(text.clone(), text)
}

/// At most four decimals, no trailing zeros.
fn decimal(x: f64) -> String {
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn money(fen: i64) -> Words {
    const WAN_FEN: i64 = 1_000_000;
    let sign = if fen < 0 { "-" } else { "" };
    let size = fen.unsigned_abs();
    let part = |unit: u64, digits: usize| {
        let (whole, rest) = (size / unit, size % unit);
        let text = format!("{sign}{whole}.{rest:0digits$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let yuan = part(100, 2);
    match size >= WAN_FEN.unsigned_abs() {
        true => Words::new(
            format!("{}万元", part(WAN_FEN.unsigned_abs(), 6)),
            format!("{yuan} yuan"),
        ),
        false => Words::new(format!("{yuan}元"), format!("{yuan} yuan")),
    }
}

fn span(milliseconds: i64) -> Words {
    let hours = decimal(milliseconds as f64 / 3_600_000.0);
    Words::new(format!("{hours}小时"), format!("{hours} hours"))
}

/// An interval as people write it.
pub(crate) fn between(ranged: &Ranged, ty: &Type) -> Words {
    let whole = |n: i64| whole_value(n, ty).map(|v| show(&v));
    let (lo, hi) = match ranged {
        Ranged::Value(value) => return show(value),
        Ranged::Whole { lo, hi } => (lo.and_then(whole), hi.and_then(whole)),
        Ranged::Real { lo, hi } => [*lo, *hi]
            .map(|x| x.map(|x| show(&Value::Double(x))))
            .into(),
    };
    match (lo, hi) {
        (Some(lo), Some(hi)) => Words::new(
            format!("{}至{}之间", lo.zh, hi.zh),
            format!("between {} and {}", lo.en, hi.en),
        ),
        (Some(lo), None) => Words::new(format!("至少{}", lo.zh), format!("at least {}", lo.en)),
        (None, Some(hi)) => Words::new(format!("至多{}", hi.zh), format!("at most {}", hi.en)),
        (None, None) => show(&Value::Unknown(None)),
    }
}

/// The size of a margin as people write it; days for days.
pub(crate) fn margin(margin: Option<&Value>, ty: &Type) -> Option<Words> {
    let size = match margin? {
        Value::Int(n) if *ty == Type::Date => {
            let days = n.unsigned_abs();
            return Some(Words::new(format!("{days} 天"), format!("{days} days")));
        }
        Value::Int(n) => Value::Int(n.saturating_abs()),
        Value::Money(n) => Value::Money(n.saturating_abs()),
        Value::Duration(n) => Value::Duration(n.saturating_abs()),
        Value::Double(x) => Value::Double(x.abs()),
        other => other.clone(),
    };
    Some(show(&size))
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Eq => "=",
        Comparison::Ne => "≠",
        Comparison::Lt => "<",
        Comparison::Le => "≤",
        Comparison::Gt => ">",
        Comparison::Ge => "≥",
    }
}

/// “held 8 ≥ 10，还差 2”. A threshold that is not written out in the rule is named before its value.
pub(crate) fn comparison(
    comparison: Comparison,
    names: [Words; 2],
    values: [Words; 2],
    threshold_is_literal: bool,
    verdict: Option<bool>,
    margin: Option<Words>,
) -> Words {
    let [name, threshold_name] = names;
    let [actual, threshold] = values;
    let sign = sign(comparison);
    let against = |name: String, value: String| match threshold_is_literal || name == value {
        true => value,
        false => format!("{name} {value}"),
    };
    let zh = against(threshold_name.zh, threshold.zh);
    let en = against(threshold_name.en, threshold.en);
    let tail = tail(comparison, verdict, margin);
    Words::new(
        format!("{} {} {sign} {zh}，{}", name.zh, actual.zh, tail.zh),
        format!("{} {} {sign} {en}, {}", name.en, actual.en, tail.en),
    )
}

fn tail(comparison: Comparison, verdict: Option<bool>, margin: Option<Words>) -> Words {
    let equation = matches!(comparison, Comparison::Eq | Comparison::Ne);
    let at_most = matches!(comparison, Comparison::Le | Comparison::Lt);
    let Some((holds, margin)) = verdict.zip(margin) else {
        return verdict_words(verdict);
    };
    let (zh, en) = match holds {
        _ if equation && holds == (comparison == Comparison::Eq) => return verdict_words(verdict),
        true if equation => (
            format!("成立，相差 {}", margin.zh),
            format!("holds, {} apart", margin.en),
        ),
        false if equation => (
            format!("相差 {}", margin.zh),
            format!("{} apart", margin.en),
        ),
        true => (
            format!("成立，余 {}", margin.zh),
            format!("holds, {} to spare", margin.en),
        ),
        false if at_most => (format!("超出 {}", margin.zh), format!("{} over", margin.en)),
        false => (
            format!("还差 {}", margin.zh),
            format!("{} short", margin.en),
        ),
    };
    Words::new(zh, en)
}

fn verdict_words(verdict: Option<bool>) -> Words {
    match verdict {
        Some(true) => Words::new("成立", "holds"),
        Some(false) => Words::new("不成立", "does not hold"),
        None => Words::new("未知", "unknown"),
    }
}

/// “kind 为 exhibition，属于（…）”.
pub(crate) fn membership(
    name: &Words,
    value: &Words,
    list: &Words,
    verdict: Option<bool>,
) -> Words {
    let (zh, en) = match verdict {
        Some(true) => ("属于", "is one of"),
        Some(false) => ("不属于", "is not one of"),
        None => ("不知是否属于", "may or may not be one of"),
    };
    Words::new(
        format!("{} 为 {}，{zh}（{}）", name.zh, value.zh, list.zh),
        format!("{} is {}: {en} ({})", name.en, value.en, list.en),
    )
}

pub(crate) fn presence(name: &Words, value: &Words, verdict: Option<bool>) -> Words {
    let (zh, en) = match verdict {
        Some(true) => ("已有", "is there"),
        Some(false) => ("没有", "is not there"),
        None => ("不知有没有", "may or may not be there"),
    };
    Words::new(
        format!("{} {zh}：{}", name.zh, value.zh),
        format!("{} {en}: {}", name.en, value.en),
    )
}

pub(crate) fn question(name: &Words, verdict: Option<bool>) -> Words {
    let tail = verdict_words(verdict);
    Words::new(
        format!("{}：{}", name.zh, tail.zh),
        format!("{}: {}", name.en, tail.en),
    )
}

pub(crate) fn value(name: &Words, value: &Words) -> Words {
    Words::new(
        format!("{} = {}", name.zh, value.zh),
        format!("{} = {}", name.en, value.en),
    )
}

/// “3 项中 2 项成立，须全部成立：不成立”.
pub(crate) fn joint(step: Step, verdict: Option<bool>, children: &[Explained]) -> Words {
    let all = children.len();
    let hold = children.iter().filter(|c| c.verdict == Some(true)).count();
    let tail = verdict_words(verdict);
    let (zh, en) = match step {
        Step::All => (
            format!("{all} 项须全部成立，现有 {hold} 项成立"),
            format!("{hold} of {all} hold, all must"),
        ),
        Step::Any => (
            format!("{all} 项有一项成立即可，现有 {hold} 项成立"),
            format!("{hold} of {all} hold, one must"),
        ),
        Step::Not => (
            "下项不成立时成立".to_owned(),
            "holds when the next does not".to_owned(),
        ),
        _ => (
            "第一项成立时看第二项，否则看第三项".to_owned(),
            "by the second where the first holds, else by the third".to_owned(),
        ),
    };
    Words::new(format!("{zh}：{}", tail.zh), format!("{en}: {}", tail.en))
}

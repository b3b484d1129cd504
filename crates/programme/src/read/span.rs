//! Lengths of time as text: `5 workdays`, `30 days`, `settings.reply_workdays workdays`.

use super::document::Table;
use super::text::Text;
use crate::model::{Setting, Span};
use rules::{Value, Words};
use std::collections::BTreeMap;

/// Settings by id, for lengths that name one.
pub(super) type Settings = BTreeMap<String, Setting>;

/// A length that may be left out.
pub(super) fn maybe_span(
    table: &Table<'_>,
    key: &'static str,
    settings: &Settings,
) -> Option<Span> {
    span(&table.maybe_text(key)?, settings)
}

/// Reads a length; anything else is a fault.
pub(super) fn span(text: &Text<'_>, settings: &Settings) -> Option<Span> {
    let words: Vec<&str> = text.value.split_whitespace().collect();
    let [count, unit] = words.as_slice() else {
        bad_span(text);
        return None;
    };
    span_of(text, count, unit, settings)
}

/// Reads a count and its unit; `text` is what faults underline.
pub(super) fn span_of(
    text: &Text<'_>,
    count: &str,
    unit: &str,
    settings: &Settings,
) -> Option<Span> {
    let of: fn(i64) -> Span = match unit {
        "day" | "days" => Span::Days,
        "workday" | "workdays" => Span::Workdays,
        _ => {
            bad_span(text);
            return None;
        }
    };
    let Some(id) = count.strip_prefix("settings.") else {
        let count = count.parse::<u16>().ok();
        if count.is_none() {
            bad_span(text);
        }
        return count.map(|n| of(i64::from(n)));
    };
    match settings.get(id).map(|s| &s.value) {
        Some(Value::Int(n)) if *n >= 0 => Some(of(*n)),
        Some(_) => {
            text.refuse(
                "wrong-type",
                Words::new(
                    format!("设置 `{id}` 不是不小于零的整数，不能当天数"),
                    format!("setting `{id}` is no whole number from zero, so it counts no days"),
                ),
                Words::new("换一个整数设置", "name a setting that is a whole number"),
            );
            None
        }
        None => {
            let known: Vec<&str> = settings.keys().map(String::as_str).collect();
            let name = Text {
                value: id.to_owned(),
                ..text.clone()
            };
            name.unknown("unknown-setting", &known, "设置", "setting");
            None
        }
    }
}

fn bad_span(text: &Text<'_>) {
    text.refuse(
        "bad-span",
        Words::new(
            format!("`{}` 不是时间长度", text.value),
            format!("`{}` is no length of time", text.value),
        ),
        Words::new(
            "写成 \"5 workdays\"、\"30 days\" 或 \"settings.名称 workdays\"",
            "write \"5 workdays\", \"30 days\" or \"settings.NAME workdays\"",
        ),
    );
}

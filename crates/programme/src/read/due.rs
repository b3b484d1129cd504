//! When a duty falls due, how long late evidence counts, and the course it is held against.

use super::document::{Item, Table};
use super::ground::{Ground, Leads};
use super::span::{span, span_of};
use super::text::Text;
use crate::model::{Due, Late, Pace};
use rules::{Day, Words};
use toml::de::DeValue;

/// Reads `due`; `bearer` is the table of what bears the measure.
pub(super) fn due(table: &Table<'_>, bearer: &str, ground: &Ground) -> Due {
    let Some(item) = table.get("due") else {
        return Due::End;
    };
    if matches!(item.value, DeValue::Datetime(_)) {
        return item.date().map_or(Due::End, Due::On);
    }
    item.text()
        .and_then(|text| written(&text, bearer, ground))
        .unwrap_or(Due::End)
}

fn written(text: &Text<'_>, bearer: &str, ground: &Ground) -> Option<Due> {
    if let Some(day) = Day::parse(&text.value) {
        return Some(Due::On(day));
    }
    let words: Vec<&str> = text.value.split_whitespace().collect();
    let date = |path: &str| {
        let path = Text {
            value: path.to_owned(),
            ..text.clone()
        };
        ground.path(&path, bearer, Leads::Date).map(Box::new)
    };
    match words.as_slice() {
        ["day", day] => {
            let day = day.parse::<u8>().ok().filter(|d| (1..=31).contains(d));
            if day.is_none() {
                bad_due(text);
            }
            day.map(Due::DayOfPeriod)
        }
        [count, unit, "after"] => span_of(text, count, unit, ground.settings()).map(Due::AfterEnd),
        [count, unit, "after", path] => {
            let span = span_of(text, count, unit, ground.settings());
            let path = date(path)?;
            Some(Due::AfterField(span?, path))
        }
        [path] => date(path).map(Due::Field),
        _ => {
            bad_due(text);
            None
        }
    }
}

fn bad_due(text: &Text<'_>) {
    text.refuse(
        "bad-due",
        Words::new(
            format!("`{}` 不是到期日的写法", text.value),
            format!("`{}` is no way to say when something is due", text.value),
        ),
        Words::new(
            "例如 \"5 days after\"、\"10 workdays after received_on\"、\"day 15\"、日期，或日期字段",
            "for example \"5 days after\", \"10 workdays after received_on\", \"day 15\", a date, or a date field",
        ),
    );
}

/// Reads `late`.
pub(super) fn late(table: &Table<'_>, ground: &Ground) -> Late {
    match table.maybe_text("late") {
        None => Late::No,
        Some(text) if text.value == "open" => Late::Open,
        Some(text) => span(&text, ground.settings()).map_or(Late::No, Late::For),
    }
}

/// Reads `pace`.
pub(super) fn pace(table: &Table<'_>) -> Pace {
    let Some(item) = table.get("pace") else {
        return Pace::LinearDay;
    };
    if item.value.is_array() {
        return Pace::Curve(curve(&item));
    }
    let word = item
        .text()
        .and_then(|t| t.one_of(["linear-day", "linear-month", "none"]));
    match word {
        Some("linear-month") => Pace::LinearMonth,
        Some("none") => Pace::None,
        _ => Pace::LinearDay,
    }
}

/// `[[day, share], …]`, both growing.
fn curve(item: &Item<'_>) -> Vec<(Day, f64)> {
    let mut points: Vec<(Day, f64)> = Vec::new();
    for point in item.list() {
        let pair = point.list();
        let [day, share] = pair.as_slice() else {
            bad_curve(&point, "一个点是 [日期, 份额]", "a point is [day, share]");
            continue;
        };
        let (Some(day), Some(share)) = (day.date(), share.number()) else {
            continue;
        };
        if !(0.0..=1.0).contains(&share) {
            bad_curve(
                &point,
                "份额要在 0 和 1 之间",
                "a share lies between 0 and 1",
            );
        } else if points.last().is_some_and(|(d, s)| *d >= day || *s > share) {
            bad_curve(
                &point,
                "日期要递增，份额不能下降",
                "days must grow and shares must not fall",
            );
        } else {
            points.push((day, share));
        }
    }
    points
}

fn bad_curve(item: &Item<'_>, zh: &str, en: &str) {
    item.refuse(
        "bad-pace",
        Words::new(zh, en),
        Words::new(
            "例如 [[2023-08-31, 0.2], [2023-12-31, 1.0]]",
            "for example [[2023-08-31, 0.2], [2023-12-31, 1.0]]",
        ),
    );
}

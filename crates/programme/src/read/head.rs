//! `programme.toml`: who runs what, when, with which settings and ladders.

use super::document::{Item, Table};
use super::field::declared_field;
use super::span::maybe_span;
use super::text::Text;
use crate::model::{Ladder, Milestone, Phase, Programme, RegisterField, Setting};
use rules::{Day, Value, Words};
use std::collections::BTreeMap;

/// What `programme.toml` gives that the model does not hold as it is.
pub(super) struct Head<'f> {
    /// The home unit, to be found among the units.
    pub(super) home: Option<Text<'f>>,
    /// Folders of the notices that run.
    pub(super) notices: Vec<Text<'f>>,
    /// Further columns of `units.csv`.
    pub(super) unit_fields: Vec<RegisterField>,
}

/// Reads the file into the programme.
pub(super) fn head<'f>(table: &Table<'f>, programme: &mut Programme) -> Head<'f> {
    programme.id = table.text("id").map(|id| id.kebab()).unwrap_or_default();
    programme.name = table.words("name");
    let home = table.text("home");
    programme.home = home.as_ref().map(|h| h.value.clone()).unwrap_or_default();
    programme.zone = table.text("zone").map(|z| zone(&z)).unwrap_or_default();
    programme.locale = table
        .maybe_text("locale")
        .map_or_else(|| "zh-CN".to_owned(), |l| l.value);
    programme.campaign = table
        .need("campaign")
        .and_then(|c| dates(&c))
        .unwrap_or_default();
    programme.hours = table.need("hours").map_or_else(Vec::new, |item| {
        item.texts().iter().filter_map(hours).collect()
    });
    let notices = table
        .need("notices")
        .map_or_else(Vec::new, |item| item.texts());
    programme.phases = phases(table);
    programme.milestones = milestones(table);
    programme.levels = levels(table);
    programme.calendar_sources = sources(table);
    for (id, setting) in table.children("setting") {
        if let Some(read) = self::setting(&setting) {
            programme.settings.insert(id.field_id(), read);
        }
        setting.finish();
    }
    for (id, ladder) in table.children("ladder") {
        let read = self::ladder(&ladder, programme);
        programme.ladders.insert(id.kebab(), read);
        ladder.finish();
    }
    let fields = table.children("unit_field");
    let unit_fields = fields
        .iter()
        .filter_map(|(id, field)| declared_field(id, field, None))
        .collect();
    table.finish();
    Head {
        home,
        notices,
        unit_fields,
    }
}

/// A name as the IANA database writes them; which exist is the edge's to know.
fn zone(text: &Text<'_>) -> String {
    let letter = |c: char| c.is_ascii_alphanumeric() || "_+-/".contains(c);
    if text.value.is_empty() || !text.value.chars().all(letter) {
        text.refuse(
            "bad-zone",
            Words::new(
                format!("`{}` 不是时区名称", text.value),
                format!("`{}` is no name of a time zone", text.value),
            ),
            Words::new("例如 \"Asia/Shanghai\"", "for example \"Asia/Shanghai\""),
        );
    }
    text.value.clone()
}

/// First and last day of `{ from = …, until = … }`.
fn dates(item: &Item<'_>) -> Option<(Day, Day)> {
    let table = item.table()?;
    let (from, until) = (table.date("from"), table.date("until"));
    table.finish();
    Some((from?, until?))
}

/// Minutes of the day of `08:30-12:00`.
fn hours(text: &Text<'_>) -> Option<(u16, u16)> {
    let minute = |clock: &str| {
        let (hour, minute) = clock.trim().split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60 || (hour, minute) == (24, 0)).then_some(hour * 60 + minute)
    };
    let pair = text
        .value
        .split_once('-')
        .and_then(|(from, until)| Some((minute(from)?, minute(until)?)));
    let pair = pair.filter(|(from, until)| from < until);
    if pair.is_none() {
        text.refuse(
            "bad-hours",
            Words::new(
                format!("`{}` 不是一段工作时间", text.value),
                format!("`{}` is no stretch of working hours", text.value),
            ),
            Words::new(
                "写成 \"08:30-12:00\"，先早后晚",
                "write \"08:30-12:00\", the earlier first",
            ),
        );
    }
    pair
}

fn phases(table: &Table<'_>) -> Vec<Phase> {
    let phase = |(id, phase): (Text<'_>, Table<'_>)| {
        let read = Phase {
            id: id.plain_id(),
            name: phase.words("name"),
            from: phase.date("from").unwrap_or_default(),
            until: phase.date("until").unwrap_or_default(),
        };
        phase.finish();
        read
    };
    table.children("phase").into_iter().map(phase).collect()
}

fn milestones(table: &Table<'_>) -> Vec<Milestone> {
    let milestone = |(id, milestone): (Text<'_>, Table<'_>)| {
        id.plain_id();
        let read = Milestone {
            name: milestone.words("name"),
            on: milestone.date("on").unwrap_or_default(),
        };
        milestone.finish();
        read
    };
    table
        .children("milestone")
        .into_iter()
        .map(milestone)
        .collect()
}

fn levels(table: &Table<'_>) -> Vec<(String, Words)> {
    let level = |(id, level): (Text<'_>, Table<'_>)| {
        let name = level.words("name");
        level.finish();
        (id.value.to_owned(), name)
    };
    table.children("level").into_iter().map(level).collect()
}

/// Where each year's holidays are announced.
fn sources(table: &Table<'_>) -> BTreeMap<i16, Words> {
    let source = |(year, source): (Text<'_>, Table<'_>)| {
        let words = source.words("source");
        source.finish();
        let read = year.value.parse::<i16>().ok();
        if read.is_none() {
            year.refuse(
                "bad-year",
                Words::new(
                    format!("`{}` 不是年份", year.value),
                    format!("`{}` is no year", year.value),
                ),
                Words::new("写成 [calendar.2023]", "write [calendar.2023]"),
            );
        }
        Some((read?, words))
    };
    let all = table.children("calendar").into_iter();
    all.filter_map(source).collect()
}

fn setting(table: &Table<'_>) -> Option<Setting> {
    let name = table.words("name");
    let set_by = table.text("set_by").map(|t| t.value).unwrap_or_default();
    let value = table.need("value").and_then(|item| setting_value(&item))?;
    Some(Setting {
        name,
        value,
        set_by,
    })
}

fn setting_value(item: &Item<'_>) -> Option<Value> {
    use toml::de::DeValue;
    match item.value {
        DeValue::Boolean(b) => Some(Value::Bool(*b)),
        DeValue::Integer(_) => item.int().map(Value::Int),
        DeValue::Float(_) => item.number().map(Value::Double),
        DeValue::String(s) => Some(Value::Text(s.as_ref().into())),
        DeValue::Datetime(_) => item.date().map(Value::Date),
        DeValue::Table(_) => {
            let table = item.table()?;
            let money = table.need("money").and_then(|m| yuan(&m));
            table.finish();
            money.map(Value::Money)
        }
        DeValue::Array(_) => {
            item.wrong_type("单个的值", "a single value");
            None
        }
    }
}

/// Fen from a number of yuan.
pub(super) fn yuan(item: &Item<'_>) -> Option<i64> {
    let yuan = item.number()?;
    let fen = (yuan * 100.0).round();
    // Beyond 2^53 fen a number of yuan no longer says every fen.
    if fen.abs() < 9.0e15 {
        return Some(fen as i64);
    }
    item.refuse(
        "bad-number",
        Words::new("金额太大", "this amount is too large"),
        Words::new(
            "检查单位：这里以元计",
            "look at the unit: yuan are counted here",
        ),
    );
    None
}

fn ladder(table: &Table<'_>, programme: &Programme) -> Ladder {
    let remind = table.text("remind");
    let percent = remind.as_ref().and_then(|text| {
        let percent = text
            .value
            .strip_suffix('%')
            .and_then(|p| p.trim().parse::<u8>().ok());
        let percent = percent.filter(|p| (1..=100).contains(p));
        if percent.is_none() {
            text.refuse(
                "bad-number",
                Words::new(
                    format!("`{}` 不是 1% 到 100% 之间的整数百分比", text.value),
                    format!("`{}` is no whole percentage from 1% to 100%", text.value),
                ),
                Words::new("例如 \"80%\"", "for example \"80%\""),
            );
        }
        percent
    });
    Ladder {
        remind_percent: percent.unwrap_or(100),
        warn: table.word("warn", &["due"]).is_some(),
        order: maybe_span(table, "order", &programme.settings),
        review: maybe_span(table, "review", &programme.settings),
        set_by: table.text("set_by").map(|t| t.value).unwrap_or_default(),
    }
}

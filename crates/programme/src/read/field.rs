//! Fields: of registers, and the further columns of units.

use super::document::Table;
use super::text::Text;
use crate::PeriodKind;
use crate::model::{FieldKind, RegisterField};
use rules::{Empty, Type, Words};

/// The word of every type of field.
const KINDS: [(&str, FieldKind); 21] = [
    ("text", FieldKind::Text),
    ("long_text", FieldKind::LongText),
    ("choice", FieldKind::Choice),
    ("choices", FieldKind::Choices),
    ("bool", FieldKind::Bool),
    ("int", FieldKind::Int),
    ("decimal", FieldKind::Decimal),
    ("ratio", FieldKind::Ratio),
    ("money", FieldKind::Money),
    ("date", FieldKind::Date),
    ("time", FieldKind::Time),
    ("period", FieldKind::Period(PeriodKind::Month)),
    ("unit", FieldKind::Unit),
    ("division", FieldKind::Division),
    ("industry", FieldKind::Industry),
    ("uscc", FieldKind::Uscc),
    ("person", FieldKind::Person),
    ("phone", FieldKind::Phone),
    ("reference", FieldKind::Reference),
    ("references", FieldKind::References),
    ("files", FieldKind::Files),
];

/// The rhythms of periods.
pub(super) const RHYTHMS: [&str; 7] = [
    "day",
    "week",
    "ten-days",
    "half-month",
    "month",
    "quarter",
    "year",
];

/// Reads a field. `registers` are the ids a reference may lead to, `None` where references make no sense.
pub(super) fn declared_field(
    id: &Text<'_>,
    table: &Table<'_>,
    registers: Option<&[&str]>,
) -> Option<RegisterField> {
    let kind = kind(table, registers.is_some());
    let mut field = bare(
        id.field_id(),
        table.words("name"),
        kind.unwrap_or(FieldKind::Text),
    );
    built_in(id);
    field.place = id.place();
    match field.kind {
        FieldKind::Choice | FieldKind::Choices => field.choices = choices(table),
        FieldKind::Reference | FieldKind::References => {
            field.to = reference(table, registers.unwrap_or(&[]))
        }
        FieldKind::Unit => {
            field.levels = table.texts("levels").into_iter().map(|t| t.value).collect()
        }
        FieldKind::Files => {
            field.accept = table.texts("accept").into_iter().map(|t| t.value).collect()
        }
        FieldKind::Int | FieldKind::Decimal | FieldKind::Ratio | FieldKind::Money => {
            numeric(table, &mut field)
        }
        _ => {}
    }
    field.ty = type_of(&field);
    field.empty = match table.word("empty", &["unknown", "none"]) {
        Some("none") => Empty::None,
        _ => Empty::Unknown,
    };
    field.required = table.flag("required");
    field.unique = table.flag("unique");
    field.key = table.flag("key");
    field.sensitive = table.flag("sensitive");
    field.carry = table.flag("carry");
    field.fixed = table.flag("fixed");
    field.retain = table.maybe_text("retain").map(|text| retain(&text));
    if registers.is_some() {
        field.formula = table.maybe_text("formula").map(|text| text.value);
        field.was = table.maybe_text("was").map(|text| text.value);
    }
    if kind.is_some() {
        table.finish();
    }
    Some(field)
}

/// A field with nothing but a name and a type.
pub(super) fn bare(id: String, name: Words, kind: FieldKind) -> RegisterField {
    let mut field = RegisterField {
        id,
        name,
        kind,
        ty: Type::Text,
        empty: Empty::Unknown,
        choices: Vec::new(),
        to: None,
        levels: Vec::new(),
        required: false,
        unique: false,
        key: false,
        sensitive: false,
        carry: false,
        fixed: false,
        retain: None,
        unit_of: None,
        range: (None, None),
        accept: Vec::new(),
        formula: None,
        was: None,
        place: crate::Place::default(),
    };
    field.ty = type_of(&field);
    field
}

/// The type in rules.
fn type_of(field: &RegisterField) -> Type {
    let choice = || Type::Choice(field.choices.iter().map(|(id, _)| id.clone()).collect());
    // A reference whose register is not given stays a text; the missing key is a fault already.
    let record = || field.to.clone().map_or(Type::Text, Type::Reference);
    match field.kind {
        FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Uscc
        | FieldKind::Person
        | FieldKind::Phone => Type::Text,
        FieldKind::Choice => choice(),
        FieldKind::Choices => Type::List(Box::new(choice())),
        FieldKind::Bool => Type::Bool,
        FieldKind::Int => Type::Int,
        FieldKind::Decimal | FieldKind::Ratio => Type::Double,
        FieldKind::Money => Type::Money,
        FieldKind::Date => Type::Date,
        FieldKind::Time => Type::Time,
        FieldKind::Period(_) => Type::Period,
        FieldKind::Unit => Type::Reference("unit".to_owned()),
        FieldKind::Division => Type::Reference("division".to_owned()),
        FieldKind::Industry => Type::Industry,
        FieldKind::Reference => record(),
        FieldKind::References => Type::List(Box::new(record())),
        FieldKind::Files => Type::List(Box::new(Type::File)),
    }
}

fn kind(table: &Table<'_>, references: bool) -> Option<FieldKind> {
    let leads = |kind: FieldKind| {
        matches!(
            kind,
            FieldKind::Reference | FieldKind::References | FieldKind::Files
        )
    };
    let word = table.text("type")?;
    let words = KINDS
        .iter()
        .filter(|(_, kind)| references || !leads(*kind))
        .map(|(word, _)| *word);
    let word = word.one_of(words)?;
    let (_, kind) = KINDS.iter().find(|(w, _)| *w == word)?;
    if !matches!(kind, FieldKind::Period(_)) {
        return Some(*kind);
    }
    let rhythm = table.text("rhythm").and_then(|r| r.one_of(RHYTHMS));
    // Without its rhythm it is a period all the same: nothing else should be at fault because of it.
    let rhythm = rhythm.and_then(PeriodKind::parse);
    Some(FieldKind::Period(rhythm.unwrap_or(PeriodKind::Month)))
}

fn choices(table: &Table<'_>) -> Vec<(String, Words)> {
    let Some(choices) = table.need("choices") else {
        return Vec::new();
    };
    let entries = choices.table().map_or_else(Vec::new, |t| t.entries());
    if entries.is_empty() {
        choices.refuse(
            "no-choices",
            Words::new("一个选项也没有", "there is no choice here"),
            Words::new("至少写一个选项", "write at least one choice"),
        );
    }
    entries
        .iter()
        .map(|(id, words)| (id.choice_id(), words.words()))
        .collect()
}

fn reference(table: &Table<'_>, registers: &[&str]) -> Option<String> {
    let to = table.text("to")?;
    if !registers.contains(&to.value.as_str()) {
        to.unknown("unknown-register", registers, "台账", "register");
    }
    Some(to.value)
}

fn numeric(table: &Table<'_>, field: &mut RegisterField) {
    field.unit_of = table.maybe_text("unit_of").map(|t| t.value);
    let bound = |key| table.get(key).and_then(|item| item.number());
    field.range = (bound("min"), bound("max"));
    if let (Some(min), Some(max)) = field.range
        && min > max
    {
        table.refuse(
            "reversed-bounds",
            Words::new(
                "最小值大于最大值",
                "the least value is greater than the greatest",
            ),
            Words::new("交换 min 和 max", "exchange min and max"),
        );
    }
}

fn retain(text: &Text<'_>) -> String {
    let words: Vec<&str> = text.value.split_whitespace().collect();
    let sound = matches!(words.as_slice(), [count, unit]
        if count.parse::<u16>().is_ok_and(|n| n > 0)
            && ["day", "days", "month", "months", "year", "years"].contains(unit));
    if !sound {
        text.refuse(
            "bad-span",
            Words::new(
                format!("`{}` 不是保存期限", text.value),
                format!("`{}` is no time to keep a value", text.value),
            ),
            Words::new("例如 \"3 years\"", "for example \"3 years\""),
        );
    }
    text.value.clone()
}

/// Fields that every register has without declaring them.
fn built_in(id: &Text<'_>) {
    if ["id", "state", "recorded_on", "recorded_at", "superseded_at"].contains(&id.value.as_str()) {
        id.refuse(
            "name-taken",
            Words::new(
                format!("每本台账自带 `{}`", id.value),
                format!("every register has `{}` of itself", id.value),
            ),
            Words::new(
                "删去这个字段，或换一个名称",
                "remove the field, or choose another id",
            ),
        );
    }
}

//! Registers and their schemas.

use super::Api;
use super::answer::Answer;
use super::problem::Problem;
use super::record::register;
use app::programme::model::{FieldKind, Move, Register, RegisterField};
use app::rules::{Empty, Words};
use axum::extract::Path;
use serde_json::{Value as Json, json};

/// `GET /registers`.
pub(super) async fn all(api: Api) -> Answer {
    let registers = api.app.programme().registers.iter();
    let registers = registers.map(|r| json!({"id": r.id, "name": r.name}));
    Answer::of(&json!({ "registers": registers.collect::<Vec<_>>() }))
}

/// `GET /registers/{register}`.
pub(super) async fn one(api: Api, Path(id): Path<String>) -> Result<Answer, Problem> {
    Ok(Answer::of(&schema(register(&api.app, &id)?)))
}

fn schema(register: &Register) -> Json {
    let states = register.states.as_ref().map(|states| {
        json!({
            "start": states.start,
            "end": states.end,
            "names": named(&states.names),
            "moves": states.moves.iter().map(step).collect::<Vec<_>>(),
        })
    });
    let checks = register.checks.iter().map(|check| {
        json!({
            "id": check.id,
            "rule": check.rule.text,
            "level": if check.error { "error" } else { "warning" },
            "message": check.message,
        })
    });
    json!({
        "id": register.id,
        "name": register.name,
        "number": register.number,
        "title": register.title,
        "date": register.date,
        "sort": register.view.sort,
        "list": register.view.list,
        "fields": register.fields.iter().map(field).collect::<Vec<_>>(),
        "states": states,
        "checks": checks.collect::<Vec<_>>(),
    })
}

fn named(all: &[(String, Words)]) -> Vec<Json> {
    all.iter()
        .map(|(id, name)| json!({"id": id, "name": name}))
        .collect()
}

fn step(step: &Move) -> Json {
    json!({
        "id": step.id,
        "name": step.name,
        "from": step.from,
        "to": step.to,
        "needs": step.needs,
        "when": step.when.as_ref().map(|rule| &rule.text),
        "who": step.who,
    })
}

fn field(field: &RegisterField) -> Json {
    let empty = match field.empty {
        Empty::Unknown => "unknown",
        Empty::None => "none",
    };
    json!({
        "id": field.id,
        "name": field.name,
        "type": word(field.kind),
        "unit": (field.kind == FieldKind::Money).then_some("fen"),
        "period": match field.kind {
            FieldKind::Period(kind) => Some(kind.word()),
            _ => None,
        },
        "empty": empty,
        "choices": named(&field.choices),
        "to": field.to,
        "levels": field.levels,
        "required": field.required,
        "unique": field.unique,
        "key": field.key,
        "sensitive": field.sensitive,
        "fixed": field.fixed,
        "formula": field.formula,
        "filled_by_system": is_worked_out(field),
    })
}

/// Whether nobody fills the field in.
pub(super) fn is_worked_out(field: &RegisterField) -> bool {
    field.formula.is_some() || matches!(field.id.as_str(), "state" | "recorded_on")
}

/// A kind's name, as programmes write it.
pub(super) fn word(kind: FieldKind) -> &'static str {
    use FieldKind as K;
    match kind {
        K::Text => "text",
        K::LongText => "long_text",
        K::Choice => "choice",
        K::Choices => "choices",
        K::Bool => "bool",
        K::Int => "int",
        K::Decimal => "decimal",
        K::Ratio => "ratio",
        K::Money => "money",
        K::Date => "date",
        K::Time => "time",
        K::Period(_) => "period",
        K::Unit => "unit",
        K::Division => "division",
        K::Industry => "industry",
        K::Uscc => "uscc",
        K::Person => "person",
        K::Phone => "phone",
        K::Reference => "reference",
        K::References => "references",
        K::Files => "files",
    }
}

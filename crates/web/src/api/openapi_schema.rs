//! The schemas of the OpenAPI document: what is the same for every programme, and each register's cells.

use super::register::{is_worked_out, word};
use app::programme::Programme;
use app::programme::model::{FieldKind, Register, RegisterField};
use app::rules::Empty;
use serde_json::{Map, Value as Json, json};

/// Every schema by its name.
pub(super) fn schemas(programme: &Programme) -> Json {
    let mut all = Map::new();
    for register in &programme.registers {
        all.insert(format!("cells.{}", register.id), cells(register));
    }
    let cells: Vec<Json> = programme
        .registers
        .iter()
        .map(|register| refer(&format!("cells.{}", register.id)))
        .collect();
    let text = || json!({"type": "string"});
    let maybe = || json!({"type": ["string", "null"]});
    let whole = || json!({"type": "integer"});
    let list = |of: Json| json!({"type": "array", "items": of});
    let cells = json!({"anyOf": cells});
    let asked = |more: &[(&str, Json)], required: &[&str]| {
        let mut properties = json!({"cells": cells, "why": text()});
        if let Some(properties) = properties.as_object_mut() {
            let more = more.iter();
            properties.extend(more.map(|(key, schema)| ((*key).to_owned(), schema.clone())));
        }
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    };
    let record = json!({"type": "object", "properties": {
        "id": text(), "register": text(), "version": whole(), "state": maybe(), "cells": cells,
        "masked": list(text()), "erased": list(text()), "moves": list(refer("Possible")), "warnings": list(refer("Error")),
    }, "required": ["id", "version", "cells", "masked", "erased"]});
    let fixed = [
        ("Any", json!({"type": "object"})),
        ("Create", asked(&[("id", text())], &["cells"])),
        ("Change", asked(&[], &["cells"])),
        ("Move", asked(&[("move", text())], &["move"])),
        (
            "Item",
            asked(
                &[
                    ("id", text()),
                    ("record", text()),
                    ("version", whole()),
                    ("move", text()),
                ],
                &[],
            ),
        ),
        ("Bulk", list(refer("Item"))),
        ("Record", record),
        (
            "Page",
            json!({"type": "object", "properties": {
            "records": list(refer("Record")), "next": maybe(), "count": {"type": ["integer", "null"]},
        }, "required": ["records", "next"]}),
        ),
        (
            "Possible",
            json!({"type": "object", "properties": {
                "id": text(), "name": refer("Words"), "to": text(), "lacks": list(text()),
                "holds": {"type": ["boolean", "null"]},
            }}),
        ),
        (
            "Written",
            json!({"type": "object", "properties": {
                "entries": list(refer("Any")), "warnings": list(refer("Error")),
            }}),
        ),
        (
            "Stored",
            json!({"type": "object", "properties": {
                "digest": {"type": "string"}, "name": {"type": "string"},
                "size": {"type": "integer"}, "kind": {"type": "string"},
            }}),
        ),
        (
            "Sent",
            json!({"type": "object", "properties": {
                "id": {"type": "string"}, "register": {"type": "string"}, "dry": {"type": "boolean"},
                "state": {"type": "string", "enum": ["running", "done", "unreadable"]},
                "done": {"type": "integer"}, "all": {"type": "integer"}, "faults": list(refer("Any")),
            }}),
        ),
        (
            "Reveal",
            json!({"type": "object", "properties": {"field": text(), "why": text()}, "required": ["field", "why"]}),
        ),
        (
            "Revealed",
            json!({"type": "object", "properties": {"field": text(), "value": {}, "arrival": whole()}}),
        ),
        (
            "History",
            json!({"type": "object", "properties": {"entries": list(refer("Any"))}}),
        ),
        (
            "Duties",
            json!({"type": "object", "properties": {
                "at": {"type": "string", "format": "date"}, "duties": list(refer("Any")), "next": maybe(),
            }}),
        ),
        (
            "Words",
            json!({"type": "object", "properties": {"zh": text(), "en": text()}}),
        ),
        (
            "Error",
            json!({"type": "object", "properties": {
            "field": maybe(), "at": whole(), "zh": text(), "en": text(),
        }, "required": ["field", "zh", "en"]}),
        ),
        (
            "Problem",
            json!({"type": "object", "properties": {
            "type": text(), "title": text(), "status": whole(), "detail": text(), "detail_zh": text(),
            "errors": list(refer("Error")),
        }, "required": ["type", "title", "status", "detail", "errors"]}),
        ),
    ];
    all.extend(fixed.map(|(name, schema)| (name.to_owned(), schema)));
    Json::Object(all)
}

fn refer(schema: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

/// What the cells of a register's records are.
fn cells(register: &Register) -> Json {
    let fields = register.fields.iter();
    let properties: Map<String, Json> = fields.map(|f| (f.id.clone(), field(f))).collect();
    json!({
        "type": "object",
        "title": register.name.en,
        "description": register.name.zh,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn field(field: &RegisterField) -> Json {
    use FieldKind as K;
    let mut schema = Map::new();
    let ty = match field.kind {
        K::Bool => "boolean",
        K::Int | K::Money => "integer",
        K::Decimal | K::Ratio => "number",
        K::Choices | K::References | K::Files => "array",
        _ => "string",
    };
    schema.insert("type".into(), json!([ty, "null"]));
    schema.insert("title".into(), field.name.en.as_str().into());
    let empty = match field.empty {
        Empty::Unknown => "null: nobody has said",
        Empty::None => "null: there is none",
    };
    let unit = if field.kind == K::Money {
        "; in fen"
    } else {
        ""
    };
    let masked = if field.sensitive { "; masked" } else { "" };
    let said = format!(
        "{} ({}; {empty}{unit}{masked})",
        field.name.zh,
        word(field.kind)
    );
    schema.insert("description".into(), said.into());
    schema.insert("readOnly".into(), is_worked_out(field).into());
    match field.kind {
        K::Date => {
            schema.insert("format".into(), "date".into());
        }
        K::Choice => {
            let codes = field
                .choices
                .iter()
                .map(|(code, _)| Json::from(code.as_str()));
            let codes: Vec<Json> = codes.chain([Json::Null]).collect();
            schema.insert("enum".into(), codes.into());
        }
        K::Choices => {
            let codes: Vec<&str> = field
                .choices
                .iter()
                .map(|(code, _)| code.as_str())
                .collect();
            schema.insert("items".into(), json!({"type": "string", "enum": codes}));
        }
        K::References | K::Files => {
            schema.insert("items".into(), json!({"type": "string"}));
        }
        _ => {}
    }
    Json::Object(schema)
}

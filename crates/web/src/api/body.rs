//! Bodies: JSON objects read against a register, with every fault named.

use super::problem::{Problem, error};
use app::engine::{Asked, Objection};
use app::programme::model::{FieldKind, Register};
use app::programme::record::{Act, Cell, Cells};
use app::rules::{Words, nearest};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value as Json};

/// Reads a body as JSON. The type must be said, so that no form on another site can send one.
pub(super) fn json(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json, Problem> {
    let said = headers.get(header::CONTENT_TYPE);
    let said = said.and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = said.split(';').next().unwrap_or_default().trim();
    if !matches!(kind, "application/json" | "application/merge-patch+json") {
        return Err(Problem::new(
            "media-type",
            "请求须注明 Content-Type: application/json",
            "send the body with Content-Type: application/json",
        ));
    }
    let bytes = body.map_err(|_| {
        Problem::new(
            "too-large",
            "请求内容超过上限；请分几次提交",
            "the body is larger than is taken here; send it in parts",
        )
    })?;
    serde_json::from_slice(&bytes).map_err(|fault| {
        Problem::new(
            "bad-request",
            format!(
                "请求内容不是 JSON（第 {} 行第 {} 列）",
                fault.line(),
                fault.column()
            ),
            format!(
                "the body is no JSON (line {}, column {})",
                fault.line(),
                fault.column()
            ),
        )
    })
}

/// Reads objects of one register, collecting what is wrong with them.
pub(super) struct Reading<'r> {
    register: &'r Register,
    faults: Vec<(usize, Objection)>,
    /// Which of several is read.
    at: usize,
}

impl<'r> Reading<'r> {
    pub(super) fn new(register: &'r Register) -> Self {
        Self {
            register,
            faults: Vec::new(),
            at: 0,
        }
    }

    /// Goes on with another of several.
    pub(super) fn turn_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The problem, where anything was wrong.
    pub(super) fn end(self, single: bool) -> Result<(), Problem> {
        if self.faults.is_empty() {
            return Ok(());
        }
        let problem = Problem::new(
            "unknown-field",
            "没有保存：请求内容与台账不符，请按各条说明改正",
            "nothing was saved: the body does not fit the register; correct what each error names",
        );
        let faults = self.faults.iter();
        Err(problem.errors(
            faults
                .map(|(at, o)| error(o, (!single).then_some(*at)))
                .collect(),
        ))
    }

    fn fault(&mut self, field: &str, zh: impl Into<String>, en: impl Into<String>) {
        let objection = Objection {
            field: Some(field.to_owned()),
            words: Words::new(zh, en),
        };
        self.faults.push((self.at, objection));
    }

    /// What an object asks; only keys of `may` are taken. `own` is the record that the address names, with the
    /// version that was seen.
    pub(super) fn asked(&mut self, json: &Json, may: &[&str], own: Option<(&str, i64)>) -> Asked {
        let nothing = Map::new();
        let object = json.as_object().unwrap_or_else(|| {
            self.fault("", "应是一个 JSON 对象", "a JSON object belongs here");
            &nothing
        });
        for key in object.keys().filter(|key| !may.contains(&key.as_str())) {
            let all = may.join(", ");
            self.fault(
                key,
                format!("这里没有 {key}；可写 {all}"),
                format!("{key} has no place here; there are {all}"),
            );
        }
        let id = self.text(object, "id");
        let record = own.map(|(record, _)| record.to_owned());
        let record = record.or_else(|| self.text(object, "record"));
        let step = self.text(object, "move");
        let version = match object.get("version") {
            None => own.map_or(0, |(_, version)| version),
            Some(version) => version.as_i64().unwrap_or_else(|| {
                self.fault("version", "version 是一个整数", "version is a whole number");
                0
            }),
        };
        let act = match (&record, step) {
            (_, Some(step)) => Act::Move(step),
            (Some(_), None) => Act::Change,
            (None, None) => Act::Create,
        };
        if act == Act::Create && id.is_none() && self.register.number.is_none() {
            self.fault(
                "id",
                "这个台账不自动编号，请填写 id",
                "records of this register are not numbered; give an id",
            );
        }
        Asked {
            register: self.register.id.clone(),
            record: record.or(id).map(String::into_boxed_str),
            version,
            act,
            cells: self.cells(object.get("cells")),
            why: self.text(object, "why"),
            as_found: false,
        }
    }

    fn text(&mut self, object: &Map<String, Json>, key: &str) -> Option<String> {
        match object.get(key)? {
            Json::Null => None,
            Json::String(text) if !text.is_empty() => Some(text.clone()),
            _ => {
                self.fault(key, format!("{key} 是一段文字"), format!("{key} is a text"));
                None
            }
        }
    }

    fn cells(&mut self, json: Option<&Json>) -> Cells {
        let Some(json) = json else {
            return Cells::new();
        };
        let Some(object) = json.as_object() else {
            self.fault(
                "cells",
                "cells 是以字段编号为键的 JSON 对象",
                "cells is a JSON object with fields' ids as keys",
            );
            return Cells::new();
        };
        let mut cells = Cells::new();
        for (id, value) in object {
            let cell = self.cell(id, value);
            cells.extend(cell.map(|cell| (id.clone(), cell)));
        }
        cells
    }

    /// A cell; `Some(None)` empties it.
    fn cell(&mut self, id: &str, value: &Json) -> Option<Option<Cell>> {
        let Some(field) = self.register.field(id) else {
            let near = nearest(id, self.register.fields.iter().map(|f| f.id.as_str()));
            let (zh, en) = near.map_or((String::new(), String::new()), |near| {
                (
                    format!("；是否想写 {near}？"),
                    format!("; did you mean {near}?"),
                )
            });
            let name = self.register.name.clone();
            self.fault(
                id,
                format!("{}没有字段 {id}{zh}", name.zh),
                format!("{} has no field {id}{en}", name.en),
            );
            return None;
        };
        if value.is_null() {
            return Some(None);
        }
        let cell = Cell::of_json(value, field.kind);
        if cell.is_none() {
            let (zh, en) = form(field.kind);
            let name = &field.name;
            self.fault(
                id,
                format!("“{}”要写成{zh}", name.zh),
                format!("“{}” is written as {en}", name.en),
            );
        }
        cell.map(Some)
    }
}

/// How JSON writes a value of a kind.
fn form(kind: FieldKind) -> (&'static str, &'static str) {
    use FieldKind as K;
    match kind {
        K::Bool => ("true 或 false", "true or false"),
        K::Int => ("整数", "a whole number"),
        K::Money => ("以分为单位的整数", "a whole number of fen"),
        K::Decimal => ("数", "a number"),
        K::Ratio => ("小数，0.05 是 5%", "a fraction; 0.05 is 5 %"),
        K::Date => ("日期，如 \"2023-09-26\"", "a day such as \"2023-09-26\""),
        K::Time => (
            "时间，如 \"2023-09-26T08:30\"",
            "a time such as \"2023-09-26T08:30\"",
        ),
        K::Choices | K::References | K::Files => ("文字的数组", "a list of texts"),
        _ => ("文字", "a text"),
    }
}

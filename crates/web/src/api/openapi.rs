//! The OpenAPI document, written from the running programme: every register's record has its schema in it.

use super::Api;
use super::answer::Answer;
use super::openapi_schema::schemas;
use super::problem::KINDS;
use serde_json::{Map, Value as Json, json};

/// An operation of the API.
pub(super) struct Operation {
    /// `get`, `post` or `patch`.
    pub(super) method: &'static str,
    /// Its path below `/api/v1`.
    pub(super) path: &'static str,
    /// Its name for programs.
    id: &'static str,
    /// What it does.
    pub(super) zh: &'static str,
    /// What it does.
    pub(super) en: &'static str,
    /// Parameters of its query.
    query: &'static [&'static str],
    /// The schema of its body; empty without one.
    body: &'static str,
    /// The schema of its answer.
    answer: &'static str,
    /// Whether it names the version that was seen.
    if_match: bool,
}

const READ: Operation = Operation {
    method: "get",
    path: "",
    id: "",
    zh: "",
    en: "",
    query: &[],
    body: "",
    answer: "Any",
    if_match: false,
};

/// Every operation, in the order of the document.
pub(super) const OPERATIONS: [Operation; 25] = [
    Operation {
        path: "/openapi.json",
        id: "document",
        zh: "本文件",
        en: "This document",
        ..READ
    },
    Operation {
        path: "/registers",
        id: "registers",
        zh: "全部台账",
        en: "All registers",
        ..READ
    },
    Operation {
        path: "/registers/{register}",
        id: "register",
        zh: "台账的字段、选项、状态和步骤",
        en: "A register's fields, choices, states and moves",
        ..READ
    },
    Operation {
        path: "/registers/{register}/records",
        id: "records",
        zh: "筛选、排序、分页；field=、field.gte=、field.lte=、field.from=、field.to=、field.has=、field.in=a;b、field.empty=true；columns=a,b",
        en: "Records by filter, order and page; field=, field.gte=, field.lte=, field.from=, field.to=, field.has=, field.in=a;b, field.empty=true; columns=a,b",
        query: &["where", "sort", "after", "limit", "at", "count"],
        answer: "Page",
        ..READ
    },
    Operation {
        method: "post",
        path: "/registers/{register}/records",
        id: "create",
        zh: "登记一条记录",
        en: "Record something new",
        body: "Create",
        answer: "Record",
        ..READ
    },
    Operation {
        method: "post",
        path: "/registers/{register}/bulk",
        id: "bulk",
        zh: "一次办理多条，全部成功或全部不办",
        en: "Many at once, all or nothing",
        body: "Bulk",
        answer: "Written",
        ..READ
    },
    Operation {
        path: "/records/{register}/{record}",
        id: "record",
        zh: "一条记录，及现在可办的步骤",
        en: "One record, with the moves that are possible now",
        query: &["at"],
        answer: "Record",
        ..READ
    },
    Operation {
        method: "patch",
        path: "/records/{register}/{record}",
        id: "change",
        zh: "修改一条记录",
        en: "Change a record",
        body: "Change",
        answer: "Record",
        if_match: true,
        ..READ
    },
    Operation {
        method: "post",
        path: "/records/{register}/{record}/moves",
        id: "move",
        zh: "办理一个步骤",
        en: "Make a move",
        body: "Move",
        answer: "Record",
        if_match: true,
        ..READ
    },
    Operation {
        method: "post",
        path: "/records/{register}/{record}/reveals",
        id: "reveal",
        zh: "查看一项敏感内容；谁、何时、为何查看记入流水",
        en: "Have a sensitive value shown; the journal says to whom, when and why",
        body: "Reveal",
        answer: "Revealed",
        ..READ
    },
    Operation {
        path: "/records/{register}/{record}/history",
        id: "history",
        zh: "一条记录的全部流水",
        en: "Every journal entry of a record",
        answer: "History",
        ..READ
    },
    Operation {
        path: "/registers/{register}/template",
        id: "template",
        zh: "填报模板（xlsx），选项可下拉，带出上次的值",
        en: "A template to fill (xlsx), choices as drop-downs, the last values carried over",
        query: &["lang"],
        answer: "File",
        ..READ
    },
    Operation {
        path: "/registers/{register}/sheet",
        id: "sheet",
        zh: "整本台账，csv 或 xlsx",
        en: "The whole register as csv or xlsx",
        query: &["format", "where", "sort", "at", "lang"],
        answer: "File",
        ..READ
    },
    Operation {
        method: "post",
        path: "/registers/{register}/sheets",
        id: "import",
        zh: "导入一张表（请求体即文件）；dry=true 只试算",
        en: "Take a sheet in, the body being the file; dry=true only says what would become of it",
        query: &["name", "dry", "again", "lang", "why"],
        body: "File",
        answer: "Sent",
        ..READ
    },
    Operation {
        path: "/sheets/{id}",
        id: "import-state",
        zh: "一次导入的进度或结果",
        en: "How far an import is, or what became of it",
        answer: "Sent",
        ..READ
    },
    Operation {
        path: "/sheets/{id}/returned",
        id: "import-returned",
        zh: "退回的行和原因",
        en: "The refused rows, with the reason beside each",
        answer: "File",
        ..READ
    },
    Operation {
        method: "post",
        path: "/batches/{batch}/undo",
        id: "undo",
        zh: "整批撤回",
        en: "Take a batch back",
        answer: "Any",
        ..READ
    },
    Operation {
        path: "/duties/sheet",
        id: "duty-sheet",
        zh: "责任清单，csv 或 xlsx",
        en: "The duties as csv or xlsx",
        query: &[
            "notice", "measure", "unit", "standing", "at", "format", "lang",
        ],
        answer: "File",
        ..READ
    },
    Operation {
        method: "post",
        path: "/files",
        id: "upload",
        zh: "上传一个附件，请求体即内容；之后在记录的附件字段里填它的摘要",
        en: "Upload a file, the body being its content; then name its digest in a record's field of files",
        query: &["name", "register", "field"],
        body: "File",
        answer: "Stored",
        ..READ
    },
    Operation {
        path: "/files/{digest}",
        id: "file",
        zh: "一个附件的内容，限看得到提及它的记录的人",
        en: "A file's content, for whoever sees a record that names it",
        answer: "File",
        ..READ
    },
    Operation {
        path: "/files/{digest}/small",
        id: "smallFile",
        zh: "一张图片的缩略图（JPEG，长边至多 320 像素）；不是图片的转到原件",
        en: "A picture made small (JPEG, 320 pixels at most on its longer side); a file that is none leads to the whole",
        answer: "File",
        ..READ
    },
    Operation {
        path: "/duties",
        id: "duties",
        zh: "责任及其状态",
        en: "Duties and how they stand",
        query: &[
            "notice", "measure", "unit", "standing", "after", "limit", "at",
        ],
        answer: "Duties",
        ..READ
    },
    Operation {
        path: "/duties/{measure}/{bearer}/{period}/explanation",
        id: "explanation",
        zh: "一项责任为何处于这一状态",
        en: "Why a duty stands as it does",
        query: &["at"],
        ..READ
    },
    Operation {
        path: "/journal/root",
        id: "root",
        zh: "流水最近的封签",
        en: "The journal's last seal",
        ..READ
    },
    Operation {
        path: "/journal/entries/{arrival}/proof",
        id: "proof",
        zh: "一条流水确在其中的证明",
        en: "The proof that an entry is in the journal",
        ..READ
    },
];

/// `GET /openapi.json`.
pub(super) async fn document(api: Api) -> Answer {
    let programme = api.app.programme();
    let mut paths: Map<String, Json> = Map::new();
    for operation in &OPERATIONS {
        let path = format!("/api/v1{}", operation.path);
        let at = paths.entry(path).or_insert_with(|| json!({}));
        if let Some(at) = at.as_object_mut() {
            at.insert(operation.method.into(), operation.json());
        }
    }
    let description = format!(
        "{} / {}. Dates are ISO 8601 in the zone {}; money is in whole fen; an empty cell is null, and the schema says what that means.",
        programme.name.zh, programme.name.en, programme.zone
    );
    Answer::of(&json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Heli 合力",
            "version": env!("CARGO_PKG_VERSION"),
            "description": description,
        },
        "paths": paths,
        "components": {"schemas": schemas(programme)},
    }))
}

impl Operation {
    fn json(&self) -> Json {
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.en,
            "description": self.zh,
            "parameters": self.parameters(),
            "responses": self.answers(),
        });
        if let (Some(operation), false) = (operation.as_object_mut(), self.body.is_empty()) {
            let body = json!({"required": true, "content": content(self.body)});
            operation.insert("requestBody".into(), body);
        }
        operation
    }

    fn parameters(&self) -> Vec<Json> {
        let one = |name: &str, place: &str, required: bool, ty: &str| json!({"name": name, "in": place, "required": required, "schema": {"type": ty}});
        let steps = self.path.split('/');
        let steps = steps.filter_map(|step| step.strip_prefix('{')?.strip_suffix('}'));
        let mut all: Vec<Json> = steps
            .map(|step| one(step, "path", true, "string"))
            .collect();
        let ty = |key: &str| match key {
            "limit" => "integer",
            "count" => "boolean",
            _ => "string",
        };
        all.extend(
            self.query
                .iter()
                .map(|key| one(key, "query", false, ty(key))),
        );
        if self.if_match {
            all.push(one("If-Match", "header", true, "string"));
        }
        if !self.body.is_empty() {
            all.push(one("Idempotency-Key", "header", false, "string"));
        }
        all
    }

    fn answers(&self) -> Json {
        let status = if self.id == "create" { "201" } else { "200" };
        let mut answers = Map::new();
        let content = content(self.answer);
        answers.insert(
            status.into(),
            json!({"description": self.en, "content": content}),
        );
        let content = json!({"application/problem+json": {"schema": refer("Problem")}});
        let said: Vec<String> = KINDS
            .iter()
            .map(|(kind, status, title)| format!("{} {kind}: {title}", status.as_u16()))
            .collect();
        answers.insert(
            "default".into(),
            json!({"description": said.join("; "), "content": content}),
        );
        Json::Object(answers)
    }
}

/// JSON of a schema, or the bytes of a file.
fn content(schema: &str) -> Json {
    match schema {
        "File" => {
            json!({"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}})
        }
        schema => json!({"application/json": {"schema": refer(schema)}}),
    }
}

fn refer(schema: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{schema}")})
}

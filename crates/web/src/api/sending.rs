//! Sheets in: each that is sent is taken in beside the requests, and asked after by its number until it is done.

use super::answer::Answer;
use super::problem::Problem;
use super::{Api, sheet};
use crate::reader::escaped;
use crate::sheets::{self, REMEMBERED, Sending};
use app::rules::Words;
use app::sheet::{Fault, Imported, Returned, Undone};
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What a client says of the sheet in its body.
#[derive(Deserialize)]
pub(super) struct About {
    /// The file's name, whose ending matters only to people.
    #[serde(default)]
    name: String,
    /// Nothing is written.
    #[serde(default)]
    dry: bool,
    /// Taken in although it was before.
    #[serde(default)]
    again: bool,
    /// Reasons in the returned sheet in English.
    #[serde(default)]
    lang: String,
    /// Why, for the journal.
    why: Option<String>,
}

/// A sheet that the viewer sent.
fn sent(api: &Api, id: &str) -> Result<Arc<Sending>, Problem> {
    api.sheets.get(&api.viewer, id).ok_or_else(|| {
        Problem::new(
            "not-found",
            format!("没有您的导入 {id}；只记得本节点最近 {REMEMBERED} 次，批次本身在流水里"),
            format!("you have no import {id}; a node remembers its last {REMEMBERED}, and the batches themselves are in the journal"),
        )
    })
}

/// `POST /registers/{register}/sheets`: the body is the sheet.
pub(super) async fn send(
    api: Api,
    Path(register): Path<String>,
    Query(about): Query<About>,
    body: Body,
) -> Result<Answer, Problem> {
    let most = api.settings.sheet_bytes_max;
    let bytes = to_bytes(body, most).await.map_err(|_| {
        let most = most >> 20;
        Problem::new(
            "too-large",
            format!("表格没有收全，或者超过 {most} MB；分成几个文件再传"),
            format!("the sheet did not arrive whole, or has more than {most} MB; send it in several files"),
        )
    })?;
    let about = sheets::About {
        register,
        name: about.name,
        dry: about.dry,
        again: about.again,
        zh: about.lang != "en",
        why: about.why,
    };
    let begun = api.sheets.begin(&api.app, &api.viewer, about, bytes).await;
    let sending = begun.ok_or_else(Problem::no_chance)?;
    let answer = told(&api, &sending)?;
    let place = format!("/api/v1/sheets/{}", sending.id);
    Ok(match sending.outcome.get() {
        Some(_) => answer.header(header::LOCATION, place),
        None => answer
            .status(StatusCode::ACCEPTED)
            .header(header::LOCATION, place),
    })
}

/// `GET /sheets/{id}`.
pub(super) async fn one(api: Api, Path(id): Path<String>) -> Result<Answer, Problem> {
    told(&api, &*sent(&api, &id)?)
}

/// `GET /sheets/{id}/returned`.
pub(super) async fn returned(api: Api, Path(id): Path<String>) -> Result<Response, Problem> {
    let sending = sent(&api, &id)?;
    let outcome = sending
        .outcome
        .get()
        .and_then(|outcome| outcome.as_ref().ok());
    let returned = outcome.and_then(|imported| imported.returned.as_ref());
    let Returned { bytes, xlsx } = returned.ok_or_else(|| {
        Problem::new(
            "not-found",
            "这次导入没有退回的行，或者还没有做完",
            "nothing was returned of this import, or it is not done yet",
        )
    })?;
    let ending = if *xlsx { "xlsx" } else { "csv" };
    let name = format!("{}.returned.{ending}", sending.about.register);
    Ok(sheet::file(Body::from(bytes.clone()), &name, *xlsx))
}

/// `POST /batches/{batch}/undo`.
pub(super) async fn undo(api: Api, Path(batch): Path<String>) -> Result<Answer, Problem> {
    let batch: i64 = batch.parse().map_err(|_| {
        Problem::new(
            "bad-request",
            "批号是一个整数，导入结束时给出",
            "a batch's number is a whole number; an import gives it at its end",
        )
    })?;
    let edge = (api.settings.edge)().ok_or_else(Problem::no_chance)?;
    let own = api.clone();
    // On a task of its own, which ends also when nobody waits for the answer.
    let undoing = tokio::spawn(async move {
        let mut nth: u64 = 0;
        let seeds = || {
            nth += 1;
            Sha256::digest([&edge.seed[..], &nth.to_le_bytes()].concat()).into()
        };
        own.app
            .undo(&own.viewer(), batch, None, edge, seeds, |_, _| ())
            .await
    });
    let undone = undoing
        .await
        .map_err(|_| Problem::new("failed", "撤回中断，请再试", "it broke off; try again"))?;
    let undone: Undone = undone.map_err(|refused| Problem::refused(&api, &refused, true))?;
    let kept = undone.kept.iter();
    let kept =
        kept.map(|kept| json!({"record": kept.record, "zh": kept.why.zh, "en": kept.why.en}));
    Ok(Answer::of(&json!({
        "register": undone.register, "batch": undone.batch, "undone": undone.undone,
        "kept": kept.collect::<Vec<_>>(),
    })))
}

/// How far a sheet is, or what became of it.
fn told(api: &Api, sending: &Sending) -> Result<Answer, Problem> {
    let (done, all) = sending.progress();
    let (id, about) = (&sending.id, &sending.about);
    let mut json = json!({
        "id": id, "register": about.register, "dry": about.dry, "state": "running",
        "done": done, "all": all,
    });
    match sending.outcome.get() {
        None => {}
        Some(Err(refused)) => return Err(Problem::refused(api, refused, true)),
        Some(Ok(imported)) => {
            if let (Some(into), Json::Object(more)) = (json.as_object_mut(), outcome(id, imported))
            {
                into.extend(more);
            }
        }
    }
    Ok(Answer::of(&json))
}

fn outcome(id: &str, imported: &Imported) -> Json {
    let returned = imported.returned.as_ref();
    let returned = returned.map(|_| format!("/api/v1/sheets/{}/returned", escaped(id)));
    json!({
        "state": if imported.unreadable { "unreadable" } else { "done" },
        "batch": imported.batch, "rows": imported.rows, "created": imported.created,
        "changed": imported.changed, "unchanged": imported.unchanged, "refused": imported.refused,
        "resumed": imported.resumed, "returned": returned,
        "faults": imported.faults.iter().map(fault).collect::<Vec<_>>(),
    })
}

fn fault(fault: &Fault) -> Json {
    let words = |words: &Words| json!({"zh": words.zh, "en": words.en});
    json!({
        "code": fault.code, "severity": if fault.is_error() { "error" } else { "warning" },
        "sheet": fault.sheet, "row": fault.row, "cell": fault.cell, "field": fault.field,
        "what": words(&fault.what), "why": words(&fault.why), "mend": words(&fault.mend),
    })
}

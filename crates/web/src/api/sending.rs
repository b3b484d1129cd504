//! Sheets in: each that is sent is taken in beside the requests, and asked after by its number until it is done.

use super::answer::Answer;
use super::problem::Problem;
use super::{Api, sheet};
use crate::reader::escaped;
use app::rules::Words;
use app::sheet::{Fault, How, Imported, Returned, Sent, Undone};
use app::{Edge, Refused};
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;

/// An answer waits this long for a sheet to be done.
const WAITS: Duration = Duration::from_secs(1);
/// So many of the newest sheets are remembered, with what is returned of them.
const REMEMBERED: usize = 32;

/// The sheets that were sent to this node, the newest last.
#[derive(Default)]
pub(super) struct Sendings(Mutex<VecDeque<(String, Arc<Sending>)>>);

/// A sheet on its way in.
#[derive(Default)]
struct Sending {
    register: String,
    dry_run: bool,
    done: AtomicU64,
    all: AtomicU64,
    outcome: OnceLock<Result<Imported, Refused>>,
}

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

impl Sendings {
    fn put(&self, id: &str, sending: &Arc<Sending>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while all.len() >= REMEMBERED {
            all.pop_front();
        }
        all.push_back((id.to_owned(), Arc::clone(sending)));
    }

    fn get(&self, id: &str) -> Result<Arc<Sending>, Problem> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.iter().find(|(known, _)| known == id);
        found.map(|(_, sending)| Arc::clone(sending)).ok_or_else(|| {
            Problem::new(
                "not-found",
                format!("没有导入 {id}；只记得本节点最近 {REMEMBERED} 次，批次本身在流水里"),
                format!("there is no import {id}; a node remembers its last {REMEMBERED}, and the batches themselves are in the journal"),
            )
        })
    }
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
    let edge = (api.settings.edge)().ok_or_else(Problem::no_chance)?;
    let id: String = Sha256::digest(edge.seed)
        .iter()
        .take(8)
        .map(|b| format!("{b:02x}"))
        .collect();
    let sending = Arc::new(Sending {
        register,
        dry_run: about.dry,
        ..Sending::default()
    });
    api.sendings.put(&id, &sending);
    let (taken, own) = (api.clone(), Arc::clone(&sending));
    let runtime = Handle::current();
    let working = tokio::task::spawn_blocking(move || {
        let outcome = taken.taken_in(&own, &about, &bytes, edge, &runtime);
        let _ = own.outcome.set(outcome);
    });
    // One that breaks off has no outcome, and asking after it says so.
    let _ = tokio::time::timeout(WAITS, working).await;
    let answer = told(&api, &id, &sending)?;
    let place = format!("/api/v1/sheets/{id}");
    Ok(match sending.outcome.get() {
        Some(_) => answer.header(header::LOCATION, place),
        None => answer
            .status(StatusCode::ACCEPTED)
            .header(header::LOCATION, place),
    })
}

impl Api {
    fn taken_in(
        &self,
        sending: &Sending,
        about: &About,
        bytes: &[u8],
        edge: Edge,
        runtime: &Handle,
    ) -> Result<Imported, Refused> {
        let sent = Sent {
            register: &sending.register,
            name: &about.name,
            bytes,
            why: about.why.as_deref(),
        };
        let how = How {
            dry_run: sending.dry_run,
            again: about.again,
            zh: about.lang != "en",
            runtime,
        };
        let mut edges = self.edges(edge);
        let mut told = |done, all| {
            sending.done.store(done, Ordering::Relaxed);
            sending.all.store(all, Ordering::Relaxed);
        };
        self.app
            .import(&self.viewer(), sent, how, &mut edges, &mut told)
    }

    /// The time and fresh randomness of each step, beginning with the first.
    fn edges(&self, first: Edge) -> impl FnMut() -> Result<Edge, Words> + use<> {
        let edge = Arc::clone(&self.settings.edge);
        let mut first = Some(first);
        move || {
            let next = first.take().or_else(|| edge());
            next.ok_or_else(|| {
                Words::new(
                    "系统给不出随机数，请检查系统的随机数设备",
                    "the system gives no randomness; see to its random device",
                )
            })
        }
    }
}

/// `GET /sheets/{id}`.
pub(super) async fn one(api: Api, Path(id): Path<String>) -> Result<Answer, Problem> {
    let sending = api.sendings.get(&id)?;
    told(&api, &id, &sending)
}

/// `GET /sheets/{id}/returned`.
pub(super) async fn returned(api: Api, Path(id): Path<String>) -> Result<Response, Problem> {
    let sending = api.sendings.get(&id)?;
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
    let name = format!("{}.returned.{ending}", sending.register);
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
fn told(api: &Api, id: &str, sending: &Sending) -> Result<Answer, Problem> {
    let (done, all) = (&sending.done, &sending.all);
    let mut json = json!({
        "id": id, "register": sending.register, "dry": sending.dry_run, "state": "running",
        "done": done.load(Ordering::Relaxed), "all": all.load(Ordering::Relaxed),
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

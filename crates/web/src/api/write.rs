//! Writing records: create, change, move, many at once.

use super::Api;
use super::answer::Answer;
use super::body::{self, Reading};
use super::problem::Problem;
use super::record::{beside, record_json, register};
use crate::reader::escaped;
use app::engine::Asked;
use app::list::Unread;
use app::programme::record::Act;
use app::rules::Words;
use app::{Deed, Refused, Written};
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::{Value as Json, json};

/// The client's own name for a request, so that sending it again does nothing twice.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is the first one to a key that was used again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters of a key at most.
const KEY_MAX: usize = 200;
/// Things asked at once at most.
const BULK_MAX: usize = 1_000;

type Body = Result<Bytes, BytesRejection>;

/// `POST /registers/{register}/records`.
pub(super) async fn create(
    api: Api,
    Path(register_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Problem> {
    let asked = single(
        &api,
        &register_id,
        &headers,
        body,
        &["id", "cells", "why"],
        None,
    )?;
    let written = act(&api, &[asked], key(&headers)?).await;
    let written = written.map_err(|refused| Problem::refused(&api, &refused, true))?;
    let id = written.entries.first().map_or("", |entry| &entry.record);
    let place = format!("/api/v1/records/{}/{}", escaped(&register_id), escaped(id));
    let answer = shown(&api, &register_id, id, &written).await?;
    Ok(answer
        .status(StatusCode::CREATED)
        .header(header::LOCATION, place))
}

/// `PATCH /records/{register}/{record}`.
pub(super) async fn change(
    api: Api,
    Path((register_id, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Problem> {
    let version = seen_version(&headers)?;
    let own = Some((id.as_str(), version));
    let asked = single(&api, &register_id, &headers, body, &["cells", "why"], own)?;
    existing(&api, &register_id, &id, asked, &headers).await
}

/// `POST /records/{register}/{record}/moves`.
pub(super) async fn step(
    api: Api,
    Path((register_id, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Problem> {
    let version = seen_version(&headers)?;
    let may = ["move", "cells", "why"];
    let own = Some((id.as_str(), version));
    let asked = single(&api, &register_id, &headers, body, &may, own)?;
    if !matches!(asked.act, Act::Move(_)) {
        let en =
            "name the move as {\"move\": \"…\"}; those that are possible now stand in the record";
        return Err(Problem::new(
            "bad-request",
            "请写明步骤 {\"move\": \"…\"}；现在可办的步骤见记录本身",
            en,
        ));
    }
    existing(&api, &register_id, &id, asked, &headers).await
}

/// `POST /registers/{register}/bulk`: all of it or nothing.
pub(super) async fn bulk(
    api: Api,
    Path(register_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, Problem> {
    let register = register(&api.app, &register_id)?;
    let json = body::json(&headers, body)?;
    let items = json
        .as_array()
        .filter(|items| (1..=BULK_MAX).contains(&items.len()));
    let items = items.ok_or_else(|| {
        Problem::new(
            "bad-request",
            format!("请求内容应是 1 至 {BULK_MAX} 项的数组"),
            format!("the body is a list of 1 to {BULK_MAX} items"),
        )
    })?;
    let may = ["id", "record", "version", "move", "cells", "why"];
    let mut reading = Reading::new(register);
    let asked: Vec<Asked> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            reading.turn_to(at);
            reading.asked(item, &may, None)
        })
        .collect();
    reading.end(false)?;
    let written = act(&api, &asked, key(&headers)?).await;
    let written = written.map_err(|refused| Problem::refused(&api, &refused, false))?;
    let entries = written.entries.iter().map(|entry| {
        json!({"record": entry.record, "version": entry.version, "act": entry.act.word(), "arrival": entry.arrival})
    });
    let warnings = written.warnings.iter();
    let warnings = warnings.map(|(at, warning)| super::problem::error(warning, Some(*at)));
    let json = json!({
        "entries": entries.collect::<Vec<_>>(),
        "warnings": warnings.collect::<Vec<_>>(),
    });
    Ok(replayed(Answer::of(&json), &written))
}

/// What a body asks of one record.
fn single(
    api: &Api,
    register_id: &str,
    headers: &HeaderMap,
    body: Body,
    may: &[&str],
    own: Option<(&str, i64)>,
) -> Result<Asked, Problem> {
    let register = register(&api.app, register_id)?;
    let json = body::json(headers, body)?;
    let mut reading = Reading::new(register);
    let asked = reading.asked(&json, may, own);
    reading.end(true)?;
    Ok(asked)
}

/// Does what is asked of a record that is there, and shows it.
async fn existing(
    api: &Api,
    register_id: &str,
    id: &str,
    asked: Asked,
    headers: &HeaderMap,
) -> Result<Answer, Problem> {
    match act(api, &[asked], key(headers)?).await {
        Ok(written) => shown(api, register_id, id, &written).await,
        Err(refused) => {
            let objected = matches!(refused, Refused::Objections(_));
            match api.app.record(&api.viewer(), register_id, id, None) {
                Err(gone @ Unread::NoRecord { .. }) if objected => Err(Problem::unread(&gone)),
                _ => Err(Problem::refused(api, &refused, true)),
            }
        }
    }
}

async fn act(api: &Api, asked: &[Asked], key: Option<String>) -> Result<Written, Refused> {
    let edge = (api.settings.edge)().ok_or_else(|| {
        Refused::Failed(Words::new(
            "没有保存：系统给不出随机数，请检查系统的随机数设备",
            "nothing was saved: the system gives no randomness; see to its random device",
        ))
    })?;
    api.app.act(&api.viewer(), asked, key, edge).await
}

/// The client's key, where it sends one.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(said) = headers.get(KEY) else {
        return Ok(None);
    };
    let key = said.to_str().ok();
    let key = key.filter(|key| (1..=KEY_MAX).contains(&key.len()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        Problem::new(
            "bad-request",
            format!("Idempotency-Key 应是 1 至 {KEY_MAX} 个 ASCII 字符"),
            format!("Idempotency-Key has 1 to {KEY_MAX} ASCII characters"),
        )
    })
}

/// The record as it is after what was done.
async fn shown(
    api: &Api,
    register_id: &str,
    id: &str,
    written: &Written,
) -> Result<Answer, Problem> {
    if !api.app.may_with(&api.viewer(), Deed::Read, register_id, id) {
        // Whoever may record what he does not see is told that it was done.
        let version = written.entries.first().map_or(1, |entry| entry.version);
        let arrival = written.entries.first().map(|entry| entry.arrival);
        let answer = Answer::of(&json!({ "id": id, "version": version, "arrival": arrival }));
        return Ok(replayed(answer.version(version), written));
    }
    let (reader, of, record_id) = (api.clone(), register_id.to_owned(), id.to_owned());
    let record = beside(move || reader.app.record(&reader.viewer(), &of, &record_id, None)).await?;
    let register = register(&api.app, register_id)?;
    let mut json = record_json(register, &record);
    let arrival = written.entries.first().map(|entry| entry.arrival);
    json.insert("arrival".into(), json!(arrival));
    let answer = Answer::of(&Json::Object(json)).version(record.listed.version);
    Ok(replayed(answer, written))
}

fn replayed(answer: Answer, written: &Written) -> Answer {
    match written.replayed {
        true => answer.header(REPLAYED, "true"),
        false => answer,
    }
}

/// The version that the client saw.
fn seen_version(headers: &HeaderMap) -> Result<i64, Problem> {
    let said = headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok());
    let version = said.and_then(|said| {
        said.trim()
            .strip_prefix('"')?
            .strip_suffix('"')?
            .parse()
            .ok()
    });
    version.ok_or_else(|| {
        Problem::new(
            "version-missing",
            "请用 If-Match 注明您看到的版本（记录的 ETag），以免覆盖他人的修改",
            "name the version you saw in If-Match, as the record's ETag says it, so that nobody's change is lost",
        )
    })
}

//! `/admin/programme`: versions of the programme; a folder is looked at before it is put in force.

use crate::admin::html;
use crate::ask::Asked;
use crate::door::Door;
use crate::draw::{self, ProgrammePage};
use crate::record::refused;
use crate::refusal::{Reason, Refusal};
use app::list::Unread;
use app::programme::Files;
use app::rules::Words;
use app::{Edge, Refused, folded, manages, unzipped, zipped};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Multipart, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// A folder is smaller.
const FOLDER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// So many folders are kept between being looked at and being put in force.
const DRAFTS_MAX: usize = 8;

/// Folders that somebody sent to look at, the newest last.
#[derive(Clone, Default)]
pub(crate) struct Drafts(Arc<Mutex<VecDeque<Draft>>>);

#[derive(Clone)]
struct Draft {
    account: String,
    digest: String,
    files: Arc<Files>,
}

impl Drafts {
    fn put(&self, draft: Draft) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.digest != draft.digest || other.account != draft.account);
        while all.len() >= DRAFTS_MAX {
            all.pop_front();
        }
        all.push_back(draft);
    }

    /// A folder that this account sent.
    fn get(&self, account: &str, digest: &str) -> Option<Arc<Files>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = |draft: &&Draft| draft.digest == digest && draft.account == account;
        all.iter().find(own).map(|draft| Arc::clone(&draft.files))
    }
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    why: String,
}

/// The addresses of versions.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/admin/programme", get(all).post(send))
        .route("/admin/programme/drafts/{digest}", get(one).post(publish))
        .route("/admin/programme/versions/{digest}", get(download))
        .layer(DefaultBodyLimit::max(FOLDER_BYTES_MAX))
        .with_state(door)
}

/// `GET /admin/programme`.
async fn all(State(door): State<Door>, asked: Asked) -> Response {
    page(&door, &asked, None, StatusCode::OK).await
}

/// `POST /admin/programme`: a folder is kept to be looked at; nothing is changed.
async fn send(State(door): State<Door>, asked: Asked, sent: Multipart) -> Response {
    if !manages(&asked.viewer) {
        return all(State(door), asked).await;
    }
    let files = match received(sent).await {
        Ok(files) => files,
        Err(words) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return page(&door, &asked, Some(&words), status).await;
        }
    };
    let digest = app::keep::digest(&files).to_string();
    door.drafts.put(Draft {
        account: asked.viewer.account.clone(),
        digest: digest.clone(),
        files: Arc::new(files),
    });
    let to = asked
        .reader
        .address(&["admin", "programme", "drafts", &digest], &[]);
    Redirect::to(&to).into_response()
}

/// `GET /admin/programme/drafts/{digest}`: what it would change.
async fn one(State(door): State<Door>, Path(digest): Path<String>, asked: Asked) -> Response {
    match door.drafts.get(&asked.viewer.account, &digest) {
        Some(files) => proposal(&door, &asked, &files, None).await,
        None => gone(&door, &asked).await,
    }
}

/// `POST /admin/programme/drafts/{digest}`: it is put in force.
async fn publish(
    State(door): State<Door>,
    Path(digest): Path<String>,
    asked: Asked,
    Form(Said { why }): Form<Said>,
) -> Response {
    let Some(files) = door.drafts.get(&asked.viewer.account, &digest) else {
        return gone(&door, &asked).await;
    };
    let edges: [Option<Edge>; 2] = [door.edge().ok(), door.edge().ok()];
    let [Some(first), Some(second)] = edges else {
        return Refusal::new(asked.reader, Reason::BrokeOff).into_response();
    };
    let put = door
        .app
        .publish(&asked.viewer, (&files, &why), [first, second]);
    match put.await {
        Ok(()) => {
            let page = ProgrammePage {
                published: true,
                ..ProgrammePage::default()
            };
            listed(&door, &asked, page, StatusCode::OK).await
        }
        Err(Refused::Forbidden(words)) => refused(&asked, Unread::Forbidden(words)).into_response(),
        Err(other) => {
            let words = other.words().into_iter().next().unwrap_or_default();
            proposal(&door, &asked, &files, Some((&words, why))).await
        }
    }
}

/// `GET /admin/programme/versions/{digest}`: the folder as a zip.
async fn download(State(door): State<Door>, Path(digest): Path<String>, asked: Asked) -> Response {
    let files = match door.app.version_files(&asked.viewer, &digest).await {
        Ok(files) => files,
        Err(unread) => return refused(&asked, unread).into_response(),
    };
    let Ok(bytes) = zipped(&files) else {
        return Refusal::new(asked.reader, Reason::BrokeOff).into_response();
    };
    let short: String = digest.chars().take(12).collect();
    let id = &door.app.programme().id;
    let kept = format!("attachment; filename=\"{id}-{short}.zip\"");
    let heads = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, kept),
    ];
    (heads, bytes).into_response()
}

/// The folder that was sent: a zip, or its files one by one with their paths.
async fn received(mut sent: Multipart) -> Result<Files, Words> {
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some(field) = sent.next_field().await.map_err(|_| broken())? {
        if field.name() != Some("folder") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| broken())?;
        parts.push((name, bytes.to_vec()));
    }
    match parts.as_slice() {
        [] => Err(broken()),
        [(name, bytes)] if !name.ends_with(".toml") => unzipped(bytes),
        _ => folded(parts),
    }
}

async fn gone(door: &Door, asked: &Asked) -> Response {
    let words = Words::new(
        "这里没有这一份了：可能另一版刚刚生效，或者隔得太久；请再上传一次",
        "it is no longer here: another version may have come into force, or it was too long ago; upload it again",
    );
    page(door, asked, Some(&words), StatusCode::NOT_FOUND).await
}

/// What a folder would change, with why it was not put in force.
async fn proposal(
    door: &Door,
    asked: &Asked,
    files: &Files,
    said: Option<(&Words, String)>,
) -> Response {
    let found = match door.app.proposal(&asked.viewer, files).await {
        Ok(found) => found,
        Err(unread) => return refused(asked, unread).into_response(),
    };
    let status = match said {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let (words, why) = said.unzip();
    let page = ProgrammePage {
        proposal: Some(found),
        said: words.map(|words| asked.reader.t(&words.into()).to_owned()),
        why: why.unwrap_or_default(),
        ..ProgrammePage::default()
    };
    html(asked, draw::programme(asked, page), status)
}

async fn page(door: &Door, asked: &Asked, said: Option<&Words>, status: StatusCode) -> Response {
    let page = ProgrammePage {
        said: said.map(|words| asked.reader.t(&words.into()).to_owned()),
        ..ProgrammePage::default()
    };
    listed(door, asked, page, status).await
}

async fn listed(door: &Door, asked: &Asked, page: ProgrammePage, status: StatusCode) -> Response {
    match door.app.versions_page(&asked.viewer).await {
        Ok(versions) => {
            let page = ProgrammePage { versions, ..page };
            html(asked, draw::programme(asked, page), status)
        }
        Err(unread) => refused(asked, unread).into_response(),
    }
}

fn broken() -> Words {
    Words::new(
        "没有选文件，或者没有收全，或者超过 64 MB；请再试",
        "no file was chosen, or it did not arrive whole, or has more than 64 MB; try again",
    )
}

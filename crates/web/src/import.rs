//! Sheets in, on pages: sent, tried, looked at, taken in; undone as a batch.

use crate::ask::Asked;
use crate::door::Door;
use crate::draw::{self, ImportPage};
use crate::record::{beside, shown};
use crate::refusal::{Reason, Refusal};
use crate::sheets::{About, Sending};
use app::rules::Words;
use app::view::{Language, RegisterCard};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The addresses of imports.
pub(crate) fn router(door: Door) -> Router {
    // The sheet itself with what is typed beside it.
    let most = door.sheet_bytes_max + 64 * 1024;
    Router::new()
        .route("/registers/{register}/import", get(blank).post(send))
        .route("/registers/{register}/import/{id}", get(one).post(go))
        .route("/registers/{register}/import/{id}/undo", post(undo))
        .layer(DefaultBodyLimit::max(most))
        .with_state(door)
}

/// `GET /registers/{register}/import`.
async fn blank(State(door): State<Door>, Path(register): Path<String>, asked: Asked) -> Response {
    page(&door, &asked, &register, None, None).await
}

/// `POST /registers/{register}/import`: a sheet is tried first; nothing is written.
async fn send(
    State(door): State<Door>,
    Path(register): Path<String>,
    asked: Asked,
    mut sent: Multipart,
) -> Response {
    let mut about = About {
        register: register.clone(),
        name: String::new(),
        dry: true,
        again: false,
        zh: asked.reader.language == Language::Zh,
        why: None,
    };
    let (mut bytes, mut broken) = (Bytes::new(), false);
    loop {
        let field = match sent.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => {
                broken = true;
                break;
            }
        };
        let key = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let Ok(content) = field.bytes().await else {
            broken = true;
            break;
        };
        match key.as_str() {
            "sheet" => (about.name, bytes) = (file.unwrap_or_default(), content),
            "again" => about.again = true,
            _ => {}
        }
    }
    if broken || bytes.is_empty() {
        let most = door.sheet_bytes_max >> 20;
        let words = match broken {
            true => Words::new(
                format!("表格没有收全，或者超过 {most} MB；分成几个文件再传"),
                format!(
                    "the sheet did not arrive whole, or has more than {most} MB; send it in several files"
                ),
            ),
            false => Words::new(
                "没有选文件，或者文件是空的",
                "no file was chosen, or it is empty",
            ),
        };
        return page(&door, &asked, &register, None, Some(words)).await;
    }
    match door
        .sheets
        .begin(&door.app, &asked.viewer, about, bytes)
        .await
    {
        Some(sending) => to(&asked, &register, &sending.id),
        None => Refusal::new(asked.reader, Reason::BrokeOff).into_response(),
    }
}

/// `GET /registers/{register}/import/{id}`: how far it is, or what became of it.
async fn one(
    State(door): State<Door>,
    Path((register, id)): Path<(String, String)>,
    asked: Asked,
) -> Response {
    match own(&door, &asked, &register, &id) {
        Some(sending) => page(&door, &asked, &register, Some(sending), None).await,
        None => Refusal::new(asked.reader, Reason::Nowhere).into_response(),
    }
}

/// `POST /registers/{register}/import/{id}`: what was tried is taken in.
async fn go(
    State(door): State<Door>,
    Path((register, id)): Path<(String, String)>,
    asked: Asked,
) -> Response {
    let tried = own(&door, &asked, &register, &id).filter(|sending| sending.about.dry);
    let Some(tried) = tried else {
        return Refusal::new(asked.reader, Reason::Nowhere).into_response();
    };
    match door.sheets.go(&door.app, &asked.viewer, &tried).await {
        Some(sending) => to(&asked, &register, &sending.id),
        None => Refusal::new(asked.reader, Reason::BrokeOff).into_response(),
    }
}

/// `POST /registers/{register}/import/{id}/undo`: what was taken in is taken back as a batch.
async fn undo(
    State(door): State<Door>,
    Path((register, id)): Path<(String, String)>,
    asked: Asked,
) -> Response {
    let sending = own(&door, &asked, &register, &id);
    let batch = sending
        .as_ref()
        .and_then(|sending| match sending.outcome.get() {
            Some(Ok(imported)) => imported.batch,
            _ => None,
        });
    let (Some(batch), Ok(edge)) = (batch, door.edge()) else {
        return Refusal::new(asked.reader, Reason::Nowhere).into_response();
    };
    let (app, viewer) = (door.app.clone(), asked.viewer.clone());
    // On a task of its own, which ends also when nobody waits for the answer.
    let undoing = tokio::spawn(async move {
        let mut nth: u64 = 0;
        let seeds = || {
            nth += 1;
            Sha256::digest([&edge.seed[..], &nth.to_le_bytes()].concat()).into()
        };
        app.undo(&viewer, batch, None, edge, seeds, |_, _| ()).await
    });
    let said = match undoing.await {
        Ok(Ok(undone)) => {
            let (undone, kept) = (undone.undone, undone.kept.len());
            Words::new(
                format!("已撤回 {undone} 行；{kept} 行之后又改过，保持不变"),
                format!("{undone} rows were taken back; {kept} were changed since and stay"),
            )
        }
        Ok(Err(refused)) => refused.words().into_iter().next().unwrap_or_default(),
        Err(_) => return Refusal::new(asked.reader, Reason::BrokeOff).into_response(),
    };
    page(&door, &asked, &register, sending, Some(said)).await
}

fn own(door: &Door, asked: &Asked, register: &str, id: &str) -> Option<Arc<Sending>> {
    let sending = door.sheets.get(&asked.viewer, id);
    sending.filter(|sending| sending.about.register == register)
}

fn to(asked: &Asked, register: &str, id: &str) -> Response {
    let place = asked
        .reader
        .address(&["registers", register, "import", id], &[]);
    Redirect::to(&place).into_response()
}

async fn page(
    door: &Door,
    asked: &Asked,
    register: &str,
    sending: Option<Arc<Sending>>,
    said: Option<Words>,
) -> Response {
    let (app, viewer, id) = (door.app.clone(), asked.viewer.clone(), register.to_owned());
    let about = beside(asked, move || {
        let all = app.registers_page(&viewer, None)?;
        let found = all.registers.into_iter().find(|card| card.id == id);
        let found = found.ok_or_else(|| app::list::Unread::NoRegister(id.clone()))?;
        Ok((all.frame, found))
    });
    let (frame, card): (_, RegisterCard) = match about.await {
        Ok(about) => about,
        Err(refusal) => return refusal.into_response(),
    };
    let is_running = sending
        .as_ref()
        .is_some_and(|sending| sending.outcome.get().is_none());
    let status = match said.is_some() && sending.is_none() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    let page = ImportPage {
        frame,
        register: card,
        sending,
        said: said.map(|words| (&words).into()),
    };
    match shown(asked, draw::import(asked.reader, asked.here.clone(), page)) {
        Ok(Html(html)) => {
            let mut response = (status, Html(html)).into_response();
            if is_running {
                let headers = response.headers_mut();
                headers.insert(header::REFRESH, HeaderValue::from_static("1"));
            }
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}

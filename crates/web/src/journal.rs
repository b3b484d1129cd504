//! `/journal`: what was done, by whom, when and why; the last seal; whether a proof holds.

use crate::ask::Asked;
use crate::door::Door;
use crate::draw::{self, Proof};
use crate::record::{beside, refused};
use crate::refusal::{Reason, Refusal};
use app::list::{JournalQuestion, Unread};
use app::rules::Day;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

/// A proof has some kilobytes.
const PROOF_BYTES_MAX: usize = 1024 * 1024;

/// The addresses of the journal.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/journal", get(shown).post(check))
        .layer(DefaultBodyLimit::max(PROOF_BYTES_MAX))
        .with_state(door)
}

/// `GET /journal`.
async fn shown(State(door): State<Door>, asked: Asked) -> Response {
    page(&door, &asked, None).await
}

/// `POST /journal`: checks a proof file.
async fn check(State(door): State<Door>, asked: Asked, mut sent: Multipart) -> Response {
    if !door.app.may_browse(&asked.viewer) {
        return page(&door, &asked, None).await;
    }
    let mut text = None;
    while let Ok(Some(field)) = sent.next_field().await {
        if field.name() == Some("proof") {
            let bytes = field.bytes().await.ok();
            text = bytes.and_then(|bytes| String::from_utf8(bytes.into()).ok());
        }
    }
    let (app, key) = (door.app.clone(), door.seal_key.clone());
    let text = text.unwrap_or_default();
    let checked = beside(&asked, move || {
        Ok::<_, Unread>(app.proof_checked(&text, key.as_deref()))
    });
    let proof = match checked.await {
        Ok(Ok(proved)) => Proof::Holds(Box::new(proved), door.seal_key.is_some()),
        Ok(Err(words)) => Proof::Fails(asked.reader.t(&(&words).into()).to_owned()),
        Err(refusal) => return refusal.into_response(),
    };
    page(&door, &asked, Some(proof)).await
}

async fn page(door: &Door, asked: &Asked, proof: Option<Proof>) -> Response {
    let question = match question(asked) {
        Ok(question) => question,
        Err(refusal) => return refusal.into_response(),
    };
    let page = match door.app.journal_page(&asked.viewer, &question).await {
        Ok(page) => page,
        Err(unread) => return refused(asked, unread).into_response(),
    };
    let status = match proof {
        Some(Proof::Fails(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    match draw::journal(asked.reader, asked.here.clone(), page, proof) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => Refusal::new(asked.reader, Reason::Drawing).into_response(),
    }
}

/// What the address asks for.
fn question(asked: &Asked) -> Result<JournalQuestion, Refusal> {
    let text = |key: &str| {
        let value = asked.here.value(key).trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let day = |key: &str| match text(key) {
        None => Ok(None),
        Some(value) => match Day::parse(&value) {
            Some(day) => Ok(Some(day)),
            None => Err(Refusal::new(asked.reader, Reason::BadDay(value))),
        },
    };
    let before = match text("before").map(|value| value.parse()) {
        None => None,
        Some(Ok(arrival)) => Some(arrival),
        Some(Err(_)) => return Err(Refusal::new(asked.reader, Reason::BadAddress)),
    };
    Ok(JournalQuestion {
        before,
        actor: text("actor"),
        register: text("register"),
        record: text("record"),
        act: text("act"),
        from: day("from")?,
        until: day("until")?,
        limit: 0,
    })
}

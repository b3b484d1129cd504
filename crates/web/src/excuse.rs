//! `POST /duties/{measure}/{bearer}/{period}/excuse`: a person decides that a duty does not apply, and says why.

use crate::ask::Asked;
use crate::door::{Door, failed};
use crate::draw::{self, Excused};
use crate::refusal::{Reason, Refusal};
use app::Excusing;
use app::list::Unread;
use app::rules::Day;
use app::view::DutyId;
use app::{Refused, Viewer};
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    reason: String,
    by: String,
    on: String,
}

/// The address of excusing.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route(
            "/duties/{measure}/{bearer}/{period}/excuse",
            get(back).post(excuse),
        )
        .with_state(door)
}

/// `GET`: where a browser that reloads the page comes back to.
async fn back(Path(path): Path<(String, String, String)>, asked: Asked) -> Redirect {
    Redirect::to(&asked.reader.duty(&duty(path)))
}

async fn excuse(
    State(door): State<Door>,
    Path(path): Path<(String, String, String)>,
    asked: Asked,
    Form(filled): Form<Filled>,
) -> Response {
    let id = duty(path);
    let edge = match door.edge() {
        Ok(edge) => edge,
        Err(unadmitted) => return failed(asked.reader, &unadmitted),
    };
    let excusing = Excusing {
        reason: filled.reason,
        by: filled.by,
        on: Day::parse(&filled.on),
    };
    let done = door.app.excuse(&asked.viewer, &id, &excusing, edge).await;
    let refused = match done {
        Ok(_) => return Redirect::to(&asked.reader.duty(&id)).into_response(),
        Err(Refused::Forbidden(words)) => {
            let unread = Unread::Forbidden(words);
            return Refusal::new(asked.reader, Reason::Unread(Box::new(unread))).into_response();
        }
        Err(refused) => refused,
    };
    let said = refused.words();
    let said = said
        .iter()
        .map(|words| asked.reader.t(&words.into()).to_owned());
    let said: Vec<String> = said.collect();
    let excused = Excused {
        excusing,
        said: Some(said.join(asked.reader.w.semicolon)),
    };
    again(&door, &asked, id, excused).await
}

/// The duty's page with what was filled in, and what stands against it.
async fn again(door: &Door, asked: &Asked, id: DutyId, excused: Excused) -> Response {
    let (app, viewer) = (door.app.clone(), asked.viewer.clone());
    let read = tokio::task::spawn_blocking(move || app.duty(&viewer, &id, None)).await;
    let page = match read {
        Ok(Ok(page)) => page,
        Ok(Err(error)) => {
            return Refusal::new(asked.reader, Reason::App(error)).into_response();
        }
        Err(_) => return Refusal::new(asked.reader, Reason::BrokeOff).into_response(),
    };
    match draw::duty(asked.reader, asked.here.clone(), page, excused) {
        Ok(html) => (StatusCode::UNPROCESSABLE_ENTITY, Html(html)).into_response(),
        Err(_) => Refusal::new(asked.reader, Reason::Drawing).into_response(),
    }
}

/// What the form says before anybody filled it in.
pub(crate) fn blank(viewer: &Viewer, today: Day) -> Excused {
    Excused {
        excusing: Excusing {
            reason: String::new(),
            by: viewer.person.clone().unwrap_or_default(),
            on: Some(today),
        },
        said: None,
    }
}

fn duty((measure, bearer, period): (String, String, String)) -> DutyId {
    DutyId {
        measure,
        bearer,
        period,
    }
}

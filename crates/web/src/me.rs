//! `/me`: one's own account: password, sessions, tokens for programs.

use crate::ask::Asked;
use crate::door::{Door, Secure, failed, let_in};
use crate::draw::{self, Made};
use crate::refusal::{Reason, Refusal};
use app::Edge;
use app::people::Unadmitted;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use serde::Deserialize;

/// What is filled in; a form sends those fields that it has.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    act: String,
    present: String,
    next: String,
    name: String,
    days: String,
    writes: String,
}

/// The addresses of one's own account.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/me", get(shown).post(done))
        .with_state(door)
}

/// `GET /me`.
async fn shown(State(door): State<Door>, asked: Asked) -> Response {
    page(&door, &asked, None, StatusCode::OK).await
}

/// `POST /me`.
async fn done(
    State(door): State<Door>,
    Extension(secure): Extension<Secure>,
    asked: Asked,
    Form(filled): Form<Filled>,
) -> Response {
    let did = match door.edge() {
        Ok(edge) => act(&door, &asked, &filled, edge).await,
        Err(unadmitted) => Err(unadmitted),
    };
    match did {
        Ok(Did::Session(session)) => let_in(&session, "/me", secure),
        Ok(Did::Left) => Redirect::to("/sign-in").into_response(),
        Ok(Did::Made(made)) => page(&door, &asked, Some(made), StatusCode::OK).await,
        Err(Unadmitted::Refused(words)) => {
            let said = asked.reader.t(&(&words).into()).to_owned();
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&door, &asked, Some(Made::Refused(said)), status).await
        }
        Err(unadmitted) => failed(asked.reader, &unadmitted),
    }
}

/// What came of it.
enum Did {
    /// A new session, the others are over.
    Session(String),
    /// No session is left.
    Left,
    Made(Made),
}

async fn act(door: &Door, asked: &Asked, filled: &Filled, edge: Edge) -> Result<Did, Unadmitted> {
    let (app, viewer) = (&door.app, &asked.viewer);
    match filled.act.as_str() {
        "password" => {
            let words = (filled.present.as_str(), filled.next.as_str());
            let session = app.change_password(viewer, words, edge).await?;
            Ok(Did::Session(session))
        }
        "everywhere" => {
            app.sign_out_everywhere(viewer).await?;
            Ok(Did::Left)
        }
        "token" => {
            let days = filled.days.trim().parse().unwrap_or(0);
            let about = (filled.name.as_str(), !filled.writes.is_empty(), days);
            let token = app.make_token(viewer, about, edge).await?;
            Ok(Did::Made(Made::Token(token)))
        }
        _ => {
            app.drop_token(viewer, &filled.name).await?;
            Ok(Did::Made(Made::Done))
        }
    }
}

async fn page(door: &Door, asked: &Asked, made: Option<Made>, status: StatusCode) -> Response {
    if asked.viewer.is_operator() {
        return Redirect::to("/").into_response();
    }
    let tokens = match door.app.tokens(&asked.viewer).await {
        Ok(tokens) => tokens,
        Err(unadmitted) => return failed(asked.reader, &unadmitted),
    };
    let programme = door.app.programme();
    let held = asked.viewer.offices.iter().map(|office| {
        let role = programme.roles.iter().find(|role| role.id == office.role);
        let unit = programme
            .unit(&office.unit)
            .and_then(|at| programme.units.get(at));
        let role = role.map_or_else(
            || app::view::Text::same(&office.role),
            |role| (&role.name).into(),
        );
        let unit = unit.map_or_else(
            || app::view::Text::same(&office.unit),
            |unit| (&unit.name).into(),
        );
        (role, unit)
    });
    match draw::me(
        asked.reader,
        (asked.viewer.account.clone(), held.collect(), tokens),
        made,
    ) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => Refusal::new(asked.reader, Reason::Drawing).into_response(),
    }
}

//! `/me`: one's own account: password, second factor, sessions, tokens for programs.

use crate::ask::Asked;
use crate::door::{Door, Secure, failed, let_in, token};
use crate::draw::{self, Made, MePage};
use crate::refusal::{Reason, Refusal};
use crate::second::codes;
use app::Edge;
use app::people::Unadmitted;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
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
    code: String,
    known: String,
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
    headers: HeaderMap,
    asked: Asked,
    Form(filled): Form<Filled>,
) -> Response {
    let session = token(&headers).unwrap_or_default();
    let did = match door.edge() {
        Ok(edge) => match filled.act.strip_prefix("second-") {
            Some(what) => second(&door, &asked, (what, &filled, session), edge).await,
            None => act(&door, &asked, &filled, edge).await,
        },
        Err(unadmitted) => Err(unadmitted),
    };
    match did {
        Ok(Did::Session(session)) => let_in(&session, "/me", secure),
        Ok(Did::Begun) => Redirect::to("/me#second").into_response(),
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
    /// A secret waits for its first code.
    Begun,
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

/// What is done with the second factor.
async fn second(
    door: &Door,
    asked: &Asked,
    (what, filled, session): (&str, &Filled, &str),
    edge: Edge,
) -> Result<Did, Unadmitted> {
    let (app, viewer, codes) = (&door.app, &asked.viewer, codes(door)?);
    let made = match what {
        "begin" => {
            app.begin_second(viewer, &codes, edge).await?;
            return Ok(Did::Begun);
        }
        "confirm" => {
            let given = (filled.code.as_str(), session);
            Made::Recovery(app.confirm_second(viewer, given, &codes, edge).await?)
        }
        "recovery" => Made::Recovery(
            app.renew_recovery(viewer, &filled.known, &codes, edge)
                .await?,
        ),
        _ => {
            app.turn_second_off(viewer, &filled.known, &codes, edge)
                .await?;
            Made::Done
        }
    };
    Ok(Did::Made(made))
}

async fn page(door: &Door, asked: &Asked, made: Option<Made>, status: StatusCode) -> Response {
    if asked.viewer.is_operator() {
        return Redirect::to("/").into_response();
    }
    let tokens = match door.app.tokens(&asked.viewer).await {
        Ok(tokens) => tokens,
        Err(unadmitted) => return failed(asked.reader, &unadmitted),
    };
    let second = match door.codes() {
        Some(codes) => match door.app.second(&asked.viewer, &codes).await {
            Ok(second) => Some(second),
            Err(unadmitted) => return failed(asked.reader, &unadmitted),
        },
        None => None,
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
    let page = MePage {
        account: asked.viewer.account.clone(),
        held: held.collect(),
        tokens,
        second,
    };
    match draw::me(asked.reader, page, made) {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => Refusal::new(asked.reader, Reason::Drawing).into_response(),
    }
}

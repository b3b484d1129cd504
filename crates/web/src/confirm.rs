//! Confirming from the first page who acts for whom.

use crate::ask::Asked;
use crate::door::{Door, failed};
use crate::refusal::{Reason, Refusal};
use app::people::{Held, Unadmitted};
use app::rules::Day;
use axum::Router;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

/// Which role, and what is answered.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    account: String,
    role: String,
    unit: String,
    from: String,
    /// `confirm` or `refuse`.
    act: String,
}

/// The address of confirming.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/confirmations", post(answer))
        .with_state(door)
}

/// `POST /confirmations`: confirms a role that waits, or refuses it.
async fn answer(State(door): State<Door>, asked: Asked, Form(filled): Form<Filled>) -> Response {
    match answered(&door, &asked, &filled).await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(Unadmitted::Refused(words)) => {
            let unread = app::list::Unread::Forbidden(words);
            Refusal::new(asked.reader, Reason::Unread(Box::new(unread))).into_response()
        }
        Err(unadmitted) => failed(asked.reader, &unadmitted),
    }
}

async fn answered(door: &Door, asked: &Asked, filled: &Filled) -> Result<(), Unadmitted> {
    let edge = door.edge()?;
    let not_understood = || {
        Unadmitted::Refused(app::rules::Words::new(
            "看不懂要确认什么；请回首页点“确认”或“不是”",
            "what is to be confirmed is not understood; choose it on the first page",
        ))
    };
    let is_confirmed = match filled.act.as_str() {
        "confirm" => true,
        "refuse" => false,
        _ => return Err(not_understood()),
    };
    let held = Held {
        role: filled.role.clone(),
        unit: filled.unit.clone(),
        from: Day::parse(&filled.from).ok_or_else(not_understood)?,
        until: None,
    };
    let of = (filled.account.as_str(), &held);
    door.app
        .confirm(&asked.viewer, of, is_confirmed, edge)
        .await
}

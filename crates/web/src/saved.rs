//! `POST /registers/{id}/views`: names a list to come back to, or forgets one.

use crate::api::records_question;
use crate::ask::Asked;
use crate::door::{Door, failed};
use crate::record::refused;
use crate::refusal::{Reason, Refusal};
use app::people::{Saved, Unadmitted};
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    name: String,
    query: String,
    forget: bool,
}

/// The address of saved views.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/registers/{id}/views", post(done))
        .with_state(door)
}

async fn done(
    State(door): State<Door>,
    Path(register): Path<String>,
    asked: Asked,
    Form(filled): Form<Filled>,
) -> Response {
    let edge = match door.edge() {
        Ok(edge) => edge,
        Err(unadmitted) => return failed(asked.reader, &unadmitted),
    };
    // What is kept can be read when somebody comes back to it.
    match pairs(&filled.query).map(records_question) {
        Some(Ok(_)) => {}
        Some(Err(unread)) => return refused(&asked, unread).into_response(),
        None => return Refusal::new(asked.reader, Reason::BadForm).into_response(),
    }
    let saved = Saved {
        register,
        name: filled.name,
        query: filled.query,
    };
    let (app, viewer) = (&door.app, &asked.viewer);
    let did = match filled.forget {
        true => app.forget_list(viewer, &saved.register, &saved.name).await,
        false => app.save_list(viewer, &saved, edge).await,
    };
    match did {
        Ok(()) => Redirect::to("/registers#views").into_response(),
        Err(Unadmitted::Refused(words)) => {
            let said = asked.reader.t(&(&words).into()).to_owned();
            Refusal::new(asked.reader, Reason::NotSaved(said)).into_response()
        }
        Err(unadmitted) => failed(asked.reader, &unadmitted),
    }
}

/// The keys and values of a query.
fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let uri: Uri = format!("/?{query}").parse().ok()?;
    Query::try_from_uri(&uri).ok().map(|Query(pairs)| pairs)
}

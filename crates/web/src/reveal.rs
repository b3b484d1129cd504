//! `POST /records/{register}/{id}/reveal`: a sensitive value is shown once, and the journal says to whom and why.

use crate::ask::Asked;
use crate::door::{Door, failed};
use crate::draw::Told;
use crate::record::{drawn, refused};
use app::Unrevealed;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Filled {
    field: String,
    why: String,
}

/// The address of revealing.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/records/{register}/{id}/reveal", get(back).post(reveal))
        .with_state(door)
}

/// `GET`: where a browser that reloads the page comes back to, without the value.
async fn back(Path((register, id)): Path<(String, String)>, asked: Asked) -> Redirect {
    Redirect::to(&asked.reader.record(&register, &id))
}

async fn reveal(
    State(door): State<Door>,
    Path((register, id)): Path<(String, String)>,
    asked: Asked,
    Form(filled): Form<Filled>,
) -> Response {
    let edge = match door.edge() {
        Ok(edge) => edge,
        Err(unadmitted) => return failed(asked.reader, &unadmitted),
    };
    let of = (register.as_str(), id.as_str());
    let about = (filled.field.as_str(), filled.why.as_str());
    let revealed = door.app.reveal(&asked.viewer, of, about, edge).await;
    let (status, told) = match revealed {
        Ok(revealed) => (
            StatusCode::OK,
            Told::Revealed(revealed.field, revealed.shown),
        ),
        Err(Unrevealed::Unread(unread)) => return refused(&asked, unread).into_response(),
        Err(Unrevealed::Refused(refused)) => {
            let said = refused.words();
            let said = said
                .iter()
                .map(|words| asked.reader.t(&words.into()).to_owned());
            let said: Vec<String> = said.collect();
            let told = Told::Refused(said.join(asked.reader.w.semicolon));
            (StatusCode::UNPROCESSABLE_ENTITY, told)
        }
    };
    match drawn(&door.app, &asked, (register, id), Some(told)).await {
        Ok(page) => {
            let mut response = (status, page).into_response();
            let kept = HeaderValue::from_static("no-store");
            response.headers_mut().insert(header::CACHE_CONTROL, kept);
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}

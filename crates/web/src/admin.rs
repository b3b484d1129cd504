//! `/admin`: the hub, roles, units, the calendar, jobs; versions of the programme are in [`crate::versions`].

use crate::ask::Asked;
use crate::door::Door;
use crate::draw;
use crate::record::refused;
use crate::refusal::{Reason, Refusal};
use app::list::Unread;
use app::view::UnitsQuestion;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

/// The addresses of the hub and of what is only looked at.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/admin", get(hub))
        .route("/admin/roles", get(roles))
        .route("/admin/units", get(units))
        .route("/admin/calendar", get(calendar))
        .route("/admin/jobs", get(jobs))
        .with_state(door)
}

/// `GET /admin`.
async fn hub(State(door): State<Door>, asked: Asked) -> Response {
    let page = door.app.admin_page(&asked.viewer).await;
    drawn(&asked, page, draw::admin)
}

/// `GET /admin/roles`.
async fn roles(State(door): State<Door>, asked: Asked) -> Response {
    let page = door.app.roles_page(&asked.viewer).await;
    drawn(&asked, page, draw::roles)
}

/// `GET /admin/units`.
async fn units(State(door): State<Door>, asked: Asked) -> Response {
    let text = |key: &str| {
        let value = asked.here.value(key).trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let question = UnitsQuestion {
        level: text("level"),
        without: text("without").is_some(),
        text: text("text"),
    };
    let page = door.app.units_page(&asked.viewer, question).await;
    drawn(&asked, page, draw::units)
}

/// `GET /admin/calendar`.
async fn calendar(State(door): State<Door>, asked: Asked) -> Response {
    let page = door.app.calendar_years(&asked.viewer);
    drawn(&asked, page, draw::calendar_years)
}

/// `GET /admin/jobs`.
async fn jobs(State(door): State<Door>, asked: Asked) -> Response {
    let page = door.app.jobs_page(&asked.viewer).await;
    drawn(&asked, page, draw::jobs)
}

fn drawn<T>(
    asked: &Asked,
    page: Result<T, Unread>,
    draw: impl FnOnce(&Asked, T) -> askama::Result<String>,
) -> Response {
    match page {
        Ok(page) => html(asked, draw(asked, page), StatusCode::OK),
        Err(unread) => refused(asked, unread).into_response(),
    }
}

/// A drawn page with its status.
pub(crate) fn html(asked: &Asked, drawn: askama::Result<String>, status: StatusCode) -> Response {
    match drawn {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => Refusal::new(asked.reader, Reason::Drawing).into_response(),
    }
}

//! `/api/v1`: registers, records, duties and the journal for programs.

mod answer;
mod ask;
mod body;
mod docs;
mod duty;
mod file;
mod journal;
mod limit;
mod openapi;
mod openapi_schema;
mod problem;
mod record;
mod register;
mod reveal;
mod sending;
mod settings;
mod sheet;
mod write;

pub(crate) use problem::{reads_only, unknown, unmarked};
pub use settings::{SecondFactors, Settings};

use crate::sheets::Sheets;
use app::list::{Question, Unread};
use app::{App, Viewer};
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::{Router, middleware};
use limit::Limiter;
use problem::Problem;
use std::sync::Arc;

/// What every operation is given.
#[derive(Clone)]
pub(crate) struct Api {
    app: App,
    settings: Arc<Settings>,
    limiter: Arc<Limiter>,
    /// On whose behalf a request is answered, as the door let it in.
    viewer: Viewer,
    sheets: Sheets,
}

impl FromRef<Api> for App {
    fn from_ref(api: &Api) -> Self {
        api.app.clone()
    }
}

impl Api {
    fn viewer(&self) -> Viewer {
        self.viewer.clone()
    }
}

impl FromRequestParts<Self> for Api {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Self) -> Result<Self, Problem> {
        let viewer = parts.extensions.get::<Viewer>().cloned();
        Ok(Self {
            viewer: viewer.ok_or_else(problem::unknown)?,
            ..api.clone()
        })
    }
}

/// What the keys of a list's address ask, as the API reads them.
pub(crate) fn records_question(pairs: Vec<(String, String)>) -> Result<Question, Unread> {
    ask::Pairs::given(pairs).about_records()
}

/// Every address of the API.
pub(crate) fn router(app: App, settings: Settings, sheets: Sheets) -> Router {
    let body_bytes_max = settings.body_bytes_max;
    let api = Api {
        limiter: Arc::new(Limiter::new(&settings)),
        settings: Arc::new(settings),
        // Whoever comes in without the door is nobody.
        viewer: Viewer::nobody(),
        sheets,
        app,
    };
    let v1 = Router::new()
        .route("/openapi.json", get(openapi::document))
        .route("/registers", get(register::all))
        .route("/registers/{register}", get(register::one))
        .route(
            "/registers/{register}/records",
            get(record::list).post(write::create),
        )
        .route("/registers/{register}/bulk", post(write::bulk))
        .route("/registers/{register}/template", get(sheet::template))
        .route("/registers/{register}/sheet", get(sheet::register))
        .route("/registers/{register}/sheets", post(sending::send))
        .route("/sheets/{id}", get(sending::one))
        .route("/sheets/{id}/returned", get(sending::returned))
        .route("/batches/{batch}/undo", post(sending::undo))
        .route(
            "/records/{register}/{record}",
            get(record::one).patch(write::change),
        )
        .route("/records/{register}/{record}/moves", post(write::step))
        .route("/records/{register}/{record}/reveals", post(reveal::reveal))
        .route("/records/{register}/{record}/history", get(record::history))
        .route("/files", post(file::upload))
        .route("/files/{digest}", get(file::download))
        .route("/files/{digest}/small", get(file::small))
        .route("/duties", get(duty::list))
        .route("/duties/sheet", get(sheet::duties))
        .route(
            "/duties/{measure}/{bearer}/{period}/explanation",
            get(duty::explanation),
        )
        .route("/journal/root", get(journal::root))
        .route("/journal/entries/{arrival}/proof", get(journal::proof))
        .fallback(problem::nowhere)
        .method_not_allowed_fallback(problem::other_method)
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .layer(middleware::from_fn_with_state(api.clone(), limit::within))
        .layer(middleware::from_fn(answer::not_kept));
    Router::new()
        .nest("/api/v1", v1)
        .route("/api/docs", get(docs::page))
        .with_state(api)
}

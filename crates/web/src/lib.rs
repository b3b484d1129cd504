//! Heli's pages: the only crate that knows HTTP and HTML.

mod admin;
mod api;
mod ask;
mod assets;
mod confirm;
mod cookie;
mod curve;
mod door;
mod draw;
mod excuse;
mod form;
mod format;
mod import;
mod journal;
mod me;
mod pages;
mod parts;
mod people;
mod provider;
mod reader;
mod record;
mod refusal;
mod reveal;
mod saved;
mod second;
mod sheets;
mod shield;
mod single;
mod versions;
mod words;

pub use api::{SecondFactors, Settings};
pub use provider::SingleSignOn;

use app::App;
use axum::{
    Router, middleware,
    routing::{get, post},
};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

/// Pages are compressed anew for each request: a list becomes 6 % larger than at the usual level, in less than half the
/// time.
const GZIP: CompressionLevel = CompressionLevel::Precise(3);

/// Every address Heli answers, over one application.
pub fn router(app: App, settings: Settings) -> Router {
    let door = door::Door::new(&app, &settings);
    let api = api::router(app.clone(), settings, door.sheets.clone());
    Router::new()
        .route("/notices", get(pages::notices))
        .route("/notices/{id}", get(pages::notice))
        .route("/overview", get(pages::overview))
        .route("/duties", get(pages::matrix))
        .route("/duties/{measure}/{bearer}/{period}", get(pages::duty))
        .route("/registers", get(record::registers))
        .route("/registers/{id}", get(record::list))
        .route("/registers/{id}/board", get(record::board))
        .route("/registers/{id}/map", get(record::map))
        .route("/registers/{id}/calendar", get(record::calendar))
        .route("/records/{register}/{id}", get(record::one))
        .route("/search", get(record::search))
        .route("/units", get(pages::units))
        .route("/units/{id}", get(pages::unit))
        .route("/assets/{*path}", get(assets::asset))
        .fallback(refusal::nowhere)
        .layer(middleware::from_fn(ask::remember_language))
        .with_state(app)
        .merge(api)
        .merge(daily(door.clone()))
        .merge(confirm::router(door.clone()))
        .merge(excuse::router(door.clone()))
        .merge(form::router(door.clone()))
        .merge(import::router(door.clone()))
        .merge(journal::router(door.clone()))
        .merge(admin::router(door.clone()))
        .merge(me::router(door.clone()))
        .merge(people::router(door.clone()))
        .merge(reveal::router(door.clone()))
        .merge(versions::router(door.clone()))
        .merge(saved::router(door.clone()))
        .merge(door::router(door.clone()))
        .layer(middleware::from_fn_with_state(door, door::admit))
        .layer(middleware::from_fn(shield::headers))
        .layer(CompressionLayer::new().quality(GZIP))
}

/// What somebody has to do, and reminding others.
fn daily(door: door::Door) -> Router {
    Router::new()
        .route("/", get(pages::front))
        .route("/go", get(pages::go))
        .route("/reminders", post(pages::put_away))
        .route(
            "/duties/{measure}/unreported",
            get(pages::unreported).post(pages::remind),
        )
        .with_state(door)
}

/// Answers on `listener` until `stop`, then finishes what was asked before.
///
/// # Errors
/// Fails when the listener can no longer accept connections.
pub async fn serve(
    app: App,
    settings: Settings,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = router(app, settings);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service);
    serving.with_graceful_shutdown(stop).await
}

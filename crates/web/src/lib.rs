//! Heli's pages: the only crate that knows HTTP and HTML.

mod ask;
mod assets;
mod curve;
mod draw;
mod format;
mod pages;
mod parts;
mod reader;
mod refusal;
mod shield;
mod words;

use app::App;
use axum::{Router, middleware, routing::get};
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;

/// Every address Heli answers, over one application.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(pages::front))
        .route("/notices/{id}", get(pages::notice))
        .route("/duties", get(pages::matrix))
        .route("/duties/{measure}/{bearer}/{period}", get(pages::duty))
        .route("/units", get(pages::units))
        .route("/units/{id}", get(pages::unit))
        .route("/assets/{*path}", get(assets::asset))
        .fallback(refusal::nowhere)
        .layer(middleware::from_fn(ask::remember_language))
        .layer(middleware::from_fn(shield::headers))
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// Answers on `listener` until the process ends.
///
/// # Errors
/// Fails when the listener can no longer accept connections.
pub async fn serve(app: App, listener: TcpListener) -> std::io::Result<()> {
    axum::serve(listener, router(app)).await
}

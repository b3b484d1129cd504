//! Serves the pages over the sample province, to look at them: `cargo run -p web --example sample -- 127.0.0.1:8090`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::type_complexity,
    clippy::disallowed_methods
)]

#[path = "../tests/it/sample/mod.rs"]
mod sample;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args()
        .next_back()
        .unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    web::serve(
        sample::pages::app(),
        tokio::net::TcpListener::bind(address).await?,
    )
    .await
}

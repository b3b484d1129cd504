//! Styles and scripts, embedded in the executable by release builds and read from `web/dist` by debug builds.

use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::fmt::Write;
use std::sync::LazyLock;

/// The output of `npm run build`; a build without it compiles, and its pages come without styles.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

const SCOPE: HeaderName = HeaderName::from_static("service-worker-allowed");

/// What changes in the addresses of the stylesheet and the script whenever one of them changes.
pub(crate) static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut version = String::new();
    for file in ["heli.css", "heli.js"].into_iter().filter_map(Dist::get) {
        version.push_str(tag(&file).get(..8).unwrap_or_default());
    }
    version
});

fn tag(file: &EmbeddedFile) -> String {
    file.metadata
        .sha256_hash()
        .iter()
        .take(8)
        .fold(String::new(), |mut tag, byte| {
            // Writing to a string cannot fail.
            let _ = write!(tag, "{byte:02x}");
            tag
        })
}

/// `/assets/{path}`: answers 304 to a browser that has the file already.
pub(crate) async fn asset(
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    let Some(file) = Dist::get(&path) else {
        return (
            StatusCode::NOT_FOUND,
            "no such file; `npm ci && npm run build` makes the styles and scripts\n",
        )
            .into_response();
    };
    let tag = format!("\"{}\"", tag(&file));
    let known = request
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let headers = [
        (header::CONTENT_TYPE, content_type(&path).to_owned()),
        (header::ETAG, tag),
        (
            header::CACHE_CONTROL,
            kept(&path, query.as_deref()).to_owned(),
        ),
        // The worker that keeps a phone's pages serves all of them.
        (SCOPE, "/".to_owned()),
    ];
    if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, file.data).into_response()
    }
}

/// The length of the hash in the name of a part of the scripts, as the bundler writes it.
const HASH_LETTERS: usize = 8;

/// How long a browser keeps a file: for good where its address changes with its content.
fn kept(path: &str, query: Option<&str>) -> &'static str {
    let is_named = query == Some(&format!("v={}", *VERSION));
    let has_hash = |path: &str| {
        let script = path.strip_suffix(".js");
        let hash = script.and_then(|script| script.rsplit_once('-'));
        hash.is_some_and(|(_, hash)| hash.len() == HASH_LETTERS)
    };
    match is_named || has_hash(path) {
        true => "public, max-age=31536000, immutable",
        false => "public, max-age=0, must-revalidate",
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "txt")) => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

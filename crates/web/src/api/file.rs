//! Attached files: in before a record names them, out to whoever sees a record that does.

use super::Api;
use super::answer::Answer;
use super::problem::Problem;
use app::Unkept;
use app::rules::Words;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::{StreamExt, TryStreamExt};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;
use std::ops::Range;

/// What an upload says of its file.
#[derive(Deserialize)]
pub(super) struct About {
    /// What it is called.
    #[serde(default)]
    name: String,
    /// The register whose field it is for.
    register: Option<String>,
    /// The field it is for, so that what that does not take is refused at once.
    field: Option<String>,
}

/// `POST /files`: the body is the file.
pub(super) async fn upload(
    api: Api,
    Query(about): Query<About>,
    body: Body,
) -> Result<Answer, Problem> {
    let edge = (api.settings.edge)().ok_or_else(Problem::no_chance)?;
    let token: String = edge.seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let begun = api.app.upload(&api.viewer(), &token).await;
    let mut upload = begun.map_err(|why| unkept(&api, why))?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let written = match &piece {
            Ok(bytes) => upload.write(bytes).await.map_err(|why| unkept(&api, why)),
            Err(_) => Err(Problem::new(
                "bad-request",
                "文件没有传完就断了；请重传",
                "the file broke off before its end; send it again",
            )),
        };
        if let Err(problem) = written {
            upload.abandon().await;
            return Err(problem);
        }
    }
    let field = about.register.as_deref().zip(about.field.as_deref());
    let kept = upload.keep(&about.name, field, edge.now).await;
    let kept = kept.map_err(|why| unkept(&api, why))?;
    let place = format!("/api/v1/files/{}", kept.digest);
    let answer = json!({
        "digest": kept.digest, "name": kept.name, "size": kept.size, "kind": kept.kind,
    });
    Ok(Answer::of(&answer)
        .status(StatusCode::CREATED)
        .header(header::LOCATION, place))
}

/// `GET /files/{digest}`: the whole, or the one range that is asked for.
pub(super) async fn download(
    api: Api,
    Path(digest): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let handed = api.app.attached(&api.viewer(), &digest).await;
    let handed = handed.map_err(|unread| Problem::unread(&unread))?;
    let failed = |words: Words| Problem::said("failed", words);
    let size = handed.about.size;
    let mut response = match asked_range(&headers, size) {
        Asked::All => {
            let pieces = handed.pieces().await.map_err(failed)?;
            let pieces = pieces.map_err(|words| std::io::Error::other(words.en));
            let mut response = Body::from_stream(pieces).into_response();
            set(&mut response, header::CONTENT_LENGTH, &size.to_string());
            response
        }
        Asked::Part(bytes) => {
            let text = format!(
                "bytes {}-{}/{size}",
                bytes.start,
                bytes.end.saturating_sub(1)
            );
            let part = handed.part(bytes).await.map_err(failed)?;
            let mut response = (StatusCode::PARTIAL_CONTENT, part).into_response();
            set(&mut response, header::CONTENT_RANGE, &text);
            response
        }
        Asked::None => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            set(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes */{size}"),
            );
            return Ok(response);
        }
    };
    let way = if handed.is_inline {
        "inline"
    } else {
        "attachment"
    };
    let name = utf8_percent_encode(&handed.about.name, NON_ALPHANUMERIC);
    set(
        &mut response,
        header::CONTENT_DISPOSITION,
        &format!("{way}; filename*=UTF-8''{name}"),
    );
    set(&mut response, header::CONTENT_TYPE, &handed.about.kind);
    set(&mut response, header::ETAG, &format!("\"{digest}\""));
    set(&mut response, header::ACCEPT_RANGES, "bytes");
    // Whatever a browser makes of the content, it runs nothing.
    set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(
        &mut response,
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; sandbox",
    );
    Ok(response)
}

/// `GET /files/{digest}/small`: a picture made small; the whole file where it cannot be.
pub(super) async fn small(api: Api, Path(digest): Path<String>) -> Result<Response, Problem> {
    let small = api.app.small(&api.viewer(), &digest).await;
    let small = small.map_err(|unread| Problem::unread(&unread))?;
    let Some(small) = small else {
        let whole = format!("/api/v1/files/{digest}");
        return Ok(Redirect::to(&whole).into_response());
    };
    let mut response = small.to_vec().into_response();
    set(&mut response, header::CONTENT_TYPE, "image/jpeg");
    set(&mut response, header::ETAG, &format!("\"{digest}\""));
    // What it shows never changes, and whoever signs out takes it along.
    set(
        &mut response,
        header::CACHE_CONTROL,
        "private, max-age=3600",
    );
    set(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    Ok(response)
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    // Kinds, digests and escaped names are header values; anything else is left out.
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

/// What part of a file is asked for.
enum Asked {
    All,
    Part(Range<u64>),
    /// One that the file does not have.
    None,
}

/// One range of bytes; several, and what cannot be read, are answered with the whole, as RFC 9110 (14.2) allows.
fn asked_range(headers: &HeaderMap, size: u64) -> Asked {
    let text = headers
        .get(header::RANGE)
        .and_then(|text| text.to_str().ok());
    let text = text.and_then(|text| text.strip_prefix("bytes="));
    let Some((from, to)) = text.and_then(|text| text.split_once('-')) else {
        return Asked::All;
    };
    let bytes = match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => from..to.saturating_add(1).min(size),
        (Ok(from), Err(_)) if to.is_empty() => from..size,
        (Err(_), Ok(last)) if from.is_empty() => size.saturating_sub(last)..size,
        _ => return Asked::All,
    };
    if bytes.start < bytes.end {
        Asked::Part(bytes)
    } else {
        Asked::None
    }
}

fn unkept(api: &Api, why: Unkept) -> Problem {
    match why {
        Unkept::TooLarge(words) => Problem::said("too-large", words),
        Unkept::Full(words) => Problem::said("no-room", words),
        Unkept::Unfit(words) => Problem::said("refused", words),
        Unkept::Refused(refused) => Problem::refused(api, &refused, true),
    }
}

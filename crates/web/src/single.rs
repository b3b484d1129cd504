//! `/sign-in/single`: to a province's single sign-on and back. Nobody gets an account by it who has none.

use crate::ask::reader_of;
use crate::cookie::{Cookie, sent, set};
use crate::door::{Door, Secure, failed, sign_in_page, welcome};
use crate::provider::{Fault, Provider, Way};
use crate::reader::Reader;
use crate::refusal::{Reason, Refusal};
use app::Edge;
use app::people::Unadmitted;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// Holds what the way there and back is known by.
const COOKIE: Cookie = Cookie {
    name: "heli_single",
    path: "/sign-in",
    seconds: 10 * 60,
};

/// Where to go then.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: String,
}

/// What a browser brings back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Back {
    code: String,
    state: String,
    error: String,
}

/// `GET /sign-in/single`: sends a browser to the provider.
pub(crate) async fn begun(
    State(door): State<Door>,
    Extension(secure): Extension<Secure>,
    headers: HeaderMap,
    Query(Wanted { next }): Query<Wanted>,
) -> Response {
    let reader = reader_of(&headers);
    let Some(provider) = door.provider() else {
        return Refusal::new(reader, Reason::Nowhere).into_response();
    };
    let edge = match door.edge() {
        Ok(edge) => edge,
        Err(unadmitted) => return failed(reader, &unadmitted),
    };
    let secret = edge.seed.iter().map(|byte| format!("{byte:02x}"));
    let way = Way::new(secret.collect(), &next);
    let back = back(&headers, secure);
    match provider.address(way.clone(), back, edge.now.0).await {
        Ok(address) => {
            let mut response = Redirect::to(&address).into_response();
            set(&mut response, COOKIE, &way.kept(), secure);
            response
        }
        Err(fault) => unanswered(&door, provider, reader, fault),
    }
}

/// `GET /sign-in/single/back`: whom the provider says that the browser belongs to.
pub(crate) async fn came(
    State(door): State<Door>,
    Extension(secure): Extension<Secure>,
    headers: HeaderMap,
    Query(brought): Query<Back>,
) -> Response {
    let reader = reader_of(&headers);
    let Some(provider) = door.provider() else {
        return Refusal::new(reader, Reason::Nowhere).into_response();
    };
    let way = sent(&headers, COOKIE).and_then(Way::read);
    let Some(way) = way.filter(|way| way.is(&brought.state)) else {
        return said(&door, reader, reader.w.single_lost);
    };
    let mut response = match door.edge() {
        Ok(_) if brought.code.is_empty() => {
            (provider.named.told)(&format!("the single sign-on refused: {:?}", brought.error));
            said(&door, reader, reader.w.single_refused)
        }
        Ok(edge) => {
            let back = back(&headers, secure);
            match provider
                .name(brought.code, way.clone(), back, edge.now.0)
                .await
            {
                Ok(name) => named(&door, provider, (reader, secure), (&name, &way), edge).await,
                Err(fault) => unanswered(&door, provider, reader, fault),
            }
        }
        Err(unadmitted) => failed(reader, &unadmitted),
    };
    // Each way is gone once.
    set(
        &mut response,
        Cookie {
            seconds: 0,
            ..COOKIE
        },
        "",
        secure,
    );
    response
}

async fn named(
    door: &Door,
    provider: &Provider,
    (reader, secure): (Reader, Secure),
    (name, way): (&str, &Way),
    edge: Edge,
) -> Response {
    let issuer = &provider.named.issuer;
    match door.app.sign_in_by_identity((issuer, name), edge).await {
        Ok(entered) => welcome(&entered, way.next(), secure),
        Err(Unadmitted::Refused(words)) => {
            let words = reader.t(&(&words).into()).to_owned();
            said(door, reader, &words)
        }
        Err(unadmitted) => failed(reader, &unadmitted),
    }
}

/// Where the provider sends a browser back to: this address, as the browser knows us.
fn back(headers: &HeaderMap, Secure(secure): Secure) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let scheme = if secure { "https" } else { "http" };
    format!(
        "{scheme}://{}/sign-in/single/back",
        host.unwrap_or_default()
    )
}

fn unanswered(door: &Door, provider: &Provider, reader: Reader, Fault(cause): Fault) -> Response {
    (provider.named.told)(&format!("the single sign-on lets nobody in: {cause}"));
    said(door, reader, reader.w.single_failed)
}

fn said(door: &Door, reader: Reader, words: &str) -> Response {
    sign_in_page(door, reader, Default::default(), Some(words.to_owned()))
}

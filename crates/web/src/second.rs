//! `/sign-in/code`: the code after the password. Before it is given there is no session, only a step that sees no page.

use crate::ask::reader_of;
use crate::cookie::{Cookie, sent, set};
use crate::door::{Door, Secure, failed, let_in, local, shown, sign_in_page};
use crate::draw;
use crate::reader::Reader;
use app::people::{Codes, Unadmitted};
use app::rules::Words;
use axum::Extension;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

/// Holds the token of the step; it goes to the pages of signing in alone.
const COOKIE: Cookie = Cookie {
    name: "heli_step",
    path: "/sign-in",
    seconds: 5 * 60,
};

/// Where to go then.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: String,
}

/// What is filled in.
#[derive(Deserialize)]
pub(crate) struct Given {
    code: String,
    #[serde(default)]
    next: String,
}

/// Leads whoever gave the password to the page that asks for the code.
pub(crate) fn ask(token: &str, next: &str, secure: Secure) -> Response {
    let next = utf8_percent_encode(next, NON_ALPHANUMERIC);
    let mut response = Redirect::to(&format!("/sign-in/code?next={next}")).into_response();
    set(&mut response, COOKIE, token, secure);
    response
}

/// `GET /sign-in/code`.
pub(crate) async fn asked(
    State(door): State<Door>,
    headers: HeaderMap,
    Query(Wanted { next }): Query<Wanted>,
) -> Response {
    let reader = reader_of(&headers);
    let between = match (door.edge(), sent(&headers, COOKIE)) {
        (Ok(edge), Some(step)) => door.app.is_between(step, edge.now).await,
        (Ok(_), None) => Ok(false),
        (Err(unadmitted), _) => Err(unadmitted),
    };
    match between {
        Ok(true) => page(reader, next, None),
        Ok(false) => Redirect::to("/sign-in").into_response(),
        Err(unadmitted) => failed(reader, &unadmitted),
    }
}

/// `POST /sign-in/code`.
pub(crate) async fn given(
    State(door): State<Door>,
    Extension(secure): Extension<Secure>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Response {
    let reader = reader_of(&headers);
    let step = sent(&headers, COOKIE).unwrap_or_default();
    let signed = match (door.edge(), codes(&door)) {
        (Ok(edge), Ok(codes)) => {
            let given = (step, given.code.as_str());
            door.app.sign_in_by_code(given, &codes, edge).await
        }
        (Err(unadmitted), _) | (_, Err(unadmitted)) => Err(unadmitted),
    };
    match signed {
        Ok(Some(token)) => {
            let mut response = let_in(&token, local(&given.next), secure);
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
        Ok(None) => {
            let said = reader.w.code_late.to_owned();
            sign_in_page(&door, reader, (String::new(), given.next), Some(said))
        }
        Err(Unadmitted::Refused(words)) => {
            let said = reader.t(&(&words).into()).to_owned();
            page(reader, given.next, Some(said))
        }
        Err(unadmitted) => failed(reader, &unadmitted),
    }
}

/// What codes are checked with.
pub(crate) fn codes(door: &Door) -> Result<Codes, Unadmitted> {
    door.codes().ok_or_else(|| {
        Unadmitted::Failed(Words::new(
            "这台服务器没有两步验证的密钥；请用 heli serve --sign-in 启动，并核对 --code-key",
            "this node has no key of second factors; start it with heli serve --sign-in and see to --code-key",
        ))
    })
}

fn page(reader: Reader, next: String, said: Option<String>) -> Response {
    let status = match said {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    shown(status, draw::code(reader, next, said), reader)
}

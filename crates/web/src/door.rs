//! The door: who is let in, signing in and out, and that changes come from our own pages: their origin and their mark.

use crate::api::{SecondFactors, Settings, reads_only, unknown, unmarked};
use crate::ask::{Browses, Official, Pass, reader_of};
use crate::cookie::{Cookie, sent, set};
use crate::draw::{self, DoorPage};
use crate::provider::Provider;
use crate::reader::Reader;
use crate::refusal::{Reason, Refusal};
use crate::second;
use crate::sheets::Sheets;
use crate::single;
use crate::versions::Drafts;
use app::people::{Codes, Entered, Example, Unadmitted};
use app::{App, Edge, Viewer, is_official};
use axum::extract::{ConnectInfo, Form, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Holds a session's token; no script reads it.
const COOKIE: Cookie = Cookie {
    name: "heli_session",
    path: "/",
    seconds: WEEK_SECONDS,
};
/// As long as a session lasts.
const WEEK_SECONDS: u32 = 7 * 24 * 60 * 60;

/// What the door is kept with.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) app: App,
    edge: Arc<dyn Fn() -> Option<Edge> + Send + Sync>,
    sign_in: bool,
    second: Option<SecondFactors>,
    provider: Option<Provider>,
    examples: Arc<Option<(Vec<Example>, String)>>,
    proxies: Arc<[IpAddr]>,
    /// Sheets on their way in.
    pub(crate) sheets: Sheets,
    /// Folders that are looked at before they are put in force.
    pub(crate) drafts: Drafts,
    /// Bytes of a sheet at most.
    pub(crate) sheet_bytes_max: usize,
    /// The public key in PEM that seals are signed with here.
    pub(crate) seal_key: Option<String>,
}

/// Whether the request came over https, as a proxy of ours says.
#[derive(Clone, Copy)]
pub(crate) struct Secure(pub(crate) bool);

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
}

/// What somebody signs in with.
#[derive(Deserialize)]
struct Entry {
    account: String,
    password: String,
    #[serde(default)]
    next: String,
}

impl Door {
    pub(crate) fn new(app: &App, settings: &Settings) -> Self {
        Self {
            app: app.clone(),
            edge: Arc::clone(&settings.edge),
            sign_in: settings.sign_in,
            second: settings.second.clone(),
            provider: settings.single_sign_on.clone().map(Provider::new),
            examples: Arc::new(settings.examples.clone()),
            proxies: settings.proxies.clone().into(),
            sheets: Sheets::new(Arc::clone(&settings.edge)),
            drafts: Drafts::default(),
            sheet_bytes_max: settings.sheet_bytes_max,
            seal_key: settings.seal_key.clone(),
        }
    }

    pub(crate) fn edge(&self) -> Result<Edge, Unadmitted> {
        (self.edge)().ok_or_else(|| {
            Unadmitted::Failed(app::rules::Words::new(
                "系统给不出随机数；请稍后再试",
                "the system gives no randomness; try again shortly",
            ))
        })
    }

    /// What codes are checked with; `None` where there is no key for their secrets.
    pub(crate) fn codes(&self) -> Option<Codes> {
        let second = self.second.as_ref()?;
        Some(Codes {
            key: second.key.clone(),
            unix_s: u64::try_from((second.clock_ms)() / 1_000).unwrap_or(0),
        })
    }

    /// The single sign-on, where there is one.
    pub(crate) fn provider(&self) -> Option<&Provider> {
        self.provider.as_ref()
    }

    /// On whose behalf a request is made.
    async fn viewer(&self, headers: &HeaderMap) -> Result<Option<Viewer>, Unadmitted> {
        if !self.sign_in {
            return Ok(Some(Viewer::operator()));
        }
        match token(headers) {
            Some(token) => self.app.session(token, self.edge()?.now).await,
            None => Ok(None),
        }
    }

    fn is_secure(&self, request: &Request) -> bool {
        let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let ours = connection.is_some_and(|ConnectInfo(address)| {
            self.proxies.contains(&address.ip().to_canonical())
        });
        let named = request.headers().get("x-forwarded-proto");
        ours && named.is_some_and(|scheme| scheme == "https")
    }
}

/// The addresses of the door.
pub(crate) fn router(door: Door) -> Router {
    Router::new()
        .route("/sign-in", get(asked).post(entered))
        .route("/sign-out", post(left))
        .route("/sign-in/code", get(second::asked).post(second::given))
        .route("/sign-in/single", get(single::begun))
        .route("/sign-in/single/back", get(single::came))
        .route("/link/{token}", get(invited).post(accepted))
        .with_state(door)
}

/// Lets a request in on somebody's behalf, or shows where to sign in. A change has to come from our own pages: browsers
/// say where a request comes from, and programs say nothing.
pub(crate) async fn admit(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let reader = reader_of(request.headers());
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    if !is_read && is_foreign(request.headers()) {
        return Refusal::new(reader, Reason::Elsewhere).into_response();
    }
    let secure = Secure(door.is_secure(&request));
    request.extensions_mut().insert(secure);
    let pass = Pass(token(request.headers()).filter(|_| door.sign_in).map(mark));
    let path = request.uri().path();
    if path.starts_with("/api/")
        && let Some(token) = bearer(request.headers())
    {
        let token = token.to_owned();
        return for_a_program(&door, &token, is_read, request, next).await;
    }
    let viewer = match door.viewer(request.headers()).await {
        Ok(viewer) => viewer,
        Err(unadmitted) => return failed(reader, &unadmitted),
    };
    let open = ["/sign-in/", "/link/", "/assets/"];
    let is_open = path == "/sign-in" || open.iter().any(|open| path.starts_with(open));
    match viewer {
        Some(_) if !is_read && !is_open && !is_marked(&request, pass) => {
            return match path.starts_with("/api/") {
                true => unmarked().into_response(),
                false => Refusal::new(reader, Reason::Unmarked).into_response(),
            };
        }
        Some(viewer) => {
            request.extensions_mut().insert(pass);
            let official = Official(is_official(door.app.programme(), &viewer));
            request.extensions_mut().insert(official);
            let browses = Browses(door.app.may_browse(&viewer));
            request.extensions_mut().insert(browses);
            request.extensions_mut().insert(viewer);
        }
        None if is_open => {}
        None if path.starts_with("/api/") => return unknown().into_response(),
        None => {
            let wanted = request
                .uri()
                .path_and_query()
                .map_or("/", |wanted| wanted.as_str());
            let wanted = utf8_percent_encode(wanted, NON_ALPHANUMERIC);
            return Redirect::to(&format!("/sign-in?next={wanted}")).into_response();
        }
    }
    let mut response = next.run(request).await;
    if door.sign_in && !is_open {
        // What one person saw is not shown to the next one at the same machine.
        let headers = response.headers_mut();
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("private, no-store"));
    }
    response
}

/// Lets a program in by its token, which no browser sends unasked.
async fn for_a_program(
    door: &Door,
    token: &str,
    is_read: bool,
    mut request: Request,
    next: Next,
) -> Response {
    let found = match door.edge() {
        Ok(edge) => door.app.by_token(token, edge.now).await,
        Err(unadmitted) => Err(unadmitted),
    };
    match found {
        Ok(Some((_, false))) if !is_read => reads_only().into_response(),
        Ok(Some((viewer, _))) => {
            request.extensions_mut().insert(viewer);
            next.run(request).await
        }
        Ok(None) => unknown().into_response(),
        Err(unadmitted) => failed(reader_of(&HeaderMap::new()), &unadmitted),
    }
}

/// The token that a program sends.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let said = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    said.strip_prefix("Bearer ").map(str::trim)
}

/// `GET /sign-in`.
async fn asked(
    State(door): State<Door>,
    headers: HeaderMap,
    Query(Wanted { next }): Query<Wanted>,
) -> Response {
    sign_in_page(&door, reader_of(&headers), (String::new(), next), None)
}

/// The page of signing in, with the name that was given and what stood against it.
pub(crate) fn sign_in_page(
    door: &Door,
    reader: Reader,
    (account, next): (String, String),
    said: Option<String>,
) -> Response {
    let status = match said {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = DoorPage {
        examples: Arc::clone(&door.examples),
        is_single: door.provider.is_some(),
        link: None,
        account,
        next,
        said,
    };
    shown(status, draw::door(reader, page), reader)
}

/// `POST /sign-in`.
async fn entered(
    State(door): State<Door>,
    Extension(secure): Extension<Secure>,
    headers: HeaderMap,
    Form(entry): Form<Entry>,
) -> Response {
    let reader = reader_of(&headers);
    let signed = match door.edge() {
        Ok(edge) => {
            door.app
                .sign_in(&entry.account, &entry.password, edge)
                .await
        }
        Err(unadmitted) => Err(unadmitted),
    };
    match signed {
        Ok(entered) => welcome(&entered, &entry.next, secure),
        Err(refused @ Unadmitted::Refused(_)) => {
            let said = reader.t(&(&refused.words()).into()).to_owned();
            sign_in_page(&door, reader, (entry.account, entry.next), Some(said))
        }
        Err(unadmitted) => failed(reader, &unadmitted),
    }
}

/// `POST /sign-out`.
async fn left(
    State(door): State<Door>,
    Extension(secure): Extension<Secure>,
    headers: HeaderMap,
) -> Response {
    if let Some(token) = token(&headers)
        && let Err(unadmitted) = door.app.sign_out(token).await
    {
        return failed(reader_of(&headers), &unadmitted);
    }
    let mut response = Redirect::to("/sign-in").into_response();
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

/// `GET /link/{token}`.
async fn invited(
    State(door): State<Door>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let reader = reader_of(&headers);
    link_page(&door, &token, reader, None).await
}

/// `POST /link/{token}`.
async fn accepted(
    State(door): State<Door>,
    Path(token): Path<String>,
    Extension(secure): Extension<Secure>,
    headers: HeaderMap,
    Form(entry): Form<Entry>,
) -> Response {
    let reader = reader_of(&headers);
    let accepted = match door.edge() {
        Ok(edge) => door.app.accept(&token, &entry.password, edge).await,
        Err(unadmitted) => Err(unadmitted),
    };
    match accepted {
        Ok(entered) => welcome(&entered, "/", secure),
        Err(refused @ Unadmitted::Refused(_)) => {
            let said = reader.t(&(&refused.words()).into()).to_owned();
            link_page(&door, &token, reader, Some(said)).await
        }
        Err(unadmitted) => failed(reader, &unadmitted),
    }
}

async fn link_page(door: &Door, token: &str, reader: Reader, said: Option<String>) -> Response {
    let link = match door.edge() {
        Ok(edge) => door.app.link_of(token, edge.now).await,
        Err(unadmitted) => Err(unadmitted),
    };
    let status = match said {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    match link {
        Ok(None) => Refusal::new(reader, Reason::LinkGone).into_response(),
        Ok(link) => {
            let page = DoorPage {
                examples: Arc::default(),
                is_single: false,
                link,
                account: String::new(),
                next: String::new(),
                said,
            };
            shown(status, draw::door(reader, page), reader)
        }
        Err(unadmitted) => failed(reader, &unadmitted),
    }
}

/// A page of the door, which no cache keeps.
pub(crate) fn shown(status: StatusCode, drawn: askama::Result<String>, reader: Reader) -> Response {
    let mut response = match drawn {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => Refusal::new(reader, Reason::Drawing).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Leads on whoever has shown to be an account's person: into the session, or to the page that asks for the code.
pub(crate) fn welcome(entered: &Entered, next: &str, secure: Secure) -> Response {
    match entered {
        Entered::Session(token) => let_in(token, local(next), secure),
        Entered::Step(token) => second::ask(token, local(next), secure),
    }
}

pub(crate) fn let_in(token: &str, next: &str, secure: Secure) -> Response {
    let mut response = Redirect::to(next).into_response();
    set(&mut response, COOKIE, token, secure);
    response
}

pub(crate) fn failed(reader: Reader, unadmitted: &Unadmitted) -> Response {
    let words = unadmitted.words();
    let failed = app::Error::Failed((&words).into());
    Refusal::new(reader, Reason::App(failed)).into_response()
}

/// The token of the session that a browser sends.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    sent(headers, COOKIE)
}

/// The mark of a session's own pages: whoever does not know the session's token cannot make it.
fn mark(token: &str) -> u128 {
    let digest = Sha256::digest(format!("heli page mark {token}"));
    let bytes = digest.iter().take(16);
    bytes.fold(0, |mark, byte| mark << 8 | u128::from(*byte))
}

/// Whether a change carries the mark of its session, in its address as forms send it or in a header as scripts do.
fn is_marked(request: &Request, Pass(pass): Pass) -> bool {
    let Some(pass) = pass else {
        return true;
    };
    let query = request.uri().query().unwrap_or_default();
    let given = query.split('&').find_map(|pair| pair.strip_prefix("pass="));
    let header = request.headers().get("x-heli-pass");
    let given = given.or_else(|| header?.to_str().ok());
    given.is_some_and(|given| u128::from_str_radix(given, 16) == Ok(pass))
}

/// Whether a browser says that a request comes from another site's page. One that says nothing is no browser.
fn is_foreign(headers: &HeaderMap) -> bool {
    let named = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    if let Some(site) = named("sec-fetch-site") {
        return ![b"same-origin".as_slice(), b"none"].contains(&site);
    }
    let host = named("host").unwrap_or_default();
    named("origin").is_some_and(|origin| {
        let rest = origin
            .strip_prefix(b"https://")
            .or_else(|| origin.strip_prefix(b"http://"));
        rest != Some(host)
    })
}

/// Only an address of our own is gone to.
pub(crate) fn local(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if is_local { next } else { "/" }
}

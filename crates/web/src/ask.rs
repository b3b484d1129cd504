//! What a request asks: its day, its language, and the filters in its address.

use crate::reader::{Reader, sort_id, standing_id};
use crate::refusal::{Reason, Refusal};
use app::view::{Counts, Language, MatrixQuestion, Sort, Standing};
use app::{Viewer, manages};
use axum::{
    extract::{FromRequestParts, Query, Request},
    http::{HeaderMap, HeaderValue, Uri, header, request::Parts},
    middleware::Next,
    response::Response,
};
use jiff::civil::Date;
use serde::Deserialize;

/// Remembers the language between visits; holds nothing else.
const LANGUAGE_COOKIE: &str = "heli_language";
const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// Every key that an address may carry.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Keys {
    at: Option<String>,
    lang: Option<String>,
    pub(crate) clause: Option<String>,
    measure: Option<String>,
    level: Option<String>,
    part: Option<String>,
    standing: Option<String>,
    sort: Option<String>,
}

/// Whether the viewer sees how units stand, as the door found out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Official(pub(crate) bool);

/// Whether the viewer may read through the journal, as the door found out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Browses(pub(crate) bool);

/// The mark that changes in this session carry; `None` where nobody signs in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pass(pub(crate) Option<u128>);

/// A request, read.
#[derive(Debug)]
pub(crate) struct Asked {
    /// In which language and of which day somebody reads.
    pub(crate) reader: Reader,
    /// On whose behalf.
    pub(crate) viewer: Viewer,
    /// The filters.
    pub(crate) keys: Keys,
    /// The address, for the page's own links to itself.
    pub(crate) here: Here,
}

/// The address of a page, taken apart so that the page can link to itself with one key changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Here {
    /// The path, escaped as it came.
    pub(crate) path: String,
    /// Keys and values except the day and the language.
    pub(crate) kept: Vec<(String, String)>,
}

impl Here {
    fn of(uri: &Uri) -> Self {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map(|Query(pairs)| pairs)
            .unwrap_or_default();
        let kept = pairs.into_iter().filter(|(key, value)| {
            !matches!(key.as_str(), "at" | "lang" | "pass") && !value.is_empty()
        });
        Self {
            path: uri.path().to_owned(),
            kept: kept.collect(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let here = Here::of(&parts.uri);
        let remembered = Reader::new(remembered(&parts.headers), None);
        let keys = match Query::<Keys>::try_from_uri(&parts.uri) {
            Ok(Query(keys)) => keys,
            Err(_) => return Err(Refusal::new(remembered, Reason::BadAddress)),
        };
        let language = keys
            .lang
            .as_deref()
            .and_then(language)
            .unwrap_or(remembered.language);
        let at = match given(&keys.at) {
            None => None,
            Some(text) => match text.parse::<Date>() {
                Ok(day) => Some(day),
                Err(_) => {
                    return Err(Refusal::new(
                        Reader::new(language, None),
                        Reason::BadDay(text.to_owned()),
                    ));
                }
            },
        };
        let viewer = parts.extensions.get().cloned();
        let viewer = viewer.unwrap_or_else(Viewer::nobody);
        Ok(Self {
            reader: Reader {
                signed_in: !viewer.is_operator(),
                official: parts
                    .extensions
                    .get::<Official>()
                    .is_none_or(|Official(is)| *is),
                browses: parts
                    .extensions
                    .get::<Browses>()
                    .is_none_or(|Browses(may)| *may),
                manages: manages(&viewer),
                pass: parts.extensions.get().and_then(|Pass(pass)| *pass),
                ..Reader::new(language, at)
            },
            viewer,
            keys,
            here,
        })
    }
}

impl Asked {
    /// The matrix that the address asks for.
    pub(crate) fn matrix(&self) -> Result<MatrixQuestion, Refusal> {
        let keys = &self.keys;
        let standing = chosen(&keys.standing, &Counts::ORDER, standing_id);
        let sort = chosen(&keys.sort, &[Sort::Tree, Sort::Red, Sort::OnTime], sort_id);
        let (Ok(standing), Ok(sort)) = (standing, sort) else {
            return Err(Refusal::new(self.reader, Reason::BadAddress));
        };
        Ok(MatrixQuestion {
            measure: given(&keys.measure).map(str::to_owned),
            level: given(&keys.level).map(str::to_owned),
            part: given(&keys.part).map(str::to_owned),
            standing: standing as Option<Standing>,
            sort: sort.unwrap_or_default(),
        })
    }

    pub(crate) fn clause(&self) -> Option<String> {
        given(&self.keys.clause).map(str::to_owned)
    }
}

/// A value that was filled in: forms send empty values for what was left open.
fn given(value: &Option<String>) -> Option<&str> {
    value
        .as_deref()
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

/// One of a closed list of values by its id; an id that is not in the list is an error.
fn chosen<T: Copy>(
    value: &Option<String>,
    all: &[T],
    id: fn(T) -> &'static str,
) -> Result<Option<T>, ()> {
    match given(value) {
        None => Ok(None),
        Some(asked) => all
            .iter()
            .copied()
            .find(|each| id(*each) == asked)
            .map(Some)
            .ok_or(()),
    }
}

fn language(code: &str) -> Option<Language> {
    match code {
        "zh" => Some(Language::Zh),
        "en" => Some(Language::En),
        _ => None,
    }
}

/// The language of the last visit; Chinese on the first.
fn remembered(headers: &HeaderMap) -> Language {
    let cookies = headers
        .get(header::COOKIE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == LANGUAGE_COOKIE)
        .and_then(|(_, code)| language(code))
        .unwrap_or_default()
}

/// The language of a request whose address could not be read.
pub(crate) fn reader_of(headers: &HeaderMap) -> Reader {
    Reader::new(remembered(headers), None)
}

/// Keeps the language that an address asks for.
pub(crate) async fn remember_language(request: Request, next: Next) -> Response {
    let asked = request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .find_map(|pair| pair.strip_prefix("lang="));
    let cookie = asked
        .filter(|code| language(code).is_some())
        .and_then(|code| {
            let cookie = format!(
                "{LANGUAGE_COOKIE}={code}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax; HttpOnly"
            );
            HeaderValue::try_from(cookie).ok()
        });
    let mut response = next.run(request).await;
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

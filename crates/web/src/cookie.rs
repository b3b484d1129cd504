//! Cookies: set so that no script reads them, and read as browsers send them.

use crate::door::Secure;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

/// A cookie that no script reads.
#[derive(Clone, Copy)]
pub(crate) struct Cookie {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) seconds: u32,
}

/// Sets a cookie that no script reads and no other site's form sends.
pub(crate) fn set(response: &mut Response, cookie: Cookie, value: &str, Secure(secure): Secure) {
    let secure = if secure { "; Secure" } else { "" };
    let Cookie {
        name,
        path,
        seconds,
    } = cookie;
    let cookie =
        format!("{name}={value}; Path={path}; Max-Age={seconds}; SameSite=Lax; HttpOnly{secure}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// What a browser sends of a cookie.
pub(crate) fn sent(headers: &HeaderMap, cookie: Cookie) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = cookies
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == cookie.name)
        .map(|(_, value)| value)
}

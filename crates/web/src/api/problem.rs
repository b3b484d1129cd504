//! Problem details (RFC 9457): the only place where a refusal of the API becomes a status code.

use super::Api;
use super::record::cells_json;
use app::engine::Objection;
use app::list::Unread;
use app::programme::record::Cells;
use app::rules::Words;
use app::{Error, Refusal, Refused};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};

/// Every kind of problem with its status and title, as the document of the API lists them.
pub(super) const KINDS: [(&str, StatusCode, &str); 20] = [
    (
        "unmarked",
        StatusCode::FORBIDDEN,
        "A change without its session's mark",
    ),
    ("unknown", StatusCode::UNAUTHORIZED, "Nobody is signed in"),
    (
        "bad-request",
        StatusCode::BAD_REQUEST,
        "The request cannot be read",
    ),
    (
        "forbidden",
        StatusCode::FORBIDDEN,
        "The viewer may not do this",
    ),
    (
        "read-only",
        StatusCode::FORBIDDEN,
        "Nothing can be written here",
    ),
    ("not-found", StatusCode::NOT_FOUND, "There is no such thing"),
    (
        "method",
        StatusCode::METHOD_NOT_ALLOWED,
        "This address is not asked in this way",
    ),
    (
        "conflict",
        StatusCode::CONFLICT,
        "What the database holds stands against it",
    ),
    (
        "stale",
        StatusCode::PRECONDITION_FAILED,
        "Somebody changed the record since",
    ),
    (
        "too-large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body is too large",
    ),
    (
        "media-type",
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "The body is no JSON",
    ),
    (
        "refused",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The record may not be written so",
    ),
    (
        "unknown-field",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The body does not fit the register",
    ),
    (
        "key-reused",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The key was used for something else",
    ),
    (
        "version-missing",
        StatusCode::PRECONDITION_REQUIRED,
        "The request names no version",
    ),
    (
        "too-often",
        StatusCode::TOO_MANY_REQUESTS,
        "Too many requests",
    ),
    ("failed", StatusCode::INTERNAL_SERVER_ERROR, "Heli failed"),
    ("no-seal", StatusCode::NOT_FOUND, "No seal covers it yet"),
    (
        "no-room",
        StatusCode::INSUFFICIENT_STORAGE,
        "There is no room for more files",
    ),
    (
        "building",
        StatusCode::SERVICE_UNAVAILABLE,
        "The facts of that day are being built from the journal",
    ),
];

/// A problem on its way out.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: &'static str,
    words: Box<Words>,
    errors: Vec<Json>,
    more: Map<String, Json>,
    retry_seconds: Option<u64>,
}

/// One error of several: the field or parameter it is about, and the place among what was asked together.
pub(super) fn error(objection: &Objection, at: Option<usize>) -> Json {
    let mut error = json!({
        "field": objection.field,
        "zh": objection.words.zh,
        "en": objection.words.en,
    });
    if let (Some(at), Some(error)) = (at, error.as_object_mut()) {
        error.insert("at".into(), at.into());
    }
    error
}

/// A change in a session of a browser that does not carry the session's mark.
pub(crate) fn unmarked() -> Problem {
    Problem::new(
        "unmarked",
        "没有保存：请求没有带本次登录的标记（X-Heli-Pass）；请刷新页面后再试",
        "nothing was saved: the request lacks the session's mark (X-Heli-Pass); reload the page and try again",
    )
}

/// A change with a token that only reads.
pub(crate) fn reads_only() -> Problem {
    Problem::new(
        "forbidden",
        "没有保存：这个令牌只读；请用可写的令牌",
        "nothing was saved: this token only reads; use one that may change things",
    )
}

/// Whoever is not signed in.
pub(crate) fn unknown() -> Problem {
    Problem::new("unknown", "请先登录", "sign in first")
}

impl Problem {
    pub(super) fn new(kind: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::said(kind, Words::new(zh, en))
    }

    pub(super) fn said(kind: &'static str, words: Words) -> Self {
        Self {
            kind,
            words: Box::new(words),
            errors: Vec::new(),
            more: Map::new(),
            retry_seconds: None,
        }
    }

    /// The same with every error.
    pub(super) fn errors(mut self, errors: Vec<Json>) -> Self {
        self.errors = errors;
        self
    }

    fn with(mut self, key: &str, value: Json) -> Self {
        self.more.insert(key.to_owned(), value);
        self
    }

    /// The system gives no randomness.
    pub(super) fn no_chance() -> Self {
        Self::new(
            "failed",
            "没有保存：系统给不出随机数，请检查系统的随机数设备",
            "nothing was saved: the system gives no randomness; see to its random device",
        )
    }

    /// An address that asks too often.
    pub(super) fn too_often(seconds: u64) -> Self {
        let problem = Self::new(
            "too-often",
            format!("请求过于频繁，请 {seconds} 秒后再试"),
            format!("too many requests; try again in {seconds} s"),
        );
        Self {
            retry_seconds: Some(seconds),
            ..problem
        }
    }

    /// What cannot be read.
    pub(super) fn unread(unread: &Unread) -> Self {
        let words = unread.words();
        match unread {
            Unread::NoRegister(_)
            | Unread::NoRecord { .. }
            | Unread::NoFile(_)
            | Unread::NoDatabase(_) => Self::said("not-found", words),
            Unread::Question(faults) => {
                let errors = faults.iter().map(|fault| error(fault, None));
                Self::said("bad-request", words).errors(errors.collect())
            }
            Unread::Ahead { .. } => Self::said("bad-request", words).about("at"),
            Unread::View(Error::Building { done, all, .. }) => Self {
                retry_seconds: Some(1),
                ..Self::said("building", words)
                    .with("done", (*done).into())
                    .with("all", (*all).into())
            },
            Unread::View(Error::Missing { .. }) => Self::said("not-found", words),
            Unread::View(Error::OutsideCampaign { .. }) => {
                Self::said("bad-request", words).about("at")
            }
            Unread::Forbidden(_) => Self::said("forbidden", words),
            Unread::View(Error::NotOfficial) => Self::said("forbidden", words),
            Unread::View(Error::Failed(_)) | Unread::Failed(_) => Self::said("failed", words),
        }
    }

    /// The same with its own words as the only error, about one field.
    fn about(self, field: &str) -> Self {
        let error = json!({"field": field, "zh": self.words.zh, "en": self.words.en});
        self.errors(vec![error])
    }

    /// What was not written; `single` where one thing was asked, whose errors need no place.
    pub(super) fn refused(api: &Api, refused: &Refused, single: bool) -> Self {
        match refused {
            Refused::Objections(all) => {
                let errors = all.iter().map(|(at, o)| error(o, (!single).then_some(*at)));
                let problem = Self::new(
                    "refused",
                    "没有保存：下列各条不合要求，请改正后再试",
                    "nothing was saved; correct what each error names, then try again",
                );
                problem.errors(errors.collect())
            }
            Refused::Held(held) => Self::held(api, held),
            Refused::Forbidden(words) => Self::said("forbidden", words.clone()),
            Refused::ReadOnly(words) => Self::said("read-only", words.clone()),
            Refused::Failed(words) => Self::said("failed", words.clone()),
        }
    }

    fn held(api: &Api, held: &Refusal) -> Self {
        let words = held.words();
        match held {
            Refusal::Stale {
                register,
                record,
                version,
                current_version,
                current,
            } => Self::said("stale", words)
                .with("record", json!(record))
                .with("yours", json!({ "version": version }))
                .with(
                    "current",
                    json!({"version": current_version, "cells": seen(api, register, current)}),
                ),
            Refusal::Duplicate { fields, .. } => {
                let errors = fields.iter().map(
                    |field| json!({"field": field, "zh": words.zh.clone(), "en": words.en.clone()}),
                );
                let errors = errors.collect();
                Self::said("conflict", words).errors(errors)
            }
            Refusal::Referred { .. } | Refusal::Full { .. } => Self::said("conflict", words),
            Refusal::NoRecord { .. } => Self::said("not-found", words),
            Refusal::NoReference { field, .. }
            | Refusal::NoFile { field, .. }
            | Refusal::OtherKind { field, .. }
            | Refusal::Unfit { field, .. } => Self::said("refused", words).about(field),
            Refusal::KeyReused { .. } => Self::said("key-reused", words),
            Refusal::NoUnit { .. } | Refusal::Check { .. } => Self::said("refused", words),
        }
    }
}

fn seen(api: &Api, register: &str, cells: &Cells) -> Json {
    let (cells, _) = api.app.seen(&api.viewer(), register, cells.clone());
    let found = api.app.programme().register(register);
    found.map_or(Json::Null, |(_, register)| cells_json(register, &cells))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let declared = KINDS.iter().find(|(kind, ..)| *kind == self.kind);
        let (status, title) = declared.map_or(
            (StatusCode::INTERNAL_SERVER_ERROR, ""),
            |(_, status, title)| (*status, *title),
        );
        let mut body = self.more;
        body.insert("type".into(), format!("/api/docs#{}", self.kind).into());
        body.insert("title".into(), title.into());
        body.insert("status".into(), status.as_u16().into());
        body.insert("detail".into(), self.words.en.into());
        body.insert("detail_zh".into(), self.words.zh.into());
        body.insert("errors".into(), self.errors.into());
        let mut response = (status, Json::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// An address that the API does not have.
pub(super) async fn nowhere() -> Problem {
    Problem::new(
        "not-found",
        "没有这个接口地址；全部地址见 /api/docs",
        "the API has no such address; all of them are at /api/docs",
    )
}

/// An address that is asked with another method.
pub(super) async fn other_method() -> Problem {
    Problem::new(
        "method",
        "这个地址不这样使用；用法见 /api/docs",
        "this address takes other methods; see /api/docs",
    )
}

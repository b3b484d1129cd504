//! `/api/docs`: every operation, problem and register on one plain page that needs no other host.

use super::Api;
use super::openapi::OPERATIONS;
use super::problem::KINDS;
use crate::ask::reader_of;
use crate::refusal::{Reason, Refusal};
use app::rules::Words;
use askama::Template;
use axum::http::HeaderMap;
use axum::response::Html;

#[derive(Template)]
#[template(path = "api.html")]
struct Page {
    about: Words,
    operate: Words,
    hold: Words,
    refuse: Words,
    operations: Vec<Line>,
    kinds: Vec<(&'static str, u16, &'static str)>,
    registers: Vec<(String, Words)>,
    version: &'static str,
}

struct Line {
    method: String,
    path: String,
    zh: &'static str,
    en: &'static str,
}

/// The page.
pub(super) async fn page(api: Api, headers: HeaderMap) -> Result<Html<String>, Refusal> {
    let operations = OPERATIONS.iter().map(|operation| Line {
        method: operation.method.to_uppercase(),
        path: format!("/api/v1{}", operation.path),
        zh: operation.zh,
        en: operation.en,
    });
    let kinds = KINDS.iter();
    let registers = api.app.programme().registers.iter();
    let page = Page {
        about: Words::new(
            "程序接口，以 JSON 往来。",
            "The interface for programs; it speaks JSON.",
        ),
        operate: Words::new("操作", "Operations"),
        hold: Words::new("台账", "Registers"),
        refuse: Words::new("拒绝", "Problems (RFC 9457)"),
        operations: operations.collect(),
        kinds: kinds
            .map(|(kind, status, title)| (*kind, status.as_u16(), *title))
            .collect(),
        registers: registers.map(|r| (r.id.clone(), r.name.clone())).collect(),
        version: &crate::assets::VERSION,
    };
    let drawn = page.render().map(Html);
    drawn.map_err(|_| Refusal::new(reader_of(&headers), Reason::Drawing))
}

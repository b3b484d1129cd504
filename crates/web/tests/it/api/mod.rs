//! The API over a small database of its own for each test.

mod admin;
mod browse;
mod confirm;
mod daily;
mod differing;
mod document;
mod door;
mod excuse;
mod file;
mod form;
mod journal;
mod list;
mod reveal;
mod saved;
mod second;
mod sheet;
mod single;
mod write;

use crate::province::collect;
use app::programme::{Files, Programme};
use app::rules::{Day, Moment};
use app::{App, Edge, Opening};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value as Json;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use tower::ServiceExt;

/// A visit, beside the registers of the small programme.
const VISIT: &str = r#"
id = "visit"
name = { zh = "走访", en = "Visit" }
date = "seen_on"
number = "ZF-{unit}-{year}-{seq:5}"
unit = "place"
title = "topic"
[field.place]
name = { zh = "地区", en = "Place" }
type = "unit"
levels = ["county"]
required = true
[field.topic]
name = { zh = "事由", en = "Topic" }
type = "text"
[field.kind]
name = { zh = "类别", en = "Kind" }
type = "choice"
choices = { a = { zh = "甲", en = "A" }, b = { zh = "乙", en = "B" } }
[field.seen_on]
name = { zh = "日期", en = "Seen on" }
type = "date"
[field.asked]
name = { zh = "提出", en = "Asked" }
type = "money"
min = 0
[field.paid]
name = { zh = "支付", en = "Paid" }
type = "money"
[field.half]
name = { zh = "一半", en = "Half" }
type = "money"
formula = "paid / 2"
[field.phone]
name = { zh = "电话", en = "Phone" }
type = "phone"
sensitive = true
retain = "2 years"
[field.number]
name = { zh = "文号", en = "Number" }
type = "text"
unique = true
empty = "none"
[field.photos]
name = { zh = "照片", en = "Photos" }
type = "files"
accept = ["image/*"]
empty = "none"
[field.papers]
name = { zh = "附件", en = "Papers" }
type = "files"
empty = "none"
[state]
start = "open"
end = ["done"]
names = { open = { zh = "进行", en = "Open" }, done = { zh = "完成", en = "Done" } }
[move.finish]
name = { zh = "办结", en = "Finish" }
from = ["open"]
to = "done"
needs = ["seen_on"]
when = "seen_on <= today && paid >= yuan(1)"
who = ["city_office"]
[check.paid-within-asked]
rule = "paid <= asked"
level = "error"
message = { zh = "支付不能超过提出", en = "no more is paid than was asked" }
[check.paid-much]
rule = "paid < yuan(1000)"
level = "warning"
message = { zh = "金额较大", en = "that is much" }
[view]
list = ["place", "topic"]
sort = "seen_on desc"
"#;

fn programme() -> (Programme, Files) {
    static PROGRAMME: LazyLock<(Programme, Files)> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/meizhou-visits");
        let mut files = Files::new();
        collect(&folder, &folder, &mut files);
        files.insert("registers/visit.toml".into(), VISIT.into());
        let roles = files.get_mut("roles.toml").unwrap();
        roles.push_str("[[role.city_office.may]]\ndo = [\"see\", \"move\"]\non = [\"visit\"]\n");
        roles.push_str("[role.visitor]\nname = { zh = \"走访员\", en = \"Visitor\" }\n[[role.visitor.may]]\ndo = [\"see\", \"create\", \"change\", \"export\"]\non = [\"visit\"]\nwhere = \"under(place, viewer.unit)\"\n[[role.visitor.home]]\nregister = \"visit\"\nwhere = \"asked >= yuan(2)\"\nname = { zh = \"大额走访\", en = \"Large\" }\n");
        roles.push_str("[role.inspector]\nname = { zh = \"巡查员\", en = \"Inspector\" }\n[[role.inspector.may]]\ndo = [\"see\", \"reveal\"]\non = [\"visit\"]\nwhere = \"under(place, viewer.unit)\"\n");
        roles.push_str("[role.auditor]\nname = { zh = \"审计\", en = \"Auditor\" }\nofficial = true\n[[role.auditor.may]]\ndo = [\"see\"]\non = [\"*\"]\n");
        roles.push_str("[[role.county_office.may]]\ndo = [\"confirm\"]\non = [\"firm\"]\nwhere = \"under(place, viewer.unit)\"\n");
        roles.push_str("[role.firm]\nname = { zh = \"企业\", en = \"Firm\" }\nof = \"firm\"\nconfirmed = true\n[[role.firm.may]]\ndo = [\"see\"]\non = [\"firm\"]\nwhere = \"name == viewer.record.name\"\n");
        roles.push_str("[role.deputy]\nname = { zh = \"分管领导\", en = \"Deputy\" }\nofficial = true\n[[role.deputy.may]]\ndo = [\"see\", \"excuse\"]\non = [\"ten_day_report\"]\nwhere = \"under(place, viewer.unit)\"\n");
        let reading = app::programme::read(&files);
        let faults: Vec<&str> = reading
            .faults
            .iter()
            .map(|f| f.message.en.as_str())
            .collect();
        let programme = reading.programme.unwrap_or_else(|| panic!("{faults:?}"));
        (programme, files)
    });
    PROGRAMME.clone()
}

/// Noon of 26 March 2024, with a seed that no other test has.
fn edge() -> Edge {
    static SEEDS: AtomicU64 = AtomicU64::new(0);
    let noon = Day::from_ymd(2024, 3, 26).unwrap().start().0 + 12 * 3_600_000;
    let nth = SEEDS.fetch_add(1, Ordering::Relaxed).to_le_bytes();
    Edge {
        now: Moment(noon),
        seed: std::array::from_fn(|at| nth[at % nth.len()]),
    }
}

/// An API over an empty database.
struct Desk {
    app: App,
    router: Router,
}

/// What was answered.
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    json: Json,
    body: Vec<u8>,
}

impl Got {
    /// The answer, which has this status.
    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.json);
        self
    }

    /// The body of an answer that is no JSON.
    fn text(self) -> String {
        String::from_utf8(self.body).unwrap()
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Desk {
    async fn new() -> Self {
        Self::set(|_| {}).await
    }

    async fn set(change: impl FnOnce(&mut web::Settings)) -> Self {
        static DESKS: AtomicU32 = AtomicU32::new(0);
        let nth = DESKS.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("api-{}-{nth}.db", std::process::id()));
        let (programme, files) = programme();
        let opening = Opening {
            address: path.to_str().unwrap().to_owned(),
            files,
            now: edge().now,
            today: Day::from_ymd(2024, 3, 26).unwrap(),
            since: None,
            attached: app::Attached::of(path.to_str().unwrap(), None),
            rehearsal: true,
            closed: None,
            clock_ms: || 0,
            seeds: [edge().seed, edge().seed],
        };
        let opened = App::open(programme, &opening, |_| {}).await;
        let app = opened.unwrap_or_else(|words| panic!("{}", words.en));
        Self::over(app, change)
    }

    fn over(app: App, change: impl FnOnce(&mut web::Settings)) -> Self {
        let mut settings = web::Settings::new(|| Some(edge()));
        settings.per_second = 0;
        change(&mut settings);
        Self {
            router: web::router(app.clone(), settings),
            app,
        }
    }

    /// The same database with other settings.
    fn with(self, change: impl FnOnce(&mut web::Settings)) -> Self {
        Self::over(self.app, change)
    }

    /// Sends a request; a change in a session with the mark that the session's pages carry, unless it brings one.
    async fn send(&self, mut request: Request<Body>) -> Got {
        let cookie = request.headers().get(header::COOKIE).cloned();
        let is_marked = request.headers().contains_key("x-heli-pass");
        if let Some(cookie) = cookie.filter(|_| request.method() != Method::GET && !is_marked) {
            let page = Request::get("/registers").header(header::COOKIE, cookie);
            let page = self.text(page.body(Body::empty()).unwrap()).await;
            let mark = page.split("data-pass=\"?pass=").nth(1);
            if let Some(mark) = mark.and_then(|rest| rest.split('"').next()) {
                let mark = mark.parse().unwrap();
                request.headers_mut().insert("x-heli-pass", mark);
            }
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let json = serde_json::from_slice(&body).unwrap_or(Json::Null);
        Got {
            status,
            headers,
            json,
            body: body.into(),
        }
    }

    /// The body of an answer that is no JSON.
    async fn text(&self, request: Request<Body>) -> String {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.into()).unwrap()
    }

    async fn get(&self, path: &str) -> Got {
        let request = Request::get(format!("/api/v1{path}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Reads as whoever has this cookie.
    async fn get_as(&self, path: &str, cookie: &str) -> Got {
        let request = Request::get(path).header(header::COOKIE, cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Sends JSON with further headers.
    async fn put(&self, how: &str, path: &str, body: &Json, headers: &[(&str, &str)]) -> Got {
        let mut request = Request::builder()
            .method(how)
            .uri(format!("/api/v1{path}"))
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// Records a visit and gives its id.
    async fn visit(&self, cells: Json) -> String {
        let body = serde_json::json!({ "cells": cells });
        let got = self
            .put("POST", "/registers/visit/records", &body, &[])
            .await
            .is(201);
        got.json["id"].as_str().unwrap().to_owned()
    }

    /// The ids that a list answers, in order.
    async fn ids(&self, query: &str) -> Vec<String> {
        let got = self
            .get(&format!("/registers/visit/records?{query}"))
            .await
            .is(200);
        let records = got.json["records"].as_array().unwrap();
        let ids = records.iter().map(|r| r["id"].as_str().unwrap().to_owned());
        ids.collect()
    }
}

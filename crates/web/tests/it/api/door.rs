//! The door, and what somebody with one place's rights finds out about another place: nothing.

use super::{Desk, Got, edge};
use app::Viewer;
use app::people::{Held, Invitation};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

pub(super) const PASSWORD: &str = "tide-lamp-orchid";
pub(super) const MINE: &str = "441402";
pub(super) const THEIRS: &str = "441403";

pub(super) async fn desk() -> Desk {
    Desk::set(|settings| settings.sign_in = true).await
}

/// Makes an account of a visitor in a unit; the path of its link.
pub(super) async fn invited(desk: &Desk, account: &str, unit: &str) -> String {
    let invitation = Invitation {
        account: account.into(),
        person: "王一".into(),
        phone: None,
        held: vec![Held {
            role: "visitor".into(),
            unit: unit.into(),
            from: edge().now.day(),
            until: None,
        }],
    };
    let link = desk
        .app
        .invite(&Viewer::operator(), &invitation, edge())
        .await;
    format!("/link/{}", link.unwrap())
}

pub(super) async fn form(desk: &Desk, path: &str, body: &str, headers: &[(&str, &str)]) -> Got {
    let mut request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    desk.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

/// The cookie that an answer sets, as a browser sends it.
pub(super) fn cookie(got: &Got) -> String {
    let set = got.header(header::SET_COOKIE);
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax"),
        "{set}"
    );
    set.split(';').next().unwrap().to_owned()
}

/// Signs a new visitor of a unit in; the cookie.
pub(super) async fn visitor(desk: &Desk, account: &str, unit: &str) -> String {
    let link = invited(desk, account, unit).await;
    let body = format!("account={account}&password={PASSWORD}");
    cookie(&form(desk, &link, &body, &[]).await.is(303))
}

#[tokio::test]
async fn nobody_comes_in_without_signing_in() {
    let desk = desk().await;
    for path in ["/", "/duties", "/units/441400", "/api/docs"] {
        let got = desk.get_as(path, "heli_session=0000").await;
        let is_page = got.status.as_u16() == 303;
        assert!(
            is_page || got.status.as_u16() == 401,
            "{path}: {}",
            got.status
        );
        if is_page {
            assert!(
                got.header(header::LOCATION)
                    .starts_with("/sign-in?next=%2F"),
                "{path}"
            );
        }
    }
    for path in [
        "/registers",
        "/registers/visit/records",
        "/duties",
        "/journal/root",
    ] {
        desk.get(path).await.is(401);
    }
    desk.put(
        "POST",
        "/registers/visit/records",
        &json!({ "cells": {} }),
        &[],
    )
    .await
    .is(401);
    desk.get_as("/sign-in", "").await.is(200);
    desk.get_as("/link/0123", "").await.is(404);
}

#[tokio::test]
async fn a_link_a_session_and_the_way_out() {
    let desk = desk().await;
    let link = invited(&desk, "wang", MINE).await;
    desk.get_as(&link, "").await.is(200);
    form(&desk, &link, "account=wang&password=short", &[])
        .await
        .is(422);
    let mine = cookie(
        &form(
            &desk,
            &link,
            &format!("account=wang&password={PASSWORD}"),
            &[],
        )
        .await
        .is(303),
    );
    desk.get_as(&link, "").await.is(404);
    desk.get_as("/api/v1/registers/visit/records", &mine)
        .await
        .is(200);
    form(&desk, "/sign-in", "account=wang&password=wrong", &[])
        .await
        .is(422);
    let body = format!("account=wang&password={PASSWORD}&next=//elsewhere.example/");
    let again = form(&desk, "/sign-in", &body, &[]).await.is(303);
    assert_eq!(again.header(header::LOCATION), "/");
    form(&desk, "/sign-out", "", &[("cookie", &mine)])
        .await
        .is(303);
    desk.get_as("/api/v1/registers/visit/records", &mine)
        .await
        .is(401);
    desk.get_as("/api/v1/registers/visit/records", &cookie(&again))
        .await
        .is(200);
}

#[tokio::test]
async fn another_sites_page_changes_nothing() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let body = json!({ "cells": { "place": MINE, "topic": "x" } });
    let send = async |from: &[(&str, &str)]| {
        let mut headers = vec![("cookie", mine.as_str()), ("host", "heli.example")];
        headers.extend(from);
        desk.put("POST", "/registers/visit/records", &body, &headers)
            .await
            .status
            .as_u16()
    };
    assert_eq!(send(&[("sec-fetch-site", "cross-site")]).await, 403);
    assert_eq!(send(&[("sec-fetch-site", "same-site")]).await, 403);
    assert_eq!(send(&[("origin", "https://elsewhere.example")]).await, 403);
    assert_eq!(send(&[("origin", "null")]).await, 403);
    assert_eq!(send(&[("origin", "https://heli.example")]).await, 201);
    assert_eq!(send(&[("sec-fetch-site", "same-origin")]).await, 201);
    // A mark that is missing in a browser's session, or another session's.
    let bare = Request::post("/registers/visit/new").header(header::COOKIE, &mine);
    let bare = bare.header("x-heli-pass", "");
    desk.send(bare.body(Body::empty()).unwrap()).await.is(403);
    assert_eq!(send(&[("x-heli-pass", "0")]).await, 403);
}

#[tokio::test]
async fn a_hostile_walk_finds_nothing() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let theirs = visitor(&desk, "lin", THEIRS).await;
    let record = async |cookie: &str, place: &str, number: &str| {
        let body = json!({ "cells": { "place": place, "topic": "秘事", "seen_on": "2024-03-01", "number": number } });
        desk.put(
            "POST",
            "/registers/visit/records",
            &body,
            &[("cookie", cookie)],
        )
        .await
    };
    let own = record(&mine, MINE, "1").await.is(201).json["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let other = record(&theirs, THEIRS, "2").await.is(201).json["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let told = record(&mine, THEIRS, "3").await.is(422).json.to_string();
    assert!(!told.contains(&other), "{told}");

    let never = "ZF-441403-2024-99999";
    for path in ["", "/history"] {
        let said = async |id: &str| {
            let got = desk
                .get_as(&format!("/api/v1/records/visit/{id}{path}"), &mine)
                .await
                .is(404);
            got.json.to_string().replace(id, "")
        };
        assert_eq!(said(&other).await, said(never).await);
        desk.get_as(&format!("/api/v1/records/visit/{own}{path}"), &mine)
            .await
            .is(200);
    }
    for query in [
        "count=true",
        "count=true&number=2",
        "count=true&where=number%20%3D%3D%20%272%27",
    ] {
        let got = desk
            .get_as(&format!("/api/v1/registers/visit/records?{query}"), &mine)
            .await
            .is(200);
        let expected = usize::from(query == "count=true");
        assert_eq!(got.json["count"], expected, "{query}");
        assert!(!got.json.to_string().contains(&other), "{query}");
    }
    let change = async |id: &str| {
        let headers = [("cookie", mine.as_str()), ("if-match", "\"1\"")];
        let body = json!({ "cells": { "topic": "y" } });
        let got = desk
            .put("PATCH", &format!("/records/visit/{id}"), &body, &headers)
            .await;
        (got.status, got.json.to_string().replace(id, ""))
    };
    assert_eq!(change(&other).await, change(never).await);
    assert_eq!(change(&own).await.0, 200);
    let away = json!({ "cells": { "place": THEIRS } });
    let headers = [("cookie", mine.as_str()), ("if-match", "\"2\"")];
    desk.put("PATCH", &format!("/records/visit/{own}"), &away, &headers)
        .await
        .is(422);
    // A number that another place's record has is refused without naming that record.
    let told = record(&mine, MINE, "2").await;
    assert_ne!(told.status.as_u16(), 201);
    assert!(!told.json.to_string().contains(&other), "{}", told.json);
    let sheet =
        Request::get("/api/v1/registers/visit/sheet?format=csv").header(header::COOKIE, &mine);
    let sheet = desk.text(sheet.body(Body::empty()).unwrap()).await;
    assert!(sheet.contains(&own) && !sheet.contains(&other), "{sheet}");
}

#[tokio::test]
async fn registers_lists_and_records_have_pages_of_their_own() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let theirs = visitor(&desk, "lin", THEIRS).await;
    let record = async |cookie: &str, place: &str, topic: &str| {
        let body = json!({ "cells": { "place": place, "topic": topic, "paid": 12_345_678 } });
        let got = desk
            .put(
                "POST",
                "/registers/visit/records",
                &body,
                &[("cookie", cookie)],
            )
            .await
            .is(201);
        got.json["id"].as_str().unwrap().to_owned()
    };
    let (own, other) = (
        record(&mine, MINE, "桥边").await,
        record(&theirs, THEIRS, "秘事").await,
    );
    let page = async |path: &str| {
        let request = Request::get(path).header(header::COOKIE, &mine);
        desk.text(request.body(Body::empty()).unwrap()).await
    };
    let all = page("/registers").await;
    assert!(
        all.contains("/registers/visit") && !all.contains("/registers/firm"),
        "{all}"
    );
    let list = page("/registers/visit?lang=zh").await;
    assert!(
        list.contains(&own) && list.contains("桥边") && list.contains("1 条"),
        "{list}"
    );
    assert!(!list.contains(&other) && !list.contains("秘事"), "{list}");
    let none = page("/registers/visit?kind=a").await;
    assert!(
        none.contains("没有记录符合这些条件") && none.contains("value=\"a\" selected"),
        "{none}"
    );
    let shown = page(&format!("/records/visit/{own}")).await;
    assert!(
        shown.contains("123\u{2009}456.78 元") && shown.contains("未填"),
        "{shown}"
    );
    assert!(shown.contains("<b>wang</b> 登记"), "{shown}");
    let hidden = page(&format!("/records/visit/{other}")).await;
    let never = page("/records/visit/ZF-441403-2024-99999").await;
    assert_eq!(
        hidden.replace(&other, ""),
        never.replace("ZF-441403-2024-99999", "")
    );
    desk.get_as("/registers/visit?nonsense=1", &mine)
        .await
        .is(400);
    desk.get_as("/registers/firm", &mine).await.is(403);
    desk.get_as("/", &mine).await;
    desk.get_as("/duties", &mine).await.is(403);
}

#[tokio::test]
async fn an_administrator_makes_accounts_on_a_page() {
    let desk = desk().await;
    let link = desk.app.first_link(edge()).await.unwrap().unwrap();
    let body = format!("account=admin&password={PASSWORD}");
    let admin = cookie(
        &form(&desk, &format!("/link/{link}"), &body, &[])
            .await
            .is(303),
    );
    let wang = "account=wang&person=%E7%8E%8B%E4%B8%80&role=visitor&unit=";
    let refused = form(
        &desk,
        "/admin/accounts",
        &format!("{wang}nowhere"),
        &[("cookie", &admin)],
    )
    .await;
    assert_eq!(refused.status.as_u16(), 422);
    form(
        &desk,
        "/admin/accounts",
        &format!("{wang}{MINE}"),
        &[("cookie", &admin)],
    )
    .await
    .is(200);
    let request = Request::get("/admin/accounts").header(header::COOKIE, &admin);
    let page = desk.text(request.body(Body::empty()).unwrap()).await;
    assert!(
        page.contains("王一") && page.contains("走访员 441402"),
        "{page}"
    );
    let lin = visitor(&desk, "lin", THEIRS).await;
    desk.get_as("/admin/accounts", &lin).await.is(403);
    let grab = form(
        &desk,
        "/admin/accounts/lin",
        "act=grant&role=city_office&unit=441400",
        &[("cookie", &lin)],
    )
    .await;
    assert_eq!(grab.status.as_u16(), 403);
    form(
        &desk,
        "/admin/accounts/lin",
        "act=hand&to=wang",
        &[("cookie", &admin)],
    )
    .await
    .is(200);
    desk.get_as("/registers", &lin).await.is(303);
    desk.get_as("/registers", &admin).await.is(200);
}

#[tokio::test]
async fn a_role_is_given_from_a_day_and_ended_on_the_page() {
    let desk = desk().await;
    let link = desk.app.first_link(edge()).await.unwrap().unwrap();
    let body = format!("account=admin&password={PASSWORD}");
    let path = format!("/link/{link}");
    let admin = cookie(&form(&desk, &path, &body, &[]).await.is(303));
    let post = async |path: &str, body: &str| form(&desk, path, body, &[("cookie", &admin)]).await;
    let wang = format!("account=wang&person=W&role=visitor&unit={MINE}");
    let path = "/admin/accounts";
    for wrong in [
        "from=tomorrow",
        "from=2024-03-28&until=2024-03-27",
        "until=26.3.2024",
    ] {
        let told = post(path, &format!("{wang}&{wrong}")).await.is(422).text();
        assert!(told.contains("value=\"wang\""), "what was filled in stays");
    }
    let made = post(path, &format!("{wang}&from=2024-03-01&until=2024-04-30")).await;
    let made = made.is(200).text();
    assert!(
        made.contains("走访员 441402 2024-03-01 起 至 2024-04-30"),
        "{made}"
    );
    let end = format!("act=end&role=visitor&unit={MINE}&from=2024-03-01");
    let path = "/admin/accounts/wang";
    post(path, &end).await.is(422);
    let other = end.replace("2024-03-01", "2024-03-02");
    post(path, &format!("{other}&until=2024-03-25"))
        .await
        .is(422);
    let over = post(path, &format!("{end}&until=2024-03-25")).await.is(200);
    let over = over.text();
    assert!(
        over.contains("走访员 441402 2024-03-01 起 至 2024-03-25</s>"),
        "{over}"
    );
    assert!(over.contains("已结束"));
    assert_eq!(
        over.matches("value=\"end\"").count(),
        1,
        "only the administrator's own role is left to end"
    );
}

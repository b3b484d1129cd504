//! Forms, imports and search on pages, over registers that have no code of their own.

use super::daily::official;
use super::door::{MINE, THEIRS, desk, visitor};
use super::{Desk, Got};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

const EDGE: &str = "----heli-test";

/// Sends a form as a browser does.
async fn send(desk: &Desk, path: &str, cookie: &str, given: &[(&str, &str)]) -> (Got, String) {
    let mut body = String::new();
    for (name, value) in given {
        let (name, file) = match name.split_once('@') {
            Some((name, file)) => (name, format!("; filename=\"{file}\"")),
            None => (*name, String::new()),
        };
        body.push_str(&format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str(&format!("--{EDGE}--\r\n"));
    let kind = format!("multipart/form-data; boundary={EDGE}");
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, kind)
        .header(header::COOKIE, cookie);
    let got = desk.send(request.body(Body::from(body)).unwrap()).await;
    let page = match got.status.as_u16() {
        303 => page(desk, got.header(header::LOCATION), cookie).await,
        _ => String::new(),
    };
    (got, page)
}

async fn page(desk: &Desk, path: &str, cookie: &str) -> String {
    desk.get_as(path, cookie).await.text()
}

/// Records a visit on the page; its id.
async fn recorded(desk: &Desk, cookie: &str, given: &[(&str, &str)]) -> String {
    let (got, _) = send(desk, "/registers/visit/new", cookie, given).await;
    let got = got.is(303);
    let place = got.header(header::LOCATION);
    let id = place.split(['/', '?']).nth(3).unwrap();
    id.to_owned()
}

#[tokio::test]
async fn a_record_is_made_and_changed_in_words_that_people_write() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let blank = page(
        &desk,
        "/registers/visit/new?topic=%E6%A1%A5%E8%BE%B9&lang=zh",
        &mine,
    )
    .await;
    assert!(
        blank.contains("value=\"桥边\""),
        "what the address gives is filled in: {blank}"
    );
    assert!(
        !blank.contains("name=\"half\""),
        "what is worked out is not asked for"
    );

    let typed = [
        ("place", "梅江区"),
        ("topic", " 桥边 "),
        ("paid", "12.5万元"),
        ("seen_on", "2024年3月1日"),
        ("kind", "a"),
        ("phone", "13800001111"),
    ];
    let id = recorded(&desk, &mine, &typed).await;
    let got = desk
        .get_as(&format!("/api/v1/records/visit/{id}"), &mine)
        .await
        .is(200);
    let cells = &got.json["cells"];
    assert_eq!(
        (&cells["paid"], &cells["seen_on"]),
        (&json!(12_500_000), &json!("2024-03-01"))
    );
    assert_eq!(
        (&cells["place"], &cells["topic"]),
        (&json!(MINE), &json!("桥边"))
    );

    let path = format!("/records/visit/{id}/change");
    let form = page(&desk, &path, &mine).await;
    assert!(form.contains("name=\"paid\" value=\"125000\""), "{form}");
    assert!(
        !form.contains("13800001111") && form.contains("不填则保持不变"),
        "{form}"
    );
    let (got, shown) = send(
        &desk,
        &path,
        &mine,
        &[("_version", "1"), ("paid", ""), ("phone", "")],
    )
    .await;
    got.is(303);
    assert!(
        shown.contains("已保存") && shown.contains("第 2 版"),
        "{shown}"
    );
    let got = desk
        .get_as(&format!("/api/v1/records/visit/{id}"), &mine)
        .await;
    assert_eq!(got.json["cells"]["paid"], json!(null), "emptied");
    assert_eq!(
        got.json["masked"],
        json!(["phone"]),
        "what is not shown stays where nothing is entered"
    );
}

#[tokio::test]
async fn nothing_typed_is_lost_and_every_fault_stands_beside_its_field() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let typed = [
        ("place", "不存在区"),
        ("topic", "桥边"),
        ("paid", "三万员"),
        ("_version", "0"),
    ];
    let (got, _) = send(&desk, "/registers/visit/new", &mine, &typed).await;
    let said = got.is(422).text();
    for part in [
        "value=\"不存在区\"",
        "value=\"桥边\"",
        "value=\"三万员\"",
        "href=\"#f-place\"",
        "href=\"#f-paid\"",
        "aria-invalid=\"true\"",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let (got, _) = send(
        &desk,
        "/registers/visit/new",
        &mine,
        &[("place", THEIRS), ("topic", "x")],
    )
    .await;
    assert!(got.is(422).text().contains("不在您负责的范围内"));
}

#[tokio::test]
async fn who_comes_second_sees_both() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let id = recorded(
        &desk,
        &mine,
        &[("place", MINE), ("topic", "桥边"), ("paid", "1")],
    )
    .await;
    let path = format!("/records/visit/{id}/change");
    let first = [("_version", "1"), ("topic", "桥东"), ("paid", "2")];
    send(&desk, &path, &mine, &first).await.0.is(303);
    // The second left the topic alone and changed what was paid.
    let second = [("_version", "1"), ("topic", "桥边"), ("paid", "3")];
    let said = send(&desk, &path, &mine, &second).await.0.is(422).text();
    assert!(said.contains("有人改过这条记录"), "{said}");
    assert!(
        said.contains("name=\"topic\" value=\"桥东\""),
        "what was left alone follows: {said}"
    );
    assert!(
        said.contains("name=\"paid\" value=\"3\""),
        "what was typed stays: {said}"
    );
    assert!(
        said.contains("<b>2 元</b>"),
        "the other's stands beside it: {said}"
    );
    assert!(said.contains("name=\"_version\" value=\"2\""), "{said}");
    let again = [("_version", "2"), ("topic", "桥东"), ("paid", "3")];
    send(&desk, &path, &mine, &again).await.0.is(303);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_does_nothing_twice() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let typed = [("_key", "k1"), ("place", MINE), ("topic", "桥边")];
    let one = recorded(&desk, &mine, &typed).await;
    assert_eq!(recorded(&desk, &mine, &typed).await, one);
    let got = desk
        .get_as("/api/v1/registers/visit/records?count=true", &mine)
        .await;
    assert_eq!(got.json["count"], 1);
}

#[tokio::test]
async fn a_form_is_only_for_who_may_fill_it() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let theirs = visitor(&desk, "lin", THEIRS).await;
    let id = recorded(&desk, &theirs, &[("place", THEIRS), ("topic", "秘事")]).await;
    let path = format!("/records/visit/{id}/change");
    let hidden = page(&desk, &path, &mine).await;
    assert!(!hidden.contains("秘事"), "{hidden}");
    let never = page(&desk, "/records/visit/ZF-441403-2024-99999/change", &mine).await;
    assert_eq!(
        hidden.replace(&id, ""),
        never.replace("ZF-441403-2024-99999", "")
    );
    let (got, _) = send(&desk, &path, &mine, &[("_version", "1"), ("topic", "x")]).await;
    got.is(404);
    let (got, _) = send(&desk, "/registers/firm/new", &mine, &[("name", "x")]).await;
    got.is(403);
}

#[tokio::test]
async fn search_finds_what_the_viewer_sees_and_nothing_else() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let theirs = visitor(&desk, "lin", THEIRS).await;
    let own = recorded(&desk, &mine, &[("place", MINE), ("topic", "厦门茶业")]).await;
    let other = recorded(&desk, &theirs, &[("place", THEIRS), ("topic", "厦门茶业")]).await;
    for text in ["%E5%8E%A6%E9%97%A8", "xmcy", "XMCY", &own] {
        let found = page(&desk, &format!("/search?q={text}"), &mine).await;
        assert!(
            found.contains(&format!("/records/visit/{own}")),
            "{text}: {found}"
        );
        assert!(!found.contains(&other), "{text}: {found}");
    }
    let found = page(&desk, &format!("/search?q={other}"), &mine).await;
    assert!(found.contains("没有找到"), "{found}");
    // A name that was given up finds nothing any more.
    let path = format!("/records/visit/{own}/change");
    send(&desk, &path, &mine, &[("_version", "1"), ("topic", "桥边")])
        .await
        .0
        .is(303);
    let found = page(&desk, "/search?q=xmcy", &mine).await;
    assert!(!found.contains(&own), "{found}");
}

#[tokio::test]
async fn a_sheet_is_tried_then_taken_in_then_taken_back() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let theirs = visitor(&desk, "lin", THEIRS).await;
    let sheet = "地区,事由,支付\n梅江区,桥边,1万元\n梅江区,桥西,两万员\n";
    let path = "/registers/visit/import";
    let (got, tried) = send(&desk, path, &mine, &[("sheet@走访.csv", sheet)]).await;
    let place = got.is(303).header(header::LOCATION).to_owned();
    assert!(
        tried.contains("共 2 行：将新增 1，修改 0，不变 0，退回 1"),
        "{tried}"
    );
    let count = async || {
        let got = desk
            .get_as("/api/v1/registers/visit/records?count=true", &mine)
            .await;
        got.json["count"].as_u64().unwrap()
    };
    assert_eq!(count().await, 0, "a trial writes nothing");
    // Nobody else asks after it or takes it in.
    assert!(page(&desk, &place, &theirs).await.contains("没有这个页面"));
    send(&desk, &place, &theirs, &[]).await.0.is(404);
    let (got, taken) = send(&desk, &place, &mine, &[]).await;
    let place = got.is(303).header(header::LOCATION).to_owned();
    assert!(
        taken.contains("共 2 行：新增 1") && taken.contains("整批撤回"),
        "{taken}"
    );
    assert_eq!(count().await, 1);
    let (got, _) = send(&desk, &format!("{place}/undo"), &mine, &[]).await;
    assert!(got.is(200).text().contains("已撤回 1 行"));
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn a_register_is_a_board_and_a_calendar_of_what_the_viewer_sees() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let theirs = visitor(&desk, "lin", THEIRS).await;
    let visit = [("topic", "桥边"), ("seen_on", "2024-03-05")];
    let own = recorded(&desk, &mine, &[&[("place", MINE)], &visit[..]].concat()).await;
    let other = recorded(&desk, &theirs, &[&[("place", THEIRS)], &visit[..]].concat()).await;
    for path in ["board", "calendar?month=2024-03"] {
        let page = page(&desk, &format!("/registers/visit/{path}"), &mine).await;
        assert!(
            page.contains(&own) && !page.contains(&other),
            "{path}: {page}"
        );
    }
    let april = page(&desk, "/registers/visit/calendar?month=2024-04", &mine).await;
    assert!(
        !april.contains(&own) && april.contains("month=2024-03"),
        "{april}"
    );
    desk.get_as("/registers/visit/calendar?month=soon", &mine)
        .await
        .is(400);
    desk.get_as("/registers/firm/board", &mine).await.is(403);
}

#[tokio::test]
async fn an_address_that_guesses_a_record_is_not_told_its_name() {
    let desk = desk().await;
    let city = official(&desk, "chen", "13900002222", "city_office", "441400").await;
    for (id, place, name) in [("F1", MINE, "甲公司"), ("F2", THEIRS, "乙公司")] {
        let firm = json!({ "id": id, "cells": { "place": place, "name": name } });
        let of = [("cookie", city.as_str())];
        let made = desk.put("POST", "/registers/firm/records", &firm, &of);
        made.await.is(201);
    }
    let mine = official(&desk, "he", "13800002222", "county_office", MINE).await;
    let form = |firm: &str| format!("/registers/problem/new?firm={firm}");
    let own = page(&desk, &form("F1"), &mine).await;
    assert!(own.contains("甲公司 [F1]"), "{own}");
    let guessed = page(&desk, &form("F2"), &mine).await;
    assert!(
        !guessed.contains("乙公司") && guessed.contains("value=\"F2\""),
        "{guessed}"
    );
}

//! Records are created, changed and moved, once and in order.

use super::Desk;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

const PLACE: &str = "441402";

#[tokio::test]
async fn a_record_is_created_read_changed_moved_and_its_history_told() {
    let desk = Desk::new().await;
    let cells = json!({"place": PLACE, "topic": "用电", "asked": 500_000, "phone": "13900000000"});
    let made = desk
        .put(
            "POST",
            "/registers/visit/records",
            &json!({ "cells": cells, "why": "来电" }),
            &[],
        )
        .await
        .is(201);
    let id = made.json["id"].as_str().unwrap().to_owned();
    let place = format!("/records/visit/{id}");
    assert_eq!(made.header(header::LOCATION), format!("/api/v1{place}"));
    assert_eq!(made.header(header::ETAG), "\"1\"");
    assert_eq!(made.header(header::CACHE_CONTROL), "no-store");

    let read = desk.get(&place).await.is(200).json;
    assert_eq!(read["state"], "open");
    assert_eq!(read["cells"]["asked"], 500_000, "fen");
    assert!(read["cells"]["paid"].is_null() && read["cells"]["half"].is_null());
    assert!(read["cells"]["phone"].is_null() && read["masked"] == json!(["phone"]));
    let step = &read["moves"][0];
    assert_eq!(
        (&step["id"], &step["to"]),
        (&json!("finish"), &json!("done"))
    );
    assert_eq!(step["lacks"], json!(["seen_on"]));
    assert!(step["holds"].is_null(), "nobody knows yet");

    let paid = json!({"cells": {"paid": 250_000}});
    let none = desk.put("PATCH", &place, &paid, &[]).await.is(428);
    assert_eq!(none.json["type"], "/api/docs#version-missing");
    let changed = desk
        .put("PATCH", &place, &paid, &[("if-match", "\"1\"")])
        .await
        .is(200);
    assert_eq!(changed.header(header::ETAG), "\"2\"");
    assert_eq!(changed.json["cells"]["half"], 125_000, "worked out");
    assert_eq!(changed.json["warnings"][0]["en"], "that is much");

    let other = json!({"cells": {"paid": 1}});
    let stale = desk
        .put("PATCH", &place, &other, &[("if-match", "\"1\"")])
        .await
        .is(412)
        .json;
    assert_eq!(stale["yours"]["version"], 1);
    assert_eq!(
        stale["current"],
        json!({"version": 2, "cells": {"paid": 250_000}})
    );

    let finish = json!({"move": "finish"});
    let moves = format!("{place}/moves");
    let refused = desk
        .put("POST", &moves, &finish, &[("if-match", "\"2\"")])
        .await
        .is(422)
        .json;
    assert_eq!(refused["errors"][0]["field"], "seen_on");
    assert!(
        refused["errors"][0]["zh"]
            .as_str()
            .unwrap()
            .contains("日期")
    );
    let finish = json!({"move": "finish", "cells": {"seen_on": "2024-03-25"}});
    let moved = desk
        .put("POST", &moves, &finish, &[("if-match", "\"2\"")])
        .await
        .is(200);
    assert_eq!(
        (&moved.json["state"], &moved.json["version"]),
        (&json!("done"), &json!(3))
    );
    assert_eq!(moved.json["moves"], json!([]));

    let entries = desk.get(&format!("{place}/history")).await.is(200).json;
    let entries = entries["entries"].as_array().unwrap().clone();
    let acts: Vec<&str> = entries.iter().map(|e| e["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["create", "change", "move:finish"]);
    assert_eq!(entries[0]["why"], "来电");
    assert!(entries[0]["after"]["phone"].is_null() && entries[0]["masked"] == json!(["phone"]));
    assert_eq!(
        entries[2]["after"],
        json!({"seen_on": "2024-03-25", "state": "done"})
    );
}

#[tokio::test]
async fn the_same_key_again_gives_the_first_answer() {
    let desk = Desk::new().await;
    let body = json!({"cells": {"place": PLACE, "topic": "一"}});
    let key = [("idempotency-key", "k-1")];
    let first = desk
        .put("POST", "/registers/visit/records", &body, &key)
        .await
        .is(201);
    let again = desk
        .put("POST", "/registers/visit/records", &body, &key)
        .await
        .is(201);
    assert_eq!(first.json["id"], again.json["id"]);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(desk.ids("").await.len(), 1);
    let other = json!({"cells": {"place": PLACE, "topic": "二"}});
    let reused = desk
        .put("POST", "/registers/visit/records", &other, &key)
        .await
        .is(422);
    assert_eq!(reused.json["type"], "/api/docs#key-reused");

    // A change that was answered once is answered again, though the version is an older one by now.
    let place = format!("/records/visit/{}", first.json["id"].as_str().unwrap());
    let change = json!({"cells": {"topic": "三"}});
    let headers = [("idempotency-key", "k-2"), ("if-match", "\"1\"")];
    desk.put("PATCH", &place, &change, &headers).await.is(200);
    let again = desk.put("PATCH", &place, &change, &headers).await.is(200);
    assert_eq!(again.json["version"], 2);
    let long = "k".repeat(201);
    desk.put(
        "POST",
        "/registers/visit/records",
        &body,
        &[("idempotency-key", &long)],
    )
    .await
    .is(400);
}

#[tokio::test]
async fn bulk_is_all_or_nothing() {
    let desk = Desk::new().await;
    let id = desk.visit(json!({"place": PLACE, "topic": "一"})).await;
    let items = json!([
        {"cells": {"place": PLACE, "topic": "二"}},
        {"record": id, "version": 1, "cells": {"topic": "三"}},
        {"cells": {"place": PLACE, "asked": 1, "paid": 2}},
    ]);
    let refused = desk
        .put("POST", "/registers/visit/bulk", &items, &[])
        .await
        .is(422)
        .json;
    assert_eq!(refused["errors"][0]["at"], 2);
    assert_eq!(refused["errors"][0]["en"], "no more is paid than was asked");
    assert_eq!(
        desk.ids("").await,
        [id.as_str()],
        "nothing of it was written"
    );

    let items = json!([items[0], items[1]]);
    let done = desk
        .put("POST", "/registers/visit/bulk", &items, &[])
        .await
        .is(200)
        .json;
    assert_eq!(done["entries"].as_array().unwrap().len(), 2);
    assert_eq!(desk.ids("").await.len(), 2);
    let items = json!([items[0], {"record": id, "version": 1, "cells": {"topic": "四"}}]);
    desk.put("POST", "/registers/visit/bulk", &items, &[])
        .await
        .is(412);
    assert_eq!(desk.ids("").await.len(), 2);
    desk.put("POST", "/registers/visit/bulk", &json!([]), &[])
        .await
        .is(400);
}

#[tokio::test]
async fn what_does_not_fit_is_named_in_a_problem() {
    let desk = Desk::new().await;
    let create = "/registers/visit/records";
    let body = json!({"cells": {"place": PLACE, "topik": "一", "paid": 1.5, "seen_on": "26.3.2024"}, "state": "done"});
    let got = desk.put("POST", create, &body, &[]).await.is(422);
    assert_eq!(got.header(header::CONTENT_TYPE), "application/problem+json");
    assert_eq!(got.json["status"], 422);
    assert!(
        got.json["title"].is_string()
            && got.json["detail"].is_string()
            && got.json["detail_zh"].is_string()
    );
    let errors = got.json["errors"].as_array().unwrap().clone();
    let fields: Vec<&str> = errors
        .iter()
        .map(|e| e["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["state", "paid", "seen_on", "topik"]);
    assert!(
        errors[3]["en"]
            .as_str()
            .unwrap()
            .contains("did you mean topic?")
    );
    for error in &errors {
        assert!(
            error["zh"].is_string() && error["en"].is_string(),
            "{error}"
        );
    }

    let body = json!({"cells": {"place": PLACE, "state": "done", "half": 1}});
    let got = desk.put("POST", create, &body, &[]).await.is(422);
    assert_eq!(
        got.json["errors"].as_array().unwrap().len(),
        2,
        "{}",
        got.json
    );
    desk.put("POST", create, &json!({"cells": {"topic": "一"}}), &[])
        .await
        .is(422);
    desk.put(
        "POST",
        "/registers/nothing/records",
        &json!({"cells": {}}),
        &[],
    )
    .await
    .is(404);
    desk.put(
        "PATCH",
        "/records/visit/nobody",
        &json!({"cells": {"topic": "一"}}),
        &[("if-match", "\"1\"")],
    )
    .await
    .is(404);

    let number = json!({"cells": {"place": PLACE, "number": "7"}});
    desk.put("POST", create, &number, &[]).await.is(201);
    let twice = desk.put("POST", create, &number, &[]).await.is(409);
    assert_eq!(twice.json["errors"][0]["field"], "number");

    let form =
        Request::post("/api/v1/registers/visit/records").header(header::CONTENT_TYPE, "text/plain");
    desk.send(form.body(Body::from("{}")).unwrap())
        .await
        .is(415);
    let broken = Request::post("/api/v1/registers/visit/records")
        .header(header::CONTENT_TYPE, "application/json");
    desk.send(broken.body(Body::from("{")).unwrap())
        .await
        .is(400);
    let delete = Request::delete("/api/v1/registers/visit/records");
    desk.send(delete.body(Body::empty()).unwrap()).await.is(405);
    desk.get("/nothing").await.is(404);
}

#[tokio::test]
async fn bodies_and_requests_have_limits() {
    let desk = Desk::set(|settings| settings.body_bytes_max = 200).await;
    let long = json!({"cells": {"place": PLACE, "topic": "长".repeat(100)}});
    desk.put("POST", "/registers/visit/records", &long, &[])
        .await
        .is(413);

    let desk = Desk::set(|settings| {
        settings.per_second = 1;
        settings.at_once = 3;
    })
    .await;
    // More requests than even a slow machine lets grow back.
    let mut refused = 0;
    for _ in 0..40 {
        let got = desk.get("/registers").await;
        if got.status == 429 {
            assert!(got.header(header::RETRY_AFTER).parse::<u64>().unwrap() >= 1);
            assert_eq!(got.json["type"], "/api/docs#too-often");
            refused += 1;
        } else {
            got.is(200);
        }
    }
    assert!(refused > 0, "forty requests at once, three allowed");
}

/// How many of forty requests at once are refused that come over a connection from an address, each with its own header.
async fn refused(desk: &Desk, from: &str, header: impl Fn(usize) -> String) -> usize {
    let from: std::net::SocketAddr = format!("{from}:4000").parse().unwrap();
    let mut refused = 0;
    for nth in 0..40 {
        let mut request = Request::get("/api/v1/registers")
            .header("x-forwarded-for", header(nth))
            .body(Body::empty())
            .unwrap();
        request
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(from));
        refused += usize::from(desk.send(request).await.status == 429);
    }
    refused
}

#[tokio::test]
async fn only_a_proxy_of_ours_says_who_asks() {
    let desk = Desk::set(|settings| {
        settings.per_second = 1;
        settings.at_once = 1;
        settings.proxies = vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
    })
    .await;
    assert_eq!(
        refused(&desk, "10.0.0.1", |n| format!("1.1.1.{n}")).await,
        0
    );
    assert_eq!(
        refused(&desk, "10.0.0.1", |n| format!("1.1.2.{n}, 10.0.0.2")).await,
        0
    );
    // What a client writes itself stands before what the proxy adds.
    assert!(refused(&desk, "10.0.0.1", |n| format!("1.1.3.{n}, 2.2.2.2")).await > 0);
    assert!(refused(&desk, "3.3.3.3", |n| format!("1.1.4.{n}")).await > 0);
}

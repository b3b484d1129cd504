//! Sensitive values: kept from everybody, shown by an act of its own, which leaves its trace.

use super::daily::official;
use super::door::{MINE, THEIRS, desk};
use super::{Desk, Got};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value as Json, json};

const PHONE: &str = "13800009999";

async fn asked(desk: &Desk, (cookie, id): (&str, &str), body: Json) -> Got {
    let path = format!("/records/visit/{id}/reveals");
    desk.put("POST", &path, &body, &[("cookie", cookie)]).await
}

async fn posted(desk: &Desk, (cookie, id): (&str, &str), body: &str) -> Got {
    let request = Request::post(format!("/records/visit/{id}/reveal"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie);
    desk.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

#[tokio::test]
async fn a_sensitive_value_is_shown_once_and_the_journal_says_to_whom_and_why() {
    let desk = desk().await;
    let visitor = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let cells = json!({"cells": {"place": MINE, "topic": "走访", "phone": PHONE}});
    let of = [("cookie", visitor.as_str())];
    let made = desk.put("POST", "/registers/visit/records", &cells, &of);
    let id = made.await.is(201).json["id"].as_str().unwrap().to_owned();
    let inspector = official(&desk, "chen", "13800001111", "inspector", MINE).await;
    let mine = (inspector.as_str(), id.as_str());
    let (page, history) = (
        format!("/records/visit/{id}"),
        format!("/api/v1/records/visit/{id}/history"),
    );

    let before = desk.get_as(&page, &inspector).await.is(200).text();
    assert!(
        before.contains("查看，并记入流水") && !before.contains(PHONE),
        "{before}"
    );
    let why = json!({"field": "phone", "why": "回访核实"});
    let shown = asked(&desk, mine, why.clone()).await.is(200);
    assert_eq!(shown.json["value"], PHONE);
    assert_eq!(shown.header(header::CACHE_CONTROL), "no-store");
    let shown = posted(&desk, mine, "field=phone&why=again").await.is(200);
    assert_eq!(shown.header(header::CACHE_CONTROL), "no-store");
    assert!(shown.text().contains(PHONE));

    // It is shown by the act alone, and the record is as it was.
    let after = desk.get_as(&page, &inspector).await.is(200).text();
    assert!(
        !after.contains(PHONE) && after.contains("回访核实"),
        "{after}"
    );
    let record = desk
        .get_as(&format!("/api/v1/records/visit/{id}"), &inspector)
        .await
        .is(200);
    assert_eq!(record.json["version"], 1);
    let told = desk.get_as(&history, &inspector).await.is(200);
    assert!(!told.json.to_string().contains(PHONE));
    let told: Vec<(&str, &str)> = told.json["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            (
                entry["act"].as_str().unwrap(),
                entry["actor"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [("create", "lin"), ("reveal", "chen"), ("reveal", "chen")]
    );
    // The next change starts from the version that the record has, and is taken.
    let change = json!({"cells": {"topic": "再访"}});
    let headers = [("cookie", visitor.as_str()), ("if-match", "\"1\"")];
    desk.put("PATCH", &format!("/records/visit/{id}"), &change, &headers)
        .await
        .is(200);
}

#[tokio::test]
async fn nothing_is_revealed_without_right_record_reason_or_value() {
    let desk = desk().await;
    let visitor = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let of = [("cookie", visitor.as_str())];
    let cells = json!({"cells": {"place": MINE, "topic": "走访"}});
    let made = desk.put("POST", "/registers/visit/records", &cells, &of);
    let id = made.await.is(201).json["id"].as_str().unwrap().to_owned();
    let inspector = official(&desk, "chen", "13800001111", "inspector", MINE).await;
    let other = official(&desk, "wu", "13800001111", "inspector", THEIRS).await;
    let body = |field: &str, why: &str| json!({"field": field, "why": why});
    let why = body("phone", "回访");

    asked(&desk, (&visitor, &id), why.clone()).await.is(403);
    let page = desk
        .get_as(&format!("/records/visit/{id}"), &visitor)
        .await
        .is(200)
        .text();
    assert!(!page.contains("查看，并记入流水"), "{page}");
    // A record out of sight is answered as one that was never there.
    let unseen = asked(&desk, (&other, &id), why.clone())
        .await
        .is(404)
        .json
        .to_string();
    let never = asked(&desk, (&other, "ZF-9"), why.clone())
        .await
        .is(404)
        .json
        .to_string();
    assert_eq!(unseen.replace(&id, "ZF-9"), never);
    posted(&desk, (&other, &id), "field=phone&why=x")
        .await
        .is(404);

    for (body, said) in [
        (body("phone", " "), "say why"),
        (body("topic", "回访"), "not sensitive"),
        (body("nothing", "回访"), "not sensitive"),
        (why, "holds nothing"),
    ] {
        let refused = asked(&desk, (&inspector, &id), body)
            .await
            .is(422)
            .json
            .to_string();
        assert!(refused.contains(said), "{said} in {refused}");
    }
    let refused = posted(&desk, (&inspector, &id), "field=phone&why=")
        .await
        .is(422)
        .text();
    assert!(refused.contains("请写明为何查看"), "{refused}");
    let history = desk
        .get_as(&format!("/api/v1/records/visit/{id}/history"), &inspector)
        .await
        .is(200);
    assert_eq!(history.json["entries"].as_array().unwrap().len(), 1);
}

//! Sheets over HTTP: a template, a dry run, the run itself, what is returned, the batch taken back, and lists as files.

use super::{Desk, Got};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde_json::json;
use tower::ServiceExt;

/// One good row, one whose amount is none, one without its place.
const SHEET: &str = "地区,事由,提出\r\n441402,用电,500\r\n441402,用水,许多\r\n,用地,300\r\n";

pub(super) async fn send(desk: &Desk, query: &str, sheet: &'static str) -> Got {
    let request = Request::post(format!("/api/v1/registers/visit/sheets?{query}"));
    let sent = desk.send(request.body(Body::from(sheet)).unwrap()).await;
    let mut got = sent;
    while got.status == StatusCode::ACCEPTED || got.json["state"] == "running" {
        let id = got.json["id"].as_str().unwrap().to_owned();
        tokio::task::yield_now().await;
        got = desk.get(&format!("/sheets/{id}")).await;
    }
    got
}

/// The content of a file that is sent, and what it is called.
async fn file(desk: &Desk, path: &str) -> (Vec<u8>, String) {
    let request = Request::get(format!("/api/v1{path}"))
        .body(Body::empty())
        .unwrap();
    let response = desk.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let name = response.headers()[header::CONTENT_DISPOSITION]
        .to_str()
        .unwrap()
        .to_owned();
    let content = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (content.to_vec(), name)
}

#[tokio::test]
async fn a_sheet_is_tried_taken_in_returned_in_part_and_taken_back() {
    let desk = Desk::new().await;
    let tried = send(&desk, "name=visits.csv&dry=true", SHEET)
        .await
        .is(200)
        .json;
    assert_eq!(
        (&tried["state"], &tried["dry"], &tried["batch"]),
        (&json!("done"), &json!(true), &json!(null))
    );
    assert_eq!(
        (&tried["rows"], &tried["created"], &tried["refused"]),
        (&json!(3), &json!(1), &json!(2))
    );
    let cells: Vec<_> = tried["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["cell"].clone())
        .collect();
    assert_eq!(cells, [json!("C3"), json!("A4")]);
    for fault in tried["faults"].as_array().unwrap() {
        for part in ["what", "mend"] {
            assert!(
                !fault[part]["zh"].as_str().unwrap().is_empty()
                    && !fault[part]["en"].as_str().unwrap().is_empty()
            );
        }
    }
    assert!(desk.ids("").await.is_empty());

    let done = send(&desk, "name=visits.csv", SHEET).await.is(200).json;
    for same in ["rows", "created", "changed", "refused", "faults"] {
        assert_eq!(done[same], tried[same], "{same}");
    }
    assert_eq!(desk.ids("").await.len(), 1);
    let (returned, name) = file(
        &desk,
        done["returned"]
            .as_str()
            .unwrap()
            .strip_prefix("/api/v1")
            .unwrap(),
    )
    .await;
    let returned = String::from_utf8(returned).unwrap();
    assert!(name.contains("visit%2Ereturned%2Ecsv"), "{name}");
    assert!(
        returned.contains("许多") && returned.contains("用地") && !returned.contains("用电"),
        "{returned}"
    );

    // The same file once more is refused, because nothing tells its rows from new ones.
    let again = send(&desk, "name=visits.csv", SHEET).await;
    assert_eq!(
        again.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        again.json
    );

    let batch = done["batch"].as_i64().unwrap();
    let undone = desk
        .put("POST", &format!("/batches/{batch}/undo"), &json!({}), &[])
        .await
        .is(200)
        .json;
    assert_eq!(
        (&undone["undone"], &undone["kept"]),
        (&json!(1), &json!([]))
    );
    assert!(desk.ids("").await.is_empty());
    desk.get("/sheets/nothing").await.is(404);
    desk.get("/sheets/nothing/returned").await.is(404);
    desk.put("POST", "/batches/999999/undo", &json!({}), &[])
        .await
        .is(422);
}

#[tokio::test]
async fn registers_and_duties_go_out_as_sheets() {
    let desk = Desk::new().await;
    desk.visit(
        json!({"place": "441402", "topic": "=1+1", "asked": 500_000, "phone": "13900000000"}),
    )
    .await;
    desk.visit(json!({"place": "441402", "topic": "二"})).await;
    let (sheet, name) = file(&desk, "/registers/visit/sheet?lang=en").await;
    assert!(name.contains("visit%2Ecsv"), "{name}");
    let sheet = String::from_utf8(sheet).unwrap();
    let lines: Vec<&str> = sheet.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3, "{sheet}");
    assert!(
        lines[0].contains("Topic") && !lines[0].contains("Phone"),
        "{sheet}"
    );
    // A formula stays text, and money is in yuan.
    assert!(
        lines[1].contains("'=1+1") && lines[1].contains("5000.00"),
        "{sheet}"
    );

    let (some, _) = file(
        &desk,
        "/registers/visit/sheet?lang=en&topic=%E4%BA%8C&sort=-topic",
    )
    .await;
    let some = String::from_utf8(some).unwrap();
    assert!(
        some.lines().count() == 2 && some.contains("二") && !some.contains("=1+1"),
        "{some}"
    );
    desk.get("/registers/visit/sheet?nonsense=1").await.is(400);

    let (book, name) = file(&desk, "/registers/visit/sheet?format=xlsx").await;
    assert!(book.starts_with(b"PK") && name.contains("visit%2Exlsx"));
    let (blank, _) = file(&desk, "/registers/visit/template").await;
    assert!(blank.starts_with(b"PK"));

    let (duties, _) = file(&desk, "/duties/sheet?lang=en").await;
    let duties = String::from_utf8(duties).unwrap();
    let mut listed = 0;
    let mut after = String::new();
    loop {
        let page = desk
            .get(&format!("/duties?limit=500&after={after}"))
            .await
            .is(200)
            .json;
        listed += page["duties"].as_array().unwrap().len();
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = next.to_owned();
    }
    assert!(listed > 1);
    assert_eq!(duties.lines().count(), listed + 1);
    assert!(
        duties.lines().next().unwrap().contains("Standing"),
        "{duties}"
    );

    desk.get("/registers/visit/sheet?format=pdf").await.is(400);
    desk.get("/registers/visit/sheet?at=2030-01-01")
        .await
        .is(400);
    desk.get("/registers/nothing/sheet").await.is(404);
}

#[tokio::test]
async fn a_sheet_that_is_too_large_is_not_read() {
    let desk = Desk::set(|settings| settings.sheet_bytes_max = 20).await;
    send(&desk, "name=visits.csv", SHEET).await.is(413);
    let unreadable = send(
        &Desk::new().await,
        "name=visits.xlsx",
        "PK\u{3}\u{4}no workbook",
    )
    .await
    .is(200)
    .json;
    assert_eq!(unreadable["state"], "unreadable");
    assert!(!unreadable["faults"].as_array().unwrap().is_empty());
}

//! The document of the API, the schemas, duties and the journal.

use super::Desk;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

#[tokio::test]
async fn every_operation_of_the_document_answers() {
    let desk = Desk::new().await;
    let file = Request::post("/api/v1/files?name=a.txt").body(Body::from("一"));
    let file = desk.send(file.unwrap()).await.is(201).json["digest"].clone();
    let id = desk
        .visit(json!({"place": "441402", "topic": "一", "papers": [file]}))
        .await;
    let sheet = super::sheet::send(&desk, "dry=true", "地区,事由\r\n,没有地区\r\n").await;
    let sheet = sheet.is(200).json["id"].as_str().unwrap().to_owned();
    let document = desk.get("/openapi.json").await.is(200).json;
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    let duties = desk.get("/duties?limit=1").await.is(200).json;
    let duty = &duties["duties"][0]["id"];
    let step = |name: &str| duty[name].as_str().unwrap().to_owned();
    let mut asked = 0;
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys() {
            let address = path
                .replace("{register}", "visit")
                .replace("{record}", &id)
                .replace("{measure}", &step("measure"))
                .replace("{bearer}", &step("bearer"))
                .replace("{period}", &step("period"))
                .replace("{digest}", file.as_str().unwrap())
                .replace("{id}", &sheet)
                .replace("{batch}", "1")
                .replace("{arrival}", "1");
            let request = Request::builder()
                .method(method.to_uppercase().as_str())
                .uri(&address);
            let request = request.header(header::CONTENT_TYPE, "application/json");
            let got = desk.send(request.body(Body::from("[]")).unwrap()).await;
            assert_ne!(got.status, 405, "{method} {path}");
            let nowhere = got.json["detail"]
                .as_str()
                .is_some_and(|d| d.contains("no such address"));
            assert!(!nowhere, "{method} {path}");
            if method == "get" && !path.contains("/journal/") {
                // A file that is no picture leads to the whole of it.
                let leads = if path.ends_with("/small") { 303 } else { 200 };
                assert_eq!(got.status, leads, "{method} {address}: {}", got.json);
            }
            asked += 1;
        }
    }
    assert_eq!(asked, 25);
}

#[tokio::test]
async fn every_reference_of_the_document_leads_somewhere_and_every_register_is_in_it() {
    let desk = Desk::new().await;
    let document = desk.get("/openapi.json").await.is(200).json;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
    let registers = desk.get("/registers").await.is(200).json;
    for register in registers["registers"].as_array().unwrap() {
        let name = format!("cells.{}", register["id"].as_str().unwrap());
        assert!(schemas.contains_key(&name), "{name}");
    }
    let visit = &schemas["cells.visit"]["properties"];
    assert_eq!(visit["kind"]["enum"], json!(["a", "b", null]));
    assert_eq!(visit["half"]["readOnly"], true);
    let field = desk.get("/registers/visit").await.is(200).json;
    let fields = field["fields"].as_array().unwrap();
    let by = |id: &str| fields.iter().find(|f| f["id"] == id).unwrap();
    assert_eq!(
        (&by("asked")["unit"], &by("asked")["empty"]),
        (&json!("fen"), &json!("unknown"))
    );
    assert_eq!(by("number")["empty"], "none");
    assert_eq!(by("phone")["sensitive"], true);
    assert_eq!(field["states"]["moves"][0]["id"], "finish");
}

#[tokio::test]
async fn the_page_of_the_api_needs_no_other_host() {
    let desk = Desk::new().await;
    let request = Request::get("/api/docs").body(Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(desk.router.clone(), request)
        .await
        .unwrap();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap();
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(page.contains("/api/v1/registers/{register}/bulk") && page.contains("id=\"stale\""));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"));
}

#[tokio::test]
async fn duties_come_in_pages_and_each_is_explained() {
    let desk = Desk::new().await;
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = desk
            .get(&format!("/duties?limit=100{after}"))
            .await
            .is(200)
            .json;
        for duty in page["duties"].as_array().unwrap() {
            seen.push(duty["id"].clone());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    let all = seen.len();
    seen.sort_by_key(ToString::to_string);
    seen.dedup();
    assert!(
        all == seen.len() && all > 100,
        "{all} duties, {} distinct",
        seen.len()
    );

    let missed = desk
        .get("/duties?standing=missed&unit=441402&limit=500")
        .await
        .is(200)
        .json;
    let missed = missed["duties"].as_array().unwrap();
    assert!(!missed.is_empty() && missed.len() < all);
    assert!(missed.iter().all(|d| d["standing"] == "missed"));
    let path = missed[0]["id"]["explanation"].as_str().unwrap();
    let why = desk
        .get(path.strip_prefix("/api/v1").unwrap())
        .await
        .is(200)
        .json;
    assert_eq!(why["standing"], "missed");
    assert!(why["sentence"]["zh"].is_string() && why["rehearsal"] == true);
    desk.get("/duties/nothing/441402/2024-03/explanation")
        .await
        .is(404);
    let wrong = desk
        .get("/duties?standing=purple&measure=nothing")
        .await
        .is(400)
        .json;
    assert_eq!(wrong["errors"][0]["field"], "standing");
}

#[tokio::test]
async fn the_journal_has_no_root_before_a_seal_and_no_proof_without_a_key() {
    let desk = Desk::new().await;
    let root = desk.get("/journal/root").await.is(404).json;
    assert_eq!(root["type"], "/api/docs#no-seal");
    desk.get("/journal/entries/1/proof").await.is(404);
    desk.get("/journal/entries/one/proof").await.is(400);
}

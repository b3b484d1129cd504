//! Attached files over HTTP: in, named by a record, out again, and never shown as what they are not.

use super::{Desk, Got};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;

/// The smallest picture that is one: eight bytes of signature, a head, one pixel, an end.
const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I', b'E', b'N',
    b'D', 0xae, 0x42, 0x60, 0x82,
];

async fn upload(desk: &Desk, query: &str, content: &'static [u8]) -> Got {
    let request = Request::post(format!("/api/v1/files?{query}"));
    desk.send(request.body(Body::from(content)).unwrap()).await
}

/// A visit that names a file.
async fn visit(desk: &Desk, digest: &str) -> Got {
    let cells = json!({"place": "441402", "topic": "稻田", "photos": [digest]});
    desk.put(
        "POST",
        "/registers/visit/records",
        &json!({"cells": cells}),
        &[],
    )
    .await
}

#[tokio::test]
async fn a_file_comes_in_is_named_and_goes_out() {
    let desk = Desk::new().await;
    let kept = upload(&desk, "name=%E5%9B%BE.png&register=visit&field=photos", PNG).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.json);
    assert_eq!(
        (&kept.json["kind"], &kept.json["name"]),
        (&json!("image/png"), &json!("图.png"))
    );
    let digest = kept.json["digest"].as_str().unwrap().to_owned();

    // Nobody sees a file that no record names, not even whoever sent it.
    let early = desk.get(&format!("/files/{digest}")).await;
    assert_eq!(early.status, StatusCode::NOT_FOUND);

    let made = visit(&desk, &digest).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    let got = desk.get(&format!("/files/{digest}")).await;
    assert_eq!(got.status, StatusCode::OK);
    assert_eq!(got.header(header::CONTENT_TYPE), "image/png");
    assert_eq!(got.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(
        got.header(header::CONTENT_DISPOSITION),
        "inline; filename*=UTF-8''%E5%9B%BE%2Epng"
    );
    assert!(
        got.header(header::CONTENT_SECURITY_POLICY)
            .contains("sandbox")
    );

    let part = desk.router.clone();
    let request =
        Request::get(format!("/api/v1/files/{digest}")).header(header::RANGE, "bytes=1-3");
    let response = tower::ServiceExt::oneshot(part, request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
    let body = axum::body::to_bytes(response.into_body(), 100)
        .await
        .unwrap();
    assert_eq!(&body[..], b"PNG");
    let beyond =
        Request::get(format!("/api/v1/files/{digest}")).header(header::RANGE, "bytes=900-");
    let beyond = desk.send(beyond.body(Body::empty()).unwrap()).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn what_a_field_does_not_take_is_refused_with_its_reason() {
    let desk = Desk::new().await;
    // By its content it is a page, whatever it is called; a field of pictures does not take it.
    let page = upload(
        &desk,
        "name=a.png&register=visit&field=photos",
        b"<html><script>alert(1)</script></html>",
    )
    .await;
    assert_eq!(
        page.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        page.json
    );
    let unknown = upload(&desk, "name=a.png&register=visit&field=topic", PNG).await;
    assert_eq!(
        unknown.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        unknown.json
    );
    let held = visit(&desk, &"0".repeat(64)).await;
    assert_eq!(
        held.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        held.json
    );
    assert_eq!(held.json["errors"][0]["field"], "photos");
}

#[tokio::test]
async fn a_page_goes_out_as_a_file_and_is_never_shown() {
    let desk = Desk::new().await;
    let kept = upload(
        &desk,
        "name=a.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    )
    .await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.json);
    let digest = kept.json["digest"].as_str().unwrap();
    let cells = json!({"place": "441402", "topic": "附件", "papers": [digest]});
    let made = desk
        .put(
            "POST",
            "/registers/visit/records",
            &json!({"cells": cells}),
            &[],
        )
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.json);
    let got = desk.get(&format!("/files/{digest}")).await;
    assert!(
        got.header(header::CONTENT_DISPOSITION)
            .starts_with("attachment")
    );
    assert_eq!(got.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
}

#[tokio::test]
async fn a_picture_is_handed_out_small_to_whoever_sees_it() {
    let desk = Desk::new().await;
    let kept = upload(&desk, "name=a.png&register=visit&field=photos", PNG).await;
    let digest = kept.json["digest"].as_str().unwrap().to_owned();
    let path = format!("/files/{digest}/small");
    assert_eq!(desk.get(&path).await.status, StatusCode::NOT_FOUND);
    let made = visit(&desk, &digest).await.is(201);
    let page = format!("/records/visit/{}", made.json["id"].as_str().unwrap());
    let page = desk.get_as(&page, "").await.is(200).text();
    assert!(
        page.contains(&format!("<img src=\"/api/v1{path}\"")),
        "{page}"
    );
    for _ in 0..2 {
        let small = desk.get(&path).await.is(200);
        assert_eq!(small.header(header::CONTENT_TYPE), "image/jpeg");
        assert_eq!(small.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert!(small.body.starts_with(&[0xff, 0xd8, 0xff]));
    }
    // What is no picture leads to the whole file.
    let kept = upload(&desk, "name=a.txt&register=visit&field=papers", b"plain").await;
    let digest = kept.json["digest"].as_str().unwrap().to_owned();
    let cells = json!({"cells": {"place": "441402", "papers": [digest]}});
    desk.put("POST", "/registers/visit/records", &cells, &[])
        .await
        .is(201);
    let whole = desk.get(&format!("/files/{digest}/small")).await.is(303);
    assert_eq!(
        whole.header(header::LOCATION),
        format!("/api/v1/files/{digest}")
    );
}

//! Lists that people name to come back to: each has its own.

use super::daily::official;
use super::door::{MINE, THEIRS, desk};
use super::{Desk, Got};
use axum::body::Body;
use axum::http::{Request, header};

async fn posted(desk: &Desk, cookie: &str, register: &str, body: &str) -> Got {
    let request = Request::post(format!("/registers/{register}/views"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie);
    desk.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

#[tokio::test]
async fn a_list_is_named_come_back_to_and_forgotten_by_its_owner_alone() {
    let desk = desk().await;
    let lin = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let xu = official(&desk, "xu", "13800001111", "visitor", THEIRS).await;
    let list = "/registers/visit?kind=a&topic.has=%E5%8E%82&columns=topic&after=";
    let page = desk.get_as(list, &lin).await.is(200).text();
    let kept = page.split("name=\"query\" value=\"").nth(1).unwrap();
    let kept = kept.split('"').next().unwrap().replace("&#38;", "&");
    assert_eq!(kept, "kind=a&topic.has=%E5%8E%82&columns=topic");
    let plain = desk.get_as("/registers/visit", &lin).await.is(200).text();
    assert!(!plain.contains("name=\"query\""), "nothing is asked");

    let body = format!(
        "name=%E5%8E%82&query={}",
        kept.replace('&', "%26")
            .replace('%', "%25")
            .replace("%2526", "%26")
    );
    let saved = posted(&desk, &lin, "visit", &body).await.is(303);
    assert_eq!(saved.header(header::LOCATION), "/registers#views");
    let page = desk.get_as("/registers", &lin).await.text();
    let link = page.split("href=\"/registers/visit?").nth(1).unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&");
    assert_eq!(link, kept);
    desk.get_as(&format!("/registers/visit?{link}"), &lin)
        .await
        .is(200);
    let other = desk.get_as("/registers", &xu).await.text();
    assert!(!other.contains("id=\"views\""), "it is lin's own");

    // The same name takes the place of the one before; another's is out of reach.
    posted(&desk, &lin, "visit", "name=%E5%8E%82&query=kind%3Db")
        .await
        .is(303);
    posted(&desk, &xu, "visit", "name=%E5%8E%82&forget=true")
        .await
        .is(303);
    let page = desk.get_as("/registers", &lin).await.text();
    assert_eq!(page.matches("/registers/visit?").count(), 1);
    assert!(page.contains("/registers/visit?kind=b"), "{page}");
    posted(&desk, &lin, "visit", "name=%E5%8E%82&forget=true")
        .await
        .is(303);
    let page = desk.get_as("/registers", &lin).await.text();
    assert!(!page.contains("id=\"views\""));
}

#[tokio::test]
async fn what_cannot_be_come_back_to_is_not_kept() {
    let desk = desk().await;
    let lin = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let long = "x".repeat(61);
    for (register, body, status) in [
        ("visit", "name=&query=kind%3Da".to_owned(), 422),
        ("visit", format!("name={long}&query=kind%3Da"), 422),
        (
            "visit",
            format!("name=a&query=kind%3D{}", "x".repeat(4_001)),
            422,
        ),
        ("visit", "name=a&query=kind.like%3Da".to_owned(), 400),
        ("visit", "name=a&query=limit%3Dmany".to_owned(), 400),
        ("firm", "name=a&query=".to_owned(), 422),
        ("nothing", "name=a&query=".to_owned(), 422),
    ] {
        let refused = posted(&desk, &lin, register, &body).await;
        assert_eq!(refused.status.as_u16(), status, "{register} {body}");
    }
    for n in 0..100 {
        posted(&desk, &lin, "visit", &format!("name=n{n}&query=kind%3Da"))
            .await
            .is(303);
    }
    let full = posted(&desk, &lin, "visit", "name=more&query=kind%3Da")
        .await
        .is(422);
    assert!(full.text().contains("100"));
    posted(&desk, &lin, "visit", "name=n1&query=kind%3Db")
        .await
        .is(303);
    let page = desk.get_as("/registers", &lin).await.text();
    assert_eq!(page.matches("/registers/visit?").count(), 100);
}

//! Each address answers with its page, or says what is wrong with it.

use crate::sample;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use tower::ServiceExt;

const NOTICE: &str = "/notices/2023-08-industry";

async fn get(address: &str, cookie: &str) -> Response<Body> {
    let request = Request::get(address)
        .header(header::COOKIE, cookie)
        .body(Body::empty())
        .unwrap();
    web::router(sample::pages::app())
        .oneshot(request)
        .await
        .unwrap()
}

async fn page(address: &str) -> (StatusCode, String) {
    let response = get(address, "").await;
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// The page at an address says all of these.
async fn says(address: &str, words: &[&str]) {
    let (status, body) = page(address).await;
    assert_eq!(status, StatusCode::OK, "{address}");
    for word in words {
        assert!(body.contains(word), "{address} does not say {word}");
    }
}

/// An address is refused with a page that says why.
async fn refuses(address: &str, status: StatusCode, words: &[&str]) {
    let (answered, body) = page(address).await;
    assert_eq!(answered, status, "{address}");
    for word in words {
        assert!(body.contains(word), "{address} does not say {word}");
    }
}

#[tokio::test]
async fn the_front_leads_to_the_notice_and_keeps_the_day() {
    let response = get("/?at=2023-08-20", "").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        response.headers()[header::LOCATION],
        "/notices/2023-08-industry?at=2023-08-20"
    );
    assert_eq!(
        get("/units", "").await.headers()[header::LOCATION],
        "/units/fj"
    );
}

#[tokio::test]
async fn the_notice_shows_all_seven_parts_with_a_bar_for_each_clause() {
    says(
        NOTICE,
        &[
            "一、部署",
            "二、项目",
            "三、市场",
            "四、融资",
            "五、升规",
            "六、服务",
            "七、常抓",
        ],
    )
    .await;
    let (_, body) = page(NOTICE).await;
    assert_eq!(body.matches("class=\"clause\"").count(), 12);
    assert!(
        body.contains("“及时”按 10 个工作日，省专班 8月14日定"),
        "a setting names its author"
    );
}

#[tokio::test]
async fn an_opened_clause_links_to_units_and_duties_on_the_same_day() {
    let cell = "href=\"/duties/promotion-events/350700/2023-09?at=2023-09-20\"";
    says(
        &format!("{NOTICE}?clause=3.1&at=2023-09-20"),
        &[
            cell,
            "/units/350700?at=2023-09-20",
            "held &#62;= 10",
            "差一步",
        ],
    )
    .await;
}

#[tokio::test]
async fn an_earlier_day_shows_other_standings() {
    let (_, then) = page(&format!("{NOTICE}?clause=3.1&at=2023-08-20")).await;
    let (_, now) = page(&format!("{NOTICE}?clause=3.1")).await;
    assert!(now.contains("福州市，完成，13"));
    assert!(!then.contains("福州市，完成，13"));
    assert!(then.contains("回到今天"));
}

#[tokio::test]
async fn a_duty_shows_rule_evidence_pace_ladder_and_what_is_missing() {
    let words = [
        "held &#62;= 10 &#38;&#38; led",
        "HD-350700-2023-00001",
        "未填",
        "进度与预计",
        "督办单",
        "签到表",
        "判定",
    ];
    says("/duties/promotion-events/350700/2023-09", &words).await;
}

#[tokio::test]
async fn the_matrix_filters_and_sorts() {
    says("/duties", &["联合工作组", "晋江市"]).await;
    let (_, cities) = page("/duties?level=city&part=markets&standing=behind&sort=red").await;
    assert!(
        cities.contains("莆田市")
            && !cities.contains("晋江市")
            && !cities.contains("href=\"/units/350100\"")
    );
    says("/duties?measure=promotion-events", &["九月", "十二月"]).await;
    says(
        "/duties?level=county&standing=excused",
        &["没有符合条件的单位"],
    )
    .await;
}

#[tokio::test]
async fn a_unit_shows_its_own_duties_and_its_subtree() {
    says(
        "/units/350700",
        &[
            "本级责任",
            "含所辖单位",
            "延平区",
            "要办的事",
            "id=\"clause-3.1\"",
        ],
    )
    .await;
}

#[tokio::test]
async fn english_is_one_switch_away_and_remembered() {
    let response = get(&format!("{NOTICE}?lang=en"), "").await;
    let cookie = response.headers()[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(cookie.starts_with("heli_language=en;"));
    let body = to_bytes(
        get(NOTICE, "heli_language=en").await.into_body(),
        usize::MAX,
    )
    .await
    .unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(
        body.contains("<html lang=\"en\">")
            && body.contains("3 Markets")
            && body.contains("lang=zh")
    );
}

#[tokio::test]
async fn unknown_ids_and_impossible_days_are_refused_with_a_page() {
    refuses(
        "/notices/nothing",
        StatusCode::NOT_FOUND,
        &["没有这份通知", "nothing"],
    )
    .await;
    refuses(
        &format!("{NOTICE}?clause=9.9"),
        StatusCode::NOT_FOUND,
        &["没有这一条款"],
    )
    .await;
    refuses("/units/nobody", StatusCode::NOT_FOUND, &["没有这个单位"]).await;
    refuses(
        "/duties/promotion-events/350700/2024-01",
        StatusCode::NOT_FOUND,
        &["没有这项责任"],
    )
    .await;
    refuses(
        "/duties?measure=nothing",
        StatusCode::NOT_FOUND,
        &["没有这项措施"],
    )
    .await;
    refuses("/nowhere", StatusCode::NOT_FOUND, &["没有这个页面"]).await;
    refuses(
        "/duties?at=2023-02-30",
        StatusCode::BAD_REQUEST,
        &["没有这一天", "2023-02-30"],
    )
    .await;
    refuses(
        "/duties?at=2024-05-01",
        StatusCode::BAD_REQUEST,
        &["这一天看不到", "2023-09-26"],
    )
    .await;
    refuses(
        "/duties?standing=purple",
        StatusCode::BAD_REQUEST,
        &["看不懂这个地址"],
    )
    .await;
    refuses(
        "/duties?at=2023-09-01&at=2023-09-02",
        StatusCode::BAD_REQUEST,
        &["看不懂这个地址"],
    )
    .await;
    refuses(
        "/units/%3Cscript%3E",
        StatusCode::NOT_FOUND,
        &["“&#60;script&#62;”"],
    )
    .await;
}

#[tokio::test]
async fn every_answer_carries_a_policy_without_unsafe_and_no_page_has_inline_code() {
    for address in [
        NOTICE,
        "/duties",
        "/units/350700",
        "/duties/promotion-events/350700/2023-09",
        "/nowhere",
    ] {
        let response = get(address, "").await;
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("unsafe"),
            "{address}: {policy}"
        );
        let (_, body) = page(address).await;
        assert!(
            !body.contains(" style=") && !body.contains("<style") && !body.contains(" onclick="),
            "{address}"
        );
        assert_eq!(
            body.matches("<script").count(),
            body.matches("<script type=\"module\" src=\"/assets/")
                .count()
        );
    }
}

//! Each address answers with its page, or says what is wrong with it.

use crate::province;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use std::collections::BTreeSet;
use tower::ServiceExt;

const NOTICE: &str = "/notices/2023-08-industry";

async fn get(address: &str, cookie: &str) -> Response<Body> {
    let request = Request::get(address)
        .header(header::COOKIE, cookie)
        .body(Body::empty())
        .unwrap();
    let router = web::router(province::app(), province::settings());
    router.oneshot(request).await.unwrap()
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
        "/units/350000"
    );
}

#[tokio::test]
async fn the_notice_shows_all_seven_parts_with_a_bar_for_each_clause() {
    says(
        NOTICE,
        &[
            "一、动员部署",
            "二、项目投产达产",
            "三、拓展市场",
            "四、金融支持",
            "五、小升规培育",
            "六、企业服务",
            "七、长期任务",
        ],
    )
    .await;
    let (_, body) = page(NOTICE).await;
    let clauses: Vec<&str> = body.split("class=\"clause\"").skip(1).collect();
    assert!(clauses.len() > 30, "{} clauses", clauses.len());
    assert!(clauses.iter().all(|c| c.contains("<svg class=\"bar\"")));
    assert!(
        body.contains("宽限 3 个工作日") && body.contains("省专班办公室 2023-08-14"),
        "a setting names its author"
    );
}

#[tokio::test]
async fn an_opened_clause_links_to_units_and_duties_on_the_same_day() {
    let cell = "href=\"/duties/promotion-events/350500/2023-09?at=2023-09-20\"";
    says(
        &format!("{NOTICE}?clause=3.1&at=2023-09-20"),
        &[
            cell,
            "/units/350500?at=2023-09-20",
            "held &#62;= 10",
            "差一步",
        ],
    )
    .await;
}

#[tokio::test]
async fn every_link_of_an_opened_clause_answers() {
    for clause in ["2.1", "3.1", "4.1"] {
        let (_, body) = page(&format!("{NOTICE}?clause={clause}")).await;
        let panel = body.split("id=\"panel\"").nth(1).unwrap();
        let panel = panel.split("</section>").next().unwrap();
        let links: BTreeSet<&str> = panel
            .split("href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .filter(|link| link.starts_with('/'))
            .collect();
        assert!(links.len() > 3, "{clause} leads nowhere");
        for link in links {
            let (status, _) = page(&link.replace("&#38;", "&")).await;
            assert_eq!(status, StatusCode::OK, "{clause} leads to {link}");
        }
    }
}

#[tokio::test]
async fn an_earlier_day_shows_other_standings() {
    let (_, then) = page(&format!("{NOTICE}?clause=3.1&at=2023-08-20")).await;
    let (_, now) = page(&format!("{NOTICE}?clause=3.1")).await;
    assert!(now.contains("泉州，完成，12"));
    assert!(!then.contains("泉州，完成"));
    assert!(then.contains("回到今天") && !now.contains("回到今天"));
}

#[tokio::test]
async fn a_duty_shows_rule_evidence_pace_ladder_and_what_is_missing() {
    let words = [
        "held &#62;= 10",
        "b10",
        "待核",
        "9–10",
        "未填",
        "进度与预计",
        "督办单",
        "判定",
    ];
    says("/duties/promotion-events/350500/2023-09", &words).await;
    says(
        "/duties/promotion-events/350700/2023-09",
        &["豁免", "台风停办"],
    )
    .await;
    says(
        "/duties/project-weekly-report/p1/2023-W38",
        &["年产两万吨特种纸生产线", "完成"],
    )
    .await;
}

#[tokio::test]
async fn the_matrix_filters_and_sorts() {
    says("/duties", &["泉州", "丰泽"]).await;
    let (_, cities) = page("/duties?level=city&part=3&standing=behind&sort=red").await;
    assert!(cities.contains("厦门") && !cities.contains("丰泽"));
    says("/duties?measure=promotion-events", &["8月", "12月"]).await;
    says(
        "/duties?level=county&standing=excused",
        &["没有符合条件的单位"],
    )
    .await;
}

#[tokio::test]
async fn a_matrix_shows_two_levels_until_a_level_is_chosen() {
    let (_, first) = page("/duties").await;
    let (_, towns) = page("/duties?level=township").await;
    let rows = |body: &str| body.matches("<tr><th scope=\"row\"").count();
    assert!(rows(&first) < 150, "{} rows at once", rows(&first));
    assert!(!first.contains("depth-3"));
    assert!(towns.contains("depth-3") || rows(&towns) == 0);
    assert!(first.len() < 2_000_000, "{} bytes", first.len());
}

#[tokio::test]
async fn a_unit_shows_its_own_duties_and_its_subtree() {
    says(
        "/units/350500",
        &[
            "本级责任",
            "含所辖单位",
            "丰泽区",
            "要办的事",
            "id=\"clause-3.1\"",
        ],
    )
    .await;
    says("/units/350503", &["年产两万吨特种纸生产线"]).await;
}

#[tokio::test]
async fn a_records_duty_is_its_places_duty() {
    let cell = "/duties/project-team/p1/";
    says("/duties?part=2", &[cell]).await;
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
        "/duties/promotion-events/350500/2024-01",
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
    refuses(
        "/duties/promotion-events/350502/2023-09",
        StatusCode::NOT_FOUND,
        &["没有这项责任"],
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
        "/units/350500",
        "/duties/promotion-events/350500/2023-09",
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

#[tokio::test]
async fn a_trend_ends_at_what_its_page_says_and_grows_a_point_a_week() {
    let read = async |day: &str| {
        let (status, body) = page(&format!("/units/350000?at={day}")).await;
        assert_eq!(status, StatusCode::OK);
        let spark = body.split("class=\"spark\"").nth(1).unwrap();
        let says = spark.split("aria-label=\"").nth(1).unwrap();
        let last = says.split('"').next().unwrap().split("→ ").nth(1).unwrap();
        let points = spark.split("points=\"").nth(1).unwrap();
        let points = points.split('"').next().unwrap().split(' ').count();
        // The rate stands just before the line.
        let before = body.split("<svg class=\"spark\"").next().unwrap();
        let rate = before.rsplit("<b>").next().unwrap();
        let rate: f64 = rate.split('%').next().unwrap().parse().unwrap();
        assert_eq!(format!("{}%", rate.floor()), last, "{day}");
        points
    };
    let (earlier, later) = (read("2023-09-19").await, read("2023-09-26").await);
    assert_eq!(later, earlier + 1);
}

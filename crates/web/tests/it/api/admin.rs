//! `/admin`: nobody but who manages comes in; what it shows; a version is looked at, then put in force with its reason.

use super::daily::official;
use super::door::{MINE, PASSWORD, cookie, desk, form};
use super::{Desk, Got, edge, programme};
use app::Viewer;
use app::programme::Files;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

const PAGES: [&str; 7] = [
    "/admin",
    "/admin/accounts",
    "/admin/roles",
    "/admin/units",
    "/admin/calendar",
    "/admin/programme",
    "/admin/jobs",
];

/// Signs the first administrator in; the cookie.
async fn administrator(desk: &Desk) -> String {
    let link = desk.app.first_link(edge()).await.unwrap().unwrap();
    let body = format!("account=admin&password={PASSWORD}");
    let entered = form(desk, &format!("/link/{link}"), &body, &[]).await;
    cookie(&entered.is(303))
}

/// Sends parts of a folder as the form on the page does.
async fn sent(desk: &Desk, cookie: &str, parts: &[(&str, &[u8])]) -> Got {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"folder\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    let request = Request::post("/admin/programme")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .header(header::COOKIE, cookie);
    desk.send(request.body(Body::from(body)).unwrap()).await
}

/// The programme's folder with one text put in place of another.
fn with(file: &str, find: &str, put: &str) -> Files {
    let (_, mut files) = programme();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(find), "`{find}` is not in {file}");
    *text = text.replacen(find, put, 1);
    files
}

#[tokio::test]
async fn whoever_does_not_manage_is_refused_everywhere() {
    let desk = desk().await;
    let admin = administrator(&desk).await;
    let roles: Vec<String> = desk
        .app
        .programme()
        .roles
        .iter()
        .filter(|role| role.of.is_none())
        .map(|role| role.id.clone())
        .collect();
    assert!(roles.len() >= 4);
    for (at, role) in roles.iter().enumerate() {
        let account = format!("one{at}");
        let cookie = official(&desk, &account, "13800001111", role, MINE).await;
        for page in PAGES {
            let got = desk.get_as(page, &cookie).await.is(403).text();
            assert!(!got.contains("one0同志"), "{role} {page}");
        }
        desk.get_as("/admin/programme/versions/00", &cookie)
            .await
            .is(403);
        desk.get_as("/admin/programme/drafts/00", &cookie)
            .await
            .is(403);
        sent(&desk, &cookie, &[("a.zip", b"")]).await.is(403);
        let own = [("cookie", cookie.as_str())];
        form(&desk, "/admin/programme/drafts/00", "why=x", &own)
            .await
            .is(403);
        let page = desk.get_as("/registers", &cookie).await.text();
        assert!(!page.contains("href=\"/admin\""), "{role}");
    }
    for page in PAGES {
        desk.get_as(page, &admin).await.is(200);
        let english = desk.get_as(&format!("{page}?lang=en"), &admin).await;
        assert!(
            english.is(200).text().contains("<html lang=\"en\""),
            "{page}"
        );
    }
    let page = desk.get_as("/admin", &admin).await.text();
    for linked in &PAGES[1..] {
        assert!(page.contains(&format!("href=\"{linked}\"")), "{linked}");
    }
}

#[tokio::test]
async fn pages_show_what_the_programme_and_the_database_say() {
    let desk = desk().await;
    let admin = administrator(&desk).await;
    official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let text = async |path: &str| desk.get_as(path, &admin).await.is(200).text();

    let roles = text("/admin/roles").await;
    assert!(roles.contains("under(place, viewer.unit)"), "the rule");
    assert!(roles.contains("走访员"));

    let units = text("/admin/units").await;
    assert!(units.contains("lin同志") && units.contains("没有账号"));
    assert!(units.contains("县级单位"), "levels by name");
    let without = text("/admin/units?without=1").await;
    assert!(!without.contains("lin同志") && without.contains("没有账号"));
    let none = text("/admin/units?text=nowhere").await;
    assert!(none.contains("没有符合的单位"));

    let calendar = text("/admin/calendar").await;
    assert!(calendar.contains("国办发明电〔2023〕7号") && calendar.contains("春节"));

    let jobs = text("/admin/jobs").await;
    assert!(jobs.contains("还没有导入过表格"));
    let operator = Viewer::operator();
    let before = desk.app.jobs_page(&operator).await.unwrap();
    assert_eq!(before.batches.len(), 0);
    let sheet = "地区,事由\n441402,甲\n441402,乙\n";
    let wu = official(&desk, "wu", "13800001111", "visitor", MINE).await;
    let request =
        Request::post("/api/v1/registers/visit/sheets?name=visits.csv").header(header::COOKIE, wu);
    let got = desk.send(request.body(Body::from(sheet)).unwrap()).await;
    assert!(got.status.is_success(), "{}", got.json);
    let jobs = text("/admin/jobs").await;
    assert!(
        jobs.contains("visits.csv") && jobs.contains("2 / 2"),
        "{jobs}"
    );
    assert!(jobs.contains("已做完"));
}

#[tokio::test]
async fn a_version_is_looked_at_then_put_in_force_with_its_reason() {
    let desk = desk().await;
    let admin = administrator(&desk).await;
    let own = [("cookie", admin.as_str())];
    let new = with(
        "programme.toml",
        "en = \"Spring round\"",
        "en = \"Round of spring\"",
    );
    let zip = app::zipped(&new).unwrap();
    let got = sent(&desk, &admin, &[("new.zip", &zip)]).await.is(303);
    let draft = got.header(header::LOCATION).to_owned();
    let page = desk.get_as(&draft, &admin).await.is(200).text();
    assert!(
        page.contains("<del>Spring round</del> <ins>Round of spring</ins>"),
        "{page}"
    );
    assert!(page.contains("没有问题"), "the worked examples were run");

    let blank = form(&desk, &draft, "why=+", &own).await.is(422).text();
    assert!(blank.contains("请写明为什么"), "{blank}");
    let before = desk.app.versions_page(&Viewer::operator()).await.unwrap();
    assert_eq!(before.len(), 1, "nothing was changed by looking");

    let done = form(&desk, &draft, "why=better+English", &own)
        .await
        .is(200)
        .text();
    assert!(
        done.contains("已经生效") && done.contains("better English"),
        "{done}"
    );
    let after = desk.app.versions_page(&Viewer::operator()).await.unwrap();
    assert_eq!(after.len(), 2);
    assert_eq!(after[0].by.0, "admin");
    assert_eq!(after[0].why.as_deref(), Some("better English"));
    assert!(after[0].in_force && !after[1].in_force);

    // What was in force is kept, and nothing is written by the old one.
    let path = format!("/admin/programme/versions/{}", after[1].digest);
    let kept = desk.get_as(&path, &admin).await.is(200);
    assert_eq!(app::unzipped(&kept.body).unwrap(), programme().1);
    let again = form(&desk, &draft, "why=again", &own).await;
    assert_eq!(again.status.as_u16(), 422);
    let cells = json!({"cells": {"place": MINE, "topic": "迟了"}});
    let visitor = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let late = desk
        .put(
            "POST",
            "/registers/visit/records",
            &cells,
            &[("cookie", &visitor)],
        )
        .await;
    assert!(!late.status.is_success(), "{}", late.json);
}

#[tokio::test]
async fn what_is_not_sound_or_not_there_is_not_put_in_force() {
    let desk = desk().await;
    let admin = administrator(&desk).await;
    let own = [("cookie", admin.as_str())];
    let refused = sent(&desk, &admin, &[("a.zip", b"no zip")])
        .await
        .is(422)
        .text();
    assert!(refused.contains("不是 zip"), "{refused}");
    sent(&desk, &admin, &[]).await.is(422);

    // A folder with a fault, file by file.
    let new = with("programme.toml", "home = \"441400\"", "home = \"441499\"");
    let names: Vec<String> = new.keys().map(|name| format!("visits/{name}")).collect();
    let parts: Vec<(&str, &[u8])> = names
        .iter()
        .map(String::as_str)
        .zip(new.values().map(String::as_bytes))
        .collect();
    let got = sent(&desk, &admin, &parts).await.is(303);
    let draft = got.header(header::LOCATION).to_owned();
    let page = desk.get_as(&draft, &admin).await.is(200).text();
    assert!(
        page.contains("programme.toml:") && page.contains("441499"),
        "{page}"
    );
    assert!(!page.contains("name=\"why\""), "no way to put it in force");
    form(&desk, &draft, "why=x", &own).await.is(422);

    // A worked example that does not hold is a fault too.
    let broken = with(
        "notices/2024-01-visits/1-visits.toml",
        "visits >= 1 && calls >= 1",
        "visits >= 9 && calls >= 1",
    );
    let zip = app::zipped(&broken).unwrap();
    let got = sent(&desk, &admin, &[("new.zip", &zip)]).await.is(303);
    let draft = got.header(header::LOCATION).to_owned();
    let page = desk.get_as(&draft, &admin).await.is(200).text();
    assert!(page.contains(".cases.toml:"), "{page}");
    form(&desk, &draft, "why=x", &own).await.is(422);

    // Its own is nobody else's, and the same is nothing new.
    let other = official(&desk, "other", "13800001111", "administrator", "441400").await;
    desk.get_as(&draft, &other).await.is(404);
    let zip = app::zipped(&programme().1).unwrap();
    let got = sent(&desk, &admin, &[("same.zip", &zip)]).await.is(303);
    let page = desk
        .get_as(got.header(header::LOCATION), &admin)
        .await
        .is(200)
        .text();
    assert!(page.contains("完全一样") && !page.contains("name=\"why\""));
    assert_eq!(
        desk.app
            .versions_page(&Viewer::operator())
            .await
            .unwrap()
            .len(),
        1
    );
}

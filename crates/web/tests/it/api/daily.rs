//! What somebody has to do, reminding others, one's own account, programs by token.

use super::door::{MINE, THEIRS, desk, visitor};
use super::{Desk, Got, edge};
use app::Viewer;
use app::people::{Held, Invitation};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

const PASSWORD: &str = "tide-lamp-orchid";

/// Signs an official in; the cookie.
pub(super) async fn official(
    desk: &Desk,
    account: &str,
    phone: &str,
    role: &str,
    unit: &str,
) -> String {
    let invitation = Invitation {
        account: account.into(),
        person: format!("{account}同志"),
        phone: Some(phone.into()),
        held: vec![Held {
            role: role.into(),
            unit: unit.into(),
            from: edge().now.day(),
            until: None,
        }],
    };
    let operator = Viewer::operator();
    let token = desk
        .app
        .invite(&operator, &invitation, edge())
        .await
        .unwrap();
    let session = desk
        .app
        .accept(&token, PASSWORD, edge())
        .await
        .unwrap()
        .session()
        .unwrap();
    format!("heli_session={session}")
}

async fn post(desk: &Desk, path: &str, cookie: &str, body: &str) -> Got {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie);
    desk.send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

#[tokio::test]
async fn each_is_shown_what_is_theirs_and_the_rest_is_not_there() {
    let desk = desk().await;
    let county = official(&desk, "lin", "13800001111", "county_office", MINE).await;
    let home = desk.get_as("/", &county).await.is(200).text();
    assert!(home.contains("要办的事") && home.contains("梅江"), "{home}");
    assert!(
        home.contains("未完成") && home.contains("/notices/2024-01-visits"),
        "{home}"
    );
    let visitor = visitor(&desk, "wang", MINE).await;
    let home = desk.get_as("/", &visitor).await.is(200).text();
    assert!(
        home.contains("要办的事") && !home.contains("/notices"),
        "{home}"
    );
}

#[tokio::test]
async fn a_role_finds_the_lists_of_its_first_page_as_far_as_it_sees() {
    let desk = desk().await;
    let lin = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let xu = official(&desk, "xu", "13800001111", "visitor", THEIRS).await;
    for (cookie, place, topic, asked) in [
        (&lin, MINE, "本地大额", 300),
        (&lin, MINE, "本地小额", 100),
        (&lin, MINE, "本地不知", 0),
        (&xu, THEIRS, "外地大额", 900),
    ] {
        let mut cells = serde_json::json!({"place": place, "topic": topic, "asked": asked});
        if asked == 0 {
            cells["asked"] = serde_json::Value::Null;
        }
        let body = serde_json::json!({ "cells": cells });
        let of = [("cookie", cookie.as_str())];
        desk.put("POST", "/registers/visit/records", &body, &of)
            .await
            .is(201);
    }
    let home = desk.get_as("/", &lin).await.is(200).text();
    let list = home.split("class=\"listings\"").nth(1).unwrap();
    assert!(list.contains("大额走访</a> <small>1</small>"), "{list}");
    assert!(list.contains("本地大额") && !list.contains("本地小额"));
    assert!(!list.contains("本地不知"), "unknown is not yes");
    assert!(!list.contains("外地大额"));
    // The figure leads to what it counts.
    let link = list.split("href=\"").nth(1).unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&");
    let all = desk.get_as(&link, &lin).await.is(200).text();
    assert!(all.contains("1 条") && all.contains("本地大额"), "{all}");
    let county = official(&desk, "he", "13800001111", "county_office", MINE).await;
    let home = desk.get_as("/", &county).await.is(200).text();
    assert!(!home.contains("大额走访"), "another role's");
}

#[tokio::test]
async fn who_has_not_reported_is_named_and_reminded_once_a_day() {
    let desk = desk().await;
    official(&desk, "lin", "13800001111", "county_office", MINE).await;
    let city = official(&desk, "chen", "13900002222", "city_office", "441400").await;
    let path = "/duties/reception-on-the-tenth/unreported";
    let list = desk.get_as(path, &city).await.is(200).text();
    for part in [
        "未报名单",
        "梅江",
        "lin同志",
        "tel:13800001111",
        "没有登记联系人",
        "复制到工作群",
    ] {
        assert!(list.contains(part), "{part} in {list}");
    }
    let done = post(&desk, path, &city, "").await.is(200).text();
    assert!(done.contains("已提醒 1 人"), "{done}");
    post(&desk, path, &city, "").await.is(200);
    let lin = desk
        .app
        .sign_in("lin", PASSWORD, edge())
        .await
        .unwrap()
        .session()
        .unwrap();
    let lin = format!("heli_session={lin}");
    let home = desk.get_as("/", &lin).await.is(200).text();
    assert_eq!(home.matches("chen同志 于").count(), 1, "{home}");
    post(&desk, "/reminders", &lin, "").await.is(303);
    let home = desk.get_as("/", &lin).await.text();
    assert!(!home.contains("chen同志 于"), "{home}");
    // A county reminds nobody of another county; a visitor does not see the list.
    let mut others = desk.get_as(path, &lin).await.is(200).text();
    others = others.split("<main").nth(1).unwrap().to_owned();
    assert!(
        others.contains("一键提醒全部"),
        "its own people it may: {others}"
    );
    let visitor = visitor(&desk, "wang", MINE).await;
    desk.get_as(path, &visitor).await.is(403);
    desk.get_as("/duties/nothing/unreported", &city)
        .await
        .is(404);
}

#[tokio::test]
async fn the_whole_is_shown_by_place_and_each_leads_to_its_unit() {
    let desk = desk().await;
    let city = official(&desk, "chen", "13900002222", "city_office", "441400").await;
    let page = desk
        .get_as("/overview?level=county", &city)
        .await
        .is(200)
        .text();
    for part in ["全省一张图", "/units/441402", "待核", "问题最多的地方"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    desk.get_as("/overview?level=nothing", &city).await.is(404);
    let visitor = visitor(&desk, "wang", MINE).await;
    desk.get_as("/overview", &visitor).await.is(403);
}

#[tokio::test]
async fn a_program_acts_with_a_token_and_no_further() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let made = async |writes: &str| {
        let body = format!("act=token&name=report{writes}&days=90&writes={writes}");
        let page = post(&desk, "/me", &mine, &body).await.is(200).text();
        let token = page.split("<code>").nth(1).unwrap();
        token.split('<').next().unwrap().to_owned()
    };
    let (reads, writes) = (made("").await, made("1").await);
    let as_program = |how: &str, path: &str, token: &str, body: &str| {
        let request = Request::builder()
            .method(how)
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        request.body(Body::from(body.to_owned())).unwrap()
    };
    let list = "/registers/visit/records";
    let visit = json!({ "cells": { "place": MINE, "topic": "桥边" } }).to_string();
    desk.send(as_program("GET", list, &reads, "")).await.is(200);
    desk.send(as_program("POST", list, &reads, &visit))
        .await
        .is(403);
    desk.send(as_program("POST", list, &writes, &visit))
        .await
        .is(201);
    desk.send(as_program("GET", "/registers/firm/records", &writes, ""))
        .await
        .is(403);
    desk.send(as_program("GET", list, "0123", "")).await.is(401);
    // Pages are for people.
    let page = Request::get("/registers").header(header::AUTHORIZATION, format!("Bearer {reads}"));
    desk.send(page.body(Body::empty()).unwrap()).await.is(303);
    post(&desk, "/me", &mine, "act=drop&name=report")
        .await
        .is(200);
    desk.send(as_program("GET", list, &reads, "")).await.is(401);
    for wrong in [
        "name=&days=9",
        "name=x&days=0",
        "name=x&days=999",
        "name=x&days=soon",
    ] {
        post(&desk, "/me", &mine, &format!("act=token&{wrong}"))
            .await
            .is(422);
    }
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_ends_other_sessions() {
    let desk = desk().await;
    let here = visitor(&desk, "wang", MINE).await;
    let elsewhere = desk
        .app
        .sign_in("wang", PASSWORD, edge())
        .await
        .unwrap()
        .session()
        .unwrap();
    let elsewhere = format!("heli_session={elsewhere}");
    let change = async |present: &str, next: &str| {
        post(
            &desk,
            "/me",
            &here,
            &format!("act=password&present={present}&next={next}"),
        )
        .await
    };
    change("wrong-wrong-wrong", "river-stone-candle")
        .await
        .is(422);
    change(PASSWORD, "short").await.is(422);
    desk.get_as("/me", &elsewhere).await.is(200);
    let got = change(PASSWORD, "river-stone-candle").await.is(303);
    let now = got
        .header(header::SET_COOKIE)
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    desk.get_as("/me", &now).await.is(200);
    desk.get_as("/me", &elsewhere).await.is(303);
    post(&desk, "/me", &now, "act=everywhere").await.is(303);
    desk.get_as("/me", &now).await.is(303);
    assert!(desk.app.sign_in("wang", PASSWORD, edge()).await.is_err());
}

#[tokio::test]
async fn many_records_are_moved_together_or_not_at_all() {
    let desk = desk().await;
    let mine = visitor(&desk, "wang", MINE).await;
    let city = official(&desk, "chen", "13900002222", "city_office", "441400").await;
    let visit = async |seen_on: serde_json::Value| {
        let cells = json!({ "place": MINE, "topic": "桥边", "paid": 100, "seen_on": seen_on });
        let headers = [("cookie", mine.as_str())];
        let body = json!({ "cells": cells });
        let got = desk
            .put("POST", "/registers/visit/records", &body, &headers)
            .await;
        got.is(201).json["id"].as_str().unwrap().to_owned()
    };
    let (ready, other, unready) = (
        visit(json!("2024-03-01")).await,
        visit(json!("2024-03-02")).await,
        visit(json!(null)).await,
    );
    let moved = async |ids: &[&String]| {
        let picks = ids.iter().map(|id| format!("&pick=1:{id}"));
        let body = format!("move=finish{}", picks.collect::<String>());
        post(&desk, "/registers/visit/moves", &city, &body).await
    };
    let told = moved(&[&ready, &unready]).await.is(422).text();
    assert!(told.contains(&unready), "{told}");
    let state = async |id: &String| {
        let got = desk
            .get_as(&format!("/api/v1/records/visit/{id}"), &mine)
            .await;
        got.json["state"].as_str().map(str::to_owned)
    };
    assert_eq!(
        state(&ready).await.as_deref(),
        Some("open"),
        "all or nothing"
    );
    moved(&[&ready, &other]).await.is(303);
    assert_eq!(state(&other).await.as_deref(), Some("done"));
    post(&desk, "/registers/visit/moves", &city, "move=finish")
        .await
        .is(422);
    // Who makes no such move moves nothing.
    let body = format!("move=finish&pick=1:{unready}");
    post(&desk, "/registers/visit/moves", &mine, &body)
        .await
        .is(422);
}

#[tokio::test]
async fn many_are_invited_with_slips_or_nobody() {
    let desk = desk().await;
    let admin = official(&desk, "boss", "13900003333", "administrator", "441400").await;
    let invite = async |rows: &str| {
        let rows: String = rows.bytes().map(|byte| format!("%{byte:02X}")).collect();
        post(&desk, "/admin/slips", &admin, &format!("rows={rows}")).await
    };
    let wrong = "wang,王一,13800001111,visitor,梅江区\nli,李二,,走访员,没有区\nzhao,赵三";
    let told = invite(wrong).await.is(422).text();
    for part in [
        "第 2 行",
        "没有叫“没有区”的单位",
        "第 3 行",
        "王一",
        "一个也没有邀请",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let right = "wang,王一,13800001111,visitor,梅江区\nli\t李二\t\t走访员\t441403";
    let slips = invite(right).await.is(200).text();
    assert_eq!(
        slips.matches("<svg xmlns=").count() + slips.matches("<svg version=").count(),
        2,
        "{slips}"
    );
    assert!(
        slips.contains("走访员 · 梅江区") && slips.contains("走访员 · 梅县区"),
        "{slips}"
    );
    let link = slips
        .split("class=\"link\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let path = link.split_once("/link/").unwrap().1;
    let session = desk
        .app
        .accept(path, PASSWORD, edge())
        .await
        .unwrap()
        .session()
        .unwrap();
    desk.get_as("/registers/visit", &format!("heli_session={session}"))
        .await
        .is(200);
    // Dates, where there are any.
    let wrong = "ma,马四,,visitor,梅江区,2024-13-01\nma,马四,,visitor,梅江区,2024-05-01,2024-04-30\nma,马四,,visitor,梅江区,,,x";
    let told = invite(wrong).await.is(422).text();
    for part in ["看不懂日期“2024-13-01”", "早于第一天", "有 8 栏"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let dated =
        "ma,马四,,visitor,梅江区,2024-05-01,2024-06-30\nlu,卢五,,visitor,梅江区,,2024-06-30";
    invite(dated).await.is(200);
    let held = async |account: &str| {
        let all = desk.app.accounts(&Viewer::operator()).await.unwrap();
        let found = all.into_iter().find(|one| one.account == account);
        let (held, _) = found.unwrap().held.remove(0);
        (held.from.to_string(), held.until.unwrap().to_string())
    };
    assert_eq!(held("ma").await, ("2024-05-01".into(), "2024-06-30".into()));
    assert_eq!(held("lu").await, ("2024-03-26".into(), "2024-06-30".into()));
    // A name that is taken is said, and who does not manage accounts invites nobody.
    assert!(
        invite("wang,王一,,visitor,梅江区")
            .await
            .is(422)
            .text()
            .contains("已经有了")
    );
    let visitor = format!("heli_session={session}");
    post(&desk, "/admin/slips", &visitor, "rows=a")
        .await
        .is(403);
    desk.get_as("/admin/slips", &visitor).await.is(403);
}

//! Who acts for a firm is confirmed by its county; before that nothing of it is seen anywhere.

use super::daily::official;
use super::door::{MINE, PASSWORD, THEIRS, cookie, desk, form};
use super::{Desk, Got, edge};
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

async fn post(desk: &Desk, path: &str, cookie: &str, body: &str) -> Got {
    form(desk, path, body, &[("cookie", cookie)]).await
}

/// Records a firm; its id.
async fn firm(desk: &Desk, city: &str, place: &str, name: &str) -> String {
    let body = json!({ "id": format!("F{place}"), "cells": { "place": place, "name": name } });
    let path = "/registers/firm/records";
    let made = desk.put("POST", path, &body, &[("cookie", city)]).await;
    made.is(201).json["id"].as_str().unwrap().to_owned()
}

/// Invites somebody by a slip for a firm; the cookie.
async fn invited(desk: &Desk, admin: &str, account: &str, firm: &str) -> String {
    let rows = format!("{account},{account}某,13800009999,企业,{firm}");
    let rows: String = rows.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let slips = post(desk, "/admin/slips", admin, &format!("rows={rows}")).await;
    let slips = slips.is(200).text();
    let link = slips.split("/link/").nth(1).unwrap();
    let link = format!("/link/{}", link.split('<').next().unwrap());
    let body = format!("account={account}&password={PASSWORD}");
    cookie(&form(desk, &link, &body, &[]).await.is(303))
}

struct Town {
    desk: Desk,
    admin: String,
    /// The counties' people.
    mine: String,
    theirs: String,
    /// Firms of both counties.
    firm: String,
    other: String,
}

async fn town() -> Town {
    let desk = desk().await;
    let city = official(&desk, "chen", "13900002222", "city_office", "441400").await;
    let firm = (
        firm(&desk, &city, MINE, "甲公司").await,
        firm(&desk, &city, THEIRS, "乙公司").await,
    );
    Town {
        admin: official(&desk, "boss", "13900003333", "administrator", "441400").await,
        mine: official(&desk, "lin", "13800001111", "county_office", MINE).await,
        theirs: official(&desk, "he", "13800002222", "county_office", THEIRS).await,
        firm: firm.0,
        other: firm.1,
        desk,
    }
}

impl Town {
    /// What an answer on somebody's role in the firm says.
    fn answer(&self, account: &str, act: &str) -> String {
        let (firm, day) = (&self.firm, edge().now.day());
        format!("account={account}&role=firm&unit={firm}&from={day}&act={act}")
    }

    async fn home(&self, cookie: &str) -> String {
        self.desk.get_as("/", cookie).await.is(200).text()
    }

    /// By cookie on pages and by token through the API: whether the firm is seen.
    async fn sees(&self, cookie: &str, token: &str) -> bool {
        let record = format!("/records/firm/{}", self.firm);
        let mut seen = Vec::new();
        for path in ["/registers/firm", &record, "/search?q=公司"] {
            let path: String = path
                .chars()
                .flat_map(|c| match c.is_ascii() {
                    true => vec![c.to_string()],
                    false => {
                        let mut bytes = [0; 4];
                        let bytes = c.encode_utf8(&mut bytes).bytes();
                        bytes.map(|byte| format!("%{byte:02X}")).collect()
                    }
                })
                .collect();
            let got = self.desk.get_as(&path, cookie).await.text();
            assert!(!got.contains("乙公司"), "{path}: another firm");
            seen.push(got.contains("甲公司"));
        }
        let api = [
            "/registers/firm/records".to_owned(),
            format!("/records/firm/{}", self.firm),
            format!("/records/firm/{}/history", self.firm),
        ];
        for path in api {
            let request = Request::get(format!("/api/v1{path}"))
                .header(header::AUTHORIZATION, format!("Bearer {token}"));
            let got = self.desk.send(request.body(Body::empty()).unwrap()).await;
            seen.push(got.status.is_success() && got.text().contains("甲公司"));
        }
        assert!(
            seen.iter().all(|one| *one == seen[0]),
            "everywhere alike: {seen:?}"
        );
        seen[0]
    }
}

#[tokio::test]
async fn a_county_confirms_who_acts_for_a_firm() {
    let town = town().await;
    let desk = &town.desk;
    let qi = invited(desk, &town.admin, "qi", "甲公司").await;
    let session = qi.trim_start_matches("heli_session=");
    let viewer = desk.app.session(session, edge().now).await.unwrap();
    let about = ("report", true, 30);
    let token = desk.app.make_token(&viewer.unwrap(), about, edge()).await;
    let token = token.unwrap();

    // Before: nothing is seen, the home page says why and whom to call.
    assert!(!town.sees(&qi, &token).await);
    let home = town.home(&qi).await;
    for part in ["“企业”身份还要由所在县确认", "lin同志", "tel:13800001111"] {
        assert!(home.contains(part), "{part} in {home}");
    }
    assert!(!home.contains("13800002222") && !home.contains("甲公司"));
    let accounts = desk.get_as("/admin/accounts", &town.admin).await.text();
    assert!(accounts.contains("待确认"));

    // The firm's county finds it, another one does not, and cannot answer; nor can the person, nor the administrator.
    let home = town.home(&town.mine).await;
    for part in ["等您确认的企业经办人", "qi某", "13800009999", "甲公司"] {
        assert!(home.contains(part), "{part} in {home}");
    }
    let home = town.home(&town.theirs).await;
    assert!(!home.contains("等您确认") && !home.contains("qi某"));
    let yes = town.answer("qi", "confirm");
    let mut told = Vec::new();
    for cookie in [&town.theirs, &qi, &town.admin] {
        let got = post(desk, "/confirmations", cookie, &yes).await.is(403);
        told.push(got.text().contains("没有等您确认的这项任职"));
    }
    assert_eq!(told, [true; 3]);
    for wrong in [
        town.answer("qi", "perhaps"),
        town.answer("nobody", "confirm"),
        yes.replace("from=2024", "from=x"),
        yes.replace(&town.firm, &town.other),
    ] {
        post(desk, "/confirmations", &town.mine, &wrong)
            .await
            .is(403);
    }
    assert!(!town.sees(&qi, &token).await);

    // After: the firm's person sees the firm, and who confirmed it is kept.
    post(desk, "/confirmations", &town.mine, &yes).await.is(303);
    assert!(town.sees(&qi, &token).await);
    assert!(!town.home(&qi).await.contains("还要由所在县确认"));
    assert!(!town.home(&town.mine).await.contains("等您确认"));
    post(desk, "/confirmations", &town.mine, &yes).await.is(403);
    let accounts = desk.get_as("/admin/accounts", &town.admin).await.text();
    assert!(accounts.contains("lin 于 2024-03-26 确认"), "{accounts}");

    // A successor has to be confirmed in turn.
    form(
        desk,
        "/admin/accounts",
        "account=xu&person=X",
        &[("cookie", &town.admin)],
    )
    .await
    .is(200);
    let hand = "act=hand&to=xu";
    post(desk, "/admin/accounts/qi", &town.admin, hand)
        .await
        .is(200);
    assert!(town.home(&town.mine).await.contains("等您确认"));
}

#[tokio::test]
async fn who_is_refused_sees_nothing_until_he_is_asked_for_anew() {
    let town = town().await;
    let desk = &town.desk;
    let qi = invited(desk, &town.admin, "qi", &town.firm).await;
    let no = town.answer("qi", "refuse");
    post(desk, "/confirmations", &town.mine, &no).await.is(303);
    assert!(town.home(&qi).await.contains("没有得到确认"));
    desk.get_as("/registers/firm", &qi).await.is(403);
    assert!(!town.home(&town.mine).await.contains("等您确认"));
    let yes = town.answer("qi", "confirm");
    post(desk, "/confirmations", &town.mine, &yes).await.is(403);
    let accounts = desk.get_as("/admin/accounts", &town.admin).await.text();
    assert!(accounts.contains("lin 于 2024-03-26 回绝"), "{accounts}");
    let again = format!("act=grant&role=firm&unit={}", town.firm);
    post(desk, "/admin/accounts/qi", &town.admin, &again)
        .await
        .is(200);
    post(desk, "/confirmations", &town.mine, &yes).await.is(303);
    desk.get_as("/registers/firm", &qi).await.is(200);
}

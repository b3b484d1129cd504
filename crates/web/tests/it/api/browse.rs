//! The journal's page: who may read it, what it finds, and whether it tells a proof that holds from one that does not.

use super::daily::official;
use super::door::{MINE, THEIRS, desk};
use super::{Desk, Got, edge};
use app::keep::key_or_new;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;
use std::path::Path;

const PHONE: &str = "13800009999";

/// Sends a file as the form on the page does.
async fn checked(desk: &Desk, cookie: &str, file: &str) -> Got {
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"proof\"; filename=\"proof.json\"\r\n\r\n{file}\r\n--b--\r\n"
    );
    let request = Request::post("/journal")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .header(header::COOKIE, cookie);
    desk.send(request.body(Body::from(body)).unwrap()).await
}

/// Records a visit; its id.
async fn recorded(desk: &Desk, cookie: &str, place: &str, topic: &str) -> String {
    let cells = json!({"cells": {"place": place, "topic": topic, "phone": PHONE}});
    let of = [("cookie", cookie)];
    let made = desk.put("POST", "/registers/visit/records", &cells, &of);
    made.await.is(201).json["id"].as_str().unwrap().to_owned()
}

/// What the page lists.
async fn lines(desk: &Desk, cookie: &str, query: &str) -> Vec<String> {
    let page = desk.get_as(&format!("/journal?{query}"), cookie).await;
    let text = page.is(200).text();
    let list = text
        .split("<ol class=\"history journal\">")
        .nth(1)
        .unwrap_or("");
    list.split("<li>").skip(1).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_auditor_reads_who_did_what_and_others_are_refused() {
    let desk = desk().await;
    let visitor = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let id = recorded(&desk, &visitor, MINE, "走访某厂").await;
    let far = official(&desk, "xu", "13800001111", "visitor", THEIRS).await;
    let other = recorded(&desk, &far, THEIRS, "别处").await;
    let auditor = official(&desk, "wu", "13800001111", "auditor", "441400").await;

    // Whoever reads less than everything does not read the journal, and has no link to it.
    for (account, role, unit) in [
        ("lin2", "visitor", MINE),
        ("chen", "inspector", MINE),
        ("huang", "county_office", MINE),
    ] {
        let cookie = official(&desk, account, "13800001111", role, unit).await;
        let refused = desk.get_as("/journal", &cookie).await.is(403).text();
        assert!(!refused.contains("走访某厂"), "{role}");
        checked(&desk, &cookie, "{}").await.is(403);
        let page = desk.get_as("/registers", &cookie).await.text();
        assert!(!page.contains("href=\"/journal\""), "{role}");
    }
    let page = desk.get_as("/registers", &auditor).await.is(200).text();
    assert!(page.contains("href=\"/journal\""), "{page}");

    let all = lines(&desk, &auditor, "register=visit").await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].contains("别处") && all[1].contains("走访某厂"));
    assert!(!all.concat().contains(PHONE), "what is sensitive is kept");
    let of_lin = lines(&desk, &auditor, "actor=lin").await;
    assert!(of_lin.len() == 1 && of_lin[0].contains(&id), "{of_lin:?}");
    let of_other = lines(&desk, &auditor, &format!("record={other}&act=create")).await;
    assert_eq!(of_other.len(), 1);
    for nothing in [
        "act=erase",
        "actor=nobody",
        "from=2024-03-27",
        "until=2024-03-25",
    ] {
        assert_eq!(lines(&desk, &auditor, nothing).await.len(), 0, "{nothing}");
    }
    assert!(
        lines(&desk, &auditor, "from=2024-03-26&until=2024-03-26")
            .await
            .len()
            >= 2
    );

    // What was done with accounts, without anything of their people.
    let accounts = lines(&desk, &auditor, "act=account").await;
    assert_eq!(
        accounts.len(),
        12,
        "six were made, each with a role: {accounts:?}"
    );
    assert!(accounts[0].contains("授予角色") && accounts[0].contains("huang"));
    assert!(accounts[0].contains("county_office") && accounts[1].contains("开账号"));
    let text = accounts.concat();
    assert!(
        !text.contains("13800001111") && !text.contains("同志"),
        "{text}"
    );
    assert_eq!(
        lines(&desk, &auditor, "act=account&record=wu").await.len(),
        2
    );

    for (bad, status) in [
        ("from=yesterday", 400),
        ("before=x", 400),
        ("register=nothing", 403),
    ] {
        let page = desk.get_as(&format!("/journal?{bad}"), &auditor).await;
        assert_eq!(page.status.as_u16(), status, "{bad}");
    }
}

#[tokio::test]
async fn pages_of_the_journal_follow_one_another() {
    let desk = desk().await;
    let visitor = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    for n in 0..60 {
        recorded(&desk, &visitor, MINE, &format!("第{n}次")).await;
    }
    let auditor = official(&desk, "wu", "13800001111", "auditor", "441400").await;
    let first = desk
        .get_as("/journal?register=visit", &auditor)
        .await
        .is(200)
        .text();
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap();
    let next = next
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&")
        .replace("&#38;", "&");
    let second = desk.get_as(&next, &auditor).await.is(200).text();
    assert!(first.contains("第59次") && first.contains("第10次") && !first.contains("第9次"));
    assert!(
        second.contains("第9次") && second.contains("第0次") && !second.contains("rel=\"next\"")
    );
    let query = next.split('?').nth(1).unwrap();
    assert_eq!(lines(&desk, &auditor, "register=visit").await.len(), 50);
    assert_eq!(lines(&desk, &auditor, query).await.len(), 10);
}

#[tokio::test]
async fn a_proof_that_was_touched_does_not_hold() {
    let desk = desk().await;
    let keys =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browse-{}", std::process::id()));
    let key = key_or_new(&keys.join("seal.pem"), "elsewhere.db", edge().seed).unwrap();
    let sealing = desk.app.sealing(key, edge().seed, None).await.unwrap();
    let public = sealing.public_key();
    let desk = desk.with(|settings| {
        settings.seal_key = public;
        settings.sign_in = true;
    });
    let visitor = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let auditor = official(&desk, "wu", "13800001111", "auditor", "441400").await;
    let unsealed = desk.get_as("/journal", &auditor).await.is(200).text();
    assert!(unsealed.contains("还没有封签"), "{unsealed}");
    recorded(&desk, &visitor, MINE, "一").await;
    sealing.end(edge().now).await.unwrap();

    let sealed = lines(&desk, &auditor, "register=visit").await;
    let address = sealed[0]
        .split("href=\"")
        .find(|rest| rest.contains("/proof\""))
        .unwrap();
    let address = address.split('"').next().unwrap();
    let proof = desk.get_as(address, &auditor).await.is(200).text();
    let holds = checked(&desk, &auditor, &proof).await.is(200).text();
    assert!(holds.contains("证明成立"), "{holds}");
    let touched = proof.replace("lin", "xin");
    for bad in [touched.as_str(), "{}", "", "no proof at all"] {
        let fails = checked(&desk, &auditor, bad).await.is(422).text();
        assert!(fails.contains("证明不成立"), "{bad}");
    }
}

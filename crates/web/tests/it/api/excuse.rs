//! Duties are excused from above, with a reason, and by no right but that of excusing.

use super::daily::official;
use super::door::{MINE, desk, form};
use super::{Desk, Got};
use serde_json::{Value as Json, json};

const CITY: &str = "441400";
/// A duty of the county that the register of ten days' figures tells of.
const DUTY: &str = "/duties/ten-day-figures/441402/2024-03-T1";

async fn filled(desk: &Desk, cookie: &str, path: &str, reason: &str) -> Got {
    let body = format!("reason={reason}&by=Li&on=2024-03-25");
    form(
        desk,
        &format!("{path}/excuse"),
        &body,
        &[("cookie", cookie)],
    )
    .await
}

async fn asked(desk: &Desk, cookie: &str, (measure, bearer): (&str, &str)) -> Got {
    let cells: Json = json!({"cells": {
        "measure": measure, "bearer": bearer, "reason": "flood", "decided_by": "Li", "decided_on": "2024-03-25",
    }});
    let of = [("cookie", cookie)];
    desk.put("POST", "/registers/excuse/records", &cells, &of)
        .await
}

#[tokio::test]
async fn a_duty_is_excused_on_its_page_by_whoever_is_above_it_and_by_nobody_of_it() {
    let desk = desk().await;
    let above = official(&desk, "lin", "13800001111", "deputy", CITY).await;
    let own = official(&desk, "he", "13800002222", "deputy", MINE).await;
    let page = desk.get_as(DUTY, &above).await.is(200).text();
    assert!(
        page.contains("确认豁免") && page.contains("value=\"lin同志\""),
        "{page}"
    );
    let page = desk.get_as(DUTY, &own).await.is(200).text();
    assert!(!page.contains("确认豁免"), "nobody excuses his own unit");
    filled(&desk, &own, DUTY, "flood").await.is(422);

    // Without a reason what was typed stays, and what stands against it is said.
    let again = filled(&desk, &above, DUTY, "").await.is(422).text();
    assert!(
        again.contains("role=\"alert\"") && again.contains("value=\"Li\""),
        "{again}"
    );
    filled(&desk, &above, DUTY, "flood").await.is(303);
    let page = desk.get_as(DUTY, &own).await.is(200).text();
    assert!(
        page.contains("c-excused") && page.contains("flood — Li"),
        "{page}"
    );
    assert!(
        !desk
            .get_as(DUTY, &above)
            .await
            .is(200)
            .text()
            .contains("确认豁免")
    );
}

#[tokio::test]
async fn recording_and_changing_elsewhere_gives_no_right_to_excuse() {
    let desk = desk().await;
    let county = official(&desk, "he", "13800002222", "county_office", MINE).await;
    asked(&desk, &county, ("ten-day-figures", MINE))
        .await
        .is(403);
    // A right over figures of ten days is none over visits, and tells nothing of which firms there are.
    let city = official(&desk, "chen", "13900002222", "city_office", CITY).await;
    let firm = json!({ "id": "F1", "cells": { "place": MINE, "name": "甲公司" } });
    let of = [("cookie", city.as_str())];
    desk.put("POST", "/registers/firm/records", &firm, &of)
        .await
        .is(201);
    let deputy = official(&desk, "lin", "13800001111", "deputy", CITY).await;
    let mut said = Vec::new();
    for duty in [
        ("firm-visited", "F1"),
        ("firm-visited", "F9"),
        ("spring-round", MINE),
    ] {
        said.push(asked(&desk, &deputy, duty).await.is(422).json.to_string());
    }
    assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
    asked(&desk, &deputy, ("ten-day-figures", MINE))
        .await
        .is(201);
    // The right over the register of excuses itself is for every duty.
    asked(&desk, &city, ("firm-visited", "F1")).await.is(201);
}

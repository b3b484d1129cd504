//! A long text that was changed is told word by word, in the record's history and in the journal alike.

use super::daily::official;
use super::door::{MINE, desk};
use serde_json::json;

#[tokio::test]
async fn a_changed_text_shows_what_went_and_what_came_and_a_masked_one_shows_nothing() {
    let desk = desk().await;
    let visitor = official(&desk, "lin", "13800001111", "visitor", MINE).await;
    let of = [("cookie", visitor.as_str())];
    let cells = json!({"cells": {
        "place": MINE, "phone": "13800009999",
        "topic": "厂区南侧<林地>审核滞后，影响二期投产，请协调市林业局。",
    }});
    let made = desk.put("POST", "/registers/visit/records", &cells, &of);
    let id = made.await.is(201).json["id"].as_str().unwrap().to_owned();
    let change = json!({"cells": {
        "phone": "13800008888",
        "topic": "厂区北侧<林地>审核滞后，影响二期按时投产，请协调市林业局。",
    }});
    let headers = [("cookie", visitor.as_str()), ("if-match", "\"1\"")];
    let path = format!("/records/visit/{id}");
    desk.put("PATCH", &path, &change, &headers).await.is(200);

    let auditor = official(&desk, "chen", "13800001111", "auditor", MINE).await;
    let pages = [(path.as_str(), &visitor), ("/journal?act=change", &auditor)];
    for (path, cookie) in pages {
        let page = desk.get_as(path, cookie).await.is(200).text();
        let told = "厂区<del><span class=\"sr\">（删去）</span>南</del>\
             <ins><span class=\"sr\">（增加）</span>北</ins>侧&#60;林地&#62;审核滞后，影响二期\
             <ins><span class=\"sr\">（增加）</span>按时</ins>投产";
        assert!(page.contains(told), "{path}: {page}");
        assert!(!page.contains("1380000"), "{path}: {page}");
    }
    let page = desk.get_as(&format!("{path}?lang=en"), &visitor).await;
    assert!(page.is(200).text().contains("(removed) </span>南</del>"));
}

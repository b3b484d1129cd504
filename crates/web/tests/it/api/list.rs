//! Lists by filter, order and page; what nobody knows matches nothing.

use super::Desk;
use serde_json::json;
use std::collections::BTreeSet;

const PLACE: &str = "441402";

/// Four visits: the first two complete, the third without date and kind, the last elsewhere.
async fn desk() -> (Desk, Vec<String>) {
    let desk = Desk::new().await;
    let rows = [
        json!({"place": PLACE, "kind": "a", "seen_on": "2024-03-01", "asked": 100, "paid": 50, "phone": "13900000000", "topic": "走访ABC厂"}),
        json!({"place": PLACE, "kind": "b", "seen_on": "2024-03-02", "asked": 200, "topic": "座谈"}),
        json!({"place": PLACE, "asked": 300}),
        json!({"place": "441403", "kind": "a", "seen_on": "2024-03-02", "asked": 100}),
    ];
    let mut ids = Vec::new();
    for row in rows {
        ids.push(desk.visit(row).await);
    }
    (desk, ids)
}

#[tokio::test]
async fn filters_never_match_what_nobody_knows() {
    let (desk, ids) = desk().await;
    let cases: [(&str, &[usize]); 22] = [
        ("kind=a", &[0, 3]),
        ("kind.in=a;b", &[0, 1, 3]),
        ("kind.empty=true", &[2]),
        ("kind.empty=false", &[0, 1, 3]),
        ("seen_on.gte=2024-03-02", &[1, 3]),
        ("seen_on.lte=2024-03-02", &[0, 1, 3]),
        ("seen_on=2024-03-01", &[0]),
        ("asked.gte=150&asked.lte=250", &[1]),
        ("half=25", &[0]),
        ("half.empty=true", &[1, 2, 3]),
        ("place=441403", &[3]),
        ("where=kind != 'a'", &[1]),
        ("where=paid <= asked || kind == 'b'", &[0, 1]),
        ("where=under(place, '441400')&kind=a", &[0, 3]),
        ("state=done", &[]),
        // Ends as people write them: money in yuan, days with or without their zeros.
        ("asked.from=1元&asked.to=2", &[0, 1, 3]),
        ("asked.from=2.01", &[2]),
        ("asked.from=0.0001万元&asked.to=1.5元", &[0, 3]),
        ("seen_on.from=2024年3月2日", &[1, 3]),
        ("topic.has=ａｂｃ", &[0]),
        ("topic.has=谈", &[1]),
        ("topic.has=没有", &[]),
    ];
    for (query, expected) in cases {
        let query = query
            .replace(' ', "%20")
            .replace("||", "%7C%7C")
            .replace('\'', "%27")
            .replace("<=", "%3C%3D");
        let found: BTreeSet<String> = desk.ids(&query).await.into_iter().collect();
        let expected: BTreeSet<String> = expected.iter().map(|at| ids[*at].clone()).collect();
        assert_eq!(found, expected, "{query}");
    }
    let counted = desk
        .get("/registers/visit/records?kind=a&count=true&limit=1")
        .await
        .is(200)
        .json;
    assert_eq!(
        (
            &counted["count"],
            counted["records"].as_array().unwrap().len()
        ),
        (&json!(2), 1)
    );
    let chosen = desk
        .get("/registers/visit/records?columns=topic,asked&columns=asked&asked.gte=200&asked.lte=250")
        .await
        .is(200)
        .json;
    assert_eq!(
        chosen["records"][0]["cells"],
        json!({"topic": "座谈", "asked": 200})
    );
    let before = desk
        .get("/registers/visit/records?at=2024-03-25")
        .await
        .is(200)
        .json;
    assert_eq!(before["records"], json!([]), "nothing was recorded then");
}

#[tokio::test]
async fn lists_are_sorted_as_declared_or_asked_and_the_unknown_comes_last() {
    let (desk, ids) = desk().await;
    let order = |at: [usize; 4]| at.map(|at| ids[at].clone()).to_vec();
    let (low, high) = if ids[1] < ids[3] { (1, 3) } else { (3, 1) };
    assert_eq!(desk.ids("").await, order([low, high, 0, 2]), "seen_on desc");
    assert_eq!(desk.ids("sort=seen_on").await, order([0, low, high, 2]));
    assert_eq!(desk.ids("sort=-asked").await[0], ids[2]);
}

#[tokio::test]
async fn questions_that_cannot_be_read_name_what_is_wrong() {
    let (desk, _) = desk().await;
    let cases = [
        ("kin=a", "kin", "did you mean kind?"),
        ("kind=c", "kind", "no choice"),
        ("seen_on.gte=soon", "seen_on", "2023-09-26"),
        ("kind.gte=a", "kind", "no order"),
        ("kind.like=a", "kind.like", "not understood"),
        ("phone=13900000000", "phone", "do not see"),
        ("sort=phone", "sort", "do not see"),
        ("where=phone%20%3D%3D%20%271%27", "where", "do not see"),
        ("where=kin%20%3D%3D%20%27a%27", "where", "kin"),
        ("limit=501", "limit", "500"),
        ("after=00", "after", "cursor"),
        ("at=2025-01-01", "at", "not come"),
        ("count=1", "count", "true or false"),
    ];
    for (query, field, words) in cases {
        let got = desk
            .get(&format!("/registers/visit/records?{query}"))
            .await
            .is(400)
            .json;
        assert_eq!(got["errors"][0]["field"], field, "{query}");
        let said = got["errors"][0]["en"].as_str().unwrap();
        assert!(said.contains(words), "{query}: {said}");
    }
}

#[tokio::test]
async fn paging_through_500_records_neither_doubles_nor_skips_while_others_write() {
    let desk = Desk::new().await;
    let rows = |from: usize, until: usize| {
        let row = |n| json!({"cells": {"place": PLACE, "topic": format!("{n}"), "asked": n % 7, "kind": if n % 3 == 0 { None } else { Some("a") }}});
        json!((from..until).map(row).collect::<Vec<_>>())
    };
    desk.put("POST", "/registers/visit/bulk", &rows(0, 500), &[])
        .await
        .is(200);
    let first: BTreeSet<String> = desk.ids("limit=500").await.into_iter().collect();
    assert_eq!(first.len(), 500);
    for sort in ["asked", "-asked", "kind", "-kind", "id"] {
        let mut seen = Vec::new();
        let mut after = String::new();
        let mut written = 0;
        loop {
            let query = format!("/registers/visit/records?sort={sort}&limit=90{after}");
            let page = desk.get(&query).await.is(200).json;
            let records = page["records"].as_array().unwrap();
            seen.extend(records.iter().map(|r| r["id"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else {
                break;
            };
            after = format!("&after={next}");
            // Somebody records more, and changes a field of a record that was shown.
            desk.put("POST", "/registers/visit/bulk", &rows(500, 504), &[])
                .await
                .is(200);
            let shown = &records[0];
            let place = format!("/records/visit/{}", shown["id"].as_str().unwrap());
            let version = format!("\"{}\"", shown["version"]);
            let change = json!({"cells": {"topic": format!("{sort} {written}")}});
            desk.put("PATCH", &place, &change, &[("if-match", &version)])
                .await
                .is(200);
            written += 1;
        }
        let once: BTreeSet<String> = seen.iter().cloned().collect();
        assert_eq!(
            once.len(),
            seen.len(),
            "sorted by {sort} a record came twice"
        );
        assert!(
            first.is_subset(&once),
            "sorted by {sort} a record was left out"
        );
        assert!(written >= 5);
    }
}

#[tokio::test]
async fn a_page_of_a_list_is_narrowed_by_every_kind_of_field_and_shows_the_columns_that_were_chosen()
 {
    let (desk, ids) = desk().await;
    let page = async |query: &str| desk.get_as(&format!("/registers/visit?{query}"), "").await;
    let plain = page("").await.is(200).text();
    for input in [
        "name=\"kind\"",
        "name=\"topic.has\"",
        "name=\"asked.from\"",
        "name=\"seen_on.to\"",
    ] {
        assert!(plain.contains(input), "{input}");
    }
    assert!(!plain.contains("<details class=\"further\" open"));
    assert!(!plain.contains("name=\"phone.has\""), "sensitive");

    let narrowed = page("asked.from=2&columns=asked&columns=kind")
        .await
        .is(200)
        .text();
    assert!(narrowed.contains("<details class=\"further\" open"));
    assert!(narrowed.contains("name=\"asked.from\" value=\"2\""));
    assert!(narrowed.contains(&ids[2]) && !narrowed.contains(&ids[0]));
    let heads = |text: &str| text.matches("<th scope=\"col\"").count();
    // The number, the two, and what picks a record for a move where there is one.
    assert_eq!(
        heads(&narrowed),
        heads(&plain) - 1,
        "place, topic and state gave way to two"
    );
    // The choice of columns is kept by the filters, and the sheet has them too.
    assert!(narrowed.contains("<input type=\"hidden\" name=\"columns\" value=\"asked\">"));
    assert!(
        narrowed.contains("columns=asked&#38;columns=kind&#38;format=csv"),
        "{narrowed}"
    );
    let sheet = page_of_sheet(&desk, "asked.from=2&columns=asked&columns=kind").await;
    assert_eq!(
        sheet.lines().next().unwrap().split(',').count(),
        3,
        "{sheet}"
    );

    for bad in [
        "columns=nothing",
        "asked.from=many",
        "kind.has=a",
        "seen_on.from=someday",
    ] {
        page(bad).await.is(400);
    }
}

async fn page_of_sheet(desk: &Desk, query: &str) -> String {
    let path = format!("/registers/visit/sheet?{query}&format=csv");
    desk.get(&path).await.is(200).text()
}

#[tokio::test]
async fn a_map_counts_what_is_asked_in_each_place_and_leads_to_it() {
    let (desk, ids) = desk().await;
    let page = async |query: &str| {
        desk.get_as(&format!("/registers/visit/map?{query}"), "")
            .await
    };
    let all = page("level=county").await.is(200).text();
    let rows: Vec<&str> = all
        .split("<ul class=\"hands\">")
        .nth(1)
        .unwrap()
        .split("<li>")
        .skip(1)
        .collect();
    assert_eq!(rows.len(), 2, "{all}");
    assert!(
        rows[0].contains("<span class=\"r\">3</span>")
            && rows[1].contains("<span class=\"r\">1</span>")
    );
    let link = rows[0]
        .split("href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let listed = desk
        .get_as(&link.replace("&#38;", "&"), "")
        .await
        .is(200)
        .text();
    assert!(listed.contains(&ids[0]) && listed.contains(&ids[2]) && !listed.contains(&ids[3]));

    // What narrows the list narrows the map, and a place's list after it.
    let narrowed = page("kind=a&where=asked%20%3E%3D%20yuan(1)")
        .await
        .is(200)
        .text();
    let link = narrowed.split("<ul class=\"hands\">").nth(1).unwrap();
    let link = link
        .split("href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let listed = desk
        .get_as(&link.replace("&#38;", "&"), "")
        .await
        .is(200)
        .text();
    assert!(
        !listed.contains(&ids[1]) && !listed.contains(&ids[2]),
        "{listed}"
    );
    page("level=nothing").await.is(404);
    page("kin=a").await.is(400);
    desk.get_as("/registers/posting/map", "").await.is(404);
}

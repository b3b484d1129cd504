//! The journal's root and proofs, on a database that is sealed while it is open.

use super::{Desk, edge};
use app::keep::{key_or_new, proof_holds};
use app::programme::record::Author;
use serde_json::json;
use std::path::Path;

#[tokio::test]
async fn what_is_recorded_is_sealed_and_proved() {
    let desk = Desk::new().await;
    desk.get("/journal/root").await.is(404);
    let keys = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("keys-{}", std::process::id()));
    let key = key_or_new(&keys.join("seal.pem"), "elsewhere.db", edge().seed).unwrap();
    let sealing = desk.app.sealing(key, edge().seed, None).await.unwrap();
    let public = sealing.public_key();
    let desk = desk.with(|settings| settings.seal_key = public);
    let id = desk.visit(json!({"place": "441402", "topic": "一"})).await;
    sealing.end(edge().now).await.unwrap();

    let root = desk.get("/journal/root").await.is(200).json;
    // The tables, the programme, the visit.
    assert_eq!(
        (&root["size"], &root["rehearsal"]),
        (&json!(3), &json!(true))
    );
    let history = desk
        .get(&format!("/records/visit/{id}/history"))
        .await
        .is(200);
    let arrival = &history.json["entries"][0]["arrival"];
    let proof = desk
        .get(&format!("/journal/entries/{arrival}/proof"))
        .await
        .is(200);
    let proved = proof_holds(&proof.json.to_string(), None).unwrap();
    assert_eq!(
        (proved.record, proved.size, json!(proved.root)),
        (format!("visit {id}"), 3, root["root"].clone())
    );
    desk.get("/journal/entries/99/proof").await.is(404);
}

#[tokio::test]
async fn a_former_value_that_was_erased_stands_in_the_history_as_erased() {
    let desk = Desk::new().await;
    let body = json!({"place": "441402", "topic": "一", "phone": "13900000000"});
    let id = desk.visit(body).await;
    let author = Author {
        actor: "lin".into(),
        on_behalf: None,
        at: edge().now,
        key: None,
    };
    let fields = ["phone".to_owned()];
    let store = desk.app.store().unwrap();
    let erased = store.erase(&author, "visit", &id, &fields, None, edge().seed);
    erased.await.unwrap();
    let place = format!("/records/visit/{id}/history");
    let entries = desk.get(&place).await.is(200).json;
    let created = &entries["entries"][0];
    assert_eq!(created["after"]["phone"], json!(null));
    assert_eq!(
        created["erased"],
        json!({"before": [], "after": ["phone"]}),
        "{created}"
    );
    for place in [format!("/records/visit/{id}"), "/journal".to_owned()] {
        let page = desk.get_as(&place, "of=nobody").await.is(200).text();
        let said = "<dt>电话</dt><dd><span class=\"none\">已删除</span></dd>";
        assert!(page.contains(said), "{page}");
    }
}

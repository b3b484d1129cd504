//! Batches: taken in by chunks, gone on with, and undone.

use crate::both::on_both;
use crate::sample::{action, cells, change, create, event, firm, open, refused, text, written};
use programme::record::{Act, Author, Cell};
use store::write::{Refusal, Write};
use store::{Sheet, Store, Trouble};

fn author() -> Author {
    action(Vec::new()).author
}

fn sheet(rows: u64) -> Sheet {
    Sheet {
        register: "firm".into(),
        digest: [9; 32],
        rows,
        name: "企业.xlsx".into(),
        why: None,
    }
}

async fn count(store: &Store, register: &str) -> u64 {
    store.count(register).await.unwrap()
}

on_both! {
    async fn batches_are_listed_with_what_became_of_them(place) {
        let store = open(place).await;
        assert_eq!(store.batches(10).await.unwrap(), []);
        let rows: Vec<Write> = (0..3).map(|n| firm(&format!("F{n}"))).collect();
        let mut batch = store.begin(&author(), &sheet(4)).await.unwrap();
        store.take(&mut batch, &author(), &rows, [3; 32]).await.unwrap();
        assert_eq!(store.open_batches().await.unwrap(), 1);
        let listed = store.batches(10).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].batch.done, listed[0].batch.rows, listed[0].written), (3, 4, 3));
        assert_eq!((listed[0].name.as_deref(), listed[0].by.as_str()), (Some("企业.xlsx"), author().actor.as_str()));
        assert!(listed[0].batch.open && !listed[0].undone);
        store.end(&mut batch).await.unwrap();
        assert_eq!(store.open_batches().await.unwrap(), 0);
        let mut seed = 0;
        let seeds = || { seed += 1; [seed; 32] };
        store.undo(&batch, &author(), None, seeds, |_, _| ()).await.unwrap();
        let listed = store.batches(10).await.unwrap();
        assert_eq!(listed.len(), 2, "taking back is a batch of its own");
        assert!(listed[1].undone && !listed[0].undone);
        assert_eq!(store.batches(1).await.unwrap().len(), 1);
        let journalled = store.journalled().await.unwrap();
        assert_eq!(journalled.numbered + journalled.waiting, 8, "two heads, three rows in, three out");
    }

    async fn rows_go_in_and_refused_ones_come_back(place) {
        let store = open(place).await;
        written(&store, vec![firm("F7"), firm("old")]).await;
        let mut rows: Vec<Write> = (0..2_500).map(|n| firm(&format!("F{n}"))).collect();
        rows[1_200] = create("firm", Some("twin"), cells([("uscc", text("F1199"))]));
        rows[1_300] = create("firm", Some("none"), cells([("name", text("无号"))]));
        rows[1_301] = create("firm", Some("odd"), cells([("uscc", Some(Cell::Int(1)))]));
        rows.push(change("firm", "old", 1, cells([("name", text("新名"))])));
        rows.push(change("firm", "old", 2, cells([("phone", None)])));
        rows.push(change("firm", "old", 2, cells([("name", text("迟了"))])));
        rows.push(change("firm", "F3", 1, cells([("uscc", text("F4"))])));
        rows.push(change("firm", "F5", 1, cells([("name", text("同批"))])));
        rows.push(change("firm", "absent", 1, cells([("name", text("无"))])));
        let mut batch = store.begin(&author(), &sheet(2_506)).await.unwrap();
        let taken = store.take(&mut batch, &author(), &rows, [3; 32]).await.unwrap();
        assert_eq!(batch.done, 2_506);
        let why: Vec<usize> = taken.refused.iter().map(|(at, _)| *at).collect();
        assert_eq!(why, [7, 1_200, 1_300, 1_301, 2_502, 2_503, 2_505]);
        let duplicate = |fields: &str, other: &str| Refusal::Duplicate {
            register: "firm".into(),
            fields: vec![fields.into()],
            other: Some(other.into()),
        };
        assert_eq!(taken.refused[0].1, duplicate("id", "F7"));
        assert_eq!(taken.refused[1].1, duplicate("uscc", "F1199"));
        assert!(matches!(taken.refused[2].1, Refusal::Check { .. }));
        assert!(matches!(&taken.refused[3].1, Refusal::Unfit { field, .. } if field == "uscc"));
        assert!(matches!(taken.refused[4].1, Refusal::Stale { current_version: 3, .. }));
        assert_eq!(taken.refused[5].1, duplicate("uscc", "F4"));
        assert!(matches!(taken.refused[6].1, Refusal::NoRecord { .. }));
        assert_eq!(taken.entries.len(), 2_499);
        assert_eq!(count(&store, "firm").await, 2_498, "two before, 2,496 new");
        let record = store.record("firm", "old").await.unwrap().unwrap();
        assert_eq!(record.version, 3);
        assert_eq!(record.cells, cells([("uscc", text("old")), ("name", text("新名")), ("phone", None), ("state", None)]));
        let history = crate::sample::history(&store, "firm", "old").await;
        assert_eq!(history[2].before, cells([("phone", text("13800000000"))]));
        assert!(history[1..].iter().all(|entry| entry.batch == Some(batch.arrival)));
        let five = crate::sample::history(&store, "firm", "F5").await;
        assert_eq!(five[1].before, cells([("name", text("茶厂"))]));
    }

    async fn a_batch_goes_on_where_it_stopped(place) {
        let store = open(place).await;
        let rows: Vec<Write> = (0..30).map(|n| firm(&format!("F{n}"))).collect();
        let mut batch = store.begin(&author(), &sheet(30)).await.unwrap();
        store.take(&mut batch, &author(), &rows[..10], [3; 32]).await.unwrap();
        let mut stopped = batch.clone();
        store.take(&mut batch, &author(), &rows[10..20], [3; 32]).await.unwrap();
        // Whoever lost the answer cannot do the same rows again.
        let twice = store.take(&mut stopped, &author(), &rows[10..20], [3; 32]).await.unwrap_err();
        assert_eq!(twice.trouble, Trouble::Refused);
        let mut again = store.begin(&author(), &sheet(30)).await.unwrap();
        assert_eq!(again, batch, "the same sheet goes on");
        store.take(&mut again, &author(), &rows[20..], [4; 32]).await.unwrap();
        store.end(&mut again).await.unwrap();
        assert_eq!(count(&store, "firm").await, 30);
        assert_eq!(store.batch(again.arrival).await.unwrap(), Some(again.clone()));
        let closed = store.take(&mut again, &author(), &rows[..1], [4; 32]).await.unwrap_err();
        assert_eq!(closed.trouble, Trouble::Refused);
        let fresh = store.begin(&author(), &sheet(30)).await.unwrap();
        assert_ne!(fresh.arrival, again.arrival, "an ended batch is not opened again");
        let heads = crate::sample::history(&store, "firm", "").await;
        assert_eq!(heads.len(), 2);
        assert_eq!(heads[0].act, Act::Batch);
        assert_eq!(heads[0].after[1], ("name".to_owned(), text("企业.xlsx")));
    }

    async fn numbers_of_a_batch_have_no_gap(place) {
        let store = open(place).await;
        written(&store, vec![event()]).await;
        let mut rows = vec![event(); 5];
        rows[2] = create("event", None, cells([("place", text("350500")), ("host", text("nobody"))]));
        rows.insert(1, create("event", Some("HD-350500-2023-00042"), cells([("place", text("350500"))])));
        let mut batch = store.begin(&author(), &sheet(6)).await.unwrap();
        let taken = store.take(&mut batch, &author(), &rows, [3; 32]).await.unwrap();
        let ids: Vec<&str> = taken.entries.iter().map(|entry| &*entry.record).collect();
        let end = |id: &str| id.rsplit('-').next().unwrap().to_owned();
        assert_eq!(ids.iter().map(|id| end(id)).collect::<Vec<_>>(), ["00043", "00042", "00044", "00045", "00046"]);
        assert_eq!(taken.refused.len(), 1);
        let next = written(&store, vec![event()]).await;
        assert_eq!(&*next.entries[0].record, "HD-350500-2023-00047");
    }

    async fn a_batch_is_undone_but_for_what_changed_since(place) {
        let store = open(place).await;
        written(&store, vec![firm("old"), firm("other")]).await;
        let name = |name: &str| cells([("name", text(name))]);
        let mut rows: Vec<Write> = (0..1_500).map(|n| firm(&format!("F{n}"))).collect();
        rows.push(change("firm", "old", 1, name("甲")));
        rows.push(change("firm", "old", 2, name("乙")));
        rows.push(change("firm", "other", 1, name("丙")));
        let mut batch = store.begin(&author(), &sheet(1_503)).await.unwrap();
        store.take(&mut batch, &author(), &rows, [3; 32]).await.unwrap();
        store.end(&mut batch).await.unwrap();
        written(&store, vec![change("firm", "F5", 1, name("用上了")), change("firm", "other", 2, cells([("phone", None)]))]).await;
        let list = Some(Cell::List(vec![Cell::Text("F9".into())]));
        written(&store, vec![create("event", None, cells([("place", text("350500")), ("firms", list)]))]).await;
        let mut steps = 0;
        let (undo, kept) = store
            .undo(&batch, &author(), Some("表传错了".into()), || [4; 32], |_, _| steps += 1)
            .await
            .unwrap();
        assert_eq!((undo.rows, undo.done, undo.open, steps), (1_503, 1_503, false, 2));
        let mut names: Vec<(&str, bool)> = kept.iter().map(|kept| (&*kept.record, matches!(kept.why, Refusal::Stale { .. }))).collect();
        names.sort_unstable();
        assert_eq!(names, [("F5", true), ("F9", false), ("other", true)]);
        assert_eq!(count(&store, "firm").await, 4);
        let old = store.record("firm", "old").await.unwrap().unwrap();
        assert_eq!((old.version, old.cells[1].1.clone()), (5, text("茶厂")));
        let gone = crate::sample::history(&store, "firm", "F1499").await;
        assert_eq!(gone[1].act, Act::Withdraw);
        assert_eq!(gone[1].batch, Some(undo.arrival));
        assert_eq!(gone[1].before, gone[0].after);
        // What was withdrawn may come again.
        written(&store, vec![firm("F1499")]).await;
        let stale = change("firm", "F5", 1, name("又"));
        assert!(matches!(refused(&store, action(vec![stale])).await, Refusal::Stale { .. }));

    }
}

//! Actions: what they write, and what is refused.

use crate::both::on_both;
use crate::sample::{
    action, cells, change, create, event, firm, keyed, noon, open, refused, text, written,
};
use programme::record::{Act, Cell};
use store::write::{Action, Guard, Message, Refusal, Write};
use store::{Store, Value};

async fn number(store: &Store, sql: &str) -> i64 {
    let rows = store.db().fetch(sql, &[]).await.unwrap();
    rows[0].need_int(0).unwrap()
}

on_both! {
    async fn a_creation_is_numbered_and_journaled_whole(place) {
        let store = open(place).await;
        written(&store, vec![firm("F1"), firm("F2")]).await;
        let given = create("event", None, cells([
            ("place", text("350500")),
            ("host", text("F1")),
            ("firms", Some(Cell::List(vec![Cell::Text("F1".into()), Cell::Text("F2".into())]))),
            ("kinds", Some(Cell::List(Vec::new()))),
            ("held_on", Some(Cell::Int(19_600))),
            ("told_at", Some(Cell::Int(noon().0 + 1))),
            ("signed", Some(Cell::Int(-5))),
            ("share", Some(Cell::Double(0.25))),
            ("open", Some(Cell::Bool(false))),
            ("contact", text("陈")),
            ("notes", text("一段话")),
        ]));
        let answer = written(&store, vec![given.clone(), event()]).await;
        let [entry, second] = &answer.entries[..] else { panic!("two entries") };
        assert_eq!(&*entry.record, "HD-350500-2023-00001");
        assert_eq!(&*second.record, "HD-350500-2023-00002");
        assert!(entry.arrival < second.arrival);
        assert_eq!(entry.version, 1);
        assert_eq!(entry.before, []);
        let fields: Vec<&str> = entry.after.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(fields.len(), 13, "a full snapshot: {fields:?}");
        for cell in &given.change.after {
            assert!(entry.after.contains(cell), "{cell:?}");
        }
        assert!(entry.after.contains(&("slot".to_owned(), None)));
        let record = store.record("event", "HD-350500-2023-00001").await.unwrap().unwrap();
        assert_eq!(record.cells, entry.after, "the row is the entry");
        assert_eq!((record.version, record.arrival, record.created_at), (1, entry.arrival, noon()));
        let numbered = number(&store, "select count(*) from register_event where number = _id").await;
        assert_eq!(numbered, 2);
        let history = crate::sample::history(&store, "event", "HD-350500-2023-00001").await;
        assert_eq!(history.len(), 1);
        assert_eq!(history[0].after, entry.after, "opened again from the journal");
        assert_eq!(history[0].author, entry.author);
    }

    async fn a_change_keeps_what_was_before(place) {
        let store = open(place).await;
        written(&store, vec![firm("F1")]).await;
        let after = cells([("name", text("茶业公司")), ("phone", None)]);
        let answer = written(&store, vec![change("firm", "F1", 1, after.clone())]).await;
        let entry = &answer.entries[0];
        assert_eq!(entry.version, 2);
        assert_eq!(entry.before, cells([("name", text("茶厂")), ("phone", text("13800000000"))]));
        assert_eq!(entry.after, after);
        let mut moved = change("firm", "F1", 2, cells([("state", text("closed"))]));
        moved.change.act = Act::Move("close".into());
        let answer = written(&store, vec![moved]).await;
        let record = store.record("firm", "F1").await.unwrap().unwrap();
        assert_eq!((record.version, record.arrival), (3, answer.entries[0].arrival));
        assert_eq!(record.cells, cells([("uscc", text("F1")), ("name", text("茶业公司")), ("phone", None), ("state", text("closed"))]));
        let history = crate::sample::history(&store, "firm", "F1").await;
        assert_eq!(history.len(), 3);
        assert_eq!(history[1].why.as_deref(), Some("核对后更正"));
        assert_eq!(history[1].before, entry.before);
        assert_eq!(history[2].act, Act::Move("close".into()));
    }

    async fn a_stale_change_shows_both(place) {
        let store = open(place).await;
        written(&store, vec![firm("F1")]).await;
        let name = |name: &str| cells([("name", text(name))]);
        written(&store, vec![change("firm", "F1", 1, name("甲"))]).await;
        let refusal = refused(&store, action(vec![firm("F2"), change("firm", "F1", 1, name("乙"))])).await;
        assert_eq!(refusal, Refusal::Stale {
            register: "firm".into(),
            record: "F1".into(),
            version: 1,
            current_version: 2,
            current: name("甲"),
        });
        assert!(store.record("firm", "F2").await.unwrap().is_none(), "nothing of the action stays");
        assert_eq!(number(&store, "select count(*) from journal").await, 2);
    }

    async fn taken_values_name_fields_and_the_other_record(place) {
        let store = open(place).await;
        written(&store, vec![firm("F1"), firm("F2")]).await;
        let same = create("firm", Some("F3"), cells([("uscc", text("F1"))]));
        let duplicate = |register: &str, field: &str, other: &str| Refusal::Duplicate {
            register: register.into(),
            fields: vec![field.into()],
            other: Some(other.into()),
        };
        assert_eq!(refused(&store, action(vec![same])).await, duplicate("firm", "uscc", "F1"));
        let id = create("firm", Some("F2"), cells([("uscc", text("other"))]));
        assert_eq!(refused(&store, action(vec![id])).await, duplicate("firm", "id", "F2"));
        let slot = || create("event", None, cells([("place", text("350500")), ("slot", text("A"))]));
        let first = written(&store, vec![slot()]).await;
        let refusal = refused(&store, action(vec![slot()])).await;
        assert_eq!(refusal, duplicate("event", "slot", &first.entries[0].record));
        let own = written(&store, vec![event()]).await;
        let id = &own.entries[0].record;
        let changed = change("event", id, 1, cells([("slot", text("A"))]));
        assert_eq!(refused(&store, action(vec![changed])).await, duplicate("event", "slot", &first.entries[0].record));
        assert_eq!(&**id, "HD-350500-2023-00002", "the refused creation left no gap");
        // Two of one action stand against each other as well.
        let refusal = refused(&store, action(vec![firm("F4"), firm("F4")])).await;
        assert_eq!(refusal, duplicate("firm", "id", "F4"));
        let same = create("firm", Some("F5"), cells([("uscc", text("F4"))]));
        let refusal = refused(&store, action(vec![firm("F4"), same])).await;
        assert_eq!(refusal, duplicate("firm", "uscc", "F5"));
    }

    async fn references_lead_to_records(place) {
        let store = open(place).await;
        let host = |cell| create("event", None, cells([("place", text("350500")), cell]));
        let missing = |field: &str| Refusal::NoReference {
            register: "event".into(),
            field: field.into(),
            to: "firm".into(),
            missing: "F9".into(),
        };
        let refusal = refused(&store, action(vec![host(("host", text("F9")))])).await;
        assert_eq!(refusal, missing("host"));
        let list = Some(Cell::List(vec![Cell::Text("F9".into())]));
        let refusal = refused(&store, action(vec![host(("firms", list))])).await;
        assert_eq!(refusal, missing("firms"));
        let refusal = refused(&store, action(vec![change("firm", "F9", 1, cells([("name", None)]))])).await;
        assert_eq!(refusal, Refusal::NoRecord { register: "firm".into(), record: "F9".into() });
        // A record and one that names it may come in one action, in this order.
        written(&store, vec![firm("F9"), host(("host", text("F9")))]).await;
    }

    async fn what_fits_no_column_is_refused(place) {
        let store = open(place).await;
        let unfit = |register: &str, field: &str| Refusal::Unfit { register: register.into(), field: field.into() };
        let with = |cell| action(vec![create("event", None, cells([("place", text("350500")), cell]))]);
        assert_eq!(refused(&store, with(("signed", text("ten")))).await, unfit("event", "signed"));
        assert_eq!(refused(&store, with(("nothing", None))).await, unfit("event", "nothing"));
        assert_eq!(refused(&store, with(("share", Some(Cell::Double(f64::NAN))))).await, unfit("event", "share"));
        assert_eq!(refused(&store, with(("told_at", Some(Cell::Int(i64::MAX))))).await, unfit("event", "told_at"));
        let none = create("nothing", Some("1"), Vec::new());
        assert_eq!(refused(&store, action(vec![none])).await, unfit("nothing", ""));
        let unnumbered = create("firm", None, Vec::new());
        assert_eq!(refused(&store, action(vec![unnumbered])).await, unfit("firm", "id"));
        let homeless = Write { unit: None, ..event() };
        assert_eq!(refused(&store, action(vec![homeless])).await, Refusal::NoUnit { register: "event".into() });
        let empty = create("event", None, Vec::new());
        let refusal = refused(&store, action(vec![empty])).await;
        assert!(matches!(refusal, Refusal::Check { .. }), "a required field: {refusal:?}");
        assert_eq!(number(&store, "select count(*) from journal").await, 0);
    }

    async fn a_key_gives_its_first_answer_again(place) {
        let store = open(place).await;
        let first = store.write(keyed("k", 1, vec![firm("F1")])).await.unwrap();
        let again = store.write(keyed("k", 1, vec![firm("F1")])).await.unwrap();
        assert!(again.replayed && !first.replayed);
        assert_eq!(again.entries[0].arrival, first.entries[0].arrival);
        assert_eq!(again.entries[0].after, first.entries[0].after);
        // An act that nothing stands against is told by its key alone.
        let first = store.write(keyed("e", 1, vec![event()])).await.unwrap();
        let again = store.write(keyed("e", 1, vec![event()])).await.unwrap();
        assert_eq!(again.entries[0].record, first.entries[0].record);
        let reused = refused(&store, keyed("e", 2, vec![event()])).await;
        assert_eq!(reused, Refusal::KeyReused { key: "e".into() });
        let mut other = keyed("e", 2, vec![event()]);
        other.author.actor = "clerk2".into();
        let other = store.write(other).await.unwrap();
        assert_eq!(&*other.entries[0].record, "HD-350500-2023-00002", "another actor's key is another key");
        assert_eq!(number(&store, "select count(*) from journal").await, 3);
        // A refused act leaves its key free.
        let stale = change("firm", "F1", 7, cells([("name", None)]));
        refused(&store, keyed("s", 3, vec![stale])).await;
        store.write(keyed("s", 4, vec![change("firm", "F1", 1, cells([("name", None)]))])).await.unwrap();
    }

    async fn a_guard_bounds_what_spans_records(place) {
        let store = open(place).await;
        let guard = |sum: Option<&str>, at_most| Guard {
            name: "planned events in 350500".into(),
            register: "event".into(),
            when: vec![
                ("place".into(), vec![Cell::Text("350500".into())]),
                ("state".into(), vec![Cell::Text("planned".into()), Cell::Text("held".into())]),
            ],
            sum: sum.map(str::to_owned),
            at_most,
        };
        let with = |guard| Action { guards: vec![guard], ..action(vec![event()]) };
        store.write(with(guard(None, 2))).await.unwrap();
        store.write(with(guard(None, 2))).await.unwrap();
        let full = |at_most, would_be| Refusal::Full { guard: "planned events in 350500".into(), at_most, would_be };
        assert_eq!(refused(&store, with(guard(None, 2))).await, full(2, 3));
        assert_eq!(refused(&store, with(guard(Some("signed"), 3_149))).await, full(3_149, 3_150));
        store.write(with(guard(Some("signed"), 3_150))).await.unwrap();
    }

    async fn messages_leave_with_the_action(place) {
        let store = open(place).await;
        let message = Message { topic: "told".into(), body: serde_json::json!({"to": "clerk2"}) };
        let with = |writes| Action { messages: vec![message.clone(), message.clone()], ..action(writes) };
        store.write(with(vec![firm("F1")])).await.unwrap();
        refused(&store, with(vec![firm("F1")])).await;
        let rows = store.db().fetch("select topic, body, due from outbox", &[]).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].need_text(1).unwrap(), "{\"to\":\"clerk2\"}");
        assert_eq!(rows[0].need_int(2).unwrap(), noon().0);
    }

    async fn a_brought_id_is_never_given_again(place) {
        let store = open(place).await;
        let brought = create("event", Some("HD-350500-2023-00007"), cells([("place", text("350500"))]));
        written(&store, vec![brought]).await;
        let next = written(&store, vec![event()]).await;
        assert_eq!(&*next.entries[0].record, "HD-350500-2023-00008");
        let earlier = create("event", Some("HD-350500-2023-00002"), cells([("place", text("350500"))]));
        written(&store, vec![earlier]).await;
        let next = written(&store, vec![event()]).await;
        assert_eq!(&*next.entries[0].record, "HD-350500-2023-00009");
    }

    async fn a_withdrawn_record_leaves_its_history(place) {
        let store = open(place).await;
        written(&store, vec![firm("F1"), firm("F2")]).await;
        let list = Some(Cell::List(vec![Cell::Text("F2".into())]));
        let named = create("event", None, cells([("place", text("350500")), ("host", text("F1")), ("firms", list)]));
        let named = written(&store, vec![named]).await.entries[0].record.clone();
        let withdraw = |register: &str, id: &str, version| {
            let mut write = change(register, id, version, Vec::new());
            write.change.act = Act::Withdraw;
            action(vec![write])
        };
        let referred = |record: &str| Refusal::Referred { register: "firm".into(), record: record.into() };
        assert_eq!(refused(&store, withdraw("firm", "F1", 1)).await, referred("F1"));
        assert_eq!(refused(&store, withdraw("firm", "F2", 1)).await, referred("F2"));
        assert!(matches!(refused(&store, withdraw("event", &named, 2)).await, Refusal::Stale { .. }));
        let gone = store.write(withdraw("event", &named, 1)).await.unwrap();
        assert_eq!((gone.entries[0].version, gone.entries[0].before.len()), (2, 13));
        assert!(store.record("event", &named).await.unwrap().is_none());
        assert_eq!(crate::sample::history(&store, "event", &named).await.len(), 2);
        store.write(withdraw("firm", "F1", 1)).await.unwrap();
    }

    async fn salts_differ_from_value_to_value(place) {
        let store = open(place).await;
        written(&store, vec![firm("F1"), firm("F2")]).await;
        let rows = store.db().fetch("select distinct salt from journal_open", &[]).await.unwrap();
        assert_eq!(rows.len(), 2, "one telephone number each");
        let leaked = store.db().fetch("select arrival from journal where payload like $1", &[Value::from("%13800000000%")]).await.unwrap();
        assert!(leaked.is_empty());
    }
}

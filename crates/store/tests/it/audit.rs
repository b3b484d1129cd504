//! The journal examined: what was done by hand is noticed and named, and the tables follow from it.

use crate::both::{Place, on_both};
use crate::sample::{action, cells, change, event, firm, noon, open, programme, text, written};
use journal::{
    Difference, ExportCheck, Fault, Hash, Header, PublicKey, SealingKey, SignedSeal, Trust,
    Witnessed,
};
use programme::record::{Act, Author, Cell};
use rules::{Day, Moment};
use store::audit::{Browse, Row, Verified};
use store::people::{self, Account, Held};
use store::{Sealer, Store, Value};

fn key() -> SealingKey {
    SealingKey::from_seed([5; 32])
}

pub(crate) async fn sealed(store: &Store) -> SignedSeal {
    let mut sealer = Sealer::new(store.clone(), key(), "a", Hash::of(b"programme"), false);
    let last = store
        .last_seal()
        .await
        .unwrap()
        .map_or(noon().0, |seal| seal.seal.at.0);
    let seal = sealer.tick(Moment(last + 10_000)).await.unwrap().seal;
    seal.unwrap()
}

fn trust() -> Trust {
    Trust {
        keys: vec![key().public()],
        ..Trust::default()
    }
}

pub(crate) async fn verified(store: &Store, witness: Option<Vec<SignedSeal>>) -> Verified {
    store
        .verify(Trust { witness, ..trust() }, |_, _| ())
        .await
        .unwrap()
}

/// Twenty records, some changed, under two seals.
pub(crate) async fn filled(place: &Place) -> (Store, Vec<SignedSeal>) {
    let store = open(place).await;
    for n in 0..10 {
        written(&store, vec![firm(&format!("F{n}")), event()]).await;
    }
    let first = sealed(&store).await;
    for n in 0..10 {
        written(
            &store,
            vec![change(
                "firm",
                &format!("F{n}"),
                1,
                cells([("name", text("改名")), ("phone", text("139"))]),
            )],
        )
        .await;
    }
    let second = sealed(&store).await;
    (store, vec![first, second])
}

/// What somebody with the database's password does.
pub(crate) async fn by_hand(store: &Store, text: &str, values: &[Value]) {
    let mut tx = store.db().write().await.unwrap();
    assert!(tx.execute(text, values).await.unwrap() > 0, "{text}");
    tx.commit().await.unwrap();
}

on_both! {
    async fn what_was_written_holds(place) {
        let (store, seals) = filled(place).await;
        let found = verified(&store, Some(seals)).await;
        assert!(found.holds(), "{found:?}");
        assert_eq!((found.verification.entries, found.verification.seals), (30, 2));
        assert!(matches!(found.verification.witness, Witnessed::Held { agreeing: 2, entries: 30, .. }));
        let found = verified(&store, None).await;
        assert_eq!(found.verification.witness, Witnessed::NotCheckable);
        let compared = store.compare(|_| ()).await.unwrap();
        assert!(compared.clean(), "{compared:?}");
        assert_eq!((compared.entries, compared.rows), (30, 20));
    }

    async fn an_edited_entry_is_named(place) {
        let (store, _) = filled(place).await;
        by_hand(&store, "update journal set payload = replace(payload, 'clerk1', 'clerk2') where arrival = 4", &[]).await;
        let found = verified(&store, None).await;
        assert_eq!(found.verification.faults, [Fault::EditedEntry(4)]);
        assert_eq!(found.beside, [4], "its columns still tell the truth");
    }

    async fn edited_columns_beside_an_entry_are_named(place) {
        let (store, _) = filled(place).await;
        by_hand(&store, "update journal set actor = 'clerk2' where arrival = 4", &[]).await;
        let found = verified(&store, None).await;
        assert_eq!(found.beside, [4]);
        assert!(!found.holds() && found.verification.holds());
    }

    async fn a_deleted_entry_is_named(place) {
        let (store, _) = filled(place).await;
        by_hand(&store, "delete from journal where arrival = 7", &[]).await;
        let found = verified(&store, None).await;
        assert!(found.verification.faults.contains(&Fault::Gap { from: 7, until: 8 }), "{found:?}");
        assert!(found.verification.faults.contains(&Fault::Deleted(7)), "{found:?}");
    }

    async fn entries_that_changed_places_are_named(place) {
        let (store, _) = filled(place).await;
        for (from, to) in [(3, 900), (8, 3), (900, 8)] {
            by_hand(&store, "update journal_position set position = $2 where position = $1", &[from.into(), to.into()]).await;
        }
        let found = verified(&store, None).await;
        let moved = Fault::Moved { position: 3, found: 8 };
        assert!(found.verification.faults.contains(&moved), "{found:?}");
    }

    async fn an_entry_that_was_put_in_is_named(place) {
        let (store, _) = filled(place).await;
        // Behind the last one, with a position of its own.
        by_hand(&store, "insert into journal select 500, at, actor, on_behalf, act, register, record, version, batch, payload, leaf from journal where arrival = 3", &[]).await;
        by_hand(&store, "update journal_position set position = position + 1000 where position >= 5", &[]).await;
        by_hand(&store, "update journal_position set position = position - 999 where position >= 1000", &[]).await;
        by_hand(&store, "insert into journal_position (position, arrival) values (5, 500)", &[]).await;
        let found = verified(&store, None).await;
        assert!(found.verification.faults.contains(&Fault::Inserted(5)), "{found:?}");
        // And one that hides from the sealer.
        by_hand(&store, "delete from journal_position where position = 12", &[]).await;
        let found = verified(&store, None).await;
        assert_eq!(found.unnumbered.len(), 1);
    }

    async fn a_cut_tail_is_named_with_and_without_its_seals(place) {
        let (store, seals) = filled(place).await;
        by_hand(&store, "delete from journal where arrival >= 20", &[]).await;
        by_hand(&store, "delete from journal_position where position >= 20", &[]).await;
        let found = verified(&store, None).await;
        assert!(found.verification.faults.contains(&Fault::CutTail { have: 20, sealed: 30 }), "{found:?}");
        // Cut with everything beside it, only a witness can tell.
        by_hand(&store, "delete from seal where size > 20", &[]).await;
        let hashes = store.db().fetch("select hashes from tile where level = 0", &[]).await.unwrap();
        let hashes = hashes[0].need_bytes(0).unwrap();
        by_hand(&store, "update tile set hashes = $1 where level = 0", &[Value::from(&hashes[..640])]).await;
        by_hand(&store, "delete from journal_open where arrival >= 20", &[]).await;
        let blind = verified(&store, None).await;
        assert!(blind.holds(), "{blind:?}");
        assert_eq!(blind.verification.witness, Witnessed::NotCheckable);
        let found = verified(&store, Some(seals)).await;
        assert!(
            matches!(found.verification.faults[..], [Fault::BehindWitness { have: 20, witnessed: 30, .. }]),
            "{found:?}"
        );
    }

    async fn an_edited_row_is_named_and_mended(place) {
        let (store, _) = filled(place).await;
        by_hand(&store, "update register_event set signed = 99 where _id = 'HD-350500-2023-00002'", &[]).await;
        by_hand(&store, "update register_event set _changed_at = 7 where _id = 'HD-350500-2023-00005'", &[]).await;
        by_hand(&store, "delete from register_firm where _id = 'F3'", &[]).await;
        by_hand(&store, "insert into register_firm (_id, _version, _arrival, _created_at, _changed_at, uscc) values ('X', 1, 1, 1, 1, 'X')", &[]).await;
        let compared = store.compare(|_| ()).await.unwrap();
        let odd: Vec<(&str, &str, &Row)> = compared.odd.iter().map(|odd| (odd.register.as_str(), &*odd.record, &odd.row)).collect();
        let signed = Row::Differs(vec![Difference::Field {
            field: "signed".into(),
            journal: Some(Cell::Int(1_050)),
            row: Some(Cell::Int(99)),
        }]);
        assert_eq!(odd.len(), 4);
        for expected in [
            ("event", "HD-350500-2023-00002", &signed),
            ("event", "HD-350500-2023-00005", &Row::System),
            ("firm", "F3", &Row::Missing),
            ("firm", "X", &Row::Extra),
        ] {
            assert!(odd.contains(&expected), "{odd:?}");
        }
        assert_eq!(store.rebuild(|_| ()).await.unwrap(), 20);
        let compared = store.compare(|_| ()).await.unwrap();
        assert!(compared.clean(), "{compared:?}");
        // The tables still take and refuse what they did before.
        written(&store, vec![firm("F20")]).await;
        let lost = crate::sample::create("event", None, cells([("place", text("350500")), ("host", text("nobody"))]));
        crate::sample::refused(&store, action(vec![lost])).await;
    }

    async fn what_was_revealed_changes_no_record_and_all_holds(place) {
        let (store, seals) = filled(place).await;
        let author = action(Vec::new()).author;
        let before = store.record("firm", "F3").await.unwrap().unwrap();
        let entry = store.reveal(&author, ("firm", "F3"), &["phone".to_owned()], "回访".into(), [8; 32]).await.unwrap();
        assert_eq!((entry.act.clone(), entry.version, entry.after.len()), (Act::Reveal, before.version, 0));
        assert_eq!(store.record("firm", "F3").await.unwrap().unwrap(), before);
        sealed(&store).await;
        let found = verified(&store, Some(seals)).await;
        assert!(found.holds(), "{found:?}");
        assert!(store.compare(|_| ()).await.unwrap().clean());
        store.rebuild(|_| ()).await.unwrap();
        assert!(store.compare(|_| ()).await.unwrap().clean());
        // The next change comes after it, and facts that are read anew never take it for one.
        let next = crate::sample::change("firm", "F3", before.version, cells([("name", text("又改名"))]));
        written(&store, vec![next]).await;
        let acts: Vec<Act> = crate::sample::history(&store, "firm", "F3").await.into_iter().map(|entry| entry.act).collect();
        assert_eq!(acts, [Act::Create, Act::Change, Act::Reveal, Act::Change]);
        let mut changes = Vec::new();
        store.changes_since(0, |entries| { changes.extend(entries); Ok(()) }).await.unwrap();
        assert!(changes.iter().all(|entry| entry.act != Act::Reveal));
        for (record, field) in [("F404", "phone"), ("F3", "nothing")] {
            let refusal = store.reveal(&author, ("firm", record), &[field.to_owned()], "回访".into(), [9; 32]).await;
            assert!(refusal.is_err(), "{record} {field}");
        }
    }

    async fn what_is_done_with_accounts_is_proved_and_changes_no_record(place) {
        let (store, seals) = filled(place).await;
        let by = Author { actor: "boss".into(), on_behalf: None, at: noon(), key: None };
        let db = store.db();
        let somebody = |id: &str| Account {
            id: id.into(),
            person: "王一".into(),
            phone: Some("13800001111".into()),
            password: None,
            created_at: noon(),
            closed_at: None,
            failures: 0,
            locked_until: Moment(0),
        };
        let today = noon().day();
        let held = |until: Option<i32>| Held {
            role: "clerk".into(),
            unit: "350102".into(),
            from: today,
            until: until.map(|days| Day(today.0 + days)),
        };
        let (first, last) = (today.to_string(), Day(today.0 + 9).to_string());
        assert!(people::open(db, &by, &somebody("wang"), &[held(None)]).await.unwrap());
        assert!(!people::open(db, &by, &somebody("wang"), &[]).await.unwrap(), "nothing was done, and nothing is noted");
        people::open(db, &by, &somebody("li"), &[]).await.unwrap();
        people::end(db, &by, "wang", &held(Some(9))).await.unwrap();
        assert!(!people::end(db, &by, "li", &held(Some(9))).await.unwrap());
        people::answer(db, &by, ("wang", &held(Some(9))), true).await.unwrap();
        assert!(!people::answer(db, &by, ("wang", &held(Some(9))), false).await.unwrap());
        people::reset(db, &by, "wang", ([7; 32], Moment(noon().0 + 1))).await.unwrap();
        assert!(!people::reset_second(db, &by, "wang").await.unwrap());
        people::begin_second(db, "wang", b"one", noon()).await.unwrap();
        people::reset_second(db, &by, "wang").await.unwrap();
        people::identify(db, &by, "wang", ("p", Some("w-1"))).await.unwrap();
        people::hand_over(db, &by, "wang", "li").await.unwrap();

        let asked = Browse { act: Some("account".into()), limit: 100, ..Browse::default() };
        let mut noted = crate::sample::browsed(&store, &asked).await;
        noted.reverse();
        let words: Vec<String> = noted.iter().map(|entry| format!("{} {} {}", entry.author.actor, entry.act.word(), entry.record)).collect();
        assert_eq!(words, [
            "boss account:open wang", "boss account:grant wang", "boss account:open li", "boss account:end wang",
            "boss account:confirm wang", "boss account:reset wang", "boss account:reset-second wang",
            "boss account:identify wang", "boss account:hand-over wang", "boss account:grant li", "boss account:close wang",
        ]);
        let role = |until: &str| cells([
            ("role", text("clerk")),
            ("unit", text("350102")),
            ("from", text(&first)),
            ("until", (!until.is_empty()).then(|| text(until)).flatten()),
        ]);
        assert_eq!((&noted[1].after, &noted[3].after, &noted[9].after), (&role(""), &role(&last), &role(&last)));
        assert_eq!(noted[8].after, cells([("to", text("li"))]));
        assert!(noted.iter().all(|entry| entry.register.is_empty() && entry.before.is_empty()));
        let raw = store.db().fetch("select payload from journal where act like 'account:%'", &[]).await.unwrap();
        assert!(!raw.is_empty());
        for row in raw {
            let payload = row.need_text(0).unwrap();
            assert!(!payload.contains("王一") && !payload.contains("1380") && !payload.contains("w-1"), "{payload}");
        }

        // Sealed and verified as all others, and no record's.
        let seal = sealed(&store).await;
        assert_eq!(seal.seal.size, 30 + 11);
        let found = verified(&store, Some(seals.clone())).await;
        assert!(found.holds(), "{found:?}");
        assert!(store.compare(|_| ()).await.unwrap().clean());
        store.rebuild(|_| ()).await.unwrap();
        assert!(store.compare(|_| ()).await.unwrap().clean());
        let mut changes = Vec::new();
        store.changes_since(0, |entries| { changes.extend(entries); Ok(()) }).await.unwrap();
        assert!(changes.iter().all(|entry| !entry.register.is_empty()));
        let header = Header { programme: Hash::of(b"programme"), rehearsal: false, key: key().public() };
        let mut lines = Vec::new();
        store.export(&header, true, |line| { lines.push(line); Ok(()) }).await.unwrap();
        let mut check = ExportCheck::new(Trust { witness: Some(seals), ..trust() });
        for line in &lines {
            check.line(line.trim_end());
        }
        assert!(check.finish().verification.holds());
        // Who edits one is found out.
        by_hand(&store, "update journal set payload = replace(payload, 'account:close', 'account:grant') where act = 'account:close'", &[]).await;
        assert!(!verified(&store, None).await.holds());
    }

    async fn the_newest_entries_are_read_by_who_did_what_when(place) {
        let (store, _) = filled(place).await;
        let found = async |asked: Browse| {
            let found = crate::sample::browsed(&store, &asked).await;
            found.into_iter().map(|entry| (entry.register, entry.record, entry.act.word())).collect::<Vec<_>>()
        };
        let all = Browse { limit: 1000, ..Browse::default() };
        let every = crate::sample::browsed(&store, &all).await;
        assert!(every.len() == 30 && every.is_sorted_by(|newer, older| newer.arrival > older.arrival));

        let changes = found(Browse { act: Some("change".into()), ..all.clone() }).await;
        assert_eq!((changes.len(), &*changes[0].1, &*changes[9].1), (10, "F9", "F0"));
        let of_one = Browse { registers: vec!["nothing".into(), "firm".into()], record: Some("F3".into()), ..all.clone() };
        let acts: Vec<String> = found(of_one.clone()).await.into_iter().map(|(_, _, act)| act).collect();
        assert_eq!(acts, ["change", "create"]);
        assert_eq!(found(Browse { registers: vec!["nothing".into()], ..all.clone() }).await, []);
        assert_eq!(found(Browse { actor: Some("nobody".into()), ..all.clone() }).await, []);
        assert_eq!(found(Browse { act: Some("move".into()), ..all.clone() }).await, []);

        // A page follows the one before it, and moments bound both ends.
        let first = crate::sample::browsed(&store, &Browse { limit: 4, ..all.clone() }).await;
        let before = first.last().map(|entry| entry.arrival);
        let second = crate::sample::browsed(&store, &Browse { before, limit: 4, ..all.clone() }).await;
        assert_eq!([first, second].concat(), every[..8]);
        let at = every[0].author.at;
        let later = Some(Moment(at.0 + 1));
        assert_eq!(found(Browse { from: Some(at), until: later, ..all.clone() }).await.len(), every.iter().filter(|entry| entry.author.at == at).count());
        assert_eq!(found(Browse { from: later, ..all }).await, []);
    }

    async fn an_export_is_checked_without_the_database(place) {
        let (store, seals) = filled(place).await;
        written(&store, vec![firm("F99")]).await;
        let header = Header { programme: Hash::of(b"programme"), rehearsal: false, key: key().public() };
        let mut lines = Vec::new();
        store.export(&header, true, |line| { lines.push(line); Ok(()) }).await.unwrap();
        let check = |lines: &[String], key: PublicKey| {
            let mut check = ExportCheck::new(Trust { keys: vec![key], witness: Some(seals.clone()), root: None });
            for line in lines {
                check.line(line.trim_end());
            }
            check.finish().verification
        };
        let found = check(&lines, key().public());
        assert!(found.holds(), "{found:?}");
        assert_eq!(found.seals, 2);
        lines.remove(9);
        assert!(!check(&lines, key().public()).holds());
    }
}

#[tokio::test]
async fn an_old_backup_is_told_by_the_witness_alone() {
    let place = Place::sqlite();
    let (store, _) = filled(&place).await;
    store.close().await;
    let path = place.address.strip_prefix("sqlite:").unwrap().to_owned();
    let copy = std::fs::read(&path).unwrap();
    let store = Store::new(place.open().await, &programme()).await.unwrap();
    written(&store, vec![firm("F50")]).await;
    let third = sealed(&store).await;
    store.close().await;
    std::fs::write(&path, copy).unwrap();
    let store = Store::new(place.open().await, &programme()).await.unwrap();
    assert!(verified(&store, None).await.holds());
    let found = verified(&store, Some(vec![third.clone()])).await;
    assert!(
        matches!(
            found.verification.faults[..],
            [Fault::BehindWitness {
                have: 30,
                witnessed: 31,
                ..
            }]
        ),
        "{found:?}"
    );
    // Carried on from there, it is another history.
    written(&store, vec![firm("F51")]).await;
    written(&store, vec![firm("F52")]).await;
    sealed(&store).await;
    let found = verified(&store, Some(vec![third])).await;
    assert!(!found.verification.holds(), "{found:?}");
}

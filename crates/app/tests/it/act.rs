//! Actions: decided, written once, seen at once and after a restart, refused with both sides shown.

use crate::lake::{asked, cells, city, day, edge, open, text};
use app::programme::record::{Act, Cell};
use app::{App, Refused, Viewer};
use store::write::Refusal;

fn event() -> app::engine::Asked {
    let held = Some(Cell::Int(day("2023-09-20").0.into()));
    let own = cells([("place", text(city())), ("held_on", held)]);
    asked(Act::Create, "event", None, own)
}

/// The cell of a record, as the facts have it now.
fn now(app: &App, register: &str, record: &str, field: &str) -> Option<Cell> {
    app.record_now(register, record)?
        .1
        .into_iter()
        .find(|(f, _)| f == field)?
        .1
}

on_both! {
    async fn a_record_is_created_changed_moved_and_there_again(place) {
        let app = open(place, "2023-09-26").await;
        let viewer = Viewer::operator();
        let created = app.act(&viewer, &[event()], None, edge("2023-09-21")).await.unwrap();
        let id = created.entries[0].record.clone();
        assert_eq!(&*id, format!("HD-{}-2023-00001", city()));
        assert_eq!(now(&app, "event", &id, "state"), text("planned"));

        let signed = cells([("signed", Some(Cell::Int(5_000)))]);
        let change = asked(Act::Change, "event", Some((&id, 1)), signed);
        app.act(&viewer, &[change], None, edge("2023-09-22")).await.unwrap();
        let hold = asked(Act::Move("hold".into()), "event", Some((&id, 2)), vec![]);
        app.act(&viewer, std::slice::from_ref(&hold), None, edge("2023-09-23")).await.unwrap();
        let again = asked(Act::Move("hold".into()), "event", Some((&id, 3)), vec![]);
        let again = app.act(&viewer, &[again], None, edge("2023-09-23")).await;
        let Err(Refused::Objections(objections)) = again else { panic!("{again:?}") };
        assert_eq!(objections[0].1.words.en, "it is “Held” now; “Hold” starts from “Planned”");

        let before = (app.shown_on("event", day("2023-09-21")), app.shown_on("event", day("2023-09-23")));
        app.close().await;
        let app = open(place, "2023-09-26").await;
        assert_eq!(app.record_now("event", &id).unwrap().0, 3);
        assert_eq!((app.shown_on("event", day("2023-09-21")), app.shown_on("event", day("2023-09-23"))), before);
        assert_ne!(before.0, before.1);
    }

    async fn who_comes_second_is_shown_both(place) {
        let app = open(place, "2023-09-26").await;
        let viewer = Viewer::operator();
        let created = app.act(&viewer, &[event()], None, edge("2023-09-21")).await.unwrap();
        let id = created.entries[0].record.clone();
        let sign = |fen| asked(Act::Change, "event", Some((&id, 1)), cells([("signed", Some(Cell::Int(fen)))]));
        app.act(&viewer, &[sign(1)], None, edge("2023-09-22")).await.unwrap();
        let second = app.act(&viewer, &[sign(2)], None, edge("2023-09-22")).await;
        let Err(Refused::Held(refusal)) = second else { panic!("{second:?}") };
        let Refusal::Stale { current_version, current, .. } = *refusal else { panic!("{refusal:?}") };
        assert_eq!((current_version, current), (2, cells([("signed", Some(Cell::Int(1)))])));
        assert_eq!(now(&app, "event", &id, "signed"), Some(Cell::Int(1)), "the first stands");
    }

    async fn the_same_key_is_the_same_act(place) {
        let app = open(place, "2023-09-26").await;
        let viewer = Viewer::operator();
        let key = || Some("k1".to_owned());
        let first = app.act(&viewer, &[event()], key(), edge("2023-09-21")).await.unwrap();
        let again = app.act(&viewer, &[event()], key(), edge("2023-09-22")).await.unwrap();
        assert_eq!(first.entries[0].record, again.entries[0].record);
        assert!(again.replayed && !first.replayed);
        let id = first.entries[0].record.clone();
        let change = asked(Act::Change, "event", Some((&id, 1)), cells([("signed", Some(Cell::Int(1)))]));
        let other = app.act(&viewer, std::slice::from_ref(&change), key(), edge("2023-09-22")).await;
        let Err(Refused::Held(refusal)) = other else { panic!("{other:?}") };
        assert_eq!(*refusal, Refusal::KeyReused { key: "k1".into() });
        for _ in 0..2 {
            let done = app.act(&viewer, std::slice::from_ref(&change), Some("k2".into()), edge("2023-09-22")).await;
            assert_eq!(done.unwrap().entries[0].version, 2, "a change that is sent twice is one change");
        }
    }

    async fn all_or_nothing(place) {
        let app = open(place, "2023-09-26").await;
        let wrong = asked(Act::Create, "event", None, cells([("place", text("nowhere"))]));
        let both = app.act(&Viewer::operator(), &[event(), wrong], None, edge("2023-09-21")).await;
        let Err(Refused::Objections(objections)) = both else { panic!("{both:?}") };
        assert_eq!((objections.len(), objections[0].0), (1, 1));
        assert!(app.is_empty());
    }
}

#[tokio::test]
async fn two_nodes_see_each_others_writes() {
    let place = crate::both::Place::postgres();
    let (one, other) = (
        open(&place, "2023-09-26").await,
        open(&place, "2023-09-26").await,
    );
    let viewer = Viewer::operator();
    let created = one
        .act(&viewer, &[event()], None, edge("2023-09-21"))
        .await
        .unwrap();
    let id = created.entries[0].record.clone();
    assert_eq!(
        other.record_now("event", &id),
        None,
        "nobody has numbered it yet"
    );
    let mut sealer = sealer(&one);
    sealer.tick(edge("2023-09-21").now).await.unwrap();
    other.catch_up().await.unwrap();
    assert_eq!(other.record_now("event", &id).unwrap().0, 1);
    let sign = asked(
        Act::Change,
        "event",
        Some((&id, 1)),
        cells([("signed", Some(Cell::Int(1)))]),
    );
    other
        .act(&viewer, &[sign], None, edge("2023-09-22"))
        .await
        .unwrap();
    sealer.tick(edge("2023-09-22").now).await.unwrap();
    one.catch_up().await.unwrap();
    assert_eq!(now(&one, "event", &id, "signed"), Some(Cell::Int(1)));
}

fn sealer(app: &App) -> store::Sealer {
    let key = journal::SealingKey::from_seed([5; 32]);
    let programme = journal::Hash::of(b"lake");
    store::Sealer::new(app.store().unwrap().clone(), key, "one", programme, true)
}

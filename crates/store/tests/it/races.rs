//! Many at once: one wins, the others are told why, and numbers have no gaps.

use crate::both::{Place, on_both};
use crate::sample::{
    action, cells, change, create, event, firm, keyed, noon, open, programme, text, written,
};
use journal::{Hash, SealingKey};
use programme::record::Cell;
use rules::Moment;
use store::write::{Action, Answer, Failure, Guard, Refusal};
use store::{Db, Options, Sealer, Store};

const MANY: usize = 24;

/// Hands out actions to several nodes at once; what each came to, in order.
async fn at_once(stores: &[Store], actions: Vec<Action>) -> Vec<Result<Answer, Refusal>> {
    let tasks = actions
        .into_iter()
        .zip(stores.iter().cycle())
        .map(|(action, store)| {
            let store = store.clone();
            tokio::spawn(async move { store.write(action).await })
        });
    let mut outcomes = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        outcomes.push(match task.await.unwrap() {
            Ok(answer) => Ok(answer),
            Err(Failure::Refused(refusal)) => Err(*refusal),
            Err(Failure::Failed(error)) => panic!("{error}"),
        });
    }
    outcomes
}

/// One node on SQLite, two on PostgreSQL.
async fn nodes(place: &Place) -> Vec<Store> {
    let mut nodes = vec![open(place).await];
    if place.address.starts_with("postgres") {
        let db = Db::open(&place.address, Options::default()).await.unwrap();
        nodes.push(Store::new(db, &programme()).await.unwrap());
    }
    nodes
}

fn won(outcomes: &[Result<Answer, Refusal>]) -> usize {
    outcomes.iter().filter(|outcome| outcome.is_ok()).count()
}

/// Everything is numbered once, and the tables are what the journal says.
async fn sound(store: &Store) {
    let mut sealer = Sealer::new(
        store.clone(),
        SealingKey::from_seed([5; 32]),
        "races",
        Hash::of(b""),
        false,
    );
    sealer.tick(noon()).await.unwrap();
    sealer.tick(Moment(noon().0 + 2_000)).await.unwrap();
    let verified = store
        .verify(journal::Trust::default(), |_, _| ())
        .await
        .unwrap();
    assert!(verified.unnumbered.is_empty());
    let text = "select (select count(*) from journal), (select count(*) from journal_position), (select max(position) + 1 from journal_position)";
    let row = &store.db().fetch(text, &[]).await.unwrap()[0];
    assert_eq!(
        row.need_int(0).unwrap(),
        row.need_int(1).unwrap(),
        "each has a position"
    );
    assert_eq!(
        row.need_int(1).unwrap(),
        row.need_int(2).unwrap(),
        "without gaps"
    );
    let compared = store.compare(|_| ()).await.unwrap();
    assert!(compared.clean(), "{compared:?}");
}

on_both! {
    async fn one_of_many_gets_a_key(place) {
        let nodes = nodes(place).await;
        let same = (0..MANY).map(|n| {
            let id = format!("F{n}");
            action(vec![create("firm", Some(&id), cells([("uscc", text("913"))]))])
        });
        let outcomes = at_once(&nodes, same.collect()).await;
        assert_eq!(won(&outcomes), 1);
        let winner = outcomes.iter().flatten().next().unwrap().entries[0].record.clone();
        let told = Refusal::Duplicate { register: "firm".into(), fields: vec!["uscc".into()], other: Some(winner) };
        assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|refusal| *refusal == told), "{outcomes:?}");
        sound(&nodes[0]).await;
    }

    async fn numbers_have_no_gap_although_some_are_refused(place) {
        let nodes = nodes(place).await;
        let actions = (0..2 * MANY).map(|n| match n % 3 {
            0 => action(vec![event(), create("event", None, cells([("place", text("350500")), ("host", text("nobody"))]))]),
            _ => action(vec![event()]),
        });
        let outcomes = at_once(&nodes, actions.collect()).await;
        let entries = outcomes.iter().flatten().flat_map(|answer| &answer.entries);
        let mut ids: Vec<String> = entries.map(|entry| entry.record.to_string()).collect();
        ids.sort();
        let expected: Vec<String> = (1..=32).map(|n| format!("HD-350500-2023-{n:05}")).collect();
        assert_eq!(ids, expected);
        sound(&nodes[0]).await;
    }

    async fn one_of_many_changes_a_version(place) {
        let nodes = nodes(place).await;
        written(&nodes[0], vec![firm("F1"), firm("F2")]).await;
        // Half of them lock the two records the other way round.
        let actions = (0..MANY).map(|n| {
            let name = |id| change("firm", id, 1, cells([("name", text(&format!("第{n}")))]));
            action(if n % 2 == 0 { vec![name("F1"), name("F2")] } else { vec![name("F2"), name("F1")] })
        });
        let outcomes = at_once(&nodes, actions.collect()).await;
        assert_eq!(won(&outcomes), 1);
        let current = nodes[0].record("firm", "F1").await.unwrap().unwrap();
        for refusal in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
            let Refusal::Stale { current_version: 2, current: theirs, .. } = refusal else { panic!("{refusal:?}") };
            assert_eq!(theirs[0].1, current.cells[1].1);
        }
        sound(&nodes[0]).await;
    }

    async fn one_key_is_acted_on_once(place) {
        let nodes = nodes(place).await;
        let outcomes = at_once(&nodes, (0..MANY).map(|_| keyed("k", 1, vec![event()])).collect()).await;
        assert_eq!(won(&outcomes), MANY);
        let fresh = outcomes.iter().flatten().filter(|answer| !answer.replayed).count();
        assert_eq!(fresh, 1);
        let arrivals = outcomes.iter().flatten().map(|answer| answer.entries[0].arrival);
        let mut arrivals: Vec<i64> = arrivals.collect();
        arrivals.dedup();
        assert_eq!(arrivals.len(), 1);
        let next = written(&nodes[0], vec![event()]).await;
        assert_eq!(&*next.entries[0].record, "HD-350500-2023-00002", "a replay takes no number");
        sound(&nodes[0]).await;
    }

    async fn a_capacity_is_never_exceeded(place) {
        let nodes = nodes(place).await;
        let guard = Guard {
            name: "events in 350500".into(),
            register: "event".into(),
            when: vec![("place".into(), vec![Cell::Text("350500".into())])],
            sum: None,
            at_most: 5,
        };
        let actions = (0..MANY).map(|_| Action { guards: vec![guard.clone()], ..action(vec![event()]) });
        let outcomes = at_once(&nodes, actions.collect()).await;
        assert_eq!(won(&outcomes), 5);
        let full = Refusal::Full { guard: "events in 350500".into(), at_most: 5, would_be: 6 };
        assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|refusal| *refusal == full));
        sound(&nodes[0]).await;
    }

    async fn new_records_of_several_registers_at_once(place) {
        let nodes = nodes(place).await;
        let actions: Vec<Action> = (0..MANY)
            .map(|n| keyed(&n.to_string(), 7, vec![if n % 3 == 0 { event() } else { firm(&format!("F{n}")) }]))
            .collect();
        let outcomes = at_once(&nodes, actions.clone()).await;
        assert_eq!(won(&outcomes), MANY);
        for (asked, answer) in actions.iter().zip(outcomes) {
            let [entry] = &answer.unwrap().entries[..] else { panic!("one record each") };
            let change = &asked.writes[0].change;
            assert_eq!((&entry.register, &entry.author.key), (&change.register, &asked.author.key));
            assert!(change.record.is_none() || change.record.as_ref() == Some(&entry.record));
            let stored = nodes[0].record(&entry.register, &entry.record).await.unwrap().unwrap();
            assert_eq!((stored.arrival, stored.version), (entry.arrival, 1));
            assert_eq!(stored.cells, entry.after);
        }
        let again = at_once(&nodes, actions).await;
        assert!(again.iter().all(|answer| answer.as_ref().unwrap().replayed));
        sound(&nodes[0]).await;
    }

    async fn one_refusal_leaves_its_neighbours_alone(place) {
        let nodes = nodes(place).await;
        written(&nodes[0], vec![firm("taken")]).await;
        let actions = (0..MANY).map(|n| {
            let id = if n % 4 == 1 { "taken".to_owned() } else { format!("F{n}") };
            action(vec![firm(&id), event()])
        });
        let outcomes = at_once(&nodes, actions.collect()).await;
        for (n, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.is_err(), n % 4 == 1);
        }
        assert_eq!(nodes[0].count("firm").await.unwrap(), 19);
        assert_eq!(nodes[0].count("event").await.unwrap(), 18);
        sound(&nodes[0]).await;
    }
}

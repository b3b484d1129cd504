//! The sealer: positions in order of arrival, one sealer at a time, and seals that prove them.

use crate::both::{Place, on_both};
use crate::sample::{action, event, firm, noon, open, programme, written};
use journal::{Hash, SealingKey};
use rules::Moment;
use store::write::within;
use store::{Options, Sealer, Store};

fn sealer(store: &Store, holder: &str) -> Sealer {
    let key = SealingKey::from_seed([5; 32]);
    Sealer::new(store.clone(), key, holder, Hash::of(b"programme"), false)
}

fn later(ms: i64) -> Moment {
    Moment(noon().0 + ms)
}

/// Another node on the same database.
async fn another(place: &Place) -> Store {
    let db = store::Db::open(&place.address, Options::default())
        .await
        .unwrap();
    Store::new(db, &programme()).await.unwrap()
}

/// Arrivals by position; panics where a position is missing.
async fn numbered(store: &Store) -> Vec<i64> {
    let text = "select position, arrival from journal_position order by position";
    let rows = store.db().fetch(text, &[]).await.unwrap();
    let pairs = rows
        .iter()
        .map(|row| (row.need_int(0).unwrap(), row.need_int(1).unwrap()));
    pairs
        .enumerate()
        .map(|(at, (position, arrival))| {
            assert_eq!(position, i64::try_from(at).unwrap(), "no gap");
            arrival
        })
        .collect()
}

on_both! {
    async fn everything_written_is_numbered_and_sealed(place) {
        let store = open(place).await;
        let mut sealer = sealer(&store, "a");
        let first = sealer.tick(noon()).await.unwrap();
        assert!(first.leads && first.seal.is_none(), "nothing to seal yet");
        for n in 0..300 {
            written(&store, vec![firm(&format!("F{n}")), event()]).await;
        }
        let mut positions = store.positions();
        let seal = sealer.tick(later(1_000)).await.unwrap().seal.unwrap();
        assert_eq!(*positions.borrow_and_update(), 599);
        assert_eq!(numbered(&store).await.len(), 600);
        assert_eq!(seal.seal.size, 600);
        assert!(SealingKey::from_seed([5; 32]).public().signed(&seal));
        assert_eq!(sealer.tick(later(1_500)).await.unwrap().seal, None, "nothing new");
        written(&store, vec![event()]).await;
        assert_eq!(sealer.tick(later(1_999)).await.unwrap().seal, None, "not yet a second");
        let next = sealer.tick(later(2_000)).await.unwrap().seal.unwrap();
        assert_eq!((next.seal.size, next.seal.previous), (601, Some(seal.seal.root)));
        assert_eq!(store.seal_at(later(1_999)).await.unwrap(), Some(seal.clone()));
        assert_eq!(store.seal_at(later(999)).await.unwrap(), None);
        assert_eq!(store.seals(601, 10).await.unwrap(), std::slice::from_ref(&next));
        // Every entry is proved by the stored tiles alone.
        let key = SealingKey::from_seed([5; 32]).public();
        let proof = store.prove(7, key, true).await.unwrap().unwrap();
        assert_eq!(proof.seal, next);
        assert_eq!(proof.verify(Some(&key)).unwrap().entry.arrival, 7);
        assert_eq!(store.prove(9_999, key, true).await.unwrap(), None);
        // A sealer that starts anew goes on where the last one stopped.
        let mut fresh = sealer_after(&store).await;
        written(&store, vec![event()]).await;
        fresh.tick(later(9_000)).await.unwrap();
        let backwards = fresh.tick(later(3_000)).await.unwrap();
        assert_eq!(backwards.seal, None, "a clock that went back makes no earlier seal");
        let last = store.seals(602, 1).await.unwrap();
        assert_eq!(last[0].seal.at, later(9_000));
        assert!(last[0].seal.epoch > next.seal.epoch);
    }

    async fn a_sealer_does_not_go_on_from_a_tree_that_was_changed(place) {
        let store = open(place).await;
        written(&store, vec![firm("F1")]).await;
        sealer(&store, "a").tick(noon()).await.unwrap();
        let mut tx = store.db().write().await.unwrap();
        tx.execute("update seal set peaks = $1", &[vec![1_u8; 32].into()]).await.unwrap();
        tx.execute("update lease set until = 0", &[]).await.unwrap();
        tx.commit().await.unwrap();
        written(&store, vec![firm("F2")]).await;
        let refusal = sealer(&store, "b").tick(later(60_000)).await.unwrap_err();
        assert_eq!(refusal.trouble, store::Trouble::Damaged);
    }
}

async fn sealer_after(store: &Store) -> Sealer {
    let mut tx = store.db().write().await.unwrap();
    tx.execute("update lease set until = 0", &[]).await.unwrap();
    tx.commit().await.unwrap();
    sealer(store, "b")
}

#[tokio::test]
async fn an_entry_that_commits_late_keeps_its_place() {
    let place = Place::postgres();
    let store = open(&place).await;
    let mut sealer = sealer(&store, "a");
    written(&store, vec![firm("F0")]).await;
    sealer.tick(noon()).await.unwrap();
    let mut held = store.db().write().await.unwrap();
    let slow = within(&mut held, &programme(), &action(vec![firm("slow")]))
        .await
        .unwrap();
    let mut expected = vec![0, slow.entries[0].arrival];
    for n in 1..4 {
        let answer = written(&store, vec![firm(&format!("F{n}"))]).await;
        expected.push(answer.entries[0].arrival);
        sealer.tick(later(n * 2_000)).await.unwrap();
        assert_eq!(
            numbered(&store).await,
            [0],
            "an earlier arrival is still under way"
        );
    }
    held.commit().await.unwrap();
    sealer.tick(later(8_000)).await.unwrap();
    assert_eq!(numbered(&store).await, expected);
    // One that is undone leaves a gap in the arrivals, and none in the positions.
    let mut held = store.db().write().await.unwrap();
    within(&mut held, &programme(), &action(vec![firm("undone")]))
        .await
        .unwrap();
    expected.push(written(&store, vec![event()]).await.entries[0].arrival);
    sealer.tick(later(10_000)).await.unwrap();
    held.undo().await.unwrap();
    sealer.tick(later(12_000)).await.unwrap();
    assert_eq!(numbered(&store).await, expected);
}

#[tokio::test]
async fn a_sealer_numbers_although_somebody_always_writes() {
    let place = Place::postgres();
    let store = open(&place).await;
    let mut sealer = sealer(&store, "a");
    let mut under_way = None;
    for n in 0..5 {
        let mut next = store.db().write().await.unwrap();
        within(
            &mut next,
            &programme(),
            &action(vec![firm(&format!("F{n}"))]),
        )
        .await
        .unwrap();
        if let Some(before) = under_way.replace(next) {
            store::Tx::commit(before).await.unwrap();
        }
        sealer.tick(later(n * 100)).await.unwrap();
    }
    assert!(numbered(&store).await.len() >= 2);
}

#[tokio::test]
async fn a_sealer_that_slept_through_its_lease_cannot_number() {
    let place = Place::postgres();
    let (one, two) = (open(&place).await, another(&place).await);
    let (mut first, mut second) = (sealer(&one, "a"), sealer(&two, "b"));
    assert!(first.tick(noon()).await.unwrap().leads);
    assert!(!second.tick(noon()).await.unwrap().leads, "one at a time");
    let mut tx = one.db().write().await.unwrap();
    tx.execute("update lease set until = 0", &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(second.tick(noon()).await.unwrap().leads);
    written(&one, vec![firm("F1")]).await;
    // The first still believes in its lease, which it renewed a moment ago.
    let woken = first.tick(later(1)).await.unwrap();
    assert_eq!(
        (woken.leads, woken.position, woken.seal),
        (false, None, None)
    );
    assert_eq!(numbered(&one).await, [0_i64; 0]);
    assert_eq!(second.tick(later(2)).await.unwrap().position, Some(0));
    assert!(!first.tick(later(3)).await.unwrap().leads);
    second.resign().await.unwrap();
    assert!(
        first.tick(later(4)).await.unwrap().leads,
        "a lease given back is free"
    );
}

#[tokio::test]
async fn two_nodes_see_each_others_writes() {
    let place = Place::postgres();
    let (one, two) = (open(&place).await, another(&place).await);
    let following = tokio::spawn(store::follow(two.clone()));
    let sealing = sealer(&one, "a");
    let told = |tick: store::Result<store::Tick>| {
        tick.unwrap();
    };
    let until = std::future::pending;
    let sealing = tokio::spawn(store::seal_on(sealing, noon, told, until()));
    let elsewhere = tokio::spawn(store::seal_on(sealer(&two, "b"), noon, told, until()));
    for n in 0..20 {
        let (writer, reader) = if n % 2 == 0 {
            (&one, &two)
        } else {
            (&two, &one)
        };
        written(writer, vec![firm(&format!("F{n}"))]).await;
        let record = reader.record("firm", &format!("F{n}")).await.unwrap();
        assert_eq!(record.unwrap().version, 1);
    }
    let mut positions = two.positions();
    positions.wait_for(|last| *last == 19).await.unwrap();
    let read = two.arrivals_after(-1, 100).await.unwrap();
    assert!(read.len() == 20 && read.is_sorted_by(|one, next| one.0 < next.0 && one.1 < next.1));
    for task in [following, sealing, elsewhere] {
        task.abort();
        let _ = task.await;
    }
}

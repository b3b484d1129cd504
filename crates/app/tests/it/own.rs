//! What a node wrote itself it does not read back from the journal; what others wrote it does.

use crate::lake::{asked, cells, city, edge, key, open, text};
use app::programme::record::{Act, Author, Change};
use app::{App, Viewer};
use store::Sealer;
use store::write::{Action, Write};

const TODAY: &str = "2023-09-26";

/// Records an event through the application; its id.
async fn create(app: &App) -> Box<str> {
    let own = cells([("place", text(city()))]);
    let create = asked(Act::Create, "event", None, own);
    let viewer = Viewer::operator();
    let written = app.act(&viewer, &[create], None, edge(TODAY)).await;
    written.unwrap().entries[0].record.clone()
}

/// The same as another node does it: this one's facts do not know.
async fn create_elsewhere(app: &App) -> Box<str> {
    let change = Change {
        register: "event".into(),
        record: Some("elsewhere".into()),
        version: 0,
        act: Act::Create,
        after: cells([("place", text(city()))]),
        why: None,
    };
    let author = Author {
        actor: "lin".into(),
        on_behalf: None,
        at: edge(TODAY).now,
        key: None,
    };
    let action = Action {
        author,
        digest: [0; 32],
        writes: vec![Write { change, unit: None }],
        guards: Vec::new(),
        messages: Vec::new(),
        seed: [9; 32],
    };
    let answer = app.store().unwrap().write(action).await.unwrap();
    answer.entries[0].record.clone()
}

on_both! {
    async fn what_a_node_wrote_itself_it_does_not_read_back(place) {
        let app = open(place, TODAY).await;
        let store = app.store().unwrap().clone();
        let digest = journal::Hash::of(b"lake");
        let mut sealer = Sealer::new(store.clone(), key(), "one", digest, true);
        // What was written when it was opened is another's.
        sealer.tick(edge(TODAY).now).await.unwrap();
        app.catch_up().await.unwrap();
        let mut all = vec![create(&app).await, create(&app).await];
        // Whoever read them now would find them damaged.
        let mut tx = store.db().write().await.unwrap();
        tx.run("update journal set payload = 'nothing' where register = 'event'").await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.history("event", &all[0]).await.is_err());
        all.extend([create_elsewhere(&app).await, create(&app).await]);
        let known = |all: &[Box<str>]| -> Vec<bool> {
            let all = all.iter();
            all.map(|id| app.record_now("event", id).is_some()).collect()
        };
        assert_eq!(known(&all), [true, true, false, true]);
        sealer.tick(edge(TODAY).now).await.unwrap();
        app.catch_up().await.unwrap();
        assert_eq!(known(&all), [true; 4]);
        drop(sealer);
        app.close().await;
    }
}

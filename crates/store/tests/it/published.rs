//! Versions of the programme: published once, kept whole, and noticed where they were changed.

use crate::both::on_both;
use crate::sample::{noon, programme};
use programme::Files;
use programme::record::{Act, Author, Cell};
use store::published::{digest, in_force, publications, publish};
use store::{Options, Store, Trouble};

fn folder(name: &str) -> Files {
    let files = [
        ("programme.toml", name),
        ("registers/firm.toml", "标题 = \"企业\"\n"),
    ];
    files.map(|(path, text)| (path.into(), text.into())).into()
}

fn author() -> Author {
    Author {
        actor: "operator".into(),
        on_behalf: None,
        at: noon(),
        key: None,
    }
}

on_both! {
    async fn the_version_in_force_is_the_one_published_last(place) {
        let db = place.open().await;
        assert_eq!(in_force(&db).await.unwrap(), None);
        for (name, new) in [("a", true), ("a", false), ("b", true), ("a", true)] {
            let files = folder(name);
            let entry = publish(&db, &programme(), &files, (author(), Some(name)), [1; 32]).await.unwrap();
            assert_eq!(entry.is_some(), new, "{name}");
            if let Some(entry) = &entry {
                let named = Cell::Text(digest(&files).to_string().into());
                assert_eq!((&entry.act, &entry.after), (&Act::Publish, &vec![("digest".into(), Some(named))]));
            }
            let version = in_force(&db).await.unwrap().unwrap();
            assert_eq!((version.files, version.digest), (files.clone(), digest(&files)));
        }
        let told = publications(&db).await.unwrap();
        let told: Vec<_> = told.iter().map(|one| (one.by.as_str(), one.why.as_deref())).collect();
        assert_eq!(told, [("operator", Some("a")), ("operator", Some("b")), ("operator", Some("a"))]);
        let store = Store::new(db, &programme()).await.unwrap();
        let found = store.compare(|_| ()).await.unwrap();
        assert!(found.clean() && found.entries == 3, "{found:?}");
    }

    async fn a_version_that_was_changed_by_hand_is_not_taken(place) {
        let db = place.open().await;
        publish(&db, &programme(), &folder("a"), (author(), None), [1; 32]).await.unwrap();
        publish(&db, &programme(), &folder("b"), (author(), None), [1; 32]).await.unwrap();
        let mut tx = db.write().await.unwrap();
        let swapped = "update programme_version set body = (select body from programme_version order by arrival limit 1)";
        tx.execute(swapped, &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(in_force(&db).await.unwrap_err().trouble, Trouble::Damaged);
        let reader = Options { create: false, read_only: true, connections: 1 };
        let beside = store::Db::open(&place.address, reader).await.unwrap();
        assert_eq!(in_force(&beside).await.unwrap_err().trouble, Trouble::Damaged);
    }
}

//! Backups made while writes go on, restored, damaged and refused.

use crate::both::Place;
use crate::migrate::{insert, migrate};
use crate::programmes::{field, with};
use rules::Moment;
use std::path::PathBuf;
use store::backup::{backup, restore};
use store::files::{Files, Limits};
use store::{Db, Options, Trouble};

const LIMITS: Limits = Limits {
    size_max: 1 << 20,
    quota: 1 << 20,
};

/// A database with a record, a file that it needs and one that nobody needs, and three numbered entries under a seal.
async fn filled(place: &Place) -> (Db, PathBuf, String) {
    let db = place.open().await;
    migrate(&db, &with(&[("thing", &field("name", "text", ""))])).await;
    insert(&db, "thing", "t1", &[("name", "甲".into())])
        .await
        .unwrap();
    let folder = place.folder().join("files");
    let files = Files::open(&folder).unwrap();
    let needed = files
        .put(&db, b"needed", &[], LIMITS, Moment(0))
        .await
        .unwrap();
    let swept = files
        .put(&db, b"swept", &[], LIMITS, Moment(0))
        .await
        .unwrap();
    let path = |digest: &str| folder.join(&digest[..2]).join(&digest[2..4]).join(digest);
    std::fs::remove_file(path(&swept.digest)).unwrap();
    let mut tx = db.write().await.unwrap();
    let text = "insert into file_use (digest, register, record, field, arrival) values ($1, 'event', 'e1', 'photos', 1)";
    tx.execute(text, &[needed.digest.as_str().into()])
        .await
        .unwrap();
    for n in 0..3 {
        let text = "insert into journal_position (position, arrival) values ($1, $1)";
        tx.execute(text, &[n.into()]).await.unwrap();
    }
    let text =
        "insert into seal (size, at, line, signer, peaks) values (3, 5, 'heli seal 3', 'k', x'00')";
    tx.execute(text, &[]).await.unwrap();
    tx.commit().await.unwrap();
    (db, folder, needed.digest)
}

#[tokio::test]
async fn a_backup_made_while_writes_go_on_comes_back_whole() {
    let place = Place::sqlite();
    let (db, folder, digest) = filled(&place).await;
    let to = place.folder().join("backup");
    let writing = async {
        for n in 0..50 {
            insert(&db, "thing", &format!("w{n}"), &[]).await.unwrap();
        }
    };
    let (made, ()) = tokio::join!(backup(&db, &folder, &to, Moment(7)), writing);
    let made = made.unwrap();
    assert_eq!((made.made_at, made.position, made.sealed), (7, 2, 3));
    assert_eq!(made.seal, "heli seal 3");
    assert_eq!(made.files.len(), 1, "a file that nobody needs may be gone");
    let rows = db.fetch("select 1 from register_thing", &[]).await.unwrap();
    assert_eq!(rows.len(), 51, "no write was held up or lost");
    assert!(!place.folder().join("backup.partial").exists());

    let (database, files) = (
        place.folder().join("back.db"),
        place.folder().join("back-files"),
    );
    let restored = restore(&to, &database, &files).await.unwrap();
    assert_eq!(restored, made);
    let back = Db::open(database.to_str().unwrap(), Options::default())
        .await
        .unwrap();
    let rows = back
        .fetch("select name from register_thing where _id = 't1'", &[])
        .await
        .unwrap();
    assert_eq!(rows[0].text(0).unwrap().as_deref(), Some("甲"));
    let kept = Files::open(&files).unwrap();
    assert_eq!(kept.whole(&digest).await.unwrap(), b"needed");
    // Its tables still fit: constraints and indexes came along.
    migrate(&back, &with(&[("thing", &field("name", "text", ""))])).await;
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let place = Place::sqlite();
    let (db, folder, _) = filled(&place).await;
    let to = place.folder().join("backup");
    backup(&db, &folder, &to, Moment(0)).await.unwrap();
    let again = backup(&db, &folder, &to, Moment(0)).await.unwrap_err();
    assert_eq!(again.trouble, Trouble::Refused);
    let database = place.folder().join("heli.db");
    let over = restore(&to, &database, &place.folder().join("new"))
        .await
        .unwrap_err();
    assert!(over.what.en.contains("is there already"), "{over}");
    let over = restore(&to, &place.folder().join("new.db"), &folder)
        .await
        .unwrap_err();
    assert!(over.what.en.contains("files"), "{over}");
}

#[tokio::test]
async fn a_backup_that_was_altered_is_refused_and_leaves_no_database() {
    let place = Place::sqlite();
    let (db, folder, digest) = filled(&place).await;
    let file = format!("files/{}/{}/{digest}", &digest[..2], &digest[2..4]);
    let alter = |path: &std::path::Path| {
        let mut bytes = std::fs::read(path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(path, bytes).unwrap();
    };
    for (nth, altered) in ["heli.db", file.as_str(), "manifest.json", "root", "path"]
        .into_iter()
        .enumerate()
    {
        let to = place.folder().join(format!("backup{nth}"));
        backup(&db, &folder, &to, Moment(0)).await.unwrap();
        let manifest = to.join("manifest.json");
        let text = std::fs::read_to_string(&manifest).unwrap();
        match altered {
            "root" => std::fs::write(
                &manifest,
                text.replace("\"position\": 2", "\"position\": 1"),
            )
            .unwrap(),
            "path" => std::fs::write(&manifest, text.replace("files/", "files/../../../")).unwrap(),
            part => alter(&to.join(part)),
        }
        let database = place.folder().join(format!("back{nth}.db"));
        let files = place.folder().join(format!("back{nth}"));
        let refusal = restore(&to, &database, &files).await.unwrap_err();
        assert_eq!(refusal.trouble, Trouble::Damaged, "{altered}: {refusal}");
        assert!(!database.exists(), "{altered}");
    }
    // And a file that a record needs, gone before the backup.
    std::fs::remove_dir_all(&folder).unwrap();
    backup(&db, &folder, &place.folder().join("late"), Moment(0))
        .await
        .unwrap_err();
    assert!(
        !place.folder().join("late").exists(),
        "half a backup has no name"
    );
}

#[tokio::test]
async fn postgres_is_backed_up_its_own_way() {
    let place = Place::postgres();
    let db = place.open().await;
    let refusal = backup(&db, place.folder(), &place.folder().join("b"), Moment(0))
        .await
        .unwrap_err();
    assert!(refusal.mend.en.contains("pg_dump"), "{refusal}");
}

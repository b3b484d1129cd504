//! What the doctor finds on a sound database, and on one that is not.

use crate::both::on_both;
use crate::migrate::migrate;
use crate::programmes::{field, with};
use programme::Programme;
use rules::Moment;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use store::Db;
use store::doctor::{Finding, Grade, Surroundings, apart_ms, examined, too_far_apart};

fn clock() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis()
        .try_into()
        .unwrap()
}

fn around(programme: &Programme) -> Surroundings<'_> {
    Surroundings {
        programme: Some(programme),
        now: Moment(1_000_000),
        clock: &clock,
        files: None,
        key: None,
        backups: None,
    }
}

async fn found(db: &Db, around: &Surroundings<'_>) -> Vec<(&'static str, Grade, String)> {
    let findings = examined(db, around).await.unwrap();
    let told = |finding: Finding| {
        assert_eq!(
            finding.grade == Grade::Good,
            finding.mend.zh.is_empty(),
            "{finding:?}"
        );
        assert!(!finding.words.zh.is_empty() && !finding.words.en.is_empty());
        (finding.check, finding.grade, finding.words.en)
    };
    findings.into_iter().map(told).collect()
}

/// The first finding of a check, in its grade.
fn of<'a>(found: &'a [(&'static str, Grade, String)], check: &str) -> (Grade, &'a str) {
    let one = found.iter().find(|(name, _, _)| *name == check);
    let (_, grade, words) = one.unwrap_or_else(|| panic!("no {check} in {found:?}"));
    (*grade, words)
}

fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, "key").unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

on_both! {
    async fn a_sound_database_is_found_sound(place) {
        let db = place.open().await;
        let programme = with(&[("thing", &field("name", "text", ""))]);
        migrate(&db, &programme).await;
        let found = found(&db, &around(&programme)).await;
        // The disk of the machine that tests is nobody's fault.
        let bad: Vec<_> = found.iter().filter(|(check, grade, _)| *grade != Grade::Good && *check != "disk").collect();
        assert!(bad.is_empty(), "{bad:?}");
        let checks = if db.path().is_some() { ["integrity", "references"] } else { ["setting", "clock"] };
        for check in checks.into_iter().chain(["version", "tables", "sealer", "seal", "file-uses"]) {
            of(&found, check);
        }
    }

    async fn what_is_wrong_comes_first_and_is_named(place) {
        let db = place.open().await;
        let programme = with(&[("thing", &field("name", "text", ""))]);
        migrate(&db, &programme).await;
        let mut tx = db.write().await.unwrap();
        let bytes = db.dialect().pick("x'00'", "'\\x00'::bytea");
        tx.run(&format!(
            "insert into journal (arrival, at, actor, act, register, record, version, payload, leaf)
             values (1, 0, 'a', 'create', 'thing', 't1', 1, '{{}}', {bytes}), (2, 0, 'a', 'create', 'thing', 't2', 1, '{{}}', {bytes});
             insert into journal_position (position, arrival) values (0, 1);
             insert into lease (name, holder, epoch, until) values ('sealer', 'node one', 4, 0);
             insert into file (digest, name, size, kind, at) values ('{0}', 'paper.txt', 3, 'text/plain', 0);
             insert into file_use (digest, register, record, field, arrival) values ('{0}', 'thing', 't1', 'papers', 1)",
            "0".repeat(64)
        ))
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let files = place.folder().join("files");
        let fuller = with(&[("thing", &field("other", "text", ""))]);
        let around = Surroundings { files: Some(&files), ..around(&fuller) };
        let found = found(&db, &around).await;
        assert_eq!(found[0].1, Grade::Bad, "worst first: {found:?}");
        assert_eq!(of(&found, "sealer"), (Grade::Bad, "1 entries are not numbered, the first for over a minute"));
        assert_eq!(of(&found, "seal"), (Grade::Care, "1 entries are under no seal; the last seal is of -"));
        assert_eq!(of(&found, "tables"), (Grade::Bad, "the tables are 2 steps behind the programme"));
        assert!(of(&found, "lease").1.contains("node one, epoch 4"));
        assert_eq!(of(&found, "files").0, Grade::Bad);
    }

    async fn the_key_lies_apart_and_is_nobody_elses(place) {
        let db = place.open().await;
        let programme = with(&[]);
        migrate(&db, &programme).await;
        let backups = place.folder().join("backups");
        let safe = place.folder().join("safe");
        let data = place.folder().join("data");
        for folder in [&backups, &safe, &data] {
            std::fs::create_dir_all(folder).unwrap();
        }
        // On SQLite the database lies in the place's own folder, so a key anywhere below it is too near.
        let near = if db.path().is_some() { Grade::Care } else { Grade::Good };
        for (path, wanted) in [(safe.join("key"), near), (backups.join("key"), Grade::Care), (safe.join("none"), Grade::Bad)] {
            if wanted != Grade::Bad {
                private(&path);
            }
            let around = Surroundings { key: Some(&path), backups: Some(&backups), ..around(&programme) };
            let found = found(&db, &around).await;
            assert_eq!(of(&found, "key").0, wanted, "{found:?}");
        }
        let open = safe.join("open");
        std::fs::write(&open, "key").unwrap();
        let around = Surroundings { key: Some(&open), ..around(&programme) };
        let found = found(&db, &around).await;
        assert_eq!(of(&found, "key").0, Grade::Care);
    }

    async fn clocks_two_seconds_apart_stop_a_node_from_writing(place) {
        let db = place.open().await;
        let ahead = || clock() + 60_000;
        let apart = apart_ms(&db, &ahead).await.unwrap();
        if db.path().is_some() {
            // An embedded database has the node's own clock.
            assert_eq!(apart, 0);
        } else {
            assert!((apart - 60_000).abs() < 30_000, "{apart}");
            let refusal = too_far_apart(apart).unwrap();
            assert!(refusal.what.zh.contains("不能写入"));
        }
        assert!(too_far_apart(2_000).is_none() && too_far_apart(-2_000).is_none());
        assert!(too_far_apart(-2_001).is_some());
    }
}

#[tokio::test]
async fn a_setting_that_loses_acknowledged_writes_is_bad() {
    let place = crate::both::Place::postgres();
    let db = place.open().await;
    let programme = with(&[]);
    migrate(&db, &programme).await;
    db.close().await;
    let careless = format!("{}&options=-c%20synchronous_commit%3Doff", place.address);
    let db = Db::open(&careless, store::Options::default())
        .await
        .unwrap();
    let found = found(&db, &around(&programme)).await;
    // A node asks for what it relies on itself, so an address cannot talk it out of it.
    let setting = found
        .iter()
        .find(|(_, _, words)| words.contains("synchronous_commit"))
        .unwrap();
    assert_eq!(
        (setting.1, setting.2.as_str()),
        (Grade::Good, "synchronous_commit = on")
    );
}

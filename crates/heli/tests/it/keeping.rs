//! Keeping house by its commands: migrate, verify with planted faults, back up, restore, examine, erase.

mod native;
mod paper;

use crate::commands::{Said, folder, heli, root};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// A database of the small programme, with key, witness and backups apart from it.
struct House {
    folder: PathBuf,
}

impl House {
    /// Migrated and sealed.
    fn of(name: &str) -> Self {
        let house = Self {
            folder: folder(&format!("keeping-{name}")),
        };
        fs::create_dir(house.folder.join("data")).unwrap();
        copied(
            &root().join("programmes/meizhou-visits"),
            &house.folder.join("programme"),
        );
        let said = house.migrate(&[]);
        assert_eq!(said.code, 0, "{}", said.err);
        house
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    /// Calls a command with the house's database and key; `@name` is a file of the house.
    fn heli(&self, words: &[&str]) -> Said {
        let at = |word: &&str| match word.strip_prefix('@') {
            Some(name) => self.path(name),
            None => (*word).to_owned(),
        };
        let words: Vec<String> = words.iter().map(at).collect();
        heli(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn migrate(&self, more: &[&str]) -> Said {
        let words = ["migrate", "--programme", "@programme", "--database", DB];
        let key: &[&str] = if more.contains(&"--plan") { &[] } else { KEY };
        self.heli(&[&words, key, more].concat())
    }

    fn verify(&self, more: &[&str]) -> Said {
        let words = ["journal", "verify", "--database", DB, "--format", "json"];
        self.heli(&[&words, KEY, more].concat())
    }

    /// Another field, so that there is something to write and to seal.
    fn grow(&self, field: &str) {
        let path = self.folder.join("programme/registers/contact.toml");
        let text = fs::read_to_string(&path).unwrap();
        let new = format!(
            "[field.{field}]\nname = {{ zh = \"补充\", en = \"More\" }}\ntype = \"text\"\nempty = \"none\"\n\n[view]"
        );
        fs::write(&path, text.replace("[view]", &new)).unwrap();
        let said = self.migrate(&[]);
        assert_eq!(said.code, 0, "{}", said.err);
    }
}

const DB: &str = "@data/heli.db";
const KEY: &[&str] = &["--key", "@keys/seal.pem"];

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copied(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn kinds(examined: &Value) -> Vec<&str> {
    let found = examined["findings"].as_array().unwrap();
    found.iter().map(|f| f["kind"].as_str().unwrap()).collect()
}

#[test]
fn a_plan_changes_nothing_and_is_empty_once_applied() {
    let house = House {
        folder: folder("keeping-plan"),
    };
    copied(
        &root().join("programmes/meizhou-visits"),
        &house.folder.join("programme"),
    );
    fs::create_dir(house.folder.join("data")).unwrap();
    let planned = house.migrate(&["--plan", "--format", "json"]);
    assert_eq!(planned.code, 0, "{}", planned.err);
    assert!(planned.json()["publishes"].is_string());
    assert!(!planned.json()["steps"].as_array().unwrap().is_empty());
    assert!(!house.folder.join("data/heli.db").exists());
    assert_eq!(house.migrate(&[]).code, 0);
    for _ in 0..2 {
        let planned = house.migrate(&["--plan", "--format", "json"]).json();
        assert_eq!(planned["steps"], json!([]));
        assert_eq!(planned["publishes"], json!(null));
    }
    assert!(house.migrate(&[]).err.contains("nothing was done"));
    // What cannot be done is refused, by the plan and by the migration, and nothing is made of it.
    let path = house.folder.join("programme/registers/contact.toml");
    let text = fs::read_to_string(&path).unwrap();
    let long = format!(
        "[field.{}]\nname = {{ zh = \"长\", en = \"Long\" }}\ntype = \"text\"\nempty = \"none\"\n\n[view]",
        "n".repeat(60)
    );
    fs::write(&path, text.replace("[view]", &long)).unwrap();
    for more in [&["--plan"][..], &[]] {
        let refused = house.migrate(more);
        assert_eq!(refused.code, 1, "{}", refused.err);
        assert!(
            refused.out.contains("has more than 50 letters"),
            "{}",
            refused.out
        );
    }
    assert_eq!(house.verify(&[]).json()["entries"], json!(2));
}

#[cfg(unix)]
#[test]
fn the_signing_key_is_made_once_for_its_owner_and_apart_from_the_data() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::of("key");
    let key = house.folder.join("keys/seal.pem");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let made = fs::read(&key).unwrap();
    house.grow("more");
    assert_eq!(fs::read(&key).unwrap(), made);
    let beside = ["migrate", "--programme", "@programme", "--database", DB];
    let said = house.heli(&[&beside[..], &["--key", "@data/seal.pem"]].concat());
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("must not lie with the database"),
        "{}",
        said.err
    );
    assert!(!house.folder.join("data/seal.pem").exists());
    assert_eq!(
        house
            .heli(&["backup", "--database", DB, "--to", "@backup"])
            .code,
        0
    );
    let secret = String::from_utf8(made).unwrap();
    let secret = secret.lines().nth(1).unwrap();
    for name in ["heli.db", "manifest.json"] {
        let kept = fs::read(house.folder.join("backup").join(name)).unwrap();
        let there = kept
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!there, "{name}");
    }
}

#[test]
fn without_a_witness_a_cut_tail_is_not_checkable_and_an_old_backup_shows_with_one() {
    let house = House::of("witness");
    let said = house.verify(&[]);
    let examined = said.json();
    assert_eq!(
        (said.code, &examined["holds"]),
        (0, &json!(true)),
        "{}",
        said.err
    );
    assert_eq!(
        examined["not_checkable"],
        json!(["cut-tail-with-seals", "old-backup"])
    );
    assert_eq!(examined["witness"], json!(null));
    assert_eq!(examined["entries"], json!(2));
    let text = house.heli(&[&["journal", "verify", "--database", DB], KEY].concat());
    assert!(text.out.contains("not checkable"), "{}", text.out);
    assert_eq!(
        house
            .heli(&["backup", "--database", DB, "--to", "@old"])
            .code,
        0
    );
    house.grow("more");
    let witness = [
        "journal",
        "witness",
        "--database",
        DB,
        "--write",
        "@witness",
    ];
    assert!(house.heli(&witness).err.contains("2 seals were added"));
    assert!(house.heli(&witness).err.contains("0 seals were added"));
    let examined = house.verify(&["--witness", "@witness"]).json();
    assert_eq!(examined["witness"]["agreeing"], json!(2));
    assert_eq!(examined["not_checkable"], json!([]));
    // The old backup is whole and verifies; only the witness knows that it is old.
    let restore = [
        "restore",
        "@old",
        "--database",
        "@back/heli.db",
        "--format",
        "json",
    ];
    fs::create_dir(house.folder.join("back")).unwrap();
    let witnessed = [&restore[..], KEY, &["--witness", "@witness"]].concat();
    let said = house.heli(&witnessed);
    assert_eq!(
        (said.code, kinds(&said.json())),
        (1, vec!["behind-witness"]),
        "{}",
        said.err
    );
    let again = house.heli(&witnessed);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("is there already"), "{}", again.err);
    let plain = ["journal", "verify", "--database", "@back/heli.db"];
    assert_eq!(house.heli(&[&plain[..], KEY].concat()).code, 0);
    // And the witness takes nothing from it.
    let said = house.heli(&[
        "journal",
        "witness",
        "--database",
        "@back/heli.db",
        "--write",
        "@witness",
    ]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert_eq!(
        fs::read_to_string(house.path("witness"))
            .unwrap()
            .lines()
            .count(),
        2
    );
}

#[test]
fn a_backup_comes_back_and_holds() {
    let house = House::of("backup");
    house.grow("more");
    let said = house.heli(&[
        "backup",
        "--database",
        DB,
        "--to",
        "@backup",
        "--format",
        "json",
    ]);
    assert_eq!(
        (said.code, &said.json()["position"]),
        (0, &json!(3)),
        "{}",
        said.err
    );
    fs::remove_dir_all(house.folder.join("data")).unwrap();
    fs::create_dir(house.folder.join("data")).unwrap();
    let restore = ["restore", "@backup", "--database", DB];
    let said = house.heli(&[&restore[..], KEY].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("the journal holds"), "{}", said.err);
    assert_eq!(
        house.migrate(&["--plan", "--format", "json"]).json()["steps"],
        json!([])
    );
    let compared = house.heli(&[
        "journal",
        "rebuild",
        "--compare",
        "--database",
        DB,
        "--format",
        "json",
    ]);
    assert_eq!(
        (compared.code, &compared.json()["clean"]),
        (0, &json!(true))
    );
    assert_eq!(
        house.heli(&["journal", "rebuild", "--database", DB]).code,
        0
    );
    // A backup whose database was changed is not taken.
    let path = house.folder.join("backup/heli.db");
    edit(&path, b"\"actor\":\"operator\"", b"\"actor\":\"somebody\"");
    fs::create_dir(house.folder.join("back")).unwrap();
    let said = house.heli(&[&["restore", "@backup", "--database", "@back/heli.db"], KEY].concat());
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("not what its manifest says"),
        "{}",
        said.err
    );
}

#[test]
fn an_entry_that_was_edited_in_the_file_is_named() {
    let house = House::of("edited");
    edit(
        &house.folder.join("data/heli.db"),
        b"\"actor\":\"operator\"",
        b"\"actor\":\"somebody\"",
    );
    let said = house.verify(&[]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(
        kinds(&said.json()).contains(&"edited-entry"),
        "{}",
        said.out
    );
    assert!(said.err.contains("does not hold"));
}

#[test]
fn the_doctor_and_an_erasure_answer_by_exit_code() {
    let house = House::of("doctor");
    let doctor = |more: &[&str]| {
        let words = ["doctor", "--database", DB, "--format", "json"];
        house.heli(&[&words, more].concat())
    };
    let said = doctor(KEY);
    assert_eq!(said.code, 0, "{}", said.out);
    let found = said.json();
    let checks: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["check"].as_str().unwrap())
        .collect();
    assert!(
        checks.contains(&"integrity") && checks.contains(&"key"),
        "{checks:?}"
    );
    let said = doctor(&["--key", "@nowhere.pem"]);
    assert_eq!((said.code, &said.json()[0]["check"]), (1, &json!("key")));
    let said = house.heli(
        &[
            &[
                "erase",
                "cadre",
                "1",
                "name",
                "--why",
                "asked",
                "--database",
                DB,
            ],
            KEY,
        ]
        .concat(),
    );
    assert_eq!(said.code, 1);
    assert!(said.err.contains("has no record 1"), "{}", said.err);
    let said = house.heli(
        &[
            &[
                "erase",
                "cadre",
                "1",
                "place",
                "--why",
                "asked",
                "--database",
                DB,
            ],
            KEY,
        ]
        .concat(),
    );
    assert_eq!(said.code, 1);
}

#[test]
fn what_cannot_be_opened_is_told_in_one_sentence() {
    let house = House::of("unreadable");
    let none = [&["journal", "verify", "--database", "@none/heli.db"], KEY].concat();
    let keyless = ["journal", "verify", "--database", DB, "--key", "@none.pem"];
    let witnessless = [
        &["journal", "verify", "--database", DB, "--witness", "@none"],
        KEY,
    ]
    .concat();
    for words in [&none[..], &keyless, &witnessless] {
        let said = house.heli(words);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{words:?}");
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    }
    assert_eq!(house.heli(&["journal", "verify"]).code, 2);
}

/// Changes bytes of a file in their place, as somebody does who has the disk.
fn edit(path: &Path, from: &[u8], to: &[u8]) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes
        .windows(from.len())
        .position(|part| part == from)
        .unwrap();
    bytes.splice(at..at + from.len(), to.iter().copied());
    fs::write(path, bytes).unwrap();
}

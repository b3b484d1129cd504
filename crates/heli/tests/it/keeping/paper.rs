//! What leaves the database so that others can check it: exports and proofs.

use super::{DB, House, KEY, kinds};
use serde_json::json;
use std::fs;

#[test]
fn an_export_is_checked_with_no_database_and_shows_what_was_done_to_it() {
    let house = House::of("export");
    house.grow("more");
    let said = house.heli(&[&["journal", "export", "@export", "--database", DB], KEY].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    let last = house
        .heli(&["journal", "root", "--database", DB, "--format", "json"])
        .json();
    let hex = last["root"].as_str().unwrap();
    let verify = |file: &str, more: &[&str]| {
        let words = ["journal", "verify", "--format", "json", "--file", file];
        house.heli(&[&words, more].concat())
    };
    let said = verify("@export", &["--root", hex]);
    let examined = said.json();
    assert_eq!(
        (said.code, &examined["root"]),
        (0, &last["root"]),
        "{}",
        said.out
    );
    assert_eq!(
        (&examined["own_key"], &examined["not_checkable"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(verify("@export", KEY).json()["own_key"], json!(false));
    let other = "0".repeat(64);
    let said = verify("@export", &["--root", &other]);
    assert_eq!((said.code, kinds(&said.json())), (1, vec!["other-root"]));
    assert_eq!(verify("@export", &["--root", "abc"]).code, 2);
    let text = fs::read_to_string(house.path("export")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    fs::write(
        house.path("cut"),
        format!("{}\n", lines[..lines.len() - 2].join("\n")),
    )
    .unwrap();
    let said = verify("@cut", &["--root", hex]);
    let found = said.json();
    assert_eq!(said.code, 1);
    assert!(kinds(&found).contains(&"file-cut"), "{found}");
    fs::write(
        house.path("edited"),
        text.replacen("operator", "somebody", 1),
    )
    .unwrap();
    let said = verify("@edited", &[]);
    assert_eq!(said.code, 1);
    assert!(
        kinds(&said.json())
            .iter()
            .any(|kind| *kind == "edited-entry" || *kind == "root"),
        "{}",
        said.out
    );
    assert_eq!(verify("@nothing", &[]).code, 2);
    assert_eq!(verify("@programme/programme.toml", &[]).code, 2);
    // What is there is not overwritten.
    let said = house.heli(&[&["journal", "export", "@export", "--database", DB], KEY].concat());
    assert_eq!(said.code, 1);
}

#[test]
fn one_entry_is_proved_to_whoever_has_the_key() {
    let house = House::of("proof");
    let prove = [
        "journal",
        "prove",
        "1",
        "--database",
        DB,
        "--write",
        "@proof",
    ];
    assert_eq!(house.heli(&[&prove[..], KEY].concat()).code, 0);
    let verify = ["journal", "verify-proof", "@proof", "--format", "json"];
    let said = house.heli(&[&verify[..], KEY].concat());
    assert_eq!(
        (said.code, &said.json()["act"]),
        (0, &json!("publish")),
        "{}",
        said.err
    );
    let text = fs::read_to_string(house.path("proof")).unwrap();
    fs::write(
        house.path("proof"),
        text.replacen("operator", "somebody", 1),
    )
    .unwrap();
    assert_eq!(house.heli(&verify).code, 1);
    fs::write(house.path("proof"), "{}").unwrap();
    assert_eq!(house.heli(&verify).code, 2);
    let none = ["journal", "prove", "99", "--database", DB];
    let said = house.heli(&[&none[..], KEY].concat());
    assert_eq!(said.code, 1);
    assert!(said.err.contains("has no entry"), "{}", said.err);
}

//! A backup of PostgreSQL by its own tools, as docs/operating.md says: restored, examined and verified.

use super::{House, KEY};
use crate::postgres;
use std::process::Command;

/// Calls a tool of PostgreSQL.
fn tool(name: &str, words: &[&str]) {
    let said = Command::new(postgres::programs().join(name))
        .args(words)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{name} {words:?}: {err}");
}

#[test]
fn a_native_backup_of_postgresql_comes_back_and_its_age_is_noticed() {
    let house = House::of("native");
    let (first, second) = (postgres::new_database(), postgres::new_database());
    let migrate = |house: &House| {
        let words = ["migrate", "--programme", "@programme", "--database", &first];
        let said = house.heli(&[&words, KEY].concat());
        assert_eq!(said.code, 0, "{}", said.err);
    };
    let witness = |to: &str| {
        let said = house.heli(&["journal", "witness", "--database", &first, "--write", to]);
        assert_eq!(said.code, 0, "{}", said.err);
    };
    migrate(&house);
    witness("@then");
    let dump = house.path("heli.dump");
    tool(
        "pg_dump",
        &["--format=custom", &format!("--file={dump}"), &first],
    );
    // What comes after the backup is not in it.
    house.grow("more");
    migrate(&house);
    witness("@now");

    let whole = ["--exit-on-error", "--no-owner", "--no-privileges"];
    let into = format!("--dbname={second}");
    tool("pg_restore", &[&whole[..], &[&into, &dump]].concat());
    let of_second = |words: &[&str], more: &[&str]| {
        let at = ["--database", second.as_str(), "--format", "json"];
        house.heli(&[words, &at, KEY, more].concat())
    };
    let said = of_second(&["doctor"], &[]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let said = of_second(&["journal", "verify"], &["--witness", "@then"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let said = of_second(&["journal", "verify"], &["--witness", "@now"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("behind-witness"), "{}", said.out);
    let words = ["journal", "rebuild", "--database", &second, "--compare"];
    assert_eq!(house.heli(&words).code, 0);
}

//! `heli programme`: a difference before it is put in force, and the same folder back.

use crate::commands::{folder, heli, root};
use std::fs;
use std::path::{Path, PathBuf};

const MEIZHOU: &str = "programmes/meizhou-visits";

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        match path.is_dir() {
            true => copied(&path, &to.join(name)),
            false => drop(fs::copy(&path, to.join(name)).unwrap()),
        }
    }
}

/// A copy of the small programme in which what counts as a visit is said in other words.
fn reworded(at: &Path) -> PathBuf {
    let folder = at.join("reworded");
    copied(&root().join(MEIZHOU), &folder);
    let file = folder.join("notices/2024-01-visits/1-visits.toml");
    let text = fs::read_to_string(&file).unwrap();
    let put = text.replacen("kind == 'visit'", "kind in ['visit']", 1);
    assert_ne!(text, put);
    fs::write(file, put).unwrap();
    folder
}

/// The same with an event nobody can record.
fn faulty(at: &Path) -> PathBuf {
    let folder = at.join("faulty");
    copied(&root().join(MEIZHOU), &folder);
    let file = folder.join("programme.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        file,
        text.replacen("home = \"441400\"", "home = \"441499\"", 1),
    )
    .unwrap();
    folder
}

#[test]
fn diff_tells_rules_before_and_after_and_leaves_everything_as_it_is() {
    let new = reworded(&folder("programme-diff"));
    let new = new.to_str().unwrap();
    let said = heli(&["programme", "diff", new, "--from", MEIZHOU]);
    assert_eq!(said.code, 0, "{}", said.err);
    let rule = "kind == 'visit' → kind in ['visit']";
    assert!(said.out.contains(rule), "{}", said.out);
    assert!(said.out.contains("Measures  +0 ~1 −0"), "{}", said.out);
    let said = heli(&[
        "programme",
        "diff",
        new,
        "--from",
        MEIZHOU,
        "--format",
        "json",
    ]);
    let json = said.json();
    assert_eq!(json["changes"][0]["what"], "measure");
    assert_eq!(json["changes"][0]["lines"][0]["aspect"], "rule");
    let same = heli(&["programme", "diff", MEIZHOU, "--from", MEIZHOU]);
    assert!(same.out.contains("are the same"), "{}", same.out);
}

#[test]
fn a_faulty_version_is_shown_and_not_put_in_force() {
    let at = folder("programme-faulty");
    let new = faulty(&at);
    let new = new.to_str().unwrap();
    let said = heli(&["programme", "diff", new, "--from", MEIZHOU]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(
        said.out.contains("home unit: 441400 → 441499"),
        "{}",
        said.out
    );
    assert!(said.err.contains("unknown-unit"), "{}", said.err);
    let (database, key) = (at.join("heli.db"), at.join("keys/seal.pem"));
    fs::create_dir_all(at.join("keys")).unwrap();
    let (database, key) = (database.to_str().unwrap(), key.to_str().unwrap());
    let put = [
        "programme",
        "publish",
        new,
        "--database",
        database,
        "--key",
        key,
        "--why",
        "x",
    ];
    assert_eq!(heli(&put).code, 1);
    assert!(!Path::new(database).exists(), "nothing is made of it");
}

#[test]
fn a_version_is_put_in_force_with_its_reason_and_comes_back_as_a_folder_and_a_zip() {
    let at = folder("programme-publish");
    for made in ["data", "keys"] {
        fs::create_dir_all(at.join(made)).unwrap();
    }
    let (database, key) = (at.join("data/heli.db"), at.join("keys/seal.pem"));
    let (database, key) = (database.to_str().unwrap(), key.to_str().unwrap());
    let publish = |folder: &str, why: &str| {
        heli(&[
            "programme",
            "publish",
            folder,
            "--database",
            database,
            "--key",
            key,
            "--why",
            why,
        ])
    };
    assert_eq!(publish(MEIZHOU, " ").code, 2, "a reason is asked for");
    let first = publish(MEIZHOU, "to begin with");
    assert_eq!(first.code, 0, "{}{}", first.out, first.err);
    let new = reworded(&at);
    let new = new.to_str().unwrap();
    let said = heli(&["programme", "diff", new, "--database", database]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("kind in ['visit']"), "{}", said.out);
    assert!(said.out.contains("put the programme"), "{}", said.out);
    assert_eq!(publish(new, "said more plainly").code, 0);
    let said = heli(&[
        "programme",
        "versions",
        "--database",
        database,
        "--format",
        "json",
    ]);
    let versions = said.json();
    assert_eq!(versions.as_array().unwrap().len(), 2);
    assert_eq!(versions[1]["why"], "said more plainly");
    assert_eq!(versions[1]["by"], "operator");
    // The first version as a zip, the one in force as a folder.
    let (zip, whole) = (at.join("first.zip"), at.join("out"));
    let (zip, whole) = (zip.to_str().unwrap(), whole.to_str().unwrap());
    let first = versions[0]["digest"].as_str().unwrap();
    let export = |to: &str, more: &[&str]| {
        let args = [&["programme", "export", to, "--database", database], more].concat();
        heli(&args).code
    };
    assert_eq!(export(zip, &["--digest", &first[..12]]), 0);
    assert_eq!(export(whole, &[]), 0);
    assert_eq!(export(whole, &[]), 2, "nothing is overwritten");
    assert_eq!(export(&format!("{whole}-2"), &["--digest", "ffff"]), 1);
    for (one, other) in [(zip, MEIZHOU), (whole, new)] {
        let said = heli(&["programme", "diff", one, "--from", other]);
        assert!(said.out.contains("are the same"), "{}", said.out);
    }
}

//! What differs between two folders: each kind of change as somebody would read it.

use crate::folder::{base, files};
use programme::Files;
use programme::difference::{Aspect, Change, Difference, How, What, difference};
use std::path::Path;

/// The base folder with one text of a file put in place of another.
fn with(file: &str, find: &str, put: &str) -> Files {
    let mut files = base();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(find), "`{find}` is not in {file}");
    *text = text.replacen(find, put, 1);
    files
}

/// The base folder with a text at the end of a file.
fn longer(file: &str, put: &str) -> Files {
    let mut files = base();
    files.entry(file.to_owned()).or_default().push_str(put);
    files
}

fn from_base(new: &Files) -> Difference {
    difference(&base(), new)
}

/// Kind, id and what became of each change.
fn told(difference: &Difference) -> Vec<(What, &str, How)> {
    let changes = difference.changes.iter();
    changes
        .map(|change| (change.what, change.id.as_str(), change.how))
        .collect()
}

/// The lines of the only change: label, before, after.
fn lines(difference: &Difference) -> Vec<(String, String, String)> {
    assert_eq!(difference.changes.len(), 1, "{difference:#?}");
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let lines = difference.changes[0].lines.iter();
    lines
        .map(|line| (line.label().en, text(&line.was), text(&line.now)))
        .collect()
}

fn line(label: &str, was: &str, now: &str) -> (String, String, String) {
    (label.to_owned(), was.to_owned(), now.to_owned())
}

#[test]
fn a_folder_differs_in_nothing_from_itself() {
    assert!(from_base(&base()).is_empty());
}

#[test]
fn a_rule_of_a_measure_is_told_before_and_after() {
    let new = with("notices/spring/3-markets.toml", "held >= 10", "held >= 12");
    let found = from_base(&new);
    assert_eq!(lines(&found), [line("owes", "held >= 10", "held >= 12")]);
    let change = &found.changes[0];
    assert_eq!((change.what, change.how), (What::Measure, How::Changed));
    assert_eq!(change.of.as_ref().unwrap().0, "spring");
    assert!(!change.name.zh.is_empty() && !change.name.en.is_empty());
    assert_eq!(change.lines[0].aspect, Aspect::Rule);
    assert_eq!((found.keys(Aspect::Rule), found.keys(Aspect::Text)), (1, 0));
}

#[test]
fn comments_and_layout_are_named_by_file_alone() {
    let found = from_base(&longer("roles.toml", "\n# Said to nobody.\n"));
    assert!(found.changes.is_empty());
    assert_eq!(found.untold, ["roles.toml"]);
    assert!(!found.is_empty());
}

#[test]
fn a_measure_in_another_file_of_its_notice_is_the_same() {
    let mut new = base();
    let text = new.remove("notices/spring/3-markets.toml").unwrap();
    new.insert("notices/spring/9.toml".into(), text);
    assert!(from_base(&new).changes.is_empty());
}

#[test]
fn grants_are_told_by_what_they_gain_and_lose() {
    let new = with(
        "roles.toml",
        "[\"event\", \"firm\"]",
        "[\"firm\", \"output\"]",
    );
    assert_eq!(
        lines(&from_base(&new)),
        [line("may · #1 · on", "event", "output")]
    );
    // A grant put in between leaves those around it alone.
    let put = "[[role.clerk.may]]\ndo = [\"export\"]\non = [\"firm\"]\n\n[[role.clerk.may]]\ndo = [\"create\"]";
    let new = with("roles.toml", "[[role.clerk.may]]\ndo = [\"create\"]", put);
    assert_eq!(
        lines(&from_base(&new)),
        [
            line("may · #2 · do", "", "export"),
            line("may · #2 · on", "", "firm")
        ]
    );
}

#[test]
fn a_new_and_a_gone_part_are_told_whole() {
    let put = "\n[role.reader]\nname = { zh = \"查阅\", en = \"Reader\" }\n";
    let (old, new) = (base(), longer("roles.toml", put));
    let found = difference(&old, &new);
    assert_eq!(told(&found), [(What::Role, "reader", How::Added)]);
    assert_eq!(
        lines(&found),
        [
            line("name · Chinese", "", "查阅"),
            line("name · English", "", "Reader")
        ]
    );
    let back = difference(&new, &old);
    assert_eq!(told(&back), [(What::Role, "reader", How::Removed)]);
    assert_eq!(back.changes[0].name.en, "Reader");
}

#[test]
fn units_are_told_by_cell() {
    let new = with(
        "units.csv",
        "county,110,112,,,government,,",
        "county,120,112,,,government,0591-1,",
    );
    let found = from_base(&new);
    assert_eq!(told(&found), [(What::Unit, "112", How::Changed)]);
    assert_eq!(
        lines(&found),
        [
            line("parent", "110", "120"),
            line("telephone", "", "0591-1")
        ]
    );
    // An empty column says nothing.
    let mut wider = base();
    let text = wider.get_mut("units.csv").unwrap();
    *text = text
        .lines()
        .enumerate()
        .map(|(at, row)| format!("{row},{}\n", if at == 0 { "extra" } else { "" }))
        .collect();
    assert!(from_base(&wider).changes.is_empty());
}

#[test]
fn another_interval_of_a_unit_is_a_change_of_it() {
    let row = "901,旧区,Old District,旧区,Old,old,100,100,2010-01-01,2020-12-31,government,,";
    let again = row.replace("2010-01-01,2020-12-31", "2023-06-01,");
    let new = with("units.csv", row, &format!("{row}\n{again}"));
    assert_eq!(
        lines(&from_base(&new)),
        [
            line("from", "2010-01-01", "2010-01-01; 2023-06-01"),
            line("until", "2020-12-31", "2020-12-31; ")
        ]
    );
}

#[test]
fn a_renamed_register_keeps_its_fields() {
    let mut new = base();
    let text = new.remove("registers/firm.toml").unwrap();
    let text = text.replacen("id = \"firm\"", "id = \"company\"\nwas = \"firm\"", 1);
    new.insert("registers/company.toml".into(), text);
    let found = from_base(&new);
    let registers: Vec<&Change> = found
        .changes
        .iter()
        .filter(|c| c.what == What::Register)
        .collect();
    assert_eq!(registers.len(), 1);
    assert_eq!(
        (registers[0].id.as_str(), registers[0].how),
        ("company", How::Changed)
    );
    assert_eq!(registers[0].was.as_deref(), Some("firm"));
    assert!(
        !found.changes.iter().any(|c| c.what == What::Field),
        "{found:#?}"
    );
}

#[test]
fn another_order_is_said_once() {
    let clerk = "[role.clerk]";
    let mut new = base();
    let text = new["roles.toml"].clone();
    let at = text.find("[role.lead]").unwrap();
    let (first, second) = text.split_at(at);
    assert!(first.starts_with(clerk));
    new.insert("roles.toml".into(), format!("{second}\n{first}"));
    let found = from_base(&new);
    assert!(found.changes.is_empty() && found.untold.is_empty());
    assert_eq!(found.reordered, [(What::Role, None)]);
}

#[test]
fn what_is_no_toml_is_told_as_a_file() {
    let new = longer("roles.toml", "\n[[[\n");
    let found = from_base(&new);
    assert!(told(&found).contains(&(What::File, "roles.toml", How::Added)));
    let new = longer("outlines.geojson", "{}");
    assert_eq!(
        told(&from_base(&new)),
        [(What::File, "outlines.geojson", How::Added)]
    );
}

#[test]
fn texts_are_told_in_both_languages() {
    let new = with(
        "programme.toml",
        "en = \"Spring drive\"",
        "en = \"Drive of spring\"",
    );
    let found = from_base(&new);
    assert_eq!(told(&found), [(What::Programme, "", How::Changed)]);
    assert_eq!(found.keys(Aspect::Text), 1);
    assert_eq!(found.changes[0].lines[0].label().zh, "名称 · 英文");
}

#[test]
fn counts_add_up_over_whole_programmes() {
    let programmes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    let (one, other) = (
        files(&programmes.join("fujian")),
        files(&programmes.join("meizhou-visits")),
    );
    assert!(difference(&one, &one).is_empty());
    let found = difference(&one, &other);
    let all: usize = found.counts().iter().flat_map(|(_, counts)| counts).sum();
    assert_eq!(all, found.changes.len());
    let back = difference(&other, &one);
    assert_eq!(back.changes.len(), found.changes.len());
    let count = |d: &Difference, how| d.changes.iter().filter(|c| c.how == how).count();
    assert_eq!(count(&found, How::Added), count(&back, How::Removed));
}

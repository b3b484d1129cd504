//! What may be written and what not, with its reason.

use crate::lake::{day, lake_files, sound};
use engine::{Asked, Decided, Living, Objection, decide};
use programme::Programme;
use programme::record::{Act, Author, Cell, Cells, Entry};
use std::sync::LazyLock;

const REGISTER: &str = r#"
id = "visit"
name = { zh = "走访", en = "Visit" }
date = "seen_on"
number = "ZF-{unit}-{year}-{seq:5}"
unit = "place"
[field.place]
name = { zh = "地区", en = "Place" }
type = "unit"
levels = ["city"]
required = true
[field.kind]
name = { zh = "类别", en = "Kind" }
type = "choice"
choices = { a = { zh = "甲", en = "A" }, b = { zh = "乙", en = "B" } }
[field.seen_on]
name = { zh = "日期", en = "Seen on" }
type = "date"
[field.until_on]
name = { zh = "截止", en = "Until" }
type = "date"
empty = "none"
[field.asked]
name = { zh = "提出", en = "Asked" }
type = "money"
min = 0
[field.paid]
name = { zh = "支付", en = "Paid" }
type = "money"
[field.code]
name = { zh = "信用代码", en = "Code" }
type = "uscc"
fixed = true
[field.half]
name = { zh = "一半", en = "Half" }
type = "money"
formula = "paid / 2"
[state]
start = "open"
end = ["done"]
names = { open = { zh = "进行", en = "Open" }, done = { zh = "完成", en = "Done" } }
[move.finish]
name = { zh = "办结", en = "Finish" }
from = ["open"]
to = "done"
needs = ["seen_on"]
when = "seen_on <= today && paid >= yuan(1)"
who = ["clerk"]
[check.paid-within-asked]
rule = "paid <= asked"
level = "error"
message = { zh = "支付不能超过提出", en = "no more is paid than was asked" }
[check.until-after-from]
rule = "until_on >= seen_on"
level = "error"
message = { zh = "截止早于开始", en = "it ends before it begins" }
[check.paid-much]
rule = "paid < yuan(1000)"
level = "warning"
message = { zh = "金额较大", en = "that is much" }
"#;

static PROGRAMME: LazyLock<Programme> = LazyLock::new(|| {
    let mut files = lake_files();
    files.insert("registers/visit.toml".into(), REGISTER.into());
    sound(&files)
});

fn text(text: &str) -> Option<Cell> {
    Some(Cell::Text(text.into()))
}

fn cells<const N: usize>(cells: [(&str, Option<Cell>); N]) -> Cells {
    cells.into_iter().map(|(f, c)| (f.to_owned(), c)).collect()
}

fn city() -> &'static str {
    let is_city = |u: &&programme::model::Unit| u.levels.iter().any(|l| l == "city");
    &PROGRAMME.units.iter().find(is_city).unwrap().id
}

fn asked(act: Act, record: Option<&str>, cells: Cells) -> Asked {
    Asked {
        register: "visit".into(),
        record: record.map(Into::into),
        version: i64::from(act != Act::Create),
        act,
        cells,
        why: None,
        as_found: false,
    }
}

fn now() -> rules::Moment {
    day("2023-09-26").start()
}

/// A lake with one visit, `V1`, that has these cells.
fn with_visit(own: Cells) -> Living {
    let mut living = Living::new(&PROGRAMME);
    let create = asked(Act::Create, Some("V1"), own);
    let decided = decide(&PROGRAMME, &mut living, &create, now()).unwrap();
    let entry = Entry {
        arrival: 1,
        position: None,
        author: Author {
            actor: "li".into(),
            on_behalf: None,
            at: now(),
            key: None,
        },
        act: Act::Create,
        register: "visit".into(),
        record: "V1".into(),
        version: 1,
        before: Vec::new(),
        after: decided.change.after,
        why: None,
        batch: None,
    };
    living.apply(&PROGRAMME, &entry).unwrap();
    living
}

fn reasons(result: Result<Decided, Vec<Objection>>) -> Vec<String> {
    let objections = result.unwrap_err();
    let line = |o: &Objection| format!("{}: {}", o.field.as_deref().unwrap_or("-"), o.words.en);
    objections.iter().map(line).collect()
}

fn try_on(living: &mut Living, asked: &Asked) -> Result<Decided, Vec<Objection>> {
    let rows = living.facts().rows();
    let result = decide(&PROGRAMME, living, asked, now());
    assert_eq!(
        living.facts().rows(),
        rows,
        "a decision leaves the facts as they were"
    );
    result
}

#[test]
fn a_new_record_is_a_full_snapshot_with_its_unit() {
    let mut living = Living::new(&PROGRAMME);
    let own = cells([("place", text(city())), ("asked", Some(Cell::Int(500)))]);
    let decided = try_on(&mut living, &asked(Act::Create, None, own)).unwrap();
    let fields: Vec<&str> = decided
        .change
        .after
        .iter()
        .map(|(f, _)| f.as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "place", "kind", "seen_on", "until_on", "asked", "paid", "code", "state"
        ]
    );
    assert_eq!(decided.change.after[7].1, text("open"));
    assert_eq!(decided.unit.as_deref(), Some(city()));
    assert_eq!((decided.change.version, decided.warnings), (0, vec![]));
}

#[test]
fn every_reason_against_is_told_at_once() {
    let mut living = Living::new(&PROGRAMME);
    let own = cells([
        ("kind", text("c")),
        ("asked", Some(Cell::Int(-1))),
        ("half", Some(Cell::Int(1))),
        ("state", text("done")),
        ("colour", text("red")),
        ("code", text("91350100M000100Y4X")),
        ("seen_on", text("today")),
    ]);
    let told = reasons(try_on(&mut living, &asked(Act::Create, None, own)));
    assert_eq!(
        told,
        [
            "kind: “Kind” does not take “c”: it is one of a、b",
            "asked: “Asked” lies between 0 and …",
            "half: “Half” is worked out and cannot be filled in",
            "state: “State” is worked out and cannot be filled in",
            "colour: Visit has no field colour",
            "code: “Code” does not take “91350100M000100Y4X”: its check digit is wrong; compare the business licence",
            "seen_on: “Seen on” does not take “today”: it is of another type",
            "place: “Place” must be filled in",
        ]
    );
}

#[test]
fn checks_refuse_or_warn_and_unknown_does_neither() {
    let mut living = with_visit(cells([("place", text(city()))]));
    let paid = |fen| cells([("paid", Some(Cell::Int(fen)))]);
    let decided = try_on(&mut living, &asked(Act::Change, Some("V1"), paid(200_000))).unwrap();
    assert_eq!(decided.change.after, paid(200_000), "only what differs");
    assert_eq!(
        decided.warnings.len(),
        1,
        "what was asked is unknown: only the warning"
    );
    let both = cells([
        ("asked", Some(Cell::Int(100))),
        ("paid", Some(Cell::Int(101))),
    ]);
    let told = reasons(try_on(&mut living, &asked(Act::Change, Some("V1"), both)));
    assert_eq!(told, ["-: no more is paid than was asked"]);
}

#[test]
fn a_move_needs_its_fields_and_its_condition() {
    let mut living = with_visit(cells([("place", text(city()))]));
    let finish = |own| asked(Act::Move("finish".into()), Some("V1"), own);
    let told = reasons(try_on(&mut living, &finish(vec![])));
    assert_eq!(
        told,
        ["seen_on: “Finish” needs “Seen on” to be filled in first"]
    );
    let on = |text: &str| Some(Cell::Int(day(text).0.into()));
    let told = reasons(try_on(
        &mut living,
        &finish(cells([("seen_on", on("2023-09-20"))])),
    ));
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("without “Paid” nobody can tell"),
        "{told:?}"
    );
    let late = cells([
        ("seen_on", on("2023-09-27")),
        ("paid", Some(Cell::Int(100))),
    ]);
    assert!(reasons(try_on(&mut living, &finish(late)))[0].contains("does not hold"));
    let good = cells([
        ("seen_on", on("2023-09-26")),
        ("paid", Some(Cell::Int(100))),
    ]);
    let decided = try_on(&mut living, &finish(good)).unwrap();
    let after: Vec<&str> = decided
        .change
        .after
        .iter()
        .map(|(f, _)| f.as_str())
        .collect();
    assert_eq!(after, ["seen_on", "paid", "state"]);
}

#[test]
fn a_record_is_there_or_not_as_the_act_needs() {
    let code = "91350100M000100Y43";
    let mut living = with_visit(cells([("place", text(city())), ("code", text(code))]));
    let again = asked(Act::Create, Some("V1"), cells([("place", text(city()))]));
    assert_eq!(
        reasons(try_on(&mut living, &again)),
        ["id: Visit V1 is recorded already; change it instead"]
    );
    let gone = asked(Act::Change, Some("V2"), vec![]);
    assert_eq!(
        reasons(try_on(&mut living, &gone)),
        ["id: there is no Visit V2; check its number"]
    );
    let fixed = asked(Act::Change, Some("V1"), cells([("code", None)]));
    assert_eq!(
        reasons(try_on(&mut living, &fixed)),
        ["code: “Code” cannot be changed once it is filled in"]
    );
    let same = asked(Act::Change, Some("V1"), cells([("code", text(code))]));
    assert_eq!(try_on(&mut living, &same).unwrap().change.after, vec![]);
    let jump = asked(Act::Move("leap".into()), Some("V1"), vec![]);
    assert_eq!(
        reasons(try_on(&mut living, &jump)),
        ["-: Visit has no move leap"]
    );
}

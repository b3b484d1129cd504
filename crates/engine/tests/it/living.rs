//! Facts that grow entry by entry show every past day as it was, and supposing changes nothing.

use crate::lake::{day, lake_files, sound};
use engine::{AsOf, Facts, Living, Rows};
use programme::Programme;
use programme::record::{Act, Author, Cell, Cells, Entry};
use proptest::prelude::*;
use rules::{Cells as Typed, Column, Day, Moment};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const REGISTER: &str = r#"
id = "visit"
name = { zh = "走访", en = "Visit" }
date = "seen_on"
number = "ZF-{year}-{seq:5}"
[field.note]
name = { zh = "备注", en = "Note" }
type = "text"
[field.seen_on]
name = { zh = "日期", en = "Seen on" }
type = "date"
[field.good]
name = { zh = "合格", en = "Good" }
type = "bool"
[field.paid]
name = { zh = "金额", en = "Paid" }
type = "money"
[field.share]
name = { zh = "占比", en = "Share" }
type = "ratio"
[field.before]
name = { zh = "上次", en = "Before" }
type = "reference"
to = "visit"
[field.tags]
name = { zh = "标签", en = "Tags" }
type = "choices"
choices = { a = { zh = "甲", en = "A" }, b = { zh = "乙", en = "B" }, c = { zh = "丙", en = "C" } }
"#;
const FIELDS: [&str; 7] = ["note", "seen_on", "good", "paid", "share", "before", "tags"];

const POLICIES: &str = r#"
[policy.reward]
name = { zh = "奖励", en = "Reward" }
who = "visit"
set_by = "leader 2023-08-30"
[[policy.reward.version]]
applies = { from = 2023-01-01 }
source = { zh = "试", en = "try" }
eligible = "score >= 4.0 && good && (paid >= yuan(2) || days(seen_on, today) > 2) && size(tags) > 0"
amount = "paid + yuan(1)"
class = "share >= 0.25 ? note : 'small'"
[[policy.reward.version.score]]
name = { zh = "一", en = "One" }
points = "share >= 0.25 ? 3 : 1"
full = 3
[[policy.reward.version.score]]
name = { zh = "二", en = "Two" }
points = "paid >= yuan(2) ? 3.0 : 0.0"
full = 3
[policy.moving]
name = { zh = "逐日", en = "Moving" }
who = "visit"
set_by = "leader 2023-08-30"
[[policy.moving.version]]
applies = { from = 2023-01-01 }
source = { zh = "试", en = "try" }
eligible = "!(score < 4.0) || share >= 0.25"
[[policy.moving.version.score]]
name = { zh = "一", en = "One" }
points = "days(seen_on, today) > 1 ? 3 : 1"
full = 3
[[policy.moving.version.score]]
name = { zh = "二", en = "Two" }
points = "share >= 0.25 ? 3 : 1"
full = 3
[policy.other-rows]
name = { zh = "旁行", en = "Other rows" }
who = "visit"
set_by = "leader 2023-08-30"
[[policy.other-rows.version]]
applies = { from = 2023-01-01 }
source = { zh = "试", en = "try" }
eligible = "before.good && share >= 0.25"
"#;

pub(crate) static PROGRAMME: LazyLock<Programme> = LazyLock::new(|| {
    let mut files = lake_files();
    files.insert("registers/visit.toml".into(), REGISTER.into());
    files.insert("policies/visit.toml".into(), POLICIES.into());
    sound(&files)
});

/// One step: which record, how many hours after the step before, and the cells that are set.
pub(crate) type Step = (usize, i64, Vec<(usize, Option<u8>)>);

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let cells = prop::collection::vec((0..FIELDS.len(), prop::option::of(0..6_u8)), 0..4);
    prop::collection::vec((0..5_usize, 0..60_i64, cells), 1..25)
}

fn cell(field: usize, n: u8) -> Cell {
    let text = |t: String| Cell::Text(t.into());
    match field {
        0 => text(format!("note {n}")),
        1 => Cell::Int(i64::from(day("2023-09-01").0) + i64::from(n)),
        2 => Cell::Bool(n.is_multiple_of(2)),
        3 => Cell::Int(i64::from(n) * 100),
        4 => Cell::Double(f64::from(n) / 8.0),
        5 => text(format!("V{}", n % 5)),
        _ => Cell::List(
            ["a", "b", "c"]
                .iter()
                .take(n as usize % 4)
                .map(|t| text((*t).into()))
                .collect(),
        ),
    }
}

/// The entries of these steps, each record's first a creation with every field.
pub(crate) fn entries(steps: &[Step]) -> Vec<Entry> {
    let mut at = day("2023-09-01").start();
    let mut now: BTreeMap<String, (i64, BTreeMap<&str, Option<Cell>>)> = BTreeMap::new();
    let one = |(record, hours, cells): &Step| {
        at = Moment(at.0 + hours * 3_600_000);
        let id = format!("V{record}");
        let known = now.contains_key(&id);
        let (version, own) = now.entry(id.clone()).or_default();
        let mut after: BTreeMap<&str, Option<Cell>> = cells
            .iter()
            .map(|(f, n)| (FIELDS[*f], n.map(|n| cell(*f, n))))
            .collect();
        if !known {
            FIELDS.iter().for_each(|f| {
                after.entry(*f).or_insert(None);
            });
        }
        *version += 1;
        let before = after
            .keys()
            .map(|f| ((*f).to_owned(), own.get(f).cloned().flatten()));
        let before: Cells = before.filter(|_| known).collect();
        own.extend(after.clone());
        Entry {
            arrival: 0,
            position: None,
            author: Author {
                actor: "li".into(),
                on_behalf: None,
                at,
                key: None,
            },
            act: if known { Act::Change } else { Act::Create },
            register: "visit".into(),
            record: id.into(),
            version: *version,
            before,
            after: after.into_iter().map(|(f, c)| (f.to_owned(), c)).collect(),
            why: None,
            batch: None,
        }
    };
    steps.iter().map(one).collect()
}

/// Every record with its cells as known at the end of a day, in words.
fn shown(facts: &Facts, at: Day) -> BTreeMap<String, Vec<String>> {
    let cx = AsOf::new(&PROGRAMME, facts, at);
    let (table, register) = PROGRAMME.register("visit").unwrap();
    let own = &facts.tables().tables[table];
    let column = |field: &str| {
        let stored = register.fields.iter().filter(|f| f.formula.is_none());
        stored.map(|f| &f.id).position(|id| id == field).unwrap()
    };
    let fields = FIELDS.iter().copied().chain(["recorded_on"]);
    let cells = |row: usize| fields.clone().map(|f| word(own, column(f), row)).collect();
    cx.current(table)
        .map(|(record, row)| (own.ids[record as usize].to_string(), cells(row as usize)))
        .collect()
}

fn word(table: &rules::Table, at: usize, row: usize) -> String {
    let column = &table.columns[at];
    if !column.present.get(row) {
        return "-".into();
    }
    match &column.cells {
        Typed::Bool(bits) => bits.get(row).to_string(),
        Typed::Int(all) => all[row].to_string(),
        Typed::Double(all) => all[row].to_string(),
        Typed::Record(all) => table.ids[all[row] as usize].to_string(),
        Typed::Symbol { codes, dictionary } => dictionary[codes[row] as usize].to_string(),
        Typed::List { ends, items } => {
            let from = row.checked_sub(1).map_or(0, |row| ends[row]);
            let Typed::Symbol { codes, dictionary } = &**items else {
                panic!("tags are texts")
            };
            (from..ends[row])
                .map(|i| &*dictionary[codes[i as usize] as usize])
                .collect()
        }
    }
}

/// The same by going through the entries, the slow and obvious way.
fn expected(entries: &[Entry], at: Day) -> BTreeMap<String, Vec<String>> {
    let mut cells: BTreeMap<String, BTreeMap<String, Option<Cell>>> = BTreeMap::new();
    let mut first: BTreeMap<String, Day> = BTreeMap::new();
    for entry in entries.iter().filter(|e| e.author.at < at.end()) {
        cells
            .entry(entry.record.to_string())
            .or_default()
            .extend(entry.after.clone());
        first
            .entry(entry.record.to_string())
            .or_insert(entry.author.at.day());
    }
    let word = |cell: &Option<Cell>| match cell {
        None => "-".into(),
        Some(Cell::Bool(b)) => b.to_string(),
        Some(Cell::Int(n)) => n.to_string(),
        Some(Cell::Double(n)) => n.to_string(),
        Some(Cell::Text(text)) => text.to_string(),
        Some(Cell::List(items)) => items
            .iter()
            .map(|item| {
                if let Cell::Text(text) = item {
                    &**text
                } else {
                    "?"
                }
            })
            .collect(),
    };
    let row = |(id, own): (String, BTreeMap<String, Option<Cell>>)| {
        let mut words: Vec<String> = FIELDS.iter().map(|f| word(&own[*f])).collect();
        words.push(first[&id].0.to_string());
        (id, words)
    };
    cells.into_iter().map(row).collect()
}

/// Cells in a column as a database hands them over: the dictionary has every text as often as it comes.
fn typed(cells: Vec<Option<Cell>>) -> Column {
    let present = cells.iter().map(Option::is_some).collect();
    let number = |cell: &Option<Cell>| match cell {
        Some(Cell::Int(n)) => *n,
        _ => 0,
    };
    let double = |cell: &Option<Cell>| match cell {
        Some(Cell::Double(n)) => *n,
        _ => 0.0,
    };
    let items = |cell: &Option<Cell>| match cell {
        Some(Cell::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    let cells = match cells.iter().flatten().next() {
        None | Some(Cell::Text(_)) => symbols(cells),
        Some(Cell::Bool(_)) => {
            let is_true = |cell: &Option<Cell>| *cell == Some(Cell::Bool(true));
            Typed::Bool(cells.iter().map(is_true).collect())
        }
        Some(Cell::Int(_)) => Typed::Int(cells.iter().map(number).collect()),
        Some(Cell::Double(_)) => Typed::Double(cells.iter().map(double).collect()),
        Some(Cell::List(_)) => {
            let lists: Vec<Vec<Cell>> = cells.iter().map(items).collect();
            let ends = lists.iter().scan(0, |end, list| {
                *end += list.len() as u32;
                Some(*end)
            });
            Typed::List {
                ends: ends.collect(),
                items: Box::new(symbols(lists.concat().into_iter().map(Some).collect())),
            }
        }
    };
    Column { present, cells }
}

fn symbols(cells: Vec<Option<Cell>>) -> Typed {
    let mut dictionary: Vec<Box<str>> = Vec::new();
    let code = |cell| match cell {
        Some(Cell::Text(text)) => {
            dictionary.push(text);
            dictionary.len() as u32 - 1
        }
        _ => 0,
    };
    let codes = cells.into_iter().map(code).collect();
    Typed::Symbol { codes, dictionary }
}

/// The current rows and the past, as a database hands them over.
fn loaded(entries: &[Entry]) -> Living {
    let mut living = Living::new(&PROGRAMME);
    let last = entries.last().map_or(Day(0), |e| e.author.at.day());
    let mut now: BTreeMap<String, BTreeMap<String, Option<Cell>>> = BTreeMap::new();
    let mut times: BTreeMap<String, Vec<Moment>> = BTreeMap::new();
    for entry in entries {
        now.entry(entry.record.to_string())
            .or_default()
            .extend(entry.after.clone());
        times
            .entry(entry.record.to_string())
            .or_default()
            .push(entry.author.at);
    }
    assert!(times.values().flatten().all(|at| at.day() <= last));
    let column = |f: &&str| typed(now.values().map(|own| own[*f].clone()).collect());
    let rows = Rows {
        register: "visit",
        fields: &FIELDS.map(str::to_owned),
        ids: now.keys().map(|id| id.as_str().into()).collect(),
        versions: &times.values().map(|t| t.len() as i64).collect::<Vec<_>>(),
        created: &times.values().map(|t| t[0]).collect::<Vec<_>>(),
        changed: &times.values().map(|t| t[t.len() - 1]).collect::<Vec<_>>(),
        columns: FIELDS.iter().map(column).collect(),
    };
    living.load(&PROGRAMME, rows).unwrap();
    let past: Vec<Entry> = entries.iter().filter(|e| e.version > 1).cloned().collect();
    living.load_past(&PROGRAMME, &past).unwrap();
    living
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_day_is_shown_as_it_was(steps in steps()) {
        let entries = entries(&steps);
        let mut living = Living::new(&PROGRAMME);
        for (nth, entry) in entries.iter().enumerate() {
            let visit = ("visit", (nth % 2 == 0).then_some(&*entry.record));
            let supposed = living.suppose(&PROGRAMME, visit, &entry.after, entry.author.at, |living, table, row| {
                living.facts().tables().tables[table].rows() == row as usize + 1
            });
            prop_assert_eq!(supposed, Ok(true));
            living.apply(&PROGRAMME, entry).unwrap();
            prop_assert_eq!(living.apply(&PROGRAMME, entry), Ok(None), "once more changes nothing");
        }
        let loaded = loaded(&entries);
        let (first, last) = (day("2023-08-31"), entries.last().unwrap().author.at.day());
        for at in (first.0..=last.0 + 1).map(Day) {
            let expected = expected(&entries, at);
            prop_assert_eq!(&shown(living.facts(), at), &expected, "applied, {}", at);
            prop_assert_eq!(&shown(loaded.facts(), at), &expected, "loaded, {}", at);
        }
    }
}

#[test]
fn an_erased_value_is_gone_from_every_version() {
    let mut living = Living::new(&PROGRAMME);
    let steps = [
        (1, 1, vec![(0, Some(1)), (6, Some(3))]),
        (1, 30, vec![(3, Some(2))]),
    ];
    let mut all = entries(&steps);
    for entry in &all {
        living.apply(&PROGRAMME, entry).unwrap();
    }
    let mut erase = all.pop().unwrap();
    erase.act = Act::Erase;
    erase.before = vec![("note".into(), None), ("tags".into(), None)];
    erase.after = Vec::new();
    living.apply(&PROGRAMME, &erase).unwrap();
    for at in ["2023-09-01", "2023-09-03"] {
        let row = &shown(living.facts(), day(at))["V1"];
        assert_eq!((&*row[0], &*row[6]), ("-", "-"), "{at}");
    }
    assert_eq!(shown(living.facts(), day("2023-09-03"))["V1"][3], "200");
}

#[test]
fn a_withdrawn_record_is_gone_from_then_on() {
    let mut all = entries(&[(1, 1, vec![(0, Some(1))]), (2, 1, vec![]), (1, 30, vec![])]);
    all[2].act = Act::Withdraw;
    all[2].before = all[0].after.clone();
    let mut living = Living::new(&PROGRAMME);
    for entry in &all {
        living.apply(&PROGRAMME, entry).unwrap();
    }
    assert_eq!(shown(living.facts(), day("2023-09-01")).len(), 2);
    assert_eq!(shown(living.facts(), day("2023-09-03")).len(), 1);
    let (table, _) = PROGRAMME.register("visit").unwrap();
    let record = living.record(table, "V1").unwrap();
    assert_eq!(living.newest(table, record), None);

    let mut loaded = Living::new(&PROGRAMME);
    let past = [all[0].clone(), all[2].clone()];
    loaded.load_past(&PROGRAMME, &past).unwrap();
    assert_eq!(shown(loaded.facts(), day("2023-09-01")).len(), 1);
    assert_eq!(shown(loaded.facts(), day("2023-09-03")).len(), 0);
}

#[test]
fn what_the_programme_does_not_have_is_named() {
    let mut living = Living::new(&PROGRAMME);
    let mut entry = entries(&[(0, 1, vec![])]).remove(0);
    entry.after.push(("colour".into(), None));
    let words = living.apply(&PROGRAMME, &entry).unwrap_err();
    assert_eq!(words.en, "register visit has no field colour");
    assert_eq!(living.facts().rows(), 0, "nothing is half-done");
    entry.register = "visits".into();
    let words = living.apply(&PROGRAMME, &entry).unwrap_err();
    assert_eq!(words.en, "the programme has no register visits");
}

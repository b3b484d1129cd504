//! Rebuilding: the entries give the tables again.

use crate::sample::{cells, entry, register, salts, text};
use journal::{Break, BreakKind, Difference, Opened, Payload, Rebuild};
use programme::record::{Act, Cell, Cells, Entry};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// An entry that went through the journal; the fields in `gone` were erased since.
fn through(entry: &Entry, gone: &[&str]) -> Opened {
    let (payload, mut beside) = Payload::of(entry, Some(&register()), salts()).unwrap();
    beside.retain(|open| !gone.contains(&open.field.as_str()));
    Payload::read(&payload.text())
        .unwrap()
        .entry(entry.position, &beside)
        .unwrap()
}

fn create(after: &[(&str, Option<Cell>)]) -> Entry {
    entry(1, "12", Act::Create, 1, Vec::new(), cells(after))
}

#[test]
fn moves_changes_and_erasures_are_replayed() {
    let first = create(&[
        ("title", text("会")),
        ("phone", text("138")),
        ("state", text("planned")),
    ]);
    let held = entry(
        2,
        "12",
        Act::Move("hold".into()),
        2,
        cells(&[("state", text("planned"))]),
        cells(&[("state", text("held"))]),
    );
    let mut erased = entry(
        3,
        "12",
        Act::Erase,
        3,
        cells(&[("phone", None)]),
        Vec::new(),
    );
    erased.position = Some(2);
    let mut rebuild = Rebuild::default();
    for entry in [&first, &held, &erased] {
        assert_eq!(rebuild.apply(&through(entry, &["phone"])), Ok(()));
    }
    let record = rebuild.record("event", "12").unwrap();
    assert_eq!(
        (record.version, record.position, rebuild.entries()),
        (3, Some(2), 3)
    );
    assert_eq!(
        (record.created, record.changed),
        (first.author.at, erased.author.at)
    );
    assert!(record.erased.contains("phone"));
    let row = cells(&[
        ("state", text("held")),
        ("title", text("会")),
        ("phone", None),
    ]);
    assert_eq!(record.differences(3, &row), []);

    let again = entry(
        4,
        "12",
        Act::Change,
        4,
        cells(&[("phone", None)]),
        cells(&[("phone", text("139"))]),
    );
    rebuild.apply(&through(&again, &[])).unwrap();
    let record = rebuild.record("event", "12").unwrap();
    assert!(record.erased.is_empty());
    assert_eq!(record.cell("phone"), text("139").as_ref());
}

#[test]
fn a_row_that_differs_from_its_record_is_named() {
    let mut rebuild = Rebuild::default();
    rebuild
        .apply(&through(
            &create(&[("title", text("会")), ("signed", None)]),
            &[],
        ))
        .unwrap();
    let record = rebuild.record("event", "12").unwrap();
    let row = cells(&[("signed", Some(Cell::Int(5)))]);
    let field = |field: &str, journal, row| Difference::Field {
        field: field.into(),
        journal,
        row,
    };
    let expected = [
        Difference::Version { journal: 1, row: 2 },
        field("signed", None, Some(Cell::Int(5))),
        field("title", text("会"), None),
    ];
    assert_eq!(record.differences(2, &row), expected);
}

#[test]
fn what_does_not_follow_is_named() {
    let mut rebuild = Rebuild::default();
    let mut kind = |entry: Entry| {
        rebuild
            .apply(&through(&entry, &[]))
            .map_err(|broken: Break| broken.kind)
    };
    let change = |version, before: Cells| {
        entry(
            2,
            "12",
            Act::Change,
            version,
            before,
            cells(&[("title", text("b"))]),
        )
    };
    let a = || cells(&[("title", text("a"))]);
    assert_eq!(kind(change(2, a())), Err(BreakKind::NotCreated));
    assert_eq!(kind(create(&[("title", text("a"))])), Ok(()));
    assert_eq!(
        kind(create(&[("title", text("a"))])),
        Err(BreakKind::CreatedTwice)
    );
    assert_eq!(
        kind(change(3, a())),
        Err(BreakKind::Version {
            expected: 2,
            found: 3
        })
    );
    assert_eq!(kind(change(4, a())), Err(BreakKind::Before("title".into())));
    assert_eq!(kind(change(5, cells(&[("title", text("b"))]))), Ok(()));
}

#[test]
fn a_withdrawn_record_can_still_be_erased_and_come_again() {
    let kind = |rebuild: &mut Rebuild, entry: Entry| {
        let broken = rebuild.apply(&through(&entry, &[]));
        broken.map_err(|broken: Break| broken.kind)
    };
    let act = |act, version, before: &[(&str, Option<Cell>)], after: &[(&str, Option<Cell>)]| {
        entry(version, "12", act, version, cells(before), cells(after))
    };
    let snapshot = [("title", text("a")), ("phone", text("138"))];
    let mut rebuild = Rebuild::default();
    for entry in [
        create(&snapshot),
        act(Act::Withdraw, 2, &snapshot, &[]),
        act(Act::Erase, 3, &[("phone", None)], &[]),
    ] {
        assert_eq!(kind(&mut rebuild, entry), Ok(()));
    }
    let change = act(Act::Change, 4, &[], &[("title", text("b"))]);
    let gone = rebuild.clone();
    assert_eq!(kind(&mut rebuild, change), Err(BreakKind::NotCreated));
    assert_eq!(rebuild.record("event", "12"), None);

    // It goes on with the version after the last, never with one that was there.
    let again = |version| act(Act::Create, version, &[], &[("title", text("b"))]);
    let from_one = kind(&mut gone.clone(), again(1));
    let (expected, found) = (4, 1);
    assert_eq!(from_one, Err(BreakKind::Version { expected, found }));
    assert_eq!(kind(&mut rebuild, again(4)), Ok(()));
    let record = rebuild.record("event", "12").unwrap();
    assert_eq!((record.version, rebuild.entries()), (4, 5));
    assert_eq!(record.cell("title"), text("b").as_ref());
    assert_eq!(record.cell("phone"), None);
    assert_eq!(kind(&mut rebuild, again(5)), Err(BreakKind::CreatedTwice));
}

fn migrate(steps: &[(&str, Option<Cell>)]) -> Opened {
    let mut entry = entry(2, "", Act::Migrate, 0, Vec::new(), cells(steps));
    entry.register = String::new();
    let (payload, _) = Payload::of(&entry, None, salts()).unwrap();
    payload.entry(None, &[]).unwrap()
}

#[test]
fn values_of_another_type_are_followed() {
    let kinds = |was: &str, is: &str| {
        Some(Cell::List(vec![
            Cell::Text(was.into()),
            Cell::Text(is.into()),
        ]))
    };
    let mut rebuild = Rebuild::default();
    let first = create(&[
        ("signed", Some(Cell::Int(7))),
        ("held_on", Some(Cell::Int(19_626))),
        ("state", text("held")),
        ("open", None),
        ("title", text("a")),
    ]);
    rebuild.apply(&through(&first, &[])).unwrap();
    let steps = migrate(&[
        ("event.signed:kind", kinds("int", "decimal")),
        ("event.held_on:kind", kinds("date", "time")),
        ("event.state:kind", kinds("choice", "choices")),
        ("event.open:kind", kinds("int", "decimal")),
        ("event.title:kind", kinds("text", "long_text")),
    ]);
    assert_eq!(rebuild.apply(&steps), Ok(()));
    let row = cells(&[
        ("signed", Some(Cell::Double(7.0))),
        ("held_on", Some(Cell::Int(19_626 * 86_400_000))),
        ("state", Some(Cell::List(vec![Cell::Text("held".into())]))),
        ("open", None),
        ("title", text("a")),
    ]);
    assert_eq!(
        rebuild.record("event", "12").unwrap().differences(1, &row),
        []
    );
    let back = migrate(&[("event.held_on:kind", kinds("date", "text"))]);
    let mut days = Rebuild::default();
    days.apply(&through(&first, &[])).unwrap();
    days.apply(&back).unwrap();
    let day = days.record("event", "12").unwrap().cell("held_on").cloned();
    assert_eq!(day, text("2023-09-26"));
}

#[test]
fn renamed_registers_and_fields_are_followed() {
    let mut rebuild = Rebuild::default();
    let first = create(&[
        ("title", text("a")),
        ("state", text("held")),
        ("phone", text("1")),
    ]);
    rebuild.apply(&through(&first, &["phone"])).unwrap();
    // Two fields that change names with each other, and an erased one.
    let renames = migrate(&[
        ("event", text("meeting")),
        ("meeting.title", text("state")),
        ("meeting.state", text("title")),
        ("meeting.phone", text("telephone")),
    ]);
    assert_eq!(rebuild.apply(&renames), Ok(()));
    assert_eq!(rebuild.record("event", "12"), None);
    let record = rebuild.record("meeting", "12").unwrap();
    assert_eq!(record.cell("state"), text("a").as_ref());
    assert_eq!(record.cell("title"), text("held").as_ref());
    assert!(record.erased.contains("telephone"));

    let broken = rebuild
        .apply(&migrate(&[("meeting.title", text("state"))]))
        .unwrap_err();
    assert!(matches!(broken.kind, BreakKind::Rename(_)));
}

proptest! {
    /// Any series of changes, beside a table that is simply written over.
    #[test]
    fn a_rebuild_gives_the_tables(steps in proptest::collection::vec((0_u8..4, 0_usize..3, proptest::option::of(any::<i64>())), 1..60)) {
        let fields = ["signed", "salary", "held_on"];
        let mut tables: BTreeMap<String, (i64, Cells)> = BTreeMap::new();
        let mut rebuild = Rebuild::default();
        for (n, (record, field, value)) in steps.into_iter().enumerate() {
            let (id, field) = (record.to_string(), fields[field]);
            let cell = value.map(|value| Cell::Int(value.rem_euclid(90_000)));
            let made = if let Some((version, row)) = tables.get_mut(&id) {
                let held = row.iter_mut().find(|(other, _)| other == field).unwrap();
                *version += 1;
                let before = std::mem::replace(&mut held.1, cell.clone());
                entry(n as i64, &id, Act::Change, *version, cells(&[(field, before)]), cells(&[(field, cell)]))
            } else {
                let row: Cells = fields.iter().map(|f| ((*f).to_owned(), cell.clone().filter(|_| *f == field))).collect();
                tables.insert(id.clone(), (1, row.clone()));
                entry(n as i64, &id, Act::Create, 1, Vec::new(), row)
            };
            prop_assert_eq!(rebuild.apply(&through(&made, &[])), Ok(()));
        }
        let (_, records) = rebuild.registers().next().unwrap();
        prop_assert_eq!(records.len(), tables.len());
        for (id, (version, row)) in &tables {
            prop_assert_eq!(rebuild.record("event", id).unwrap().differences(*version, row), []);
        }
    }
}

//! Attacks: each is noticed and named, and what cannot be noticed is said to be not checkable.

use crate::database::{Database, key};
use crate::sample::{cells, entry, text};
use journal::{Fault, Hash, Payload, Side, Trust, Verification, Witnessed};
use programme::record::{Act, Cell, Entry};
use proptest::prelude::*;

/// Records with a telephone number each, then changes to them.
pub(crate) fn entries(count: usize) -> Vec<Entry> {
    let records = count.div_ceil(2);
    (0..count)
        .map(|n| {
            let (record, arrival) = ((n % records).to_string(), n as i64 + 100);
            let phone = text(&format!("1380000{n:04}"));
            if n < records {
                let after = cells(&[
                    ("title", text("推介会")),
                    ("phone", phone),
                    ("signed", None),
                ]);
                return entry(arrival, &record, Act::Create, 1, Vec::new(), after);
            }
            let before = cells(&[("signed", None)]);
            let after = cells(&[("signed", Some(Cell::Int(n as i64)))]);
            entry(arrival, &record, Act::Change, 2, before, after)
        })
        .collect()
}

pub(crate) fn database() -> Database {
    Database::of(&entries(600), 50)
}

pub(crate) fn faults(database: &Database) -> Vec<Fault> {
    database.verify(None, true).faults
}

/// Without tiles only the rows and the seals are there, as in an export.
fn faults_without_tiles(database: &Database) -> Vec<Fault> {
    database.verify(None, false).faults
}

#[test]
fn an_untouched_journal_holds() {
    let whole = database();
    for tiles in [true, false] {
        let found = whole.verify(None, tiles);
        assert_eq!(found.faults, []);
        assert!(found.holds());
        assert_eq!((found.entries, found.sealed, found.seals), (600, 600, 12));
        assert_eq!(found.root, whole.root());
        assert_eq!(found.witness, Witnessed::NotCheckable);
        let witnessed = whole.verify(Some(&whole.seals[..8]), tiles);
        assert!(witnessed.holds());
        assert!(matches!(
            witnessed.witness,
            Witnessed::Held {
                agreeing: 8,
                entries: 400,
                ..
            }
        ));
    }
}

#[test]
fn an_edited_entry_is_named() {
    let mut attacked = database();
    attacked.rows[333].payload = attacked.rows[333].payload.replace("\"lin\"", "\"wu\"");
    assert_eq!(faults(&attacked), [Fault::EditedEntry(333)]);
    assert_eq!(faults_without_tiles(&attacked), [Fault::EditedEntry(333)]);

    // With its row's hash reckoned anew.
    attacked.rows[333].leaf = Hash::leaf(attacked.rows[333].payload.as_bytes());
    assert_eq!(faults(&attacked), [Fault::EditedEntry(333)]);
    let stretch = Fault::Root {
        since: 300,
        size: 350,
    };
    assert_eq!(
        faults_without_tiles(&attacked),
        std::slice::from_ref(&stretch)
    );

    // With the tiles reckoned anew too, only the seals know.
    attacked.reckon();
    assert_eq!(faults(&attacked), [stretch]);
}

#[test]
fn an_edited_hash_is_told_from_an_edited_entry() {
    let mut attacked = database();
    attacked.rows[333].leaf.0[5] ^= 1;
    assert_eq!(faults(&attacked), [Fault::EditedRowHash(333)]);
    assert_eq!(faults_without_tiles(&attacked), [Fault::EditedRowHash(333)]);

    let mut attacked = database();
    attacked.tiles[333].0[5] ^= 1;
    assert_eq!(faults(&attacked), [Fault::EditedTile(333)]);
}

#[test]
fn one_fault_does_not_hide_a_later_one_of_another_kind() {
    let mut attacked = database();
    attacked.rows[10].payload = attacked.rows[10].payload.replace("\"lin\"", "\"wu\"");
    attacked.tiles[333].0[5] ^= 1;
    attacked.rows[400].leaf.0[5] ^= 1;
    let expected = [
        Fault::EditedEntry(10),
        Fault::EditedTile(333),
        Fault::EditedRowHash(400),
    ];
    let mut found = faults(&attacked);
    found.sort_by_key(|fault| format!("{fault:?}"));
    assert_eq!(
        found,
        [
            expected[0].clone(),
            expected[2].clone(),
            expected[1].clone()
        ]
    );
}

#[test]
fn a_deleted_entry_is_named() {
    let mut attacked = database();
    attacked.rows.remove(333);
    let gap = Fault::Gap {
        from: 333,
        until: 334,
    };
    assert_eq!(faults(&attacked), [gap.clone(), Fault::Deleted(333)]);
    assert!(faults_without_tiles(&attacked).contains(&gap));
    attacked.renumber();
    assert_eq!(faults(&attacked), [Fault::Deleted(333)]);
    let found = faults_without_tiles(&attacked);
    assert!(
        found.contains(&Fault::Root {
            since: 300,
            size: 350
        }),
        "{found:?}"
    );
}

#[test]
fn reordered_entries_are_named() {
    let mut attacked = database();
    attacked.rows.swap(333, 340);
    attacked.renumber();
    let moved = [
        Fault::Moved {
            position: 333,
            found: 340,
        },
        Fault::Moved {
            position: 334,
            found: 334,
        },
    ];
    let found = faults(&attacked);
    assert_eq!(found[0], moved[0]);
    assert!(
        found
            .iter()
            .all(|fault| matches!(fault, Fault::Moved { .. })),
        "{found:?}"
    );
    assert_eq!(
        faults_without_tiles(&attacked),
        [Fault::Root {
            since: 300,
            size: 350
        }]
    );
}

#[test]
fn an_inserted_entry_is_named() {
    let mut attacked = database();
    let mut row = attacked.rows[333].clone();
    row.payload = row.payload.replace("\"arrival\":433", "\"arrival\":9433");
    row.leaf = Hash::leaf(row.payload.as_bytes());
    attacked.rows.insert(333, row);
    assert_eq!(
        faults(&attacked),
        [Fault::Doubled(333), Fault::Inserted(333)]
    );
    attacked.renumber();
    assert_eq!(faults(&attacked), [Fault::Inserted(333)]);
    let found = faults_without_tiles(&attacked);
    assert_eq!(
        found,
        [Fault::Root {
            since: 300,
            size: 350
        }]
    );
}

#[test]
fn a_tail_cut_from_the_rows_alone_is_named() {
    let mut attacked = database();
    attacked.rows.truncate(590);
    let cut = Fault::CutTail {
        have: 590,
        sealed: 600,
    };
    assert_eq!(faults(&attacked), std::slice::from_ref(&cut));
    assert_eq!(faults_without_tiles(&attacked), [cut]);
}

/// What the store does when a person's number is erased.
fn erase(database: &mut Database, record: &str, arrival: i64, version: i64) {
    let erasure = entry(
        arrival,
        record,
        Act::Erase,
        version,
        cells(&[("phone", None)]),
        Vec::new(),
    );
    let (payload, beside) = Payload::of(
        &erasure,
        Some(&crate::sample::register()),
        crate::sample::salts(),
    )
    .unwrap();
    database.push(payload.text(), beside);
    let of_record = format!("\"record\":\"{record}\"");
    for row in &mut database.rows {
        if row.payload.contains(&of_record) {
            row.beside.retain(|open| open.field != "phone");
        }
    }
    database.seal();
}

#[test]
fn an_erasure_keeps_everything_green() {
    let mut erased = database();
    erase(&mut erased, "7", 1_000, 3);
    for tiles in [true, false] {
        let found = erased.verify(Some(&erased.seals), tiles);
        assert_eq!((&found.faults[..], found.erased), (&[][..], 1));
        assert_eq!(found.sealed, 601);
    }
    assert!(
        !erased
            .rows
            .iter()
            .any(|row| row.payload.contains("13800000007"))
    );
}

#[test]
fn a_value_that_goes_without_an_erasure_or_changes_is_named() {
    let mut attacked = database();
    attacked.rows[7].beside.clear();
    let field = "phone".to_owned();
    assert_eq!(
        faults(&attacked),
        [Fault::LostValue {
            position: 7,
            field: field.clone()
        }]
    );

    let mut attacked = database();
    attacked.rows[7].beside[0].value = "\"13911112222\"".into();
    let edited = Fault::EditedValue {
        position: 7,
        side: Side::After,
        field,
    };
    assert_eq!(faults(&attacked), [edited]);

    let mut attacked = database();
    let stray = attacked.rows[7].beside[0].clone();
    attacked.rows[400].beside.push(stray);
    assert!(matches!(
        faults(&attacked)[..],
        [Fault::EditedValue { position: 400, .. }]
    ));
}

#[test]
fn a_root_from_elsewhere_is_held_against_the_journal() {
    let whole = database();
    let with = |root| {
        let trust = Trust {
            keys: vec![key().public()],
            witness: None,
            root: Some(root),
        };
        whole.verify_with(trust, false)
    };
    let sealed = whole.seals[6].seal.root;
    assert!(with((None, whole.root())).holds());
    assert!(with((None, sealed)).holds());
    assert!(with((Some(350), sealed)).holds());
    for wrong in [
        (Some(351), sealed),
        (Some(9_000), sealed),
        (None, Hash::of(b"other")),
    ] {
        assert_eq!(with(wrong).faults, [Fault::OtherRoot], "{wrong:?}");
    }
}

#[test]
fn a_journal_that_is_wholly_wrong_is_named_within_bounds() {
    let mut attacked = Database::of(&entries(3_000), 1_000);
    for row in &mut attacked.rows {
        row.payload.push(' ');
    }
    let found = attacked.verify(None, true);
    assert_eq!(found.faults.len(), journal::FAULTS_NAMED_MAX);
    assert_eq!(found.more, 2_000);
}

/// One attack on a row, by number.
fn attack(database: &mut Database, kind: usize, at: usize, other: usize) {
    match kind {
        0 => database.rows[at].payload = database.rows[at].payload.replace("\"lin\"", "\"wu\""),
        1 => database.rows[at].leaf.0[0] ^= 1,
        2 => database.tiles[at].0[0] ^= 1,
        3 => drop(database.rows.remove(at)),
        4 => database.rows.swap(at, other),
        5 => {
            let mut row = database.rows[at].clone();
            row.payload = row
                .payload
                .replace("\"key\":", "\"on_behalf\":\"wu\",\"key\":");
            row.leaf = Hash::leaf(row.payload.as_bytes());
            database.rows.insert(other, row);
        }
        _ => database.rows.truncate(at),
    }
}

fn held(found: &Verification) -> bool {
    found.holds() && found.more == 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_attack_on_a_sealed_journal_is_noticed(
        count in 2_usize..400,
        each in 1_usize..60,
        kind in 0_usize..7,
        place in 0.0..1.0,
        second in 0.0..1.0,
        renumber in any::<bool>(),
    ) {
        let mut database = Database::of(&entries(count), each);
        database.seal();
        prop_assert!(held(&database.verify(Some(&database.seals), true)));
        prop_assert!(held(&database.verify(None, false)));
        let at = (place * count as f64) as usize;
        let other = (second * count as f64) as usize;
        prop_assume!(kind != 4 || at != other);
        let witness = database.seals.clone();
        attack(&mut database, kind, at, other);
        if renumber {
            database.renumber();
        }
        prop_assert!(!held(&database.verify(None, true)));
        prop_assert!(kind == 2 || !held(&database.verify(Some(&witness), false)));
    }
}

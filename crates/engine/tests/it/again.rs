//! Duties brought up to facts that grew stand as duties worked out from nothing do.

use crate::lake::{LAKE, day};
use engine::{AsOf, Evaluation, Living, Stamp, evaluate, evaluate_again};
use programme::model::{FieldKind, RegisterField};
use programme::record::{Act, Author, Cell, Cells, Entry};
use proptest::prelude::*;
use rules::{Day, Moment};
use std::collections::BTreeMap;

/// One step: a register, a record, how many hours after the step before, what is done, and cells by their fields.
type Step = (usize, u8, i64, u8, Vec<(usize, Option<u8>)>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let cells = prop::collection::vec((0..8_usize, prop::option::weighted(0.9, 0..12_u8)), 0..6);
    let step = (0..32_usize, 0..6_u8, 0..300_i64, 0..12_u8, cells);
    prop::collection::vec(step, 1..24)
}

fn pick<T: Clone>(all: &[T], n: u8) -> T {
    all[n as usize % all.len()].clone()
}

/// A value that a field may have, chosen by a number.
fn cell(register: &str, field: &RegisterField, n: u8) -> Cell {
    let text = |t: &str| Cell::Text(t.into());
    let units: Vec<&str> = LAKE.units.iter().map(|u| u.id.as_str()).collect();
    match (field.id.as_str(), field.kind) {
        ("measure", _) => {
            let measures = LAKE.notices[0].measures.iter();
            let ids: Vec<&str> = measures.map(|m| m.id.as_str()).collect();
            text(pick(&ids, n))
        }
        ("bearer", _) => match n {
            0..8 => text(pick(&units, n)),
            _ => text(&format!("firm-{}", n % 6)),
        },
        ("period", _) => text(pick(&["2023-01", "2023-02", "once", "2023-Q1"], n)),
        (_, FieldKind::Unit) => text(pick(&units, n)),
        (_, FieldKind::Division) => {
            let codes: Vec<&str> = LAKE.divisions.iter().map(|d| d.code.as_str()).collect();
            text(pick(&codes, n))
        }
        (_, FieldKind::Date) => Cell::Int(i64::from(day("2023-01-01").0) + i64::from(n) * 11),
        (_, FieldKind::Period(_)) => text(pick(&["2023-01", "2023-02", "2023-03"], n)),
        (_, FieldKind::Choice) => {
            let ids: Vec<&str> = field.choices.iter().map(|(id, _)| id.as_str()).collect();
            text(pick(&ids, n))
        }
        (_, FieldKind::Bool) => Cell::Bool(n.is_multiple_of(2)),
        (_, FieldKind::Int | FieldKind::Money) => Cell::Int(i64::from(n) * 100),
        (_, FieldKind::Decimal | FieldKind::Ratio) => Cell::Double(f64::from(n) / 8.0),
        (_, FieldKind::Reference) => text(&format!("{}-{}", field.to.as_deref().unwrap(), n % 6)),
        _ => text(&format!("{register} {n}")),
    }
}

fn entry(
    register: &str,
    record: &str,
    at: Moment,
    (act, version, after): (Act, i64, Cells),
) -> Entry {
    Entry {
        arrival: 0,
        position: None,
        author: Author {
            actor: "li".into(),
            on_behalf: None,
            at,
            key: None,
        },
        act,
        register: register.into(),
        record: record.into(),
        version,
        before: Vec::new(),
        after,
        why: None,
        batch: None,
    }
}

/// The entries of these steps; a record that is withdrawn may come again.
fn entries(steps: &[Step]) -> Vec<Entry> {
    let mut at = day("2023-01-20").start();
    let mut known: BTreeMap<String, (i64, bool)> = BTreeMap::new();
    let one = |(register, record, hours, doing, given): &Step| {
        at = Moment(at.0 + hours * 3_600_000);
        let register = &LAKE.registers[register % LAKE.registers.len()];
        let id = format!("{}-{record}", register.id);
        let (version, is_there) = known.entry(id.clone()).or_default();
        *version += 1;
        let kept: Vec<&RegisterField> = register.fields.iter().filter(|f| f.is_kept()).collect();
        let mut after: BTreeMap<&str, Option<Cell>> = BTreeMap::new();
        for (field, n) in given {
            let field = kept[field % kept.len()];
            after.insert(&field.id, n.map(|n| cell(&register.id, field, n)));
        }
        let act = match (*is_there, doing) {
            (false, _) => {
                for (nth, field) in kept.iter().enumerate() {
                    let n = (nth as u8 + doing).wrapping_mul(7) % 12;
                    after
                        .entry(&field.id)
                        .or_insert_with(|| Some(cell(&register.id, field, n)));
                }
                Act::Create
            }
            (true, 0) => Act::Withdraw,
            (true, _) => Act::Change,
        };
        *is_there = act != Act::Withdraw;
        let after = after.into_iter().map(|(f, c)| (f.to_owned(), c)).collect();
        entry(&register.id, &id, at, (act, *version, after))
    };
    steps.iter().map(one).collect()
}

/// What is kept of some days, and brought up to facts that grew.
struct Kept(BTreeMap<Day, (Evaluation, Vec<Stamp>)>);

impl Kept {
    fn holds(&mut self, living: &Living, days: &[Day]) {
        let now = living.stamps();
        for at in days {
            let cx = AsOf::new(&LAKE, living.facts(), *at);
            let anew = evaluate(&cx);
            let known = self.0.remove(at);
            let (before, was) = known.unwrap_or_else(|| (anew.clone(), now.clone()));
            let again = evaluate_again(&cx, before, (&was, &now));
            for (again, anew) in again.measures.iter().zip(&anew.measures) {
                assert_eq!(again, anew, "at {at}");
            }
            assert!(again == anew);
            self.0.insert(*at, (again, now.clone()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_changed_alone_is_looked_at_again_and_all_stands_right(steps in steps()) {
        let entries = entries(&steps);
        let mut living = Living::new(&LAKE);
        let mut kept = Kept(BTreeMap::new());
        let (early, late) = (day("2023-02-10"), day("2023-12-10"));
        kept.holds(&living, &[early, late]);
        for (nth, entry) in entries.iter().enumerate() {
            living.apply(&LAKE, entry).unwrap();
            // Some changes come together before anybody asks.
            if nth % 3 != 1 {
                kept.holds(&living, &[early, entry.author.at.day(), late]);
            }
        }
        kept.holds(&living, &[early, late]);
    }
}

#[test]
fn a_whole_sheet_at_once_stands_right_too() {
    let mut living = Living::new(&LAKE);
    let mut kept = Kept(BTreeMap::new());
    let at = day("2023-03-20");
    let field = |id: &str| LAKE.register("event").unwrap().1.field(id).unwrap();
    let event = |n: u32| {
        let own = ["place", "held_on", "led", "signed", "state"].map(|id| {
            let value = cell("event", field(id), (n % 12) as u8);
            (id.to_owned(), Some(value))
        });
        entry(
            "event",
            &format!("E{n}"),
            at.start(),
            (Act::Create, 1, own.to_vec()),
        )
    };
    for sheet in [0..3, 3..700, 700..701] {
        kept.holds(&living, &[at]);
        for n in sheet {
            living.apply(&LAKE, &event(n)).unwrap();
        }
    }
    kept.holds(&living, &[at]);
}

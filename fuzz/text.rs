//! Any text as a rule: it is refused or it runs, and neither panics nor hangs.
#![no_main]

#[allow(dead_code, unreachable_pub)]
#[path = "../crates/rules/tests/it"]
mod it {
    pub mod chance;
    pub mod house;
}
// The modules of the tests name each other from their crate's root.
use it::{chance, house};

use chance::Chance;
use libfuzzer_sys::fuzz_target;
use rules::{
    Bound, Bounds, Calendar, Expected, Frame, Lane, Options, Ranged, Schema, Scope, Type, Value,
    World, check, explain, missing, near, values, verdicts,
};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Schema> = LazyLock::new(house::schema);
static SCOPE: LazyLock<Scope> = LazyLock::new(house::scope);
static CALENDAR: LazyLock<Calendar> = LazyLock::new(house::calendar);
static FIRMS: LazyLock<rules::Tables> = LazyLock::new(|| {
    let bytes: Vec<u8> = (0..=255)
        .cycle()
        .map(|n: u8| n.wrapping_mul(73) ^ (n >> 3))
        .take(900)
        .collect();
    let mut chance = Chance::new(&bytes, false);
    let firms: Vec<_> = (0..9).map(|n| chance.firm(n % 3)).collect();
    house::tables(&firms)
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let options = Options {
        known_allowed: true,
        ..Options::default()
    };
    let rule = match check(text, &SCHEMA, &SCOPE, &Expected::Any, &options) {
        Ok(rule) => rule,
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a fault: {text}");
            for fault in faults {
                assert!(
                    text.get(fault.span.clone()).is_some(),
                    "{:?} is no part of {text}",
                    fault.span
                );
            }
            return;
        }
    };
    let current = house::current(&FIRMS);
    let world = World {
        schema: &SCHEMA,
        tables: &FIRMS,
        current: &current,
        calendar: &CALENDAR,
        today: house::today(),
    };
    let own: Vec<u32> = (0..9).collect();
    let frame = Frame {
        len: own.len(),
        own: Some(&own),
        names: BTreeMap::from([("held", Bound::One(Value::Int(3)))]),
    };
    assert_eq!(values(&rule, &world, &frame).len(), own.len());
    if rule.root.ty == Type::Bool {
        let found = verdicts(&rule, &world, &frame);
        assert!(
            own.iter()
                .all(|row| !(found.yes.get(*row as usize) && found.no.get(*row as usize)))
        );
    }
    let bounds = Bounds {
        names: BTreeMap::from([("held", Ranged::Value(Value::Int(3)))]),
        own: Some(0),
        ..Bounds::default()
    };
    let lane = Lane {
        world: &world,
        bounds: &bounds,
        prorate: None,
    };
    explain(&rule, &lane, &|_| None);
    if rule.root.ty == Type::Bool {
        near(&rule, &lane, &|_, _| false);
        missing(&rule, &lane, &|_, _| false);
    }
});

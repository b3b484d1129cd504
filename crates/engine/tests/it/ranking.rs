//! Rankings: ties, places, prizes, and units that cannot be ranked yet.

use crate::lake::{LAKE, facts, lake};
use engine::ranking;

/// Unit id, place and prize in fen of a month.
fn places(sheet: &str, at: &str) -> Vec<(&'static str, Option<usize>, i64)> {
    let facts = facts(&LAKE, &[("output", sheet)]);
    let (cx, _) = lake(&facts, at);
    let periods = ranking(&cx, &LAKE.notices[0].rankings[0]);
    let march = periods
        .iter()
        .find(|p| &*p.period.key == "2023-03")
        .unwrap();
    let one = |r: &engine::Ranked| {
        (
            LAKE.units[r.unit as usize].id.as_str(),
            r.place,
            r.prize_fen,
        )
    };
    march.units.iter().map(one).collect()
}

#[test]
fn tied_units_share_the_prizes_of_their_places() {
    let sheet = "id,place,month,growth
        o1,111,2023-03,0.05
        o2,112,2023-03,0.05
        o3,121,2023-03,0.08";
    let expected = [
        ("121", Some(1), 30_000),
        ("111", Some(2), 15_000),
        ("112", Some(2), 15_000),
    ];
    assert_eq!(places(sheet, "2023-04-30"), expected);
}

#[test]
fn a_unit_without_a_value_has_no_place_and_is_not_last() {
    let sheet = "id,place,month,growth
        o1,111,2023-03,-0.05
        o2,121,2023-03,0.08";
    let expected = [
        ("121", Some(1), 30_000),
        ("111", Some(2), 20_000),
        ("112", None, 0),
    ];
    assert_eq!(places(sheet, "2023-04-30"), expected);
}

#[test]
fn places_are_provisional_while_the_period_runs_or_a_value_is_missing() {
    let sheet = "id,place,month,growth
        o1,111,2023-03,0.01
        o2,112,2023-03,0.02
        o3,121,2023-03,0.03";
    let provisional = |at: &str, lines: usize| {
        let sheet: Vec<&str> = sheet.lines().take(lines).collect();
        let facts = facts(&LAKE, &[("output", &sheet.join("\n"))]);
        let (cx, _) = lake(&facts, at);
        let periods = ranking(&cx, &LAKE.notices[0].rankings[0]);
        let march = periods
            .into_iter()
            .find(|p| &*p.period.key == "2023-03")
            .unwrap();
        march.units.iter().all(|r| r.provisional)
    };
    assert!(provisional("2023-03-30", 4));
    assert!(!provisional("2023-03-31", 4));
    assert!(provisional("2023-03-31", 3));
}

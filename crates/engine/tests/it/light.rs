//! Lights with memory: runs over readings and over judged duties.

use crate::lake::{LAKE, day, facts};
use engine::{Colour, light};

/// The colours of one city's readings up to a day; `None` for one that says nothing.
fn colours(id: &str, sheets: &[(&str, &str)], at: &str) -> Vec<Option<Colour>> {
    let facts = facts(&LAKE, sheets);
    let lights = LAKE.notices[0].lights.iter().find(|l| l.id == id).unwrap();
    let readings = light(&LAKE, &facts, lights, day(at));
    let city = LAKE.unit("110").unwrap() as u32;
    let mine = readings
        .iter()
        .find(|(bearer, _)| bearer.record == city)
        .unwrap();
    mine.1.iter().map(|r| r.colour).collect()
}

const Y: Option<Colour> = Some(Colour::Yellow);
const R: Option<Colour> = Some(Colour::Red);
const G: Option<Colour> = Some(Colour::Green);
const FILED: (&str, &str) = (
    "filing",
    "id,measure,bearer,period,filed_on,recorded_at\ng1,events-year,110,once,2023-01-04,2023-01-04",
);

#[test]
fn two_readings_behind_in_a_row_turn_yellow_into_red() {
    let colours = colours("events-pace", &[FILED], "2023-05-31");
    assert_eq!(colours, [Y, R, R, R, R]);
}

#[test]
fn a_reading_made_good_breaks_the_run() {
    let events = "id,place,held_on,state
        e1,111,2023-02-10,held
        e2,111,2023-02-11,held
        e3,111,2023-02-12,held
        e4,111,2023-02-13,held";
    let colours = colours("events-pace", &[FILED, ("event", events)], "2023-06-29");
    // One in the first month was asked for; four of six by February keep the pace until May begins to lack.
    assert_eq!(colours, [Y, G, G, G, Y]);
}

#[test]
fn an_unknown_reading_neither_extends_nor_breaks_a_run() {
    // January is excused, February missed, March unknown (its events lie after February's late window), April missed.
    let excuse = "id,measure,bearer,period,reason,decided_by,decided_on
        x1,events,110,2023-01,flood,office,2023-01-05";
    let unknown = "id,place,held_on,state
        e1,111,2023-03-31,
        e2,111,2023-03-31,";
    let sheets = [("event", unknown), ("excuse", excuse)];
    assert_eq!(
        colours("events-judged", &sheets, "2023-05-31"),
        [None, Y, None, R]
    );
    let met = "id,place,held_on,state
        e1,111,2023-03-31,held
        e2,111,2023-03-31,held";
    let sheets = [("event", met), ("excuse", excuse)];
    assert_eq!(
        colours("events-judged", &sheets, "2023-05-31"),
        [None, Y, G, Y]
    );
}

#[test]
fn an_excused_duty_says_nothing_either() {
    let excuse = "id,measure,bearer,period,reason,decided_by,decided_on
        x1,events,110,2023-02,flood,office,2023-02-02";
    let found = colours("events-judged", &[("excuse", excuse)], "2023-04-30");
    assert_eq!(found, [Y, None, R]);
}

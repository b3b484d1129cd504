//! Evaluation at a past day: what was recorded, or happened, later never shows.

use crate::lake::{LAKE, day, facts, lake};
use engine::{Evaluation, Standing};
use proptest::prelude::*;
use rules::Day;

/// One event row as a line of the sheet.
#[derive(Clone, Debug)]
struct Event {
    place: &'static str,
    /// Days after 1 January on which it was held and recorded.
    held: Option<i32>,
    recorded: i32,
    state: &'static str,
}

fn event() -> impl Strategy<Value = Event> {
    let place = prop::sample::select(vec!["110", "111", "112", "120", "12111", "z1", ""]);
    let state = prop::sample::select(vec!["held", "planned", ""]);
    (
        place,
        prop::option::weighted(0.9, 0..200_i32),
        0..220_i32,
        state,
    )
        .prop_map(|(place, held, recorded, state)| Event {
            place,
            held,
            recorded,
            state,
        })
}

fn date(days: i32) -> Day {
    day("2023-01-01").plus(days)
}

fn sheet(events: &[Event]) -> String {
    let mut text = "id,place,held_on,state,recorded_at".to_owned();
    for (n, e) in events.iter().enumerate() {
        let held = e.held.map_or_else(String::new, |d| date(d).to_string());
        text += &format!("\ne{n},{},{held},{},{}", e.place, e.state, date(e.recorded));
    }
    text
}

fn evaluated(text: &str, at: Day) -> Evaluation {
    let facts = facts(&LAKE, &[("event", text)]);
    lake(&facts, &at.to_string()).1
}

fn standings(evaluation: &Evaluation) -> Vec<(Standing, bool)> {
    let duties = evaluation.measures.iter().flat_map(|m| &m.duties);
    duties.map(|d| (d.standing, d.recorded_late)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_recorded_later_never_changes_an_earlier_day(
        events in prop::collection::vec(event(), 0..12),
        at in 0..200_i32,
    ) {
        let all = evaluated(&sheet(&events), date(at));
        let mut known = events;
        // Ids stay as they are: rows are only taken from the end of time.
        known.sort_by_key(|e| e.recorded);
        let whole = evaluated(&sheet(&known), date(at));
        known.retain(|e| e.recorded <= at);
        let then = evaluated(&sheet(&known), date(at));
        prop_assert_eq!(standings(&whole), standings(&then));
        prop_assert_eq!(standings(&all), standings(&then));
        let duties = |e: &Evaluation| e.measures.iter().map(|m| m.duties.clone()).collect::<Vec<_>>();
        prop_assert_eq!(duties(&whole), duties(&then));
    }

    #[test]
    fn filling_an_empty_state_never_turns_a_known_standing_into_another(
        events in prop::collection::vec(event(), 1..8),
        state in prop::sample::select(vec!["held", "planned"]),
        at in 0..200_i32,
    ) {
        let before = evaluated(&sheet(&events), date(at));
        let mut filled = events;
        for event in &mut filled {
            if event.state.is_empty() {
                event.state = state;
            }
        }
        let after = evaluated(&sheet(&filled), date(at));
        // A chain may open on what is filled; every other measure keeps its duties.
        for (old, new) in before.measures.iter().zip(&after.measures) {
            if LAKE.notices[old.notice].measures[old.measure].after.is_some() {
                continue;
            }
            for (old, new) in old.duties.iter().zip(&new.duties) {
                prop_assert_eq!(&old.period, &new.period);
                if old.standing != Standing::Unknown {
                    prop_assert_eq!(old.standing, new.standing, "{:?}", old);
                }
            }
        }
    }
}

#[test]
fn a_superseded_version_counts_until_it_was_superseded() {
    let text = "id,place,held_on,state,recorded_at
        e1,111,2023-03-10,held,2023-03-10
        e1,111,2023-03-10,planned,2023-03-20";
    let standing = |at| crate::lake::standing(&[("event", text)], "visits-month/110/2023-03", at);
    assert_eq!(standing("2023-03-09"), "on_track");
    assert_eq!(standing("2023-03-19"), "met");
    assert_eq!(standing("2023-03-20"), "on_track");
    assert_eq!(standing("2023-03-31"), "missed");
}

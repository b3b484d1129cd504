//! What the ladder would do, day by day.

use crate::lake::{LAKE, day, duty, facts, lake, measure};
use engine::{LadderStep, Rung, RungState, due_rung, ladder};

fn steps(sheets: &[(&str, &str)], id: &str, at: &str) -> Vec<LadderStep> {
    let facts = facts(&LAKE, sheets);
    let (cx, evaluation) = lake(&facts, at);
    let duty = duty(&cx, &evaluation, id).unwrap();
    ladder(&cx, measure(id.split('/').next().unwrap()), duty)
}

fn states(sheets: &[(&str, &str)], at: &str) -> Vec<RungState> {
    steps(sheets, "events/110/2023-03", at)
        .iter()
        .map(|s| s.state)
        .collect()
}

#[test]
fn rungs_come_in_order_and_the_highest_goes_out() {
    use RungState::{Ahead, Fired};
    let days: Vec<_> = steps(&[], "events/110/2023-03", "2023-03-01")
        .iter()
        .map(|s| (s.rung, s.on.to_string()))
        .collect();
    let expected = [
        (Rung::Remind, "2023-03-24"),
        (Rung::Warn, "2023-03-31"),
        (Rung::Order, "2023-04-10"),
        (Rung::Review, "2023-04-26"),
    ];
    assert_eq!(days, expected.map(|(rung, on)| (rung, on.to_owned())));
    assert_eq!(states(&[], "2023-03-23"), [Ahead; 4]);
    assert_eq!(states(&[], "2023-03-24"), [Fired, Ahead, Ahead, Ahead]);
    assert_eq!(states(&[], "2023-04-10"), [Fired, Fired, Fired, Ahead]);
    let out = |at| due_rung(&steps(&[], "events/110/2023-03", at)).map(|s| s.rung);
    assert_eq!(out("2023-03-23"), None);
    assert_eq!(out("2023-03-31"), Some(Rung::Warn));
    assert_eq!(out("2023-04-28"), Some(Rung::Review));
}

#[test]
fn no_alert_falls_on_a_day_at_rest() {
    let calendar = &LAKE.calendar;
    let none = facts(&LAKE, &[]);
    let (cx, evaluation) = lake(&none, "2023-12-31");
    let mut rungs = 0;
    for (measure, duty) in evaluation.duties(&LAKE) {
        for step in ladder(&cx, measure, duty) {
            assert_eq!(
                calendar.is_workday(step.on),
                Some(true),
                "{} {:?}",
                measure.id,
                step
            );
            rungs += 1;
        }
    }
    assert!(rungs > 100, "{rungs}");
    // September is due on Saturday 30 September, in the holiday: the warning waits for Saturday 7 October, a working day.
    let september = steps(&[], "events/110/2023-09", "2023-12-31");
    assert_eq!(september[1].on, day("2023-10-07"));
}

#[test]
fn a_met_an_excused_and_an_unknown_duty_press_nobody() {
    use RungState::{Fired, NotNeeded};
    let met = [(
        "event",
        "id,place,held_on,state\ne1,111,2023-03-10,held\ne2,111,2023-03-11,held",
    )];
    assert_eq!(states(&met, "2023-04-30"), [NotNeeded; 4]);
    let excused = [(
        "excuse",
        "id,measure,bearer,period,reason,decided_by,decided_on\nx1,events,110,2023-03,flood,office,2023-03-02",
    )];
    assert_eq!(states(&excused, "2023-04-30"), [NotNeeded; 4]);
    let doubt = [(
        "event",
        "id,place,held_on,state\ne1,111,2023-03-10,\ne2,111,2023-03-11,",
    )];
    assert_eq!(
        states(&doubt, "2023-04-30"),
        [Fired, NotNeeded, NotNeeded, NotNeeded]
    );
}

#[test]
fn a_duty_recovered_late_keeps_the_rungs_that_fired() {
    use RungState::{Fired, NotNeeded};
    let late = [(
        "event",
        "id,place,held_on,state\ne1,111,2023-04-11,held\ne2,111,2023-04-12,held",
    )];
    assert_eq!(
        states(&late, "2023-04-30"),
        [Fired, Fired, Fired, NotNeeded]
    );
}

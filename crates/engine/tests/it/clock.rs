//! Clocks over versions: who held the matter, and that a transfer moves no deadline.

use crate::lake::{LAKE, day, duty, facts, lake};

const TRANSFERRED: &str = "id,place,holder,state,recorded_at
    m1,111,111,assigned,2023-04-24T10:00
    m1,111,112,assigned,2023-04-26T10:00
    m1,111,112,answered,2023-05-04T10:00";

#[test]
fn a_transfer_charges_the_new_holder_and_moves_no_deadline() {
    let facts = facts(&LAKE, &[("matter", TRANSFERRED)]);
    let (cx, evaluation) = lake(&facts, "2023-05-10");
    let duty = duty(&cx, &evaluation, "matter-answered/m1/once").unwrap();
    assert_eq!(duty.due, day("2023-05-04"));
    assert_eq!(duty.standing.word(), "met");
    let measure = crate::lake::measure("matter-answered");
    let result = evaluation
        .measures
        .iter()
        .find(|m| LAKE.notices[m.notice].measures[m.measure].id == measure.id)
        .unwrap();
    let look = engine::Look {
        cx: &cx,
        measure,
        result,
        duty,
    };
    let running = look.clock().unwrap();
    let unit = |id: &str| Some(LAKE.unit(id).unwrap() as u32);
    assert_eq!(running.started, day("2023-04-24"));
    assert_eq!(
        running.holders,
        [
            (day("2023-04-24"), unit("111")),
            (day("2023-04-26"), unit("112"))
        ]
    );
}

#[test]
fn a_state_that_nobody_gave_leaves_the_answer_unknown() {
    let text = "id,place,holder,state,recorded_at
        m1,111,111,assigned,2023-04-24T10:00
        m1,111,111,,2023-04-26T10:00";
    let standing =
        crate::lake::standing(&[("matter", text)], "matter-answered/m1/once", "2023-05-10");
    assert_eq!(standing, "unknown");
}

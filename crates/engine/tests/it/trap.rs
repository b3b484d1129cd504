//! Traps that other systems fell into, each as a test of ours.

use crate::lake::{LAKE, duty, error, facts, lake, lake_files, standing};
use programme::read;

#[test]
fn a_closed_unit_owes_nothing_more() {
    assert_eq!(
        standing(&[], "events-county/112/2023-07", "2023-07-31"),
        "none"
    );
    assert_eq!(
        standing(&[], "events-county/112/2023-06", "2023-07-31"),
        "missed"
    );
}

#[test]
fn nothing_repeats_after_the_end_date() {
    let none = facts(&LAKE, &[]);
    let (_, evaluation) = lake(&none, "2024-03-01");
    for (measure, duty) in evaluation.duties(&LAKE) {
        let until = measure.until.unwrap_or(duty.period.until);
        assert!(
            duty.period.until <= until,
            "{} {}",
            measure.id,
            duty.period.key
        );
    }
}

#[test]
fn missing_is_neither_false_nor_zero_nor_a_match() {
    let state = |state: &str| {
        let sheet = format!("id,place,held_on,state\ne1,111,2023-04-10,{state}");
        standing(
            &[("event", &sheet)],
            "visits-month/110/2023-04",
            "2023-04-30",
        )
    };
    assert_eq!(
        (state("held"), state("planned"), state("")),
        ("met", "missed", "unknown")
    );
}

#[test]
fn a_holiday_list_that_runs_out_is_refused() {
    let mut files = lake_files();
    let calendar = files["calendar.csv"].replace(
        "2024-01-01,holiday,元旦,New Year\n2024-03-31,edge",
        "2023-11-15,edge",
    );
    assert_ne!(calendar, files["calendar.csv"]);
    files.insert("calendar.csv".into(), calendar);
    let reading = read(&files);
    assert!(reading.programme.is_none());
    assert!(
        reading
            .faults
            .iter()
            .filter(error)
            .any(|f| f.code.contains("calendar")),
        "{:?}",
        reading.faults
    );
}

#[test]
fn a_merged_unit_keeps_its_past() {
    let sheets = [("event", "id,place,held_on,state\ne1,112,2023-05-10,held")];
    // Before the merger and long after it, May is what it was.
    for at in ["2023-06-15", "2023-07-01", "2023-12-01"] {
        assert_eq!(standing(&sheets, "events-county/112/2023-05", at), "met");
        assert_eq!(standing(&sheets, "visits-month/110/2023-05", at), "met");
    }
}

#[test]
fn a_unit_at_two_levels_owes_what_either_owes_once() {
    let none = facts(&LAKE, &[]);
    let (cx, evaluation) = lake(&none, "2023-06-15");
    let island = duty(&cx, &evaluation, "events/z1/2023-06").unwrap();
    assert_eq!(island.unit, LAKE.unit("z1").map(|at| at as u32));
    let same = evaluation.duties(&LAKE).filter(|(m, d)| {
        m.id == "events" && d.bearer == island.bearer && d.period == island.period
    });
    assert_eq!(same.count(), 1);
}

#[test]
fn late_is_not_locked_and_locked_is_not_late() {
    let none = facts(&LAKE, &[]);
    let (cx, evaluation) = lake(&none, "2023-04-26");
    let march = duty(&cx, &evaluation, "events/110/2023-03").unwrap();
    assert!(
        march.closes.is_some_and(|day| day < cx.at),
        "recording is locked"
    );
    assert_eq!(
        march.standing.word(),
        "overdue",
        "late evidence is still accepted"
    );
}

#[test]
fn an_empty_sheet_and_no_sheet_say_the_same() {
    let empty = facts(&LAKE, &[("event", "id,place,held_on,state")]);
    let none = facts(&LAKE, &[]);
    let (_, with) = lake(&empty, "2023-06-15");
    let (_, without) = lake(&none, "2023-06-15");
    let duties = |e: &engine::Evaluation| {
        e.measures
            .iter()
            .map(|m| m.duties.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(duties(&with), duties(&without));
}

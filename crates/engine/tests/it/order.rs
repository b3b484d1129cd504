//! The standing of a duty as a function: its order, and what filling an unknown may do.

use engine::{Case, LateEnd, Standing};
use proptest::prelude::*;
use rules::Day;

fn three() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![Just(None), Just(Some(false)), Just(Some(true))]
}

fn late() -> impl Strategy<Value = LateEnd> {
    prop_oneof![
        Just(LateEnd::No),
        Just(LateEnd::Open),
        (10..60_i32).prop_map(|day| LateEnd::Day(Day(day))),
    ]
}

/// Cases whose evidence agrees with itself: what holds in time holds with late evidence too.
fn case() -> impl Strategy<Value = Case> {
    let dates = (0..60_i32, 0..10_i32, 0..20_i32, 0..10_i32, late());
    let truths = (any::<[bool; 3]>(), three(), three(), three(), three());
    (dates, truths).prop_map(
        |((at, from, length, grace, late), (flags, owed, in_time, with_late, below))| {
            let due = from + length;
            let late = match late {
                LateEnd::Day(end) => LateEnd::Day(end.max(Day(due))),
                other => other,
            };
            Case {
                excused: flags[0],
                owed,
                at: Day(at),
                from: Day(from),
                due: Day(due),
                judged: Day(due + grace),
                late,
                in_time,
                with_late: if in_time == Some(true) {
                    in_time
                } else {
                    with_late
                },
                at_most: flags[1],
                paced: flags[2],
                below_pace: below,
            }
        },
    )
}

/// Every way of filling one unknown of a case.
fn filled(case: Case) -> Vec<Case> {
    let mut all = Vec::new();
    for value in [Some(false), Some(true)] {
        if case.in_time.is_none() {
            all.push(Case {
                in_time: value,
                ..case
            });
        }
        if case.with_late.is_none() {
            all.push(Case {
                with_late: value,
                ..case
            });
        }
        if case.below_pace.is_none() {
            all.push(Case {
                below_pace: value,
                ..case
            });
        }
    }
    if case.owed.is_none() {
        all.push(Case {
            owed: Some(true),
            ..case
        });
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn filling_an_unknown_never_turns_a_known_standing_into_another(case in case()) {
        let before = case.standing();
        if before != Standing::Unknown {
            for after in filled(case) {
                prop_assert_eq!(before, after.standing(), "{:?}", after);
            }
        }
    }

    #[test]
    fn a_case_without_unknowns_is_never_unknown(case in case()) {
        let known = Case {
            owed: Some(true),
            in_time: case.in_time.or(Some(false)),
            with_late: case.with_late.or(Some(false)),
            below_pace: case.below_pace.or(Some(false)),
            ..case
        };
        prop_assert_ne!(known.standing(), Standing::Unknown);
    }

    #[test]
    fn the_first_that_holds_decides(case in case()) {
        let known = Case {
            owed: Some(true),
            in_time: Some(case.in_time == Some(true)),
            with_late: Some(case.with_late == Some(true)),
            below_pace: Some(case.below_pace == Some(true)),
            ..case
        };
        let judged = known.at >= known.judged;
        let expected = if known.excused {
            vec![Standing::Excused]
        } else if known.at < known.from {
            vec![Standing::Upcoming]
        } else if known.in_time == Some(true) && (!known.at_most || known.at >= known.due) {
            vec![Standing::Met]
        } else if known.with_late == Some(true) && known.at > known.due {
            vec![Standing::Recovered]
        } else if judged && known.late.accepts_after(known.at) {
            vec![Standing::Overdue]
        } else if judged {
            vec![Standing::Missed]
        } else {
            vec![Standing::Behind, Standing::DueSoon, Standing::OnTrack]
        };
        prop_assert!(expected.contains(&known.standing()), "{:?} {:?}", known, known.standing());
    }

    #[test]
    fn a_standing_is_never_red_before_judgement_but_behind(case in case()) {
        if case.at < case.judged {
            prop_assert!(!matches!(case.standing(), Standing::Overdue | Standing::Missed));
        }
    }
}

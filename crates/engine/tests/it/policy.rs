//! What lasts of policies' answers takes in rows that come later, and says what asking anew says.

use crate::living::{PROGRAMME, entries, steps};
use engine::{AsOf, Lasting, Living, policy};
use proptest::prelude::*;
use rules::Day;
use std::sync::Arc;

/// What every policy says of every current record on a day.
fn verdicts(cx: &AsOf<'_>) -> Vec<Vec<policy::Verdict>> {
    let of = |policy: &programme::model::Policy| {
        let (table, _) = PROGRAMME.register(&policy.who).unwrap();
        let rows: Vec<u32> = cx.current(table).map(|(_, row)| row).collect();
        policy::entitle(cx, policy, policy::version(policy, cx.at).unwrap(), &rows)
    };
    PROGRAMME.policies.iter().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn answers_that_last_grow_with_the_facts(steps in steps(), gaps in prop::collection::vec(0..3_u8, 25), ahead in 0..3_i32) {
        let mut living = Living::new(&PROGRAMME);
        let lasting = Arc::new(Lasting::default());
        for (entry, gap) in entries(&steps).iter().zip(gaps) {
            living.apply(&PROGRAMME, entry).unwrap();
            if gap > 0 {
                continue;
            }
            let at = Day(entry.author.at.day().0 + ahead);
            let anew = verdicts(&AsOf::new(&PROGRAMME, living.facts(), at));
            let kept = verdicts(&AsOf::among(&PROGRAMME, living.facts(), at, &lasting));
            prop_assert_eq!(kept, anew, "{}", at);
        }
    }
}

#[test]
fn some_are_eligible_some_are_not_and_of_some_nobody_knows() {
    let known = vec![
        (1, Some(0)),
        (2, Some(2)),
        (3, Some(4)),
        (4, Some(4)),
        (6, Some(1)),
    ];
    let mut poor = known.clone();
    poor[2] = (3, Some(0));
    let steps = [(0, 1, known), (1, 1, poor), (2, 1, vec![(2, Some(2))])];
    let mut living = Living::new(&PROGRAMME);
    for entry in entries(&steps) {
        living.apply(&PROGRAMME, &entry).unwrap();
    }
    let at = Day::parse("2023-09-02").unwrap();
    let all = verdicts(&AsOf::among(
        &PROGRAMME,
        living.facts(),
        at,
        &Arc::default(),
    ));
    let reward: Vec<_> = all[0]
        .iter()
        .map(|v| (v.eligible, v.amount_fen, v.score))
        .collect();
    assert_eq!(
        reward,
        [
            (Some(true), Some(500), Some(6.0)),
            (Some(false), Some(100), Some(3.0)),
            (None, None, None),
        ]
    );
}

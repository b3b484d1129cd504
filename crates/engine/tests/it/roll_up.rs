//! Counting up the tree of reporting.

use crate::lake::{LAKE, facts, lake};
use engine::{Counts, roll_up};

#[test]
fn a_subtree_counts_its_own_duties_and_its_childrens() {
    let events = "id,place,held_on,state
        e1,111,2023-03-10,held
        e2,121,2023-03-11,held
        e3,120,2023-04-11,
        e4,z1,2023-06-03,held";
    let firms = "id,place,listed_on,size
        f1,111,2023-03-01,small
        f2,140,2023-03-01,small";
    let facts = facts(&LAKE, &[("event", events), ("firm", firms)]);
    let (_, evaluation) = lake(&facts, "2023-07-15");
    let rolled = roll_up(&LAKE, &evaluation);
    for (at, (own, subtree)) in rolled.iter().enumerate() {
        let mut sum = *own;
        for (child, (_, below)) in rolled.iter().enumerate() {
            if LAKE.units[child].parent == Some(at) {
                sum.merge(below);
            }
        }
        assert_eq!(sum, *subtree, "{}", LAKE.units[at].id);
    }
    let root = &rolled[LAKE.unit("100").unwrap()].1;
    let answerable = evaluation.duties(&LAKE).filter(|(_, d)| d.unit.is_some());
    let counted: Counts = answerable.map(|(_, d)| d.standing).collect();
    assert_eq!(*root, counted);
    // The firm in a place that nobody governs is owed something, but by nobody: it is in no unit's count.
    let all = evaluation.duties(&LAKE).count();
    assert_eq!(all - counted.total(), 1);
}

#[test]
fn on_time_rate_of_a_unit_keeps_to_its_ends() {
    let none = facts(&LAKE, &[("event", "id,place,held_on\ne1,111,2023-03-10")]);
    let (_, evaluation) = lake(&none, "2023-07-15");
    for (_, subtree) in roll_up(&LAKE, &evaluation) {
        let rate = subtree.on_time();
        match (rate.worst(), rate.best()) {
            (Some(worst), Some(best)) => assert!(0.0 <= worst && worst <= best && best <= 1.0),
            ends => assert_eq!((ends, rate.of), ((None, None), 0)),
        }
    }
}

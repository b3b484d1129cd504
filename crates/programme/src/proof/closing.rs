//! A measure that closes has days after which it does, and somebody who may reopen it.

use super::Proof;
use crate::Rhythm;
use crate::model::{Bearer, Measure, REOPENING};
use rules::Words;

pub(super) fn check(proof: &mut Proof<'_>) {
    for (_, measure) in proof.measures() {
        if measure.closes.is_none() {
            continue;
        }
        if measure.every == Rhythm::Always || measure.after.is_some() || measure.clock.is_some() {
            without_days(proof, measure);
        } else {
            reopened(proof, measure);
        }
    }
}

fn without_days(proof: &mut Proof<'_>, measure: &Measure) {
    let place = proof.measure_place(measure, &["closes"]);
    proof.error(
        "closes-nothing",
        place,
        Words::new(
            "`closes` 只能用于有固定周期或只办一次的措施：常态措施没有期末，接续措施和时限的期限要到另一件事发生才有",
            "only a measure with a rhythm or owed once closes: `always` has no end, and a chain or a clock has its days from something that happens later",
        ),
        Words::new("删去 `closes`", "remove `closes`"),
    );
}

fn reopened(proof: &mut Proof<'_>, measure: &Measure) {
    let roles = &proof.programme.roles;
    // With a role unread, who may do what is not known.
    if proof.outline.all("roles.toml", &["role", "*"]).len() > roles.len() {
        return;
    }
    let mut grants = roles.iter().flat_map(|role| &role.may);
    let of_measure = |id: &String| {
        let evidence = measure.tallies.iter().any(|tally| tally.register == *id);
        let bears = matches!(&measure.bearer, Bearer::Records { register, .. } if register == id);
        id == REOPENING || id == "excuse" || evidence || bears
    };
    if grants.any(|grant| {
        grant.registers.iter().any(of_measure) && grant.acts.iter().any(|act| act == "excuse")
    }) {
        return;
    }
    let place = proof.measure_place(measure, &["closes"]);
    proof.error(
        "nobody-reopens",
        place,
        Words::new(
            "没有一个角色可以重新开放，锁定之后谁也补登不了",
            "no role may reopen it, so what is closed stays closed for everybody",
        ),
        Words::new(
            format!("在 roles.toml 给某个角色加上 `do = [\"excuse\"]`、`on = [\"{REOPENING}\"]`"),
            format!("give a role in roles.toml `do = [\"excuse\"]` with `on = [\"{REOPENING}\"]`"),
        ),
    );
}

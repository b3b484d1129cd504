//! Every measure has evidence, and somebody may record it.

use super::Proof;
use crate::Place;
use crate::model::{Bearer, Measure, Tally};
use rules::{Words, names_read};
use std::collections::BTreeSet;

pub(super) fn check(proof: &mut Proof<'_>) {
    let mut asked = BTreeSet::new();
    for (_, measure) in proof.measures() {
        without_evidence(proof, measure);
        for (register, place) in registers(proof, measure) {
            if asked.insert(register.clone()) && !anyone_creates(proof, &register) {
                unrecordable(proof, &register, place);
            }
        }
    }
    for ranking in proof.programme.notices.iter().flat_map(|n| &n.rankings) {
        for tally in &ranking.tallies {
            let place = tally_place(proof, "notices/", ["ranking", &ranking.id], tally);
            if asked.insert(tally.register.clone()) && !anyone_creates(proof, &tally.register) {
                unrecordable(proof, &tally.register, place);
            }
        }
    }
}

fn without_evidence(proof: &mut Proof<'_>, measure: &Measure) {
    if measure.done.is_some() || measure.clock.is_some() {
        return;
    }
    let declared = ["measure", &measure.id, "tally", "*"];
    let file = &measure.place.file;
    // A tally whose reading failed has its own fault; the measure is not without evidence for that.
    let unread = proof.outline.all(file, &declared).len() > measure.tallies.len();
    let Some(owes) = &measure.owes else { return };
    let named = names_read(owes);
    let tallied = measure.tallies.iter().any(|t| named.contains(&t.id));
    if unread || tallied || named.iter().any(|n| n == "bearer") {
        return;
    }
    let place = proof.measure_place(measure, &["owes"]);
    proof.error(
        "no-evidence",
        place,
        Words::new(
            format!(
                "措施 `{}` 没有佐证：`owes` 不看任何计数，也不看责任主体的字段",
                measure.id
            ),
            format!(
                "measure `{}` has no evidence: `owes` reads no tally and no field of the bearer",
                measure.id
            ),
        ),
        Words::new(
            format!(
                "加上 `[measure.{}.tally.…]` 并在 `owes` 中引用，或用 `done`、`clock`",
                measure.id
            ),
            format!(
                "add `[measure.{}.tally.…]` and name it in `owes`, or use `done` or `clock`",
                measure.id
            ),
        ),
    );
}

/// The registers that a measure takes its evidence from, each with the place that names it.
fn registers(proof: &Proof<'_>, measure: &Measure) -> Vec<(String, Place)> {
    let above = ["measure", measure.id.as_str()];
    let place = |tally| tally_place(proof, &measure.place.file, above, tally);
    let tallies = measure.tallies.iter();
    let mut found: Vec<_> = tallies.map(|t| (t.register.clone(), place(t))).collect();
    if let Some(register) = &measure.complete {
        found.push((
            register.clone(),
            proof.measure_place(measure, &["complete"]),
        ));
    }
    if let Bearer::Records { register, .. } = &measure.bearer {
        let place = proof.measure_place(measure, &["bearer", "record"]);
        found.push((register.clone(), place));
    }
    found
}

/// Where a tally names its register.
fn tally_place(proof: &Proof<'_>, file: &str, [of, id]: [&str; 2], tally: &Tally) -> Place {
    let path = |kind| [of, id, "tally", &tally.id, kind];
    let kinds = ["count", "distinct", "sum", "ratio", "last"];
    let said = kinds
        .into_iter()
        .find(|kind| proof.outline.entry(file, &path(kind)).is_some());
    proof.outline.place(file, &path(said.unwrap_or("count")))
}

fn anyone_creates(proof: &Proof<'_>, register: &str) -> bool {
    let act = if register == "excuse" {
        "excuse"
    } else {
        "create"
    };
    let grants = proof.programme.roles.iter().flat_map(|r| &r.may);
    let mut creates = grants.filter(|g| g.acts.iter().any(|a| a == act || a == "create"));
    creates.any(|g| g.registers.iter().any(|r| r == register || r == "*"))
}

fn unrecordable(proof: &mut Proof<'_>, register: &str, place: Place) {
    // With a role unread, who may do what is not known.
    if proof.outline.all("roles.toml", &["role", "*"]).len() > proof.programme.roles.len() {
        return;
    }
    proof.error(
        "nobody-records",
        place,
        Words::new(
            format!("没有一个角色可以登记 `{register}`，这项佐证永远不会有"),
            format!(
                "no role may create a record of `{register}`, so this evidence can never exist"
            ),
        ),
        Words::new(
            format!("在 roles.toml 给某个角色加上 `do = [\"create\"]`、`on = [\"{register}\"]`"),
            format!("give a role in roles.toml `do = [\"create\"]` with `on = [\"{register}\"]`"),
        ),
    );
}

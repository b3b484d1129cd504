//! Rules that say the same of everything: always true or never true, whatever the fields hold.

use super::Proof;
use crate::Place;
use crate::model::{Bearer, Match, Measure, Policy, Ranking, Register, Tally};
use rules::{Rule, Words, constant};

pub(super) fn check(proof: &mut Proof<'_>) {
    let programme = proof.programme;
    for (_, measure) in proof.measures() {
        of_measure(proof, measure);
    }
    for ranking in programme.notices.iter().flat_map(|n| &n.rankings) {
        of_ranking(proof, ranking);
    }
    for register in &programme.registers {
        of_register(proof, register);
    }
    for policy in &programme.policies {
        of_policy(proof, policy);
    }
    for pair in &programme.matches {
        of_match(proof, pair);
    }
}

fn of_measure(proof: &mut Proof<'_>, measure: &Measure) {
    match &measure.bearer {
        Bearer::Units(rule) => {
            let place = proof.measure_place(measure, &["bearer", "unit"]);
            judge(proof, rule, place);
        }
        Bearer::Records {
            filter: Some(rule), ..
        } => {
            let place = proof.measure_place(measure, &["bearer", "where"]);
            judge(proof, rule, place);
        }
        Bearer::Records { .. } => {}
    }
    if let Some(owes) = &measure.owes {
        let place = proof.measure_place(measure, &["owes"]);
        judge(proof, owes, place);
    }
    for tally in &measure.tallies {
        let above = ["measure", measure.id.as_str()];
        of_tally(proof, tally, &measure.place.file, above);
    }
}

fn of_ranking(proof: &mut Proof<'_>, ranking: &Ranking) {
    let above = ["ranking", ranking.id.as_str()];
    let place = proof
        .outline
        .place("notices/", &["ranking", &ranking.id, "units"]);
    judge(proof, &ranking.units, place);
    for tally in &ranking.tallies {
        of_tally(proof, tally, "notices/", above);
    }
}

fn of_tally(proof: &mut Proof<'_>, tally: &Tally, file: &str, above: [&str; 2]) {
    let [kind, id] = above;
    let path = [kind, id, "tally", &tally.id, "where"];
    if let Some(rule) = &tally.filter {
        let place = proof.outline.place(file, &path);
        judge(proof, rule, place);
    }
}

fn of_register(proof: &mut Proof<'_>, register: &Register) {
    let file = &register.place.file;
    for check in &register.checks {
        let place = proof.outline.place(file, &["check", &check.id, "rule"]);
        judge(proof, &check.rule, place);
    }
    for step in register.states.iter().flat_map(|s| &s.moves) {
        if let Some(rule) = &step.when {
            let place = proof.outline.place(file, &["move", &step.id, "when"]);
            judge(proof, rule, place);
        }
    }
}

fn of_policy(proof: &mut Proof<'_>, policy: &Policy) {
    let pattern = ["policy", &policy.id, "version", "*", "eligible"];
    for version in &policy.versions {
        let said = proof.outline.all(&policy.place.file, &pattern);
        let same = |text: &Option<String>| text.as_ref() == Some(&version.eligible.text);
        let place = said
            .into_iter()
            .find(|(_, e)| same(&e.text) && e.key.from >= version.place.from)
            .map_or_else(|| version.place.clone(), |(_, e)| e.value.clone());
        judge(proof, &version.eligible, place);
    }
}

fn of_match(proof: &mut Proof<'_>, pair: &Match) {
    let place = proof
        .outline
        .place("matches/", &["match", &pair.id, "rule"]);
    judge(proof, &pair.rule, place);
}

fn judge(proof: &mut Proof<'_>, rule: &Rule, place: Place) {
    let Some(always) = constant(rule, &proof.programme.schema) else {
        return;
    };
    if always {
        proof.error(
            "always-true",
            place,
            Words::new(
                "无论字段是什么，这条规则都成立",
                "this rule holds whatever the fields are",
            ),
            Words::new(
                "想要全部，就删去这条规则；否则改正比较的值",
                "if all are meant, take the rule out; else correct what it compares with",
            ),
        );
    } else {
        proof.error(
            "never-true",
            place,
            Words::new(
                "无论字段是什么，这条规则都不成立",
                "this rule holds for nothing, whatever the fields are",
            ),
            Words::new(
                "检查 `&&` 两边是否相互矛盾，以及选项是否写对",
                "look whether the two sides of an `&&` exclude each other, and whether the choices are the right ones",
            ),
        );
    }
}

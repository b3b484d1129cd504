//! States and moves: every state can be reached and left, and somebody may make every move.

use super::Proof;
use crate::Place;
use crate::model::{Move, Register, States};
use rules::Words;
use std::collections::BTreeSet;

pub(super) fn check(proof: &mut Proof<'_>) {
    for register in &proof.programme.registers {
        let Some(states) = &register.states else {
            continue;
        };
        for step in &states.moves {
            nobody_moves(proof, register, step);
        }
        let file = &register.place.file;
        // With a move unread, what it would reach or leave is not known.
        if proof.outline.all(file, &["move", "*"]).len() > states.moves.len() {
            continue;
        }
        let said = |key| proof.outline.place(file, &["state", key]);
        let (start, end) = (said("start"), said("end"));
        if !proof.at_fault(&start) {
            unreached(proof, register, states);
        }
        if !proof.at_fault(&end) {
            stuck(proof, register, states);
        }
    }
}

fn nobody_moves(proof: &mut Proof<'_>, register: &Register, step: &Move) {
    let roles = &proof.programme.roles;
    if proof.outline.all("roles.toml", &["role", "*"]).len() > roles.len() {
        return;
    }
    let may = |id: &String| {
        let role = roles.iter().find(|r| r.id == *id);
        let mut grants = role.into_iter().flat_map(|r| &r.may);
        grants.any(|g| {
            g.acts.iter().any(|a| a == "move")
                && g.registers.iter().any(|r| *r == register.id || r == "*")
        })
    };
    if step.who.iter().any(may) {
        return;
    }
    let place = proof
        .outline
        .place(&register.place.file, &["move", &step.id, "who"]);
    let who = step.who.join(", ");
    proof.error(
        "nobody-moves",
        place,
        Words::new(
            format!("没有人可以做 `{}`：`who` 中的角色（{who}）都无权在 `{}` 上 move", step.id, register.id),
            format!("nobody may make move `{}`: no role in `who` ({who}) may move on `{}`", step.id, register.id),
        ),
        Words::new(
            format!("在 `who` 里写可以 move 的角色，或在 roles.toml 给它 `do = [\"move\"]`、`on = [\"{}\"]`", register.id),
            format!("name a role that may, or give one in roles.toml `do = [\"move\"]` with `on = [\"{}\"]`", register.id),
        ),
    );
}

/// Where a state is declared: its name, else a move that mentions it.
fn place(proof: &Proof<'_>, register: &Register, state: &str) -> Place {
    let file = &register.place.file;
    let named = proof.outline.entry(file, &["state", "names", state]);
    if let Some(entry) = named {
        return entry.key.clone();
    }
    let mentions = [
        &["move", "*", "to"][..],
        &["move", "*", "from", "*"],
        &["state", "start"],
        &["state", "end", "*"],
    ];
    let mut all = mentions.iter().flat_map(|p| proof.outline.all(file, p));
    let mention = all.find(|(_, e)| e.text.as_deref() == Some(state));
    mention.map_or_else(|| register.place.clone(), |(_, e)| e.value.clone())
}

fn unreached(proof: &mut Proof<'_>, register: &Register, states: &States) {
    let mut reached = BTreeSet::from([states.start.as_str()]);
    loop {
        let before = reached.len();
        for step in &states.moves {
            if step.from.iter().any(|s| reached.contains(s.as_str())) {
                reached.insert(&step.to);
            }
        }
        if reached.len() == before {
            break;
        }
    }
    for (state, _) in &states.names {
        if reached.contains(state.as_str()) {
            continue;
        }
        let place = place(proof, register, state);
        let start = &states.start;
        proof.error(
            "state-unreached",
            place,
            Words::new(
                format!("从 `{start}` 出发到不了状态 `{state}`"),
                format!("state `{state}` cannot be reached from `{start}`"),
            ),
            Words::new(
                format!("加一个 `to = \"{state}\"` 的 move，或删去这个状态"),
                format!("add a move with `to = \"{state}\"`, or take the state out"),
            ),
        );
    }
}

fn stuck(proof: &mut Proof<'_>, register: &Register, states: &States) {
    for (state, _) in &states.names {
        let left = states.moves.iter().any(|m| m.from.contains(state));
        if left || states.end.contains(state) {
            continue;
        }
        let place = place(proof, register, state);
        proof.error(
            "state-unleft",
            place,
            Words::new(
                format!("状态 `{state}` 进得去，出不来"),
                format!("state `{state}` cannot be left"),
            ),
            Words::new(
                format!("加一个 `from = [\"{state}\"]` 的 move，或把它写进 `end`"),
                format!("add a move with `from = [\"{state}\"]`, or put it into `end`"),
            ),
        );
    }
}

//! Parts, clauses and measures belong together: none hangs in the air.

use super::Proof;
use crate::model::Notice;
use rules::Words;
use std::collections::BTreeSet;

pub(super) fn check(proof: &mut Proof<'_>) {
    for notice in &proof.programme.notices {
        let folder = format!("notices/{}/", notice.id);
        let known: BTreeSet<&str> = notice.parts.iter().map(|(number, _)| &**number).collect();
        parts(proof, notice, &folder);
        for clause in &notice.clauses {
            if !known.contains(clause.part()) {
                unknown_part(proof, clause);
            }
        }
        without_measure(proof, notice, &folder);
    }
}

fn parts(proof: &mut Proof<'_>, notice: &Notice, folder: &str) {
    let declared = proof.outline.all(folder, &["clause", "*"]);
    let used: BTreeSet<String> = declared
        .iter()
        .map(|(number, _)| number.split('.').next().unwrap_or(number).to_owned())
        .collect();
    for (number, _) in notice.parts.iter().filter(|(n, _)| !used.contains(n)) {
        let entry = proof.outline.entry(folder, &["part", number]);
        let Some(place) = entry.map(|e| e.key.clone()) else {
            continue;
        };
        proof.error(
            "part-without-clause",
            place,
            Words::new(
                format!("第 {number} 部分下面没有条款"),
                format!("part {number} has no clause"),
            ),
            Words::new(
                format!("加上条款 `[clause.\"{number}.1\"]`，或删去这一部分"),
                format!("add a clause, `[clause.\"{number}.1\"]`, or take the part out"),
            ),
        );
    }
}

fn unknown_part(proof: &mut Proof<'_>, clause: &crate::model::Clause) {
    let part = clause.part();
    let path = ["clause", &clause.number];
    let entry = proof.outline.entry(&clause.place.file, &path);
    let place = entry.map_or_else(|| clause.place.clone(), |e| e.key.clone());
    proof.error(
        "unknown-part",
        place,
        Words::new(
            format!(
                "条款 {} 属于第 {part} 部分，通知没有这一部分",
                clause.number
            ),
            format!(
                "clause {} belongs to part {part}, which the notice does not have",
                clause.number
            ),
        ),
        Words::new(
            format!("在 notice.toml 加上 `[part.{part}]`，或改正条款的编号"),
            format!("add `[part.{part}]` to notice.toml, or correct the clause's number"),
        ),
    );
}

fn without_measure(proof: &mut Proof<'_>, notice: &Notice, folder: &str) {
    // What is declared counts even where its reading failed: its own faults are enough.
    let clauses = |kind| -> BTreeSet<String> {
        let said = proof.outline.all(folder, &[kind, "*", "clause"]);
        said.into_iter()
            .filter_map(|(_, e)| e.text.clone())
            .collect()
    };
    // A ranking owes nothing: it answers for a clause, and goes with `no_duty`.
    let (measured, ranked) = (clauses("measure"), clauses("ranking"));
    for clause in &notice.clauses {
        let path = ["clause", &clause.number];
        let Some(entry) = proof.outline.entry(folder, &path).cloned() else {
            continue;
        };
        let settled = clause
            .no_duty
            .as_ref()
            .is_some_and(|who| !who.trim().is_empty());
        let obliged = measured.contains(&clause.number);
        if !settled && !obliged && !ranked.contains(&clause.number) {
            proof.error(
                "clause-without-measure",
                entry.key,
                Words::new(
                    format!("条款 {} 没有对应的措施，也没有人确认它不设责任", clause.number),
                    format!("clause {} has no measure, and nobody has said that it obliges to none", clause.number),
                ),
                Words::new(
                    format!("写一条 `clause = \"{}\"` 的措施，或加上 `no_duty = \"单位，日期\"`", clause.number),
                    format!("write a measure with `clause = \"{}\"`, or add `no_duty = \"office, date\"`", clause.number),
                ),
            );
        } else if settled && obliged {
            let place = proof
                .outline
                .place(folder, &["clause", &clause.number, "no_duty"]);
            proof.error(
                "no-duty-with-measure",
                place,
                Words::new(
                    format!("条款 {} 写明不设责任，却有措施", clause.number),
                    format!(
                        "clause {} is said to oblige to nothing, yet it has a measure",
                        clause.number
                    ),
                ),
                Words::new(
                    "删去 `no_duty`，或把措施移到别的条款",
                    "take `no_duty` out, or move the measure to another clause",
                ),
            );
        }
    }
}

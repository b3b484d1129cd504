//! Chains of duties: they end, they can begin, and they stay with one bearer.

use super::Proof;
use crate::model::{After, Bearer, Late, Measure};
use rules::Words;
use std::collections::BTreeSet;

pub(super) fn check(proof: &mut Proof<'_>) {
    let mut told = BTreeSet::new();
    for (_, measure) in proof.measures() {
        let Some(after) = &measure.after else {
            continue;
        };
        if let Some(circle) = circle(proof, measure) {
            // One sentence for the whole circle, at its first measure.
            if circle.iter().all(|id| !told.contains(id)) {
                round(proof, measure, &circle);
                told.extend(circle);
            }
            continue;
        }
        if let Some((_, first)) = proof.programme.measure(&after.measure) {
            never_begins(proof, measure, after, first);
            other_bearer(proof, measure, first);
        }
    }
}

/// The ids of the circle that a measure stands on, itself first.
fn circle(proof: &Proof<'_>, measure: &Measure) -> Option<Vec<String>> {
    let mut seen = vec![measure.id.clone()];
    let mut at = measure;
    loop {
        let before = &at.after.as_ref()?.measure;
        if *before == measure.id {
            return Some(seen);
        }
        if seen.contains(before) {
            return None;
        }
        seen.push(before.clone());
        at = proof.programme.measure(before)?.1;
    }
}

fn round(proof: &mut Proof<'_>, measure: &Measure, circle: &[String]) {
    let place = proof.measure_place(measure, &["after", "measure"]);
    let way = [circle, std::slice::from_ref(&measure.id)]
        .concat()
        .join(" → ");
    proof.error(
        "chain-circle",
        place,
        Words::new(
            format!("措施前后相接成了圈，谁也不会开始：{way}"),
            format!("the measures follow each other in a circle, so none ever begins: {way}"),
        ),
        Words::new(
            "去掉圈里的一个 `after`",
            "take one `after` out of the circle",
        ),
    );
}

fn never_begins(proof: &mut Proof<'_>, measure: &Measure, after: &After, first: &Measure) {
    let (zh, en) = match (&*after.standing, first.late) {
        ("overdue", Late::No) => (
            "没有 `late`，判定之后直接是未完成",
            "it has no `late`, so it is missed as soon as it is judged",
        ),
        ("missed", Late::Open) => (
            "的 `late` 不设期限，永远不会是未完成",
            "its `late` is open, so it is never missed",
        ),
        _ => return,
    };
    let place = proof.measure_place(measure, &["after", "standing"]);
    let (standing, first) = (&after.standing, &first.id);
    proof.error(
        "standing-never-comes",
        place,
        Words::new(
            format!("措施 `{first}` 不会有 `{standing}` 这个状态：它{zh}"),
            format!("measure `{first}` never stands at `{standing}`: {en}"),
        ),
        Words::new(
            format!("换一个状态，或改 `{first}` 的 `late`"),
            format!("name another standing, or change `late` of `{first}`"),
        ),
    );
}

fn other_bearer(proof: &mut Proof<'_>, measure: &Measure, first: &Measure) {
    let kind = |bearer: &Bearer| match bearer {
        Bearer::Units(_) => "unit".to_owned(),
        Bearer::Records { register, .. } => register.clone(),
    };
    let (own, before) = (kind(&measure.bearer), kind(&first.bearer));
    if own == before {
        return;
    }
    let place = proof.measure_place(measure, &["after", "measure"]);
    proof.error(
        "chain-changes-bearer",
        place,
        Words::new(
            format!(
                "`{}` 的责任主体是 `{before}`，这里是 `{own}`，接不上",
                first.id
            ),
            format!(
                "`{}` is borne by `{before}`, this measure by `{own}`: the chain finds nobody",
                first.id
            ),
        ),
        Words::new(
            "前后两条措施用同一种责任主体",
            "give both measures the same kind of bearer",
        ),
    );
}

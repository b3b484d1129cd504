//! Dates that run backwards, phases outside their measure, versions of a policy that overlap.

use super::Proof;
use crate::Place;
use crate::model::{Measure, Policy, PolicyVersion};
use rules::{Day, Words};

pub(super) fn check(proof: &mut Proof<'_>) {
    let programme = proof.programme;
    let (from, until) = programme.campaign;
    reversed(
        proof,
        "programme.toml",
        &["campaign", "until"],
        from,
        Some(until),
    );
    for phase in &programme.phases {
        let path = ["phase", &phase.id, "until"];
        reversed(
            proof,
            "programme.toml",
            &path,
            phase.from,
            Some(phase.until),
        );
    }
    for (notice, measure) in proof.measures() {
        if let Some(from) = measure.from {
            let path = ["measure", &measure.id, "until"];
            reversed(proof, &measure.place.file, &path, from, measure.until);
        }
        if span(proof, measure).is_some_and(|(_, until)| until < notice.issued_on) {
            over_before_issue(proof, measure, notice.issued_on);
        }
        phases(proof, measure);
    }
    for ranking in programme.notices.iter().flat_map(|n| &n.rankings) {
        let path = ["ranking", &ranking.id, "until"];
        reversed(proof, "notices/", &path, ranking.from, Some(ranking.until));
    }
    for policy in &programme.policies {
        versions(proof, policy);
    }
}

/// The days of a measure: its own, else the campaign's; `None` where those could not be read or run backwards.
pub(super) fn span(proof: &Proof<'_>, measure: &Measure) -> Option<(Day, Day)> {
    let (from, until) = proof.programme.campaign;
    let said = |end| {
        let entry = proof.outline.entry("programme.toml", &["campaign", end])?;
        Day::parse(entry.text.as_ref()?)
    };
    let from = measure.from.or_else(|| said("from").map(|_| from))?;
    let until = measure.until.or_else(|| said("until").map(|_| until))?;
    (from <= until).then_some((from, until))
}

fn reversed(proof: &mut Proof<'_>, file: &str, path: &[&str], from: Day, until: Option<Day>) {
    if let Some(until) = until.filter(|u| *u < from) {
        let place = proof.outline.place(file, path);
        backwards(proof, place, from, until);
    }
}

fn backwards(proof: &mut Proof<'_>, place: Place, from: Day, until: Day) {
    proof.error(
        "reversed-dates",
        place,
        Words::new(
            format!("最后一天 {until} 早于第一天 {from}"),
            format!("the last day, {until}, lies before the first, {from}"),
        ),
        Words::new(
            "两个日期对调，或改正其中一个",
            "exchange the two dates or correct one of them",
        ),
    );
}

fn over_before_issue(proof: &mut Proof<'_>, measure: &Measure, issued_on: Day) {
    let place = proof.measure_place(measure, &["until"]);
    proof.error(
        "over-before-issue",
        place,
        Words::new(
            format!("措施在通知印发之日 {issued_on} 以前就结束了"),
            format!("the measure ends before its notice was issued, on {issued_on}"),
        ),
        Words::new(
            "改正 `until`，或改正通知的 `issued_on`",
            "correct `until`, or the notice's `issued_on`",
        ),
    );
}

fn phases(proof: &mut Proof<'_>, measure: &Measure) {
    let Some((from, until)) = span(proof, measure) else {
        return;
    };
    for (at, id) in measure.during.iter().enumerate() {
        let Some(phase) = proof.programme.phases.iter().find(|p| p.id == *id) else {
            continue;
        };
        if phase.from <= until && from <= phase.until {
            continue;
        }
        let place = proof.measure_place(measure, &["during", &at.to_string()]);
        proof.error(
            "phase-outside-span",
            place,
            Words::new(
                format!(
                    "阶段 `{id}`（{} 至 {}）与措施的 {from} 至 {until} 没有一天重合",
                    phase.from, phase.until
                ),
                format!(
                    "phase `{id}` ({} to {}) shares no day with the measure, {from} to {until}",
                    phase.from, phase.until
                ),
            ),
            Words::new(
                "换一个阶段，或改正措施的 `from`、`until`",
                "name another phase, or correct the measure's `from` and `until`",
            ),
        );
    }
}

fn versions(proof: &mut Proof<'_>, policy: &Policy) {
    let mut by_date: Vec<&PolicyVersion> = policy.versions.iter().collect();
    by_date.sort_by_key(|v| v.from);
    for version in &by_date {
        if let Some(until) = version.until.filter(|u| *u < version.from) {
            let place = applies(proof, policy, "until", until);
            backwards(proof, place, version.from, until);
        }
    }
    for (earlier, later) in by_date.iter().zip(by_date.iter().skip(1)) {
        if earlier.until.is_some_and(|until| until < later.from) {
            continue;
        }
        let place = applies(proof, policy, "from", later.from);
        let ends = |open: &str| earlier.until.map_or(open.to_owned(), |d| d.to_string());
        proof.error(
            "overlapping-versions",
            place,
            Words::new(
                format!(
                    "政策 `{}` 的两个版本在 {} 都适用：前一版到 {} 为止",
                    policy.id,
                    later.from,
                    ends("长期")
                ),
                format!(
                    "two versions of policy `{}` apply on {}: the earlier one until {}",
                    policy.id,
                    later.from,
                    ends("further notice")
                ),
            ),
            Words::new(
                "前一版的 `until` 写到后一版开始的前一天",
                "let the earlier version's `until` be the day before the later one begins",
            ),
        );
    }
}

/// Where a version says this day; the last such place, because of two equal days the later is at fault.
fn applies(proof: &Proof<'_>, policy: &Policy, end: &str, day: Day) -> Place {
    let pattern = ["policy", &policy.id, "version", "*", "applies", end];
    let day = day.to_string();
    let entries = proof.outline.all(&policy.place.file, &pattern);
    let said = entries
        .iter()
        .rev()
        .find(|(_, e)| e.text.as_ref() == Some(&day));
    said.map_or_else(|| policy.place.clone(), |(_, e)| e.value.clone())
}

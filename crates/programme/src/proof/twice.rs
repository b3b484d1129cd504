//! Fill once: no two measures ask the same bearers for the same fact.

use super::{Proof, dates};
use crate::model::{Bearer, Measure, Tally, TallyKind};
use rules::{Rule, Words};

pub(super) fn check(proof: &mut Proof<'_>) {
    let measures: Vec<&Measure> = proof.measures().map(|(_, m)| m).collect();
    for (at, later) in measures.iter().enumerate() {
        let Some(fact) = fact(later) else { continue };
        let earlier = measures.iter().take(at).find(|earlier| {
            let days = (dates::span(proof, earlier), dates::span(proof, later));
            let meet = matches!(days, (Some(a), Some(b)) if a.0 <= b.1 && b.0 <= a.1);
            meet && self::fact(earlier).as_ref() == Some(&fact)
        });
        if let Some(earlier) = earlier {
            asked_twice(proof, earlier, later);
        }
    }
}

/// What a measure asks of whom and how often, as text; `None` where it follows another duty or has phases
/// of its own, or counts nothing.
fn fact(measure: &Measure) -> Option<String> {
    if measure.after.is_some() || measure.clock.is_some() {
        return None;
    }
    let mut asked: Vec<String> = measure.tallies.iter().map(tally).collect();
    asked.extend(measure.done.as_ref().map(text));
    asked.sort();
    asked.dedup();
    (!asked.is_empty()).then(|| {
        format!(
            "{} | {:?} {:?} | {}",
            bearer(&measure.bearer),
            measure.every,
            measure.during,
            asked.join(" & ")
        )
    })
}

fn bearer(bearer: &Bearer) -> String {
    match bearer {
        Bearer::Units(rule) => text(rule),
        Bearer::Records {
            register,
            from,
            filter,
            ..
        } => {
            let part = |rule: &Option<Rule>| rule.as_ref().map_or_else(String::new, text);
            format!("{register} {} {}", part(from), part(filter))
        }
    }
}

fn tally(tally: &Tally) -> String {
    let part = |rule: &Option<Rule>| rule.as_ref().map_or_else(String::new, text);
    let kind = match &tally.kind {
        TallyKind::Count => "count".to_owned(),
        TallyKind::Distinct(of) => format!("distinct {}", text(of)),
        TallyKind::Sum(of) => format!("sum {}", text(of)),
        TallyKind::Share(of) => format!("share {}", text(of)),
        TallyKind::Ratio(of, over) => format!("ratio {} {}", text(of), text(over)),
        TallyKind::Last(of) => format!("last {}", text(of)),
    };
    format!(
        "{kind} {} by {} {} on {} for {} where {}",
        tally.register,
        part(&tally.by),
        tally.own,
        part(&tally.on),
        part(&tally.for_period),
        part(&tally.filter)
    )
}

/// A rule's text without its blanks, so that a line break makes no difference.
fn text(rule: &Rule) -> String {
    rule.text.split_whitespace().collect()
}

fn asked_twice(proof: &mut Proof<'_>, earlier: &Measure, later: &Measure) {
    let entry = proof
        .outline
        .entry(&later.place.file, &["measure", &later.id]);
    let place = entry.map_or_else(|| later.place.clone(), |e| e.key.clone());
    let (one, other) = (&earlier.id, &later.id);
    proof.error(
        "asked-twice",
        place,
        Words::new(
            format!("措施 `{one}` 与 `{other}` 向同样的主体、按同样的周期要同一件事"),
            format!("measures `{one}` and `{other}` ask the same bearers for the same fact, equally often"),
        ),
        Words::new(
            "合成一条措施，在 `owes` 里写全要求；或写清两者的不同",
            "make them one measure whose `owes` says all that is required, or say in what they differ",
        ),
    );
}

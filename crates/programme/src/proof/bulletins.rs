//! Bulletins say something; ladders go up; lights have readings to shine over.

use super::Proof;
use crate::model::{Ladder, Span};
use rules::Words;

pub(super) fn check(proof: &mut Proof<'_>) {
    for bulletin in &proof.programme.bulletins {
        let id = &bulletin.id;
        if bulletin.sections.is_empty() {
            let entry = proof.outline.entry("bulletins/", &["bulletin", id]);
            let Some(place) = entry.map(|e| e.key.clone()) else {
                continue;
            };
            proof.error(
                "bulletin-without-section",
                place,
                Words::new(
                    format!("通报 `{id}` 一节也没有"),
                    format!("bulletin `{id}` has no section"),
                ),
                Words::new(
                    format!("加上 `[[bulletin.{id}.section]]`"),
                    format!("add `[[bulletin.{id}.section]]`"),
                ),
            );
        }
    }
    for (id, ladder) in &proof.programme.ladders {
        descending(proof, id, ladder);
    }
    without_readings(proof);
}

fn descending(proof: &mut Proof<'_>, id: &str, ladder: &Ladder) {
    if !(1..=100).contains(&ladder.remind_percent) {
        let place = proof
            .outline
            .place("programme.toml", &["ladder", id, "remind"]);
        proof.error(
            "ladder-order",
            place,
            Words::new(
                format!(
                    "提醒在责任事项时间的 {}% 处，不在其内",
                    ladder.remind_percent
                ),
                format!(
                    "the reminder is at {}% of the duty's time, which is not within it",
                    ladder.remind_percent
                ),
            ),
            Words::new("写 1% 到 100%", "write 1% to 100%"),
        );
    }
    let sooner = match (ladder.order, ladder.review) {
        (Some(Span::Days(order)), Some(Span::Days(review)))
        | (Some(Span::Workdays(order)), Some(Span::Workdays(review))) => review <= order,
        // So many working days always take at least as many days.
        (Some(Span::Workdays(order)), Some(Span::Days(review))) => review <= order,
        _ => false,
    };
    if sooner {
        let place = proof
            .outline
            .place("programme.toml", &["ladder", id, "review"]);
        proof.error(
            "ladder-order",
            place,
            Words::new(
                "问责建议不晚于督办单，阶梯没有递进",
                "the review comes no later than the order: the ladder does not go up",
            ),
            Words::new(
                "让 `review` 晚于 `order`",
                "let `review` come after `order`",
            ),
        );
    }
}

fn without_readings(proof: &mut Proof<'_>) {
    let lights = proof.programme.notices.iter().flat_map(|n| &n.lights);
    for light in lights {
        let Some((_, measure)) = proof.programme.measure(&light.measure) else {
            continue;
        };
        if light.over_duties || measure.readings.is_some() {
            continue;
        }
        let place = proof
            .outline
            .place("notices/", &["light", &light.id, "over"]);
        proof.error(
            "light-without-readings",
            place,
            Words::new(
                format!("亮灯看的是读数，措施 `{}` 没有保留读数", measure.id),
                format!(
                    "the light looks at readings, and measure `{}` keeps none",
                    measure.id
                ),
            ),
            Words::new(
                format!(
                    "给 `{}` 加上 `readings = \"month\"`，或写 `over = \"duties\"`",
                    measure.id
                ),
                format!(
                    "give `{}` `readings = \"month\"`, or write `over = \"duties\"`",
                    measure.id
                ),
            ),
        );
    }
}

//! Somebody owes every measure, and evidence is filled in the rhythm in which it is counted.

use super::{Proof, dates, facts};
use crate::model::{Bearer, FIRST_REGISTER_TABLE, Measure, Ranking, Tally};
use crate::{PeriodKind, Place, Rhythm};
use rules::{Bounds, Day, Kind, Rule, Tables, Words, World, names_read, verdict_between};

pub(super) fn check(proof: &mut Proof<'_>) {
    let tables = facts::tables(proof.programme);
    for (_, measure) in proof.measures() {
        if let Bearer::Units(rule) = &measure.bearer {
            let place = proof.measure_place(measure, &["bearer", "unit"]);
            if let Some(days) = dates::span(proof, measure) {
                nobody(proof, &tables, rule, place, days, &measure.id);
            }
        }
        for tally in &measure.tallies {
            same_rhythm(proof, measure, tally);
        }
    }
    let rankings = proof.programme.notices.iter().flat_map(|n| &n.rankings);
    for ranking in rankings.collect::<Vec<&Ranking>>() {
        let place = proof
            .outline
            .place("notices/", &["ranking", &ranking.id, "units"]);
        let days = (ranking.from, ranking.until);
        nobody(proof, &tables, &ranking.units, place, days, &ranking.id);
    }
}

/// A rule that may depend on the day is not judged: it could hold on another one.
fn nobody(
    proof: &mut Proof<'_>,
    tables: &Tables,
    rule: &Rule,
    place: Place,
    days: (Day, Day),
    id: &str,
) {
    let programme = proof.programme;
    if programme.units.is_empty() || names_read(rule).contains("today") {
        return;
    }
    let world = World {
        schema: &programme.schema,
        tables,
        current: &tables.last_rows(),
        calendar: &programme.calendar,
        today: days.0,
    };
    let holds = |at: usize| {
        let bounds = Bounds {
            own: u32::try_from(at).ok(),
            ..Bounds::default()
        };
        // What nobody knows may hold: only a plain no is no.
        verdict_between(rule, &world, &bounds, None) != Some(false)
    };
    let exists = |unit: &crate::model::Unit| {
        let mut spans = unit.exists.iter();
        spans.any(|(f, u)| f.is_none_or(|f| f <= days.1) && u.is_none_or(|u| days.0 <= u))
    };
    let units = programme.units.iter().enumerate();
    let mut bears = units.filter(|(at, unit)| exists(unit) && holds(*at));
    if bears.next().is_some() {
        return;
    }
    let rested = (0..programme.units.len()).any(holds);
    let (why_zh, why_en) = if rested {
        (
            "符合的单位在这段时间都不存在",
            "the units it holds for do not exist in that time",
        )
    } else {
        ("没有一个单位符合", "it holds for no unit")
    };
    proof.error(
        "nobody-bears",
        place,
        Words::new(
            format!("`{id}` 没有责任主体：{why_zh}（{} 至 {}）", days.0, days.1),
            format!("nobody bears `{id}`: {why_en} ({} to {})", days.0, days.1),
        ),
        Words::new(
            "对照 units.csv 的 `levels`、`kind` 和起止日期改正这条规则",
            "correct the rule against the levels, kinds and dates of units.csv",
        ),
    );
}

fn same_rhythm(proof: &mut Proof<'_>, measure: &Measure, tally: &Tally) {
    let Rhythm::Every(every) = measure.every else {
        return;
    };
    let Some(Kind::Field { table, field, .. }) = tally.for_period.as_ref().map(|r| &r.root.kind)
    else {
        return;
    };
    let register = table.checked_sub(FIRST_REGISTER_TABLE);
    let Some(register) = register.and_then(|at| proof.programme.registers.get(at)) else {
        return;
    };
    let path = ["field", field.as_str(), "rhythm"];
    let said = proof.outline.entry(&register.place.file, &path);
    let said = said.and_then(|e| PeriodKind::parse(e.text.as_ref()?));
    let Some(rhythm) = said.filter(|rhythm| *rhythm != every) else {
        return;
    };
    let place = proof.measure_place(measure, &["tally", &tally.id, "for"]);
    let (has, wants) = (rhythm.word(), every.word());
    proof.error(
        "rhythm-differs",
        place,
        Words::new(
            format!("字段 `{field}` 按 {has} 填报，措施按 {wants} 计"),
            format!("field `{field}` is filled by {has}, the measure counts by {wants}"),
        ),
        Words::new(
            format!("两处用同一种周期，或改用 `on` 按日期归入 {wants}"),
            format!("use one rhythm in both, or place the rows into each {wants} by their date, with `on`"),
        ),
    );
}

//! Measures: who owes what, how often, until when, on which evidence.

use super::document::{Item, Table};
use super::due::{due, late, pace};
use super::field::RHYTHMS;
use super::ground::{Ground, Leads};
use super::span::maybe_span;
use super::tally::{Of, name_tallies, tallies};
use super::text::Text;
use crate::model::{After, Bearer, Cut, Measure, Span};
use crate::{PeriodKind, Rhythm};
use rules::{Rule, Words};
use std::collections::BTreeMap;

/// Standings that can begin another duty.
const CHAIN_STANDINGS: [&str; 5] = ["met", "recovered", "overdue", "missed", "behind"];

/// Reads a measure; `None` when it has no bearer, without which nothing can be judged.
pub(super) fn measure(
    id: &Text<'_>,
    table: &Table<'_>,
    clauses: &[String],
    ground: &Ground,
) -> Option<Measure> {
    let name = table.words("name");
    let clause = table.text("clause");
    if let Some(clause) = &clause {
        ground.among(clause, clauses, "unknown-clause", ("条款", "clause"));
    }
    let own_id = id.kebab();
    let (bearer, owner) = bearer(table, ground)?;
    let of = Of {
        bearer: &owner,
        ground,
    };
    let (tallies, sound) = tallies(table, of);
    let owes = table.maybe_text("owes").and_then(|text| {
        let mut scope = ground.duty_scope(None, &owner);
        name_tallies(&mut scope, &tallies);
        // Where a tally failed, its name would be reported a second time.
        sound.then(|| ground.verdict(&text, &scope))
    });
    let clock = table
        .maybe_text("clock")
        .and_then(|text| clock(&text, &owner, ground));
    needs_owes(table);
    let measure = Measure {
        id: own_id,
        clause: clause.map(|c| c.value).unwrap_or_default(),
        name,
        bearer,
        every: table
            .text("every")
            .and_then(|t| rhythm(&t))
            .unwrap_or(Rhythm::Once),
        from: table.maybe_date("from"),
        until: table.maybe_date("until"),
        during: during(table, ground),
        first_period: cut(table, "first_period"),
        last_period: cut(table, "last_period"),
        due: due(table, &owner, ground),
        shift: table.word("shift", &["next-workday"]).is_some(),
        grace: maybe_span(table, "grace", ground.settings()).unwrap_or(Span::Days(0)),
        late: late(table, ground),
        closes: maybe_span(table, "closes", ground.settings()),
        notice_before: maybe_span(table, "notice_before", ground.settings()),
        pace: pace(table),
        readings: table.word("readings", &RHYTHMS).and_then(PeriodKind::parse),
        after: table.get("after").and_then(|item| after(&item, ground)),
        clock,
        done: ground.maybe_path(table, "done", &owner, Leads::Date),
        owes,
        opens: named_register(table, "opens", ground),
        complete: named_register(table, "complete", ground),
        empty_ratio_met: table.word("empty_ratio", &["met"]).is_some(),
        tallies,
        ladder: table.maybe_text("ladder").map(|text| ladder(&text, ground)),
        narrative: table.word("kind", &["duty", "narrative"]) == Some("narrative"),
        set_by: table
            .get("set_by")
            .map(|item| authors(&item))
            .unwrap_or_default(),
        place: id.place(),
    };
    announced(table, &measure, ground);
    table.finish();
    Some(measure)
}

/// The bearer and the id of its table.
fn bearer(measure: &Table<'_>, ground: &Ground) -> Option<(Bearer, String)> {
    let table = measure.need("bearer")?.table()?;
    let read = if let Some(rule) = table.get("unit") {
        let scope = ground.scope(Some("unit"));
        let rule = ground.verdict(&rule.text()?, &scope);
        Some((Bearer::Units(rule), "unit".to_owned()))
    } else if table.has("record") {
        let id = table.text("record")?;
        let (at, register) = ground.register(&id)?;
        let own = register.id.clone();
        let scope = ground.scope(Some(&own));
        let bearer = Bearer::Records {
            table: at,
            from: ground.maybe_path(&table, "from", &own, Leads::Date),
            until: ground.maybe_path(&table, "until", &own, Leads::Date),
            filter: ground.maybe_verdict(&table, "where", &scope),
            answers: ground.maybe_path(&table, "answers", &own, Leads::Unit),
            register: own.clone(),
        };
        Some((bearer, own))
    } else {
        table.refuse(
            "no-bearer",
            Words::new("没有说由谁负责", "nobody is said to owe this"),
            Words::new(
                "写 { unit = \"规则\" } 或 { record = \"台账\" }",
                "write { unit = \"rule\" } or { record = \"register\" }",
            ),
        );
        None
    };
    table.finish();
    read
}

/// Reads how often.
pub(super) fn rhythm(text: &Text<'_>) -> Option<Rhythm> {
    let word = text.one_of(RHYTHMS.into_iter().chain(["once", "always"]))?;
    Some(match word {
        "once" => Rhythm::Once,
        "always" => Rhythm::Always,
        _ => Rhythm::Every(PeriodKind::parse(word)?),
    })
}

fn during(table: &Table<'_>, ground: &Ground) -> Vec<String> {
    let phases: Vec<String> = ground
        .programme
        .phases
        .iter()
        .map(|p| p.id.clone())
        .collect();
    let texts = table.texts("during");
    let known = texts
        .into_iter()
        .filter(|t| ground.among(t, &phases, "unknown-phase", ("阶段", "phase")));
    known.map(|t| t.value).collect()
}

fn cut(table: &Table<'_>, key: &'static str) -> Cut {
    match table.word(key, &["counts", "prorated", "skipped"]) {
        Some("prorated") => Cut::Prorated,
        Some("skipped") => Cut::Skipped,
        _ => Cut::Counts,
    }
}

fn after(item: &Item<'_>, ground: &Ground) -> Option<After> {
    let table = item.table()?;
    let measure = table.text("measure");
    table.need("standing");
    let standing = table.word("standing", &CHAIN_STANDINGS);
    table.need("within");
    let within = maybe_span(&table, "within", ground.settings());
    table.finish();
    let measure = measure?;
    ground.among(
        &measure,
        &ground.measures,
        "unknown-measure",
        ("措施", "measure"),
    );
    Some(After {
        measure: measure.value,
        standing: standing?.to_owned(),
        within: within?,
    })
}

fn clock(text: &Text<'_>, owner: &str, ground: &Ground) -> Option<String> {
    let clocks = ground
        .programme
        .register(owner)
        .map_or(&[][..], |(_, r)| &r.clocks);
    let ids: Vec<String> = clocks.iter().map(|c| c.id.clone()).collect();
    ground
        .among(text, &ids, "unknown-clock", ("时限", "clock"))
        .then(|| text.value.clone())
}

fn ladder(text: &Text<'_>, ground: &Ground) -> String {
    let ladders: Vec<String> = ground.programme.ladders.keys().cloned().collect();
    ground.among(text, &ladders, "unknown-ladder", ("递进督办", "ladder"));
    text.value.clone()
}

fn named_register(table: &Table<'_>, key: &'static str, ground: &Ground) -> Option<String> {
    let text = table.maybe_text(key)?;
    ground
        .register(&text)
        .map(|(_, register)| register.id.clone())
}

/// Authors by key; one author for all stands under `*`.
fn authors(item: &Item<'_>) -> BTreeMap<String, String> {
    if item.value.is_str() {
        let author = item.text().map(|t| t.value).unwrap_or_default();
        return BTreeMap::from([("*".to_owned(), author)]);
    }
    let entries = item.table().map_or_else(Vec::new, |t| t.entries());
    let author = |(key, item): (Text<'_>, Item<'_>)| Some((key.value, item.text()?.value));
    entries.into_iter().filter_map(author).collect()
}

fn needs_owes(table: &Table<'_>) {
    if !["owes", "done", "clock"]
        .into_iter()
        .any(|key| table.has(key))
    {
        table.refuse(
            "missing-key",
            Words::new("没有说要做到什么", "nothing is said to be owed"),
            Words::new("写 owes、done 或 clock", "write `owes`, `done` or `clock`"),
        );
    }
}

/// `notice_before` reads `announced_on` of the evidence.
fn announced(table: &Table<'_>, measure: &Measure, ground: &Ground) {
    let has = |register: &String| {
        let found = ground.programme.register(register);
        found.is_some_and(|(_, r)| {
            r.field("announced_on")
                .is_some_and(|f| f.ty == rules::Type::Date)
        })
    };
    if let Some(item) = table.get("notice_before")
        && !measure.tallies.iter().any(|t| has(&t.register))
    {
        item.refuse(
            "no-announcement",
            Words::new(
                "所计的台账都没有日期字段 announced_on",
                "no register counted here has a date field announced_on",
            ),
            Words::new(
                "给台账加上 announced_on",
                "add announced_on to the register",
            ),
        );
    }
}

/// Checks a rule of a light or ranking that must be there.
pub(super) fn needed(
    table: &Table<'_>,
    key: &'static str,
    check: impl Fn(&Text<'_>) -> Rule,
) -> Option<Rule> {
    table.text(key).map(|text| check(&text))
}

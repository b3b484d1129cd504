//! Lights and rankings: what is shown beside standings and never changes them.

use super::document::{Item, Table};
use super::ground::Ground;
use super::head::yuan;
use super::measure::{needed, rhythm};
use super::tally::{Of, name_tallies, tallies};
use super::text::Text;
use crate::Rhythm;
use crate::case::STANDING_WORDS;
use crate::model::{Light, Measure, Ranking, Ties};
use rules::{Expected, Named, Rule, Scope, Type, Words};

/// Reads a light over one of the measures of the notices read so far.
pub(super) fn light(
    id: &Text<'_>,
    table: &Table<'_>,
    measures: &[&Measure],
    ground: &Ground,
) -> Option<Light> {
    let name = table.words("name");
    let measure = table.text("measure");
    let found = measure.as_ref().and_then(|text| {
        ground.among(
            text,
            &ground.measures,
            "unknown-measure",
            ("措施", "measure"),
        );
        measures.iter().find(|m| m.id == text.value)
    });
    let over_duties = table.word("over", &["readings", "duties"]) == Some("duties");
    let set_by = table.maybe_text("set_by").map(|t| t.value);
    table.also(&["yellow", "red", "made_good"]);
    let light_id = id.kebab();
    let light = found.and_then(|measure| {
        let scope = scope(measure, ground);
        let yellow = needed(table, "yellow", |text| ground.verdict(text, &scope));
        let red = needed(table, "red", |text| with_runs(text, &scope, ground));
        let made_good = ground.maybe_verdict(table, "made_good", &scope);
        Some(Light {
            id: light_id,
            name,
            measure: measure.id.clone(),
            over_duties,
            yellow: yellow?,
            red: red?,
            made_good,
            set_by,
        })
    });
    table.finish();
    light
}

/// One reading: its standing, tallies and period.
fn scope(measure: &Measure, ground: &Ground) -> Scope {
    let mut scope = ground.duty_scope(None, "unit");
    // A light's rule is over the reading, not over what bears it.
    scope.names.remove("bearer");
    let standings = STANDING_WORDS.map(str::to_owned).to_vec();
    scope
        .names
        .insert("standing".to_owned(), Named::Value(Type::Choice(standings)));
    name_tallies(&mut scope, &measure.tallies);
    scope
}

/// Checks a rule that may count a run of yellow: `run('yellow')` is read as the name `run_yellow`, filled up
/// with spaces so that faults keep their places, and the rule keeps its text as written.
fn with_runs(text: &Text<'_>, scope: &Scope, ground: &Ground) -> Rule {
    let mut scope = scope.clone();
    scope
        .names
        .insert("run_yellow".to_owned(), Named::Value(Type::Int));
    let mut value = text.value.clone();
    for written in ["run('yellow')", "run(\"yellow\")"] {
        value = value.replace(written, &format!("{:<1$}", "run_yellow", written.len()));
    }
    let read = Text {
        value,
        ..text.clone()
    };
    let mut rule = ground.verdict(&read, &scope);
    rule.text.clone_from(&text.value);
    rule
}

/// Reads a ranking.
pub(super) fn ranking(
    id: &Text<'_>,
    table: &Table<'_>,
    clauses: &[String],
    ground: &Ground,
) -> Option<Ranking> {
    let clause = table.maybe_text("clause");
    if let Some(clause) = &clause {
        ground.among(clause, clauses, "unknown-clause", ("条款", "clause"));
    }
    let (tallies, sound) = tallies(
        table,
        Of {
            bearer: "unit",
            ground,
        },
    );
    let units = needed(table, "units", |text| {
        ground.verdict(text, &ground.scope(Some("unit")))
    });
    let value = table.text("value").filter(|_| sound).and_then(|text| {
        let mut scope = ground.duty_scope(Some("unit"), "unit");
        name_tallies(&mut scope, &tallies);
        number(&text, &scope, ground)
    });
    let places = table.need("places").and_then(|item| places(&item));
    let prizes = table
        .get("prizes")
        .map_or_else(Vec::new, |item| item.list());
    let ranking = Ranking {
        id: id.kebab(),
        name: table.words("name"),
        clause: clause.map(|c| c.value),
        every: table
            .text("every")
            .and_then(|t| rhythm(&t))
            .unwrap_or(Rhythm::Once),
        from: table.date("from").unwrap_or_default(),
        until: table.date("until").unwrap_or_default(),
        places: places.unwrap_or_default(),
        prizes: prizes.iter().filter_map(yuan).collect(),
        ties: match table.word("ties", &["share", "all", "next"]) {
            Some("all") => Ties::All,
            Some("next") => Ties::Next,
            _ => Ties::Share,
        },
        descending: table.word("order", &["desc", "asc"]) != Some("asc"),
        set_by: table.maybe_text("set_by").map(|t| t.value),
        tallies,
        units: units?,
        value: value?,
    };
    table.finish();
    Some(ranking)
}

fn places(item: &Item<'_>) -> Option<usize> {
    let places = usize::try_from(item.int()?).ok().filter(|n| *n > 0);
    if places.is_none() {
        item.refuse(
            "bad-number",
            Words::new("名次至少一个", "there must be at least one place"),
            Words::new("写 1 或更大的整数", "write a whole number from 1"),
        );
    }
    places
}

/// Checks a rule whose value can be put in order.
pub(super) fn number(text: &Text<'_>, scope: &Scope, ground: &Ground) -> Option<Rule> {
    let rule = ground.checked(text, scope, &Expected::Any, false)?;
    if [Type::Int, Type::Double, Type::Money].contains(&rule.root.ty) {
        return Some(rule);
    }
    text.refuse(
        "type-mismatch",
        Words::new("这里要一个数或金额", "a number or money is wanted here"),
        Words::new("换一个数值", "name something that is a number"),
    );
    None
}

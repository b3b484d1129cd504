//! Policies and matches.

use super::document::Table;
use super::ground::Ground;
use super::head::yuan;
use super::light::number;
use super::measure::needed;
use super::span::maybe_span;
use super::text::Text;
use crate::model::{Match, Policy, PolicyVersion, ScoreItem};
use rules::{Expected, Named, Rule, Scope, Type, Words};

/// Reads a policy; `None` when the register whose records may qualify is not known.
pub(super) fn policy(id: &Text<'_>, table: &Table<'_>, ground: &Ground) -> Option<Policy> {
    let policy_id = id.kebab();
    let name = table.words("name");
    let who = table
        .text("who")
        .and_then(|text| Some(ground.register(&text)?.1.id.clone()))?;
    let versions = table.array("version");
    if versions.is_empty() {
        table.refuse(
            "missing-key",
            Words::new("政策一个版本也没有", "this policy has no version"),
            Words::new("加上 [[policy.….version]]", "add a [[policy.….version]]"),
        );
    }
    let mut versions: Vec<PolicyVersion> = versions
        .iter()
        .filter_map(|v| version(v, &who, ground))
        .collect();
    versions.sort_by_key(|v| v.from);
    let policy = Policy {
        id: policy_id,
        name,
        deliver: maybe_span(table, "deliver", ground.settings()),
        pay: maybe_span(table, "pay", ground.settings()),
        budget: budget(table, ground),
        set_by: table.maybe_text("set_by").map(|t| t.value),
        versions,
        who,
        place: id.place(),
    };
    table.finish();
    Some(policy)
}

fn budget(table: &Table<'_>, ground: &Ground) -> Vec<(String, i64)> {
    let entries = table
        .get("budget")
        .and_then(|item| item.table())
        .map_or_else(Vec::new, |t| t.entries());
    let line = |(unit, amount): (Text<'_>, super::document::Item<'_>)| {
        ground.is_unit(&unit);
        Some((unit.value, yuan(&amount)?))
    };
    entries.into_iter().filter_map(line).collect()
}

fn version(table: &Table<'_>, who: &str, ground: &Ground) -> Option<PolicyVersion> {
    let mut scope = ground.scope(Some(who));
    let applies = table.need("applies");
    let place = applies
        .as_ref()
        .map_or_else(|| table.place(), |item| item.place());
    let (from, until) = applies
        .and_then(|item| item.table())
        .map_or((None, None), |t| {
            let dates = (t.date("from"), t.maybe_date("until"));
            t.finish();
            dates
        });
    let score = score(table, &scope, ground);
    if !score.is_empty() {
        scope
            .names
            .insert("score".to_owned(), Named::Value(Type::Double));
    }
    let eligible = needed(table, "eligible", |text| ground.verdict(text, &scope));
    let amount = |text| ground.rule(&text, &scope, Expected::Of(Type::Money));
    let version = PolicyVersion {
        amount: table.maybe_text("amount").map(amount),
        class: table
            .maybe_text("class")
            .and_then(|text| class(&text, &scope, ground)),
        source: table.words("source"),
        until,
        score,
        place,
        from: from.unwrap_or_default(),
        eligible: eligible?,
    };
    table.finish();
    Some(version)
}

/// Checks a rule that names a class: text, or one of a closed list of words.
fn class(text: &Text<'_>, scope: &Scope, ground: &Ground) -> Option<Rule> {
    let rule = ground.checked(text, scope, &Expected::Any, false)?;
    if matches!(rule.root.ty, Type::Text | Type::Choice(_)) {
        return Some(rule);
    }
    text.refuse(
        "type-mismatch",
        Words::new("类别要是文字", "a class is a word"),
        Words::new("给出文字，例如 'medium'", "give a word, such as 'medium'"),
    );
    None
}

fn score(table: &Table<'_>, scope: &Scope, ground: &Ground) -> Vec<ScoreItem> {
    let item = |line: &Table<'_>| {
        let name = line.words("name");
        let points = needed(line, "points", |text| {
            ground.rule(text, scope, Expected::Of(Type::Double))
        });
        let full = line.need("full").and_then(|item| item.number());
        line.finish();
        Some(ScoreItem {
            name,
            points: points?,
            full: full?,
        })
    };
    table.array("score").iter().filter_map(item).collect()
}

/// Reads a match; `None` when one of its registers is not known.
pub(super) fn matching(id: &Text<'_>, table: &Table<'_>, ground: &Ground) -> Option<Match> {
    let side = |key| {
        let text = table.text(key)?;
        Some(ground.register(&text)?.1.id.clone())
    };
    let (name, id) = (table.words("name"), id.kebab());
    let (left, right) = (side("left"), side("right"));
    let (left, right) = (left?, right?);
    let mut scope = ground.scope(None);
    scope
        .names
        .insert("left".to_owned(), Named::Record(left.clone()));
    scope
        .names
        .insert("right".to_owned(), Named::Record(right.clone()));
    let capacity = |key, register: &str| {
        let text = table.maybe_text(key)?;
        let scope = ground.scope(Some(register));
        Some(ground.rule(&text, &scope, Expected::Of(Type::Int)))
    };
    let rule = needed(table, "rule", |text| ground.verdict(text, &scope));
    let matching = Match {
        score: table
            .maybe_text("score")
            .and_then(|text| number(&text, &scope, ground)),
        left_capacity: capacity("left_capacity", &left),
        right_capacity: capacity("right_capacity", &right),
        set_by: table.maybe_text("set_by").map(|t| t.value),
        id,
        name,
        left,
        right,
        rule: rule?,
    };
    table.finish();
    Some(matching)
}

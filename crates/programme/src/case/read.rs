//! From `cases/*.cases.toml` to cases, with every fault at its place.

use super::row::{self, scalar};
use super::{
    Ask, CalendarCase, Case, Ends, PolicyCase, Row, RuleCase, STANDING_WORDS, StandingCase,
    ValueCase, Verdict,
};
use crate::model::{Bearer, Measure};
use crate::read::document::{Faults, Item, Source, Table, Text, parse};
use crate::{Fault, Files, PeriodKind, Programme, Rhythm};
use rules::{Day, Words};
use std::collections::BTreeMap;

/// Reads every worked example of the folder: all that could be read, in order of file and place, and every
/// fault of the others.
pub fn cases(programme: &Programme, files: &Files) -> (Vec<Case>, Vec<Fault>) {
    let faults = Faults::default();
    let mut cases = Vec::new();
    for (file, text) in files {
        if !(file.starts_with("cases/") && file.ends_with(".cases.toml")) {
            continue;
        }
        let source = Source {
            file,
            text,
            faults: &faults,
        };
        let document = parse(source);
        let root = Table::root(source, &document);
        let kinds: [(&'static str, Reader); 5] = [
            ("rule", rule),
            ("value", value),
            ("policy", policy),
            ("standing", standing),
            ("calendar", calendar),
        ];
        for (kind, read) in kinds {
            if !root.has(kind) {
                continue;
            }
            cases.extend(root.array(kind).iter().filter_map(|table| {
                let name = text_of(table, "name");
                let ask = read(programme, table);
                table.finish();
                Some(Case {
                    name: name?.value,
                    ask: ask?,
                    place: table.place(),
                })
            }));
        }
        root.finish();
    }
    cases.sort_by(|a, b| a.place.cmp(&b.place));
    let mut faults = faults.into_inner();
    faults.sort_by(|a, b| (&a.place, a.code).cmp(&(&b.place, b.code)));
    (cases, faults)
}

type Reader = fn(&Programme, &Table<'_>) -> Option<Ask>;

fn text_of<'f>(table: &Table<'f>, key: &'static str) -> Option<Text<'f>> {
    table.need(key)?.text()
}

fn day_of(table: &Table<'_>, key: &'static str) -> Option<Day> {
    table.need(key)?.date()
}

fn maybe_day(table: &Table<'_>, key: &'static str) -> Option<Day> {
    table.get(key)?.date()
}

/// The row that a case is about: the fields of a register's record.
fn own_row(programme: &Programme, table: &Table<'_>, register: &str) -> Option<Row> {
    let (_, register) = programme.register(register)?;
    match table.get("row") {
        Some(item) => row::one(register, &item),
        None => Some(Row {
            cells: BTreeMap::new(),
            place: table.place(),
        }),
    }
}

fn rule(programme: &Programme, table: &Table<'_>) -> Option<Ask> {
    let rule = text_of(table, "rule");
    let register = text_of(table, "register").filter(|id| row::known_register(programme, id));
    let row = register
        .as_ref()
        .and_then(|r| own_row(programme, table, &r.value));
    let rows = row::all(programme, table, "rows");
    let today = maybe_day(table, "today");
    let expect = verdict(table);
    let rule = rule?;
    Some(Ask::Rule(RuleCase {
        register: register?.value,
        rule_place: rule.place(),
        rule: rule.value,
        row: row?,
        rows,
        today,
        expect: expect?,
    }))
}

fn verdict(table: &Table<'_>) -> Option<Verdict> {
    let item = table.need("expect")?;
    let word = scalar(&item)?;
    let verdict = Verdict::parse(&word);
    if verdict.is_none() {
        item.refuse(
            "unknown-word",
            Words::new(
                format!("`{word}` 不是判定"),
                format!("`{word}` is no verdict"),
            ),
            Words::new(
                "写 \"true\"、\"false\" 或 \"unknown\"",
                "write \"true\", \"false\" or \"unknown\"",
            ),
        );
    }
    verdict
}

fn value(_: &Programme, table: &Table<'_>) -> Option<Ask> {
    let rule = text_of(table, "rule");
    let today = maybe_day(table, "today");
    let expect = table.need("expect").and_then(|item| scalar(&item));
    let rule = rule?;
    Some(Ask::Value(ValueCase {
        rule_place: rule.place(),
        rule: rule.value,
        today,
        expect: expect?,
    }))
}

fn policy(programme: &Programme, table: &Table<'_>) -> Option<Ask> {
    let id = text_of(table, "policy");
    let on = day_of(table, "on");
    let known: Vec<&str> = programme.policies.iter().map(|p| p.id.as_str()).collect();
    let found = id.as_ref().and_then(|id| {
        let found = programme.policies.iter().find(|p| p.id == id.value);
        if found.is_none() {
            id.unknown("unknown-policy", &known, "政策", "policy");
        }
        found
    });
    let row = found.and_then(|p| own_row(programme, table, &p.who));
    let rows = row::all(programme, table, "rows");
    let amount = table.get("amount").and_then(|item| item.number());
    let class = table.get("class").and_then(|item| item.text());
    let score = table.get("score").and_then(|item| item.number());
    let expect = verdict(table);
    if let (Some(found), Some(on), Some(id)) = (found, on, &id) {
        version_on(found, on, id);
    }
    Some(Ask::Policy(PolicyCase {
        policy: id?.value,
        on: on?,
        row: row?,
        rows,
        expect: expect?,
        amount_fen: amount.map(|yuan| (yuan * 100.0).round() as i64),
        class: class.map(|c| c.value),
        score,
    }))
}

fn version_on(policy: &crate::model::Policy, on: Day, id: &Text<'_>) {
    let mut versions = policy.versions.iter();
    if versions.any(|v| v.from <= on && v.until.is_none_or(|u| on <= u)) {
        return;
    }
    id.refuse(
        "no-version",
        Words::new(
            format!("政策 `{}` 在 {on} 没有适用的版本", policy.id),
            format!("policy `{}` has no version that applies on {on}", policy.id),
        ),
        Words::new(
            "改正 `on`，或给政策补上那一天的版本",
            "correct `on`, or give the policy a version for that day",
        ),
    );
}

fn standing(programme: &Programme, table: &Table<'_>) -> Option<Ask> {
    let measure_id = text_of(table, "measure");
    let measure = measure_id.as_ref().and_then(|id| measure(programme, id));
    let rows = row::all(programme, table, "rows");
    let at = day_of(table, "at");
    let expect = text_of(table, "expect").and_then(|word| {
        let words = STANDING_WORDS.into_iter().chain(["none"]);
        word.one_of(words).map(str::to_owned)
    });
    let bearer = text_of(table, "bearer");
    let period = text_of(table, "period");
    if let (Some(measure), Some(period)) = (measure, &period) {
        key_of(keyed(programme, measure), period);
    }
    // That a place without a unit owes nothing is a thing to show.
    if let (Some(measure), Some(bearer), Some(word)) = (measure, &bearer, &expect)
        && word != "none"
    {
        unit_of(programme, measure, bearer);
    }
    let tallies = tallies(table, measure);
    let recorded_late = table.get("recorded_late").and_then(|item| item.bool());
    let (due, judged) = (maybe_day(table, "due"), maybe_day(table, "judged"));
    let missing = table.get("missing").map(|item| item.texts());
    Some(Ask::Standing(StandingCase {
        measure: measure?.id.clone(),
        bearer: bearer?.value,
        period: period?.value,
        at: at?,
        rows,
        expect: Some(expect?).filter(|word| word != "none"),
        recorded_late,
        tallies,
        due,
        judged,
        missing: missing.map(|all| all.into_iter().map(|t| t.value).collect()),
    }))
}

fn measure<'p>(programme: &'p Programme, id: &Text<'_>) -> Option<&'p Measure> {
    let found = programme.measure(&id.value).map(|(_, m)| m);
    if found.is_none() {
        let all = programme.notices.iter().flat_map(|n| &n.measures);
        let known: Vec<&str> = all.map(|m| m.id.as_str()).collect();
        id.unknown("unknown-measure", &known, "措施", "measure");
    }
    found
}

/// The measure whose periods name a measure's duties: a chained duty has the key of the one that opened it.
fn keyed<'p>(programme: &'p Programme, measure: &'p Measure) -> &'p Measure {
    let mut seen = vec![&measure.id];
    let mut last = measure;
    while let Some((_, next)) = last
        .after
        .as_ref()
        .and_then(|after| programme.measure(&after.measure))
        .filter(|(_, next)| !seen.contains(&&next.id))
    {
        seen.push(&next.id);
        last = next;
    }
    last
}

fn key_of(measure: &Measure, period: &Text<'_>) {
    let example = match measure.every {
        Rhythm::Every(kind) if kind.parse_key(&period.value).is_some() => return,
        Rhythm::Every(kind) => {
            let period = kind.containing(measure.from.unwrap_or_default());
            period.key.to_string()
        }
        Rhythm::Once => "once".to_owned(),
        Rhythm::Always => "always".to_owned(),
    };
    if period.value == example {
        return;
    }
    period.refuse(
        "bad-period",
        Words::new(
            format!("`{}` 不是这条措施的周期", period.value),
            format!("`{}` is no period of this measure", period.value),
        ),
        Words::new(
            format!("按 `{example}` 的样子写"),
            format!("write it like `{example}`"),
        ),
    );
}

fn unit_of(programme: &Programme, measure: &Measure, bearer: &Text<'_>) {
    if !matches!(measure.bearer, Bearer::Units(_)) || programme.unit(&bearer.value).is_some() {
        return;
    }
    let known: Vec<&str> = programme.units.iter().map(|u| u.id.as_str()).collect();
    bearer.unknown("unknown-unit", &known, "单位", "unit");
}

fn tallies(table: &Table<'_>, measure: Option<&Measure>) -> BTreeMap<String, Ends> {
    let Some(said) = table.get("tallies").and_then(|item| item.table()) else {
        return BTreeMap::new();
    };
    let mut found = BTreeMap::new();
    for (id, item) in said.entries() {
        if let Some(measure) = measure
            && !measure.tallies.iter().any(|t| t.id == id.value)
        {
            let known: Vec<&str> = measure.tallies.iter().map(|t| t.id.as_str()).collect();
            id.unknown("unknown-tally", &known, "计数", "tally");
            continue;
        }
        if let Some(ends) = ends(&item) {
            found.insert(id.value, ends);
        }
    }
    found
}

/// `[4, 5]`, `[4, "open"]`, or one number for both ends.
fn ends(item: &Item<'_>) -> Option<Ends> {
    if item.value.as_array().is_none() {
        let both = item.number()?;
        return Some((Some(both), Some(both)));
    }
    let end = |item: &Item<'_>| match item.value.as_str() {
        Some("open") => Some(None),
        _ => item.number().map(Some),
    };
    if let [low, high] = item.list().as_slice() {
        return Some((end(low)?, end(high)?));
    }
    item.refuse(
        "wrong-type",
        Words::new("这里要两个数", "two numbers are wanted here"),
        Words::new(
            "写 [已知, 可能]，没有上限写 \"open\"",
            "write [known, possible], and \"open\" for an end without bound",
        ),
    );
    None
}

fn calendar(_: &Programme, table: &Table<'_>) -> Option<Ask> {
    let words = PeriodKind::ALL.map(PeriodKind::word);
    let rhythm = text_of(table, "rhythm").and_then(|t| t.one_of(words));
    let day = day_of(table, "day");
    let key = text_of(table, "key");
    let (from, until) = (day_of(table, "from"), day_of(table, "until"));
    Some(Ask::Calendar(CalendarCase {
        rhythm: PeriodKind::parse(rhythm?)?,
        day: day?,
        period: crate::Period {
            from: from?,
            until: until?,
            key: key?.value.into(),
        },
    }))
}

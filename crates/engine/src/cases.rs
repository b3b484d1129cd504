//! Worked examples: each case of a programme is evaluated and held against what it expects.

use crate::evaluate::evaluate_with_before;
use crate::facts::{FactsBuilder, Sheet};
use crate::{AsOf, Bounds, Duty, Evaluation, Facts, Look, policy, tally_type};
use programme::Programme;
use programme::case::{
    Ask, CalendarCase, Case, PolicyCase, Row, Rows, RuleCase, StandingCase, ValueCase, Verdict,
};
use programme::model::Measure;
use rules::{
    Day, Expected, Frame, Named, Options, Rule, RuleFault, Scope, Type, Value, Words, values,
    verdicts,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a case came to, where that is not what it expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// It came out otherwise.
    Otherwise(Words),
    /// Its rule cannot be read.
    Rule(Vec<RuleFault>),
}

/// Evaluates one case; `None` when it comes out as expected.
pub fn miss(programme: &Programme, case: &Case) -> Option<Miss> {
    match &case.ask {
        Ask::Rule(case) => rule_case(programme, case),
        Ask::Value(case) => value_case(programme, case),
        Ask::Policy(case) => policy_case(programme, case).map(Miss::Otherwise),
        Ask::Standing(case) => standing_case(programme, case).map(Miss::Otherwise),
        Ask::Calendar(case) => calendar_case(case).map(Miss::Otherwise),
    }
}

/// Checks a rule written outside the programme's files over a register's rows (or over no record).
///
/// # Errors
/// Every fault of the text.
pub fn check_rule(
    programme: &Programme,
    register: Option<&str>,
    text: &str,
    expected: &Expected,
) -> Result<Rule, Vec<RuleFault>> {
    let settings = programme
        .settings
        .iter()
        .map(|(id, s)| (id.clone(), type_of(&s.value)))
        .collect();
    let names = BTreeMap::from([("settings".to_owned(), Named::Group(settings))]);
    let scope = Scope {
        own: register.map(str::to_owned),
        names,
    };
    let units: BTreeSet<String> = programme.units.iter().map(|u| u.id.clone()).collect();
    let divisions: BTreeSet<String> = programme.divisions.iter().map(|d| d.code.clone()).collect();
    let ids = BTreeMap::from([
        ("unit".to_owned(), units),
        ("division".to_owned(), divisions),
    ]);
    let options = Options {
        known_ids: Some(&ids),
        ..Options::default()
    };
    rules::check(text, &programme.schema, &scope, expected, &options)
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Double(_) => Type::Double,
        Value::Money(_) => Type::Money,
        Value::Date(_) => Type::Date,
        _ => Type::Text,
    }
}

fn rule_case(programme: &Programme, case: &RuleCase) -> Option<Miss> {
    let rule = match check_rule(
        programme,
        Some(&case.register),
        &case.rule,
        &Expected::Verdict,
    ) {
        Ok(rule) => rule,
        Err(faults) => return Some(Miss::Rule(faults)),
    };
    let asked = (case.register.as_str(), &case.row);
    let (facts, row) = match facts(programme, &case.rows, Some(asked)) {
        Ok(found) => found,
        Err(words) => return Some(Miss::Otherwise(words)),
    };
    let cx = AsOf::new(
        programme,
        &facts,
        case.today.unwrap_or(programme.campaign.0),
    );
    let rows = [row];
    let found = verdicts(
        &rule,
        &cx.world(),
        &Frame {
            len: 1,
            own: Some(&rows),
            names: cx.settings(),
        },
    );
    let got = verdict(found.get(0));
    differs(case.expect.word(), got.word()).map(Miss::Otherwise)
}

fn value_case(programme: &Programme, case: &ValueCase) -> Option<Miss> {
    let rule = match check_rule(programme, None, &case.rule, &Expected::Any) {
        Ok(rule) => rule,
        Err(faults) => return Some(Miss::Rule(faults)),
    };
    let facts = match facts(programme, &Rows::new(), None) {
        Ok((facts, _)) => facts,
        Err(words) => return Some(Miss::Otherwise(words)),
    };
    let cx = AsOf::new(
        programme,
        &facts,
        case.today.unwrap_or(programme.campaign.0),
    );
    let found = values(
        &rule,
        &cx.world(),
        &Frame {
            len: 1,
            own: None,
            names: cx.settings(),
        },
    );
    let got = found.first().map_or_else(String::new, plain);
    differs(&case.expect, &got).map(Miss::Otherwise)
}

fn policy_case(programme: &Programme, case: &PolicyCase) -> Option<Words> {
    let Some(policy) = programme.policies.iter().find(|p| p.id == case.policy) else {
        return Some(Words::new(
            format!("没有政策 {}", case.policy),
            format!("there is no policy {}", case.policy),
        ));
    };
    let Some(version) = policy::version(policy, case.on) else {
        return Some(Words::new(
            format!("{} 没有在 {} 适用的版本", policy.id, case.on),
            format!("{} has no version for {}", policy.id, case.on),
        ));
    };
    let (facts, row) = match facts(programme, &case.rows, Some((&policy.who, &case.row))) {
        Ok(found) => found,
        Err(words) => return Some(words),
    };
    let cx = AsOf::new(programme, &facts, case.on);
    let got = policy::entitle(&cx, policy, version, &[row])
        .into_iter()
        .next()?;
    let class = got.class.as_deref().unwrap_or("unknown");
    differs(case.expect.word(), verdict(got.eligible).word())
        .or_else(|| case.class.as_ref().and_then(|want| differs(want, class)))
        .or_else(|| {
            number_differs(
                "amount",
                case.amount_fen.map(|n| n as f64 / 100.0),
                got.amount_fen.map(|n| n as f64 / 100.0),
            )
        })
        .or_else(|| number_differs("score", case.score, got.score))
}

fn number_differs(what: &str, want: Option<f64>, got: Option<f64>) -> Option<Words> {
    let want = want?;
    let text = |n: Option<f64>| n.map_or_else(|| "unknown".into(), |n| n.to_string());
    (got != Some(want))
        .then(|| differs(&format!("{what} {want}"), &format!("{what} {}", text(got))))
        .flatten()
}

fn calendar_case(case: &CalendarCase) -> Option<Words> {
    let got = case.rhythm.containing(case.day);
    let text = |p: &programme::Period| format!("{} {}..{}", p.key, p.from, p.until);
    differs(&text(&case.period), &text(&got))
}

fn standing_case(programme: &Programme, case: &StandingCase) -> Option<Words> {
    let facts = match facts(programme, &case.rows, None) {
        Ok((facts, _)) => facts,
        Err(words) => return Some(words),
    };
    let cx = AsOf::new(programme, &facts, case.at);
    let evaluation = evaluate_with_before(&cx, &case.measure);
    let Some((measure, at, duty)) =
        find(&cx, &evaluation, &case.measure, &case.bearer, &case.period)
    else {
        return differs(case.expect.as_deref().unwrap_or("none"), "none");
    };
    let result = evaluation.measures.get(at)?;
    differs(
        case.expect.as_deref().unwrap_or("none"),
        duty.standing.word(),
    )
    .or_else(|| {
        case.recorded_late.and_then(|want| {
            differs(
                &format!("recorded_late {want}"),
                &format!("recorded_late {}", duty.recorded_late),
            )
        })
    })
    .or_else(|| day_differs("due", case.due, duty.due))
    .or_else(|| day_differs("judged", case.judged, duty.judged))
    .or_else(|| tallies_differ(measure, duty, &case.tallies))
    .or_else(|| {
        let look = Look {
            cx: &cx,
            measure,
            result,
            duty,
        };
        let mut want = case.missing.clone()?;
        want.sort();
        let got: Vec<String> = look.missing().iter().map(ToString::to_string).collect();
        differs(&format!("missing {want:?}"), &format!("missing {got:?}"))
    })
}

fn day_differs(what: &str, want: Option<Day>, got: Day) -> Option<Words> {
    differs(&format!("{what} {}", want?), &format!("{what} {got}"))
}

fn tallies_differ(
    measure: &Measure,
    duty: &Duty,
    want: &BTreeMap<String, programme::case::Ends>,
) -> Option<Words> {
    want.iter().find_map(|(id, ends)| {
        let at = measure.tallies.iter().position(|t| &t.id == id);
        let got = at
            .and_then(|at| duty.tallies().get(at))
            .copied()
            .unwrap_or_default();
        let money = at
            .and_then(|at| measure.tallies.get(at))
            .is_some_and(|t| tally_type(&t.kind) == Type::Money);
        let got = shown(got, money);
        (got != *ends)
            .then(|| differs(&format!("{id} {ends:?}"), &format!("{id} {got:?}")))
            .flatten()
    })
}

/// Both ends as files write them: money in yuan.
pub fn shown(bounds: Bounds, money: bool) -> (Option<f64>, Option<f64>) {
    let yuan = |n: f64| if money { n / 100.0 } else { n };
    (bounds.low.map(yuan), bounds.high.map(yuan))
}

/// A duty by its id: the measure, its position in the evaluation, the duty.
pub fn find<'e>(
    cx: &AsOf<'e>,
    evaluation: &'e Evaluation,
    measure: &str,
    bearer: &str,
    period: &str,
) -> Option<(&'e Measure, usize, &'e Duty)> {
    let named = |m: &crate::MeasureResult| {
        cx.programme
            .notices
            .get(m.notice)
            .and_then(|n| n.measures.get(m.measure))
    };
    let (at, found, declared) = evaluation
        .measures
        .iter()
        .enumerate()
        .find_map(|(at, m)| named(m).filter(|d| d.id == measure).map(|d| (at, m, d)))?;
    let duty = found
        .duties
        .iter()
        .find(|d| *d.period.key == *period && cx.id(d.bearer.table, d.bearer.record) == bearer)?;
    Some((declared, at, duty))
}

fn verdict(found: Option<bool>) -> Verdict {
    match found {
        Some(true) => Verdict::True,
        Some(false) => Verdict::False,
        None => Verdict::Unknown,
    }
}

fn differs(want: &str, got: &str) -> Option<Words> {
    (want != got).then(|| {
        Words::new(
            format!("应为“{want}”，实为“{got}”"),
            format!("expected “{want}”, got “{got}”"),
        )
    })
}

/// A value as a case file writes it: money in yuan.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Unknown(_) => "unknown".into(),
        Value::Bool(holds) => holds.to_string(),
        Value::Money(fen) if fen % 100 == 0 => (fen / 100).to_string(),
        Value::Money(fen) => {
            let sign = if *fen < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
        }
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join(";"),
        other => rules::show(other).en,
    }
}

/// Facts from a case's rows, and the row of the record that is asked about.
fn facts(
    programme: &Programme,
    rows: &Rows,
    asked: Option<(&str, &Row)>,
) -> Result<(Facts, u32), Words> {
    let mut builder = FactsBuilder::new(programme);
    let mut asked_id = String::new();
    if let Some((register, row)) = asked {
        let mut row = row.clone();
        asked_id = row
            .cells
            .entry("id".into())
            .or_insert_with(|| "asked".into())
            .clone();
        builder.add(sheet(register, &[row]));
    }
    for (register, rows) in rows {
        builder.add(sheet(register, rows));
    }
    let facts = builder.build().map_err(|faults| {
        let join = |of: fn(&Words) -> &str| {
            let one =
                |f: &crate::CellFault| format!("{} {}: {}", f.register, f.field, of(&f.message));
            faults.iter().map(one).collect::<Vec<_>>().join("; ")
        };
        Words::new(join(|w| &w.zh), join(|w| &w.en))
    })?;
    let at = asked
        .and_then(|(register, _)| programme.register(register))
        .map(|(at, _)| at);
    let table = at.and_then(|at| facts.tables().tables.get(at));
    let row = table.and_then(|t| {
        let record = t.ids.iter().position(|id| **id == *asked_id)?;
        t.record.iter().rposition(|r| *r as usize == record)
    });
    Ok((facts, row.map_or(rules::NO_ROW, |row| row as u32)))
}

fn sheet(register: &str, rows: &[Row]) -> Sheet {
    let mut header: Vec<String> = rows.iter().flat_map(|r| r.cells.keys().cloned()).collect();
    header.sort();
    header.dedup();
    let cells = |row: &Row| {
        header
            .iter()
            .map(|h| row.cells.get(h).cloned().unwrap_or_default())
            .collect()
    };
    let rows = rows
        .iter()
        .enumerate()
        .map(|(n, row)| (n + 2, cells(row)))
        .collect();
    Sheet {
        register: register.to_owned(),
        header,
        rows,
    }
}

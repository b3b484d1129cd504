//! Policies: which version a day picks, and what it says of each record.

use crate::lasting::{self, asks_known, reads_today};
use crate::moment::AsOf;
use programme::model::{Policy, PolicyVersion};
use rules::{Bound, Day, Value, values, verdicts};
use std::sync::Arc;

/// What a policy says of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Eligible; `None` where that needs data.
    pub eligible: Option<bool>,
    /// How much, in fen; `None` where the policy pays nothing by rule, or that is not known.
    pub amount_fen: Option<i64>,
    /// Which class.
    pub class: Option<Arc<str>>,
    /// Points; `None` without a table of points, or where some are not known.
    pub score: Option<f64>,
}

/// The version in force on a day of application.
pub fn version(policy: &Policy, on: Day) -> Option<&PolicyVersion> {
    policy
        .versions
        .iter()
        .find(|v| v.from <= on && v.until.is_none_or(|until| on <= until))
}

/// What a policy's version says of rows of its register.
///
/// Among many days, a row is judged again only where the day itself may settle what is open.
pub fn entitle(
    cx: &AsOf<'_>,
    policy: &Policy,
    version: &PolicyVersion,
    rows: &[u32],
) -> Vec<Verdict> {
    let (Some(lasting), Some((table, _))) =
        (cx.lasting.as_deref(), cx.programme.register(&policy.who))
    else {
        return judge(cx, version, rows, None);
    };
    let lasts = || lasts(cx, version).then(|| judge(cx, version, &cx.all_rows(table), HIDDEN));
    let kept = lasting.policy((&policy.id, version.from), lasts);
    let Some(kept) = kept.as_deref() else {
        return judge(cx, version, rows, None);
    };
    let mut all: Vec<Verdict> = rows
        .iter()
        .filter_map(|row| kept.get(*row as usize).cloned())
        .collect();
    if reads_today(&version.eligible.root) {
        let open = all.iter().zip(rows).filter(|(v, _)| v.eligible.is_none());
        let open: Vec<u32> = open.map(|(_, row)| *row).collect();
        let mut today = judge(cx, version, &open, None).into_iter();
        for verdict in all.iter_mut().filter(|v| v.eligible.is_none()) {
            *verdict = today.next().unwrap_or_else(|| verdict.clone());
        }
    }
    all
}

/// A day that nobody knows.
const HIDDEN: Option<Bound<'static>> = Some(Bound::One(Value::Unknown(None)));

/// Whether the day can change nothing but who is eligible, and that only where it is open without the day.
fn lasts(cx: &AsOf<'_>, version: &PolicyVersion) -> bool {
    let schema = &cx.programme.schema;
    let points = version.score.iter().map(|item| &item.points);
    let mut others = points.chain(&version.amount).chain(&version.class);
    let eligible = &version.eligible.root;
    others.all(|rule| lasting::lasts(&rule.root, schema, &[]) && !reads_today(&rule.root))
        && lasting::lasts(eligible, schema, &["score"])
        && !(reads_today(eligible) && asks_known(eligible))
}

/// What a version says of rows, with another `today` than the moment's where one is given.
fn judge(
    cx: &AsOf<'_>,
    version: &PolicyVersion,
    rows: &[u32],
    today: Option<Bound<'_>>,
) -> Vec<Verdict> {
    let world = cx.world();
    let mut frame = cx.frame(rows);
    if let Some(today) = today {
        frame.names.insert("today", today);
    }
    let points: Vec<Vec<Value>> = version
        .score
        .iter()
        .map(|item| values(&item.points, &world, &frame))
        .collect();
    let scores: Vec<Value> = (0..rows.len()).map(|i| score(&points, i)).collect();
    if !version.score.is_empty() {
        frame.names.insert("score", Bound::Each(&scores));
    }
    let found = verdicts(&version.eligible, &world, &frame);
    let amounts = version
        .amount
        .as_ref()
        .map(|rule| values(rule, &world, &frame));
    let classes = version
        .class
        .as_ref()
        .map(|rule| values(rule, &world, &frame));
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut class_at = |i: usize| match classes.as_ref().and_then(|c| c.get(i)) {
        Some(Value::Text(class)) => Some(shared(&mut names, class)),
        _ => None,
    };
    let verdict = |i: usize| Verdict {
        eligible: lasting::one(&found, i),
        amount_fen: match amounts.as_ref().and_then(|a| a.get(i)) {
            Some(Value::Money(fen)) => Some(*fen),
            _ => None,
        },
        class: class_at(i),
        score: match scores.get(i) {
            Some(Value::Double(points)) if !version.score.is_empty() => Some(*points),
            _ => None,
        },
    };
    (0..rows.len()).map(verdict).collect()
}

/// The class's name, kept once: a policy knows few classes.
fn shared(names: &mut Vec<Arc<str>>, class: &str) -> Arc<str> {
    if let Some(name) = names.iter().find(|name| ***name == *class) {
        return Arc::clone(name);
    }
    let name: Arc<str> = class.into();
    names.push(Arc::clone(&name));
    name
}

fn score(points: &[Vec<Value>], lane: usize) -> Value {
    let mut sum = 0.0;
    for item in points {
        match item.get(lane).and_then(crate::tally::real) {
            Some(points) => sum += points,
            None => return Value::Unknown(None),
        }
    }
    Value::Double(sum)
}

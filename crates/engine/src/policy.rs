//! Policies: which version a day picks, and what it says of each record.

use crate::moment::AsOf;
use programme::model::{Policy, PolicyVersion};
use rules::{Bound, Day, Frame, Value, values, verdicts};

/// What a policy says of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Eligible; `None` where that needs data.
    pub eligible: Option<bool>,
    /// How much, in fen; `None` where the policy pays nothing by rule, or that is not known.
    pub amount_fen: Option<i64>,
    /// Which class.
    pub class: Option<Box<str>>,
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

/// What a version says of rows of the policy's register.
pub fn entitle(cx: &AsOf<'_>, version: &PolicyVersion, rows: &[u32]) -> Vec<Verdict> {
    let world = cx.world();
    let frame = Frame {
        len: rows.len(),
        own: Some(rows),
        names: cx.settings(),
    };
    let points: Vec<Vec<Value>> = version
        .score
        .iter()
        .map(|item| values(&item.points, &world, &frame))
        .collect();
    let scores: Vec<Value> = (0..rows.len()).map(|i| score(&points, i)).collect();
    let mut names = cx.settings();
    if !version.score.is_empty() {
        names.insert("score", Bound::Each(&scores));
    }
    let frame = Frame { names, ..frame };
    let found = verdicts(&version.eligible, &world, &frame);
    let amounts = version
        .amount
        .as_ref()
        .map(|rule| values(rule, &world, &frame));
    let classes = version
        .class
        .as_ref()
        .map(|rule| values(rule, &world, &frame));
    let verdict = |i: usize| Verdict {
        eligible: found
            .yes
            .get(i)
            .then_some(true)
            .or(found.no.get(i).then_some(false)),
        amount_fen: match amounts.as_ref().and_then(|a| a.get(i)) {
            Some(Value::Money(fen)) => Some(*fen),
            _ => None,
        },
        class: match classes.as_ref().and_then(|c| c.get(i)) {
            Some(Value::Text(class)) => Some(class.clone()),
            _ => None,
        },
        score: match scores.get(i) {
            Some(Value::Double(points)) if !version.score.is_empty() => Some(*points),
            _ => None,
        },
    };
    (0..rows.len()).map(verdict).collect()
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

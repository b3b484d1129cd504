//! Policies: which version a day picks, and what it says of each record.

use crate::lasting::{self, Part, reads_today};
use crate::moment::AsOf;
use crate::tally::real;
use programme::model::{Policy, PolicyVersion};
use rules::{Bound, Day, Node, Rule, Value, Verdicts, values, verdicts};
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
pub fn entitle(
    cx: &AsOf<'_>,
    policy: &Policy,
    version: &PolicyVersion,
    rows: &[u32],
) -> Vec<Verdict> {
    let lasting = cx.lasting.as_deref();
    match lasting.and_then(|lasting| lasting.policy(cx, policy, version)) {
        Some(lasting) => lasting.on(cx, version, rows),
        None => judge(cx, version, rows),
    }
}

/// What a version says of every row whatever the day: all but who is eligible and points where these move with it.
#[derive(Debug)]
pub(crate) struct Lasting {
    eligible: Part,
    /// By row; who is eligible is not yet told, nor the score where it moves.
    verdicts: Vec<Verdict>,
    /// Per line of the table of points, by row; `None` for a line that moves.
    points: Vec<Option<Vec<f64>>>,
    /// By row, where no line moves.
    scores: Option<Vec<f64>>,
}

impl Lasting {
    /// `None` where amount or class move with the day, or a rule reads more than its own row and the day.
    pub(crate) fn new(cx: &AsOf<'_>, policy: &Policy, version: &PolicyVersion) -> Option<Self> {
        let (table, _) = cx.programme.register(&policy.who)?;
        let lasts = |rule: &Rule| lasting::lasts(&rule.root, &cx.programme.schema, &["score"]);
        let lines = || version.score.iter().map(|item| &item.points);
        let moving = lines().any(|rule| reads_today(&rule.root));
        let moves = |node: &Node| reads_today(node) || moving && lasting::reads(node, "score");
        let mut settled = version.amount.iter().chain(&version.class);
        if !lasts(&version.eligible)
            || !lines().all(lasts)
            || !settled.all(|rule| lasts(rule) && !moves(&rule.root))
        {
            return None;
        }
        let rows = cx.all_rows(table);
        let points: Vec<Option<Vec<f64>>> = lines()
            .map(|rule| (!reads_today(&rule.root)).then(|| points(cx, rule, &rows)))
            .collect();
        let scores = scores(
            &points
                .iter()
                .flatten()
                .map(Vec::as_slice)
                .collect::<Vec<_>>(),
            rows.len(),
        )
        .filter(|_| !moving);
        let eligible = Part::new(&version.eligible, &moves, &mut |rule| {
            eligible(cx, rule, &rows, scores.as_deref())
        });
        Some(Self {
            eligible,
            verdicts: worth(cx, version, &rows, scores.as_deref()),
            points,
            scores,
        })
    }

    /// The verdicts of these rows on a day.
    fn on(&self, cx: &AsOf<'_>, version: &PolicyVersion, rows: &[u32]) -> Vec<Verdict> {
        let moved = self.moved(cx, version, rows);
        let scores = moved.as_ref().or(self.scores.as_ref());
        let run = |rule: &Rule, rows: &[u32]| {
            let one = |row: &u32| scores.and_then(|scores| scores.get(*row as usize).copied());
            let own: Option<Vec<f64>> = scores.map(|_| {
                rows.iter()
                    .map(|row| one(row).unwrap_or(f64::NAN))
                    .collect()
            });
            eligible(cx, rule, rows, own.as_deref())
        };
        let mask = lasting::mask(rows, self.verdicts.len());
        let found = self.eligible.said(&mask, &run);
        let verdict = |row: &u32| {
            let row = *row as usize;
            let mut verdict = self.verdicts.get(row)?.clone();
            verdict.eligible = found.get(row);
            if let Some(moved) = &moved {
                verdict.score = moved.get(row).and_then(|score| told(*score));
            }
            Some(verdict)
        };
        let mut all = Vec::with_capacity(rows.len());
        all.extend(rows.iter().filter_map(verdict));
        all
    }

    /// The scores on a day where they move, by row; those of other rows are not told.
    fn moved(&self, cx: &AsOf<'_>, version: &PolicyVersion, rows: &[u32]) -> Option<Vec<f64>> {
        if self.points.iter().all(Option::is_some) {
            return None;
        }
        let mut all = vec![f64::NAN; self.verdicts.len()];
        let lasting = |row: &&u32| {
            let mut kept = self.points.iter().flatten();
            kept.all(|line| line.get(**row as usize).is_some_and(|n| !n.is_nan()))
        };
        // One line that nobody knows leaves the sum unknown, whatever the others say.
        let rows: Vec<u32> = rows.iter().filter(lasting).copied().collect();
        for row in &rows {
            if let Some(score) = all.get_mut(*row as usize) {
                *score = 0.0;
            }
        }
        // Line by line, so that each row's sum is the same as that of its lines in order.
        for (item, kept) in version.score.iter().zip(&self.points) {
            match kept {
                Some(kept) => all.iter_mut().zip(kept).for_each(|(sum, n)| *sum += n),
                None => {
                    for (row, n) in rows.iter().zip(points(cx, &item.points, &rows)) {
                        if let Some(sum) = all.get_mut(*row as usize) {
                            *sum += n;
                        }
                    }
                }
            }
        }
        Some(all)
    }
}

/// What a version says of rows of its register.
fn judge(cx: &AsOf<'_>, version: &PolicyVersion, rows: &[u32]) -> Vec<Verdict> {
    let lines = version.score.iter();
    let lines: Vec<Vec<f64>> = lines.map(|item| points(cx, &item.points, rows)).collect();
    let scores = scores(
        &lines.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        rows.len(),
    );
    let mut all = worth(cx, version, rows, scores.as_deref());
    let found = eligible(cx, &version.eligible, rows, scores.as_deref());
    for (row, verdict) in all.iter_mut().enumerate() {
        verdict.eligible = found.get(row);
    }
    all
}

/// The points of one line of the table; not a number where they are not known.
fn points(cx: &AsOf<'_>, rule: &Rule, rows: &[u32]) -> Vec<f64> {
    let found = values(rule, &cx.world(), &cx.frame(rows));
    found
        .iter()
        .map(|value| real(value).unwrap_or(f64::NAN))
        .collect()
}

/// Scores as the name `score` stands for them.
fn named(scores: &[f64]) -> Vec<Value> {
    let value = |score: &f64| told(*score).map_or(Value::Unknown(None), Value::Double);
    scores.iter().map(value).collect()
}

/// Where a rule of who is eligible holds.
fn eligible(cx: &AsOf<'_>, rule: &Rule, rows: &[u32], scores: Option<&[f64]>) -> Verdicts {
    let mut frame = cx.frame(rows);
    let scores = scores
        .filter(|_| lasting::reads(&rule.root, "score"))
        .map(named);
    if let Some(scores) = &scores {
        frame.names.insert("score", Bound::Each(scores));
    }
    verdicts(rule, &cx.world(), &frame)
}

/// Amount, class and score of rows; who is eligible is not yet told.
fn worth(
    cx: &AsOf<'_>,
    version: &PolicyVersion,
    rows: &[u32],
    scores: Option<&[f64]>,
) -> Vec<Verdict> {
    let world = cx.world();
    let mut frame = cx.frame(rows);
    let read = |rule: &Option<Rule>| {
        rule.as_ref()
            .is_some_and(|r| lasting::reads(&r.root, "score"))
    };
    let named = scores
        .filter(|_| read(&version.amount) || read(&version.class))
        .map(named);
    if let Some(scores) = &named {
        frame.names.insert("score", Bound::Each(scores));
    }
    let of = |rule: &Option<Rule>| rule.as_ref().map(|rule| values(rule, &world, &frame));
    let (amounts, classes) = (of(&version.amount), of(&version.class));
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut class_at = |i: usize| match classes.as_ref().and_then(|c| c.get(i)) {
        Some(Value::Text(class)) => Some(shared(&mut names, class)),
        _ => None,
    };
    let verdict = |i: usize| Verdict {
        eligible: None,
        amount_fen: match amounts.as_ref().and_then(|a| a.get(i)) {
            Some(Value::Money(fen)) => Some(*fen),
            _ => None,
        },
        class: class_at(i),
        score: scores.and_then(|scores| told(*scores.get(i)?)),
    };
    (0..rows.len()).map(verdict).collect()
}

fn told(score: f64) -> Option<f64> {
    (!score.is_nan()).then_some(score)
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

/// The sum of the lines, by lane; not a number where a line is not known, `None` without a table of points.
fn scores(lines: &[&[f64]], lanes: usize) -> Option<Vec<f64>> {
    let mut sums = vec![0.0; lanes];
    for line in lines {
        sums.iter_mut().zip(*line).for_each(|(sum, n)| *sum += n);
    }
    (!lines.is_empty()).then_some(sums)
}

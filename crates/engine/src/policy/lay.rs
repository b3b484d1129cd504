//! The rules of several policies run together, and what they say turned into points, amounts and classes.

use super::Laid;
use crate::lasting::{self, Part};
use crate::moment::AsOf;
use programme::model::{PolicyVersion, ScoreItem};
use rules::{Bound, Frame, Node, Rule, Said, Value, Verdicts, several, verdicts};
use std::sync::Arc;

/// Runs the rules of several versions together: first the tables of points, then what may read their sums.
pub(super) fn lay(
    cx: &AsOf<'_>,
    versions: &[&PolicyVersion],
    rows: &[u32],
    moves: impl Fn(&PolicyVersion, &Node) -> bool,
) -> Vec<Laid> {
    let tables = tables_of_points(cx, versions, rows, &moves);
    let scores: Vec<Option<Vec<f64>>> =
        tables.iter().map(|lines| sums(lines, rows.len())).collect();
    let named: Vec<Option<Vec<Value>>> = scores
        .iter()
        .map(|scores| scores.as_deref().map(named))
        .collect();
    let frames: Vec<Frame<'_>> = named
        .iter()
        .map(|named| scored(cx.frame(rows), named.as_deref()))
        .collect();
    let parts: Vec<Vec<Rule>> = versions
        .iter()
        .map(|version| lasting_parts(version, &|node| moves(version, node)))
        .collect();
    let asked = versions.iter().zip(&parts).zip(&frames);
    let asked = asked.flat_map(|((version, parts), frame)| {
        let rules = parts.iter().chain(&version.amount).chain(&version.class);
        rules.map(move |rule| (rule, frame))
    });
    let asked: Vec<_> = asked.collect();
    let world = cx.world();
    let mut told = several(&asked, &world).into_iter();
    let laid = |((version, points), scores): ((&&PolicyVersion, _), _)| Laid {
        eligible: Part::new(
            &version.eligible,
            &|node| moves(version, node),
            &mut |_| match told.next() {
                Some(Said::Verdicts(found)) => found,
                _ => Verdicts::default(),
            },
        ),
        amounts: version
            .amount
            .as_ref()
            .and_then(|_| told.next())
            .map(amounts),
        classes: version
            .class
            .as_ref()
            .and_then(|_| told.next())
            .map(classes),
        points,
        scores,
        lanes: rows.len(),
    };
    versions.iter().zip(tables).zip(scores).map(laid).collect()
}

/// The points of every line of every version's table; `None` for a line that moves.
fn tables_of_points(
    cx: &AsOf<'_>,
    versions: &[&PolicyVersion],
    rows: &[u32],
    moves: impl Fn(&PolicyVersion, &Node) -> bool,
) -> Vec<Vec<Option<Vec<f64>>>> {
    let (world, frame) = (cx.world(), cx.frame(rows));
    let stays = |version: &PolicyVersion, item: &ScoreItem| !moves(version, &item.points.root);
    let mut asked = Vec::new();
    for version in versions {
        let lines = version.score.iter().filter(|item| stays(version, item));
        asked.extend(lines.map(|item| (&item.points, &frame)));
    }
    let mut told = several(&asked, &world).into_iter();
    let mut line = |version, item| {
        stays(version, item)
            .then(|| told.next().map(points))
            .flatten()
    };
    versions
        .iter()
        .map(|version| {
            version
                .score
                .iter()
                .map(|item| line(version, item))
                .collect()
        })
        .collect()
}

/// The parts of who is eligible that do not move with the day, in the order in which [`Part::new`] asks for them.
fn lasting_parts(version: &PolicyVersion, moves: &dyn Fn(&Node) -> bool) -> Vec<Rule> {
    let mut parts = Vec::new();
    Part::new(&version.eligible, moves, &mut |rule| {
        parts.push(rule.clone());
        Verdicts::default()
    });
    parts
}

/// A frame in which the name `score` stands for these.
fn scored<'f>(mut frame: Frame<'f>, scores: Option<&'f [Value]>) -> Frame<'f> {
    if let Some(scores) = scores {
        frame.names.insert("score", Bound::Each(scores));
    }
    frame
}

/// The points of one line of the table on a day; not a number where they are not known.
pub(super) fn line(cx: &AsOf<'_>, rule: &Rule, rows: &[u32]) -> Vec<f64> {
    let (world, frame) = (cx.world(), cx.frame(rows));
    several(&[(rule, &frame)], &world)
        .pop()
        .map(points)
        .unwrap_or_default()
}

/// Where a rule of who is eligible holds.
pub(super) fn eligible(
    cx: &AsOf<'_>,
    rule: &Rule,
    rows: &[u32],
    scores: Option<&[f64]>,
) -> Verdicts {
    let scores = scores.filter(|_| lasting::reads(&rule.root, "score"));
    let named = scores.map(named);
    verdicts(rule, &cx.world(), &scored(cx.frame(rows), named.as_deref()))
}

/// Points; not a number where they are not known. Nothing adds nothing.
fn points(said: Said) -> Vec<f64> {
    let (told, mut items) = match said {
        Said::Double(told, items) => (told, items),
        Said::Whole(told, items) => (told, items.into_iter().map(|n| n as f64).collect()),
        Said::Verdicts(_) | Said::Text(..) | Said::Other(_) => return Vec::new(),
    };
    for (lane, item) in items.iter_mut().enumerate() {
        if !told.known.get(lane) {
            *item = if told.nothing.get(lane) {
                0.0
            } else {
                f64::NAN
            };
        }
    }
    items
}

/// Amounts in fen.
fn amounts(said: Said) -> Vec<Option<i64>> {
    let Said::Whole(told, items) = said else {
        return Vec::new();
    };
    let lanes = items.into_iter().enumerate();
    lanes
        .map(|(lane, fen)| told.known.get(lane).then_some(fen))
        .collect()
}

/// Classes, each name kept once: a policy knows few.
fn classes(said: Said) -> Vec<Option<Arc<str>>> {
    let Said::Text(told, codes, names) = said else {
        return Vec::new();
    };
    let names: Vec<Arc<str>> = names.into_iter().map(Arc::from).collect();
    let name = |code: &u32| names.get(*code as usize).cloned();
    let lanes = codes.iter().enumerate();
    lanes
        .map(|(lane, code)| name(code).filter(|_| told.known.get(lane)))
        .collect()
}

/// Scores as the name `score` stands for them.
fn named(scores: &[f64]) -> Vec<Value> {
    let value = |score: &f64| told(*score).map_or(Value::Unknown(None), Value::Double);
    scores.iter().map(value).collect()
}

pub(super) fn told(score: f64) -> Option<f64> {
    (!score.is_nan()).then_some(score)
}

/// The sum of the lines, by lane; not a number where a line is not known, `None` without a table of points or where a line moves.
fn sums(lines: &[Option<Vec<f64>>], lanes: usize) -> Option<Vec<f64>> {
    let mut sums = vec![0.0; lanes];
    for line in lines {
        sums.iter_mut()
            .zip(line.as_ref()?)
            .for_each(|(sum, n)| *sum += n);
    }
    (!lines.is_empty()).then_some(sums)
}

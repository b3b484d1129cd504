//! Policies: which version a day picks, and what it says of each record.

mod lay;

use crate::lasting::{self, Append, Part, reads_today};
use crate::moment::AsOf;
use lay::{eligible, lay, line, told};
use programme::model::{Policy, PolicyVersion};
use rules::{Bits, Day, Node, Rule, Verdicts};
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
        Some(laid) => laid.on(cx, version, rows),
        None => judge(cx, version, rows),
    }
}

/// What a version says of rows, lane by lane, but for what moves with the day.
#[derive(Clone, Debug)]
pub(crate) struct Laid {
    eligible: Part,
    /// Amounts in fen.
    amounts: Option<Vec<Option<i64>>>,
    classes: Option<Vec<Option<Arc<str>>>>,
    /// Per line of the table of points; `None` for a line that moves.
    points: Vec<Option<Vec<f64>>>,
    /// Where no line moves.
    scores: Option<Vec<f64>>,
    lanes: usize,
}

impl Laid {
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
        let found = self.eligible.said(&lasting::mask(rows, self.lanes), &run);
        let verdict = |row: &u32| {
            let row = *row as usize;
            self.verdict(row, found.get(row), scores.map(Vec::as_slice))
        };
        rows.iter().map(verdict).collect()
    }

    /// The verdict of a lane, with what is known by now of who is eligible and of the scores.
    fn verdict(&self, lane: usize, eligible: Option<bool>, scores: Option<&[f64]>) -> Verdict {
        let amount = |all: &Vec<Option<i64>>| all.get(lane).copied().flatten();
        let class = |all: &Vec<Option<Arc<str>>>| all.get(lane).cloned().flatten();
        Verdict {
            eligible,
            amount_fen: self.amounts.as_ref().and_then(amount),
            class: self.classes.as_ref().and_then(class),
            score: scores.and_then(|scores| told(*scores.get(lane)?)),
        }
    }

    /// The scores on a day where they move, by row; those of other rows are not told.
    fn moved(&self, cx: &AsOf<'_>, version: &PolicyVersion, rows: &[u32]) -> Option<Vec<f64>> {
        if self.points.iter().all(Option::is_some) {
            return None;
        }
        let mut all = vec![f64::NAN; self.lanes];
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
                    for (row, n) in rows.iter().zip(line(cx, &item.points, &rows)) {
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

impl Append for Laid {
    fn append(&mut self, next: Self) {
        self.eligible.append(next.eligible);
        extend(&mut self.amounts, next.amounts);
        extend(&mut self.classes, next.classes);
        for (points, next) in self.points.iter_mut().zip(next.points) {
            extend(points, next);
        }
        extend(&mut self.scores, next.scores);
        self.lanes += next.lanes;
    }
}

fn extend<T>(all: &mut Option<Vec<T>>, next: Option<Vec<T>>) {
    if let (Some(all), Some(next)) = (all, next) {
        all.extend(next);
    }
}

/// Whether a version's amount and class do not move with the day, and no rule reads more than its own row and the day.
pub(crate) fn lasts(cx: &AsOf<'_>, version: &PolicyVersion) -> bool {
    let lasts = |rule: &Rule| lasting::lasts(&rule.root, &cx.programme.schema, &["score"]);
    let mut lines = version.score.iter().map(|item| &item.points);
    let mut settled = version.amount.iter().chain(&version.class);
    lasts(&version.eligible)
        && lines.all(lasts)
        && settled.all(|rule| lasts(rule) && !moves(version, &rule.root))
}

/// Whether a part of a version's rules moves with the day: by itself or with the score.
fn moves(version: &PolicyVersion, node: &Node) -> bool {
    let moving = || {
        version
            .score
            .iter()
            .any(|item| reads_today(&item.points.root))
    };
    reads_today(node) || lasting::reads(node, "score") && moving()
}

/// What versions over one register say of these rows, but for what moves with the day.
pub(crate) fn lasting(cx: &AsOf<'_>, versions: &[&PolicyVersion], rows: &[u32]) -> Vec<Laid> {
    lay(cx, versions, rows, moves)
}

/// What a version says of rows of its register.
fn judge(cx: &AsOf<'_>, version: &PolicyVersion, rows: &[u32]) -> Vec<Verdict> {
    let laid = lay(cx, &[version], rows, |_, _| false);
    let Some(laid) = laid.first() else {
        return Vec::new();
    };
    let all = Bits::filled(rows.len(), true);
    let found = laid.eligible.said(&all, &|_, _| Verdicts::default());
    let verdict = |lane| laid.verdict(lane, found.get(lane), laid.scores.as_deref());
    (0..rows.len()).map(verdict).collect()
}

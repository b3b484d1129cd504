//! One expression at both ends of what is not yet known: tallies are intervals, the answer has three values.

mod evaluate;
mod interval;
mod reach;
mod read;

use crate::{Comparison, Kind, Node, Rule, Type, Value, World};
pub(crate) use evaluate::Evaluation;
pub(crate) use reach::Reach;
use std::collections::BTreeMap;

/// What a name stands for while a rule is evaluated between bounds.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub enum Ranged {
    /// A whole number in the unit of its type (count, fen, days, milliseconds), ends included.
    Whole {
        /// The least it can be; `None` without bound.
        lo: Option<i64>,
        /// The most it can be; `None` without bound.
        hi: Option<i64>,
    },
    /// A real number (a ratio, a decimal), ends included.
    Real {
        /// The least it can be; `None` without bound.
        lo: Option<f64>,
        /// The most it can be; `None` without bound.
        hi: Option<f64>,
    },
    /// One value of any type.
    Value(Value),
}

/// What the names of one evaluation stand for. Keep it and overwrite single tallies: that allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Bounds<'a> {
    /// Single values by name (`held`, `settings.x`, `period.from`, `today`).
    pub names: BTreeMap<&'a str, Ranged>,
    /// The row of each record bound to a name (`bearer`).
    pub records: BTreeMap<&'a str, u32>,
    /// The row whose fields are read by bare names, where the rule has one.
    pub own: Option<u32>,
}

/// One lane of evaluation: what explaining, a near miss and what is missing are asked of.
#[derive(Clone, Copy, Debug)]
pub struct Lane<'a> {
    /// The facts, the calendar, today.
    pub world: &'a World<'a>,
    /// What names stand for.
    pub bounds: &'a Bounds<'a>,
    /// Days of a cut period and of the whole one; see [`verdict_between`].
    pub prorate: Option<(i64, i64)>,
}

/// A comparison of one tally with something that no tally is in: `held >= 10`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold<'r> {
    /// The tally's name.
    pub name: &'r str,
    /// How the tally (on the left) is compared.
    pub comparison: Comparison,
    /// The other side.
    pub node: &'r Node,
}

/// The verdict of a rule whose names lie between bounds: what it is at every point of them, `None` where points
/// differ or a value is unknown. Nothing (a cell whose empty means none) counts as no.
///
/// `prorate` is a cut period's days and the whole one's: N of every `tally >= N` is owed in that share,
/// rounded up; a real N (a ratio) is owed in full.
pub fn verdict_between(
    rule: &Rule,
    world: &World<'_>,
    bounds: &Bounds<'_>,
    prorate: Option<(i64, i64)>,
) -> Option<bool> {
    Evaluation::new(Lane {
        world,
        bounds,
        prorate,
    })
    .truth(&rule.root)
}

/// What a node may come to between bounds.
pub fn range(node: &Node, lane: &Lane<'_>) -> Ranged {
    ranged(&Evaluation::new(*lane).reach(node), &node.ty)
}

pub(crate) fn ranged(reach: &Reach<'_>, ty: &Type) -> Ranged {
    match reach {
        Reach::Whole(i) if i.single().is_none() => Ranged::Whole { lo: i.lo, hi: i.hi },
        Reach::Real(i) if i.single().is_none() => Ranged::Real { lo: i.lo, hi: i.hi },
        single => Ranged::Value(single.value(ty)),
    }
}

/// What the side of a threshold that no tally is in comes to, in the tally's unit; prorated as
/// [`verdict_between`] does it, where the threshold is `>=`.
pub fn threshold_value(
    threshold: &Threshold<'_>,
    world: &World<'_>,
    bounds: &Bounds<'_>,
    prorate: Option<(i64, i64)>,
) -> Ranged {
    let mut reach = Evaluation::new(Lane {
        world,
        bounds,
        prorate: None,
    })
    .reach(threshold.node);
    if let Some(share) = prorate
        && threshold.comparison == Comparison::Ge
    {
        reach = reach.prorated(share);
    }
    ranged(&reach, &threshold.node.ty)
}

/// Every comparison of a rule in which a single tally stands against something without tallies,
/// in the order of the text; `10 <= held` is turned round.
pub fn thresholds(rule: &Rule) -> Vec<Threshold<'_>> {
    let mut found = Vec::new();
    visit(&rule.root, &mut |node| {
        let Kind::Compare(comparison, left, right) = &node.kind else {
            return;
        };
        let sides = [
            (left, *comparison, right),
            (right, turned(*comparison), left),
        ];
        for (tally, comparison, other) in sides {
            if let Some(name) = tally_name(tally)
                && !mentions_tally(other)
            {
                found.push(Threshold {
                    name,
                    comparison,
                    node: other,
                });
            }
        }
    });
    found
}

/// The tally that a node is: a single name without a group that is not `today`.
pub(crate) fn tally_name(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Name(name) if name != "today" && !name.contains('.') => Some(name),
        _ => None,
    }
}

fn mentions_tally(node: &Node) -> bool {
    let mut found = false;
    visit(node, &mut |node| found |= tally_name(node).is_some());
    found
}

pub(crate) fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Lt => Comparison::Gt,
        Comparison::Le => Comparison::Ge,
        Comparison::Gt => Comparison::Lt,
        Comparison::Ge => Comparison::Le,
        same => same,
    }
}

/// Calls `f` for a node and everything below it, in the order of the text.
pub(crate) fn visit<'n>(node: &'n Node, f: &mut impl FnMut(&'n Node)) {
    f(node);
    for child in node.children() {
        visit(child, f);
    }
}

//! What is owed, judged between the bounds of the tallies.

use crate::duty::{Bounds, Held};
use crate::evaluate::period_names;
use crate::kept::Kept;
use crate::moment::AsOf;
use crate::pace::{Goal, is_goal};
use crate::period::Dated;
use programme::Period;
use programme::model::{Measure, Tally, TallyKind};
use rules::{
    Comparison, Day, Kind, Node, Ranged, Rule, Threshold, Type, Value, names_read, threshold_value,
    thresholds, verdict_between,
};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The rule of a measure, prepared for its duties.
pub(crate) struct Owes<'o> {
    cx: &'o AsOf<'o>,
    measure: &'o Measure,
    rule: Option<&'o Rule>,
    settings: Vec<(&'o str, Value)>,
    at_most: bool,
    /// Each `tally >= N` that is a goal.
    asks: Vec<Threshold<'o>>,
    kept: Kept,
}

impl<'o> Owes<'o> {
    pub(crate) fn new(cx: &'o AsOf<'o>, measure: &'o Measure) -> Self {
        let rule = measure.owes.as_ref();
        let read = rule.map(names_read).unwrap_or_default();
        let mut asks = rule.map(thresholds).unwrap_or_default();
        if let Some(rule) = rule {
            moving(&rule.root, measure, &mut asks);
        }
        asks.retain(is_goal);
        let settings = cx
            .setting_names
            .iter()
            .filter(|(name, _)| read.contains(name));
        Self {
            cx,
            measure,
            rule,
            settings: settings
                .map(|(name, value)| (name.as_str(), value.clone()))
                .collect(),
            at_most: rule.is_some_and(|r| limits(&r.root, measure, false)),
            asks,
            kept: Kept::new(&read),
        }
    }

    /// Whether more evidence could undo it: it holds something down.
    pub(crate) fn at_most(&self) -> bool {
        self.at_most
    }

    /// Whether it holds on these tallies; `None` where the ends of the bounds differ.
    pub(crate) fn held(&self, row: u32, dated: &Dated, tallies: &[Bounds]) -> Held {
        self.kept
            .held(row, dated, tallies, || self.verdict(row, dated, tallies))
    }

    fn verdict(&self, row: u32, dated: &Dated, tallies: &[Bounds]) -> Option<bool> {
        let rule = self.rule?;
        let nothing = |(tally, b): (&programme::model::Tally, &Bounds)| {
            matches!(tally.kind, TallyKind::Share(_) | TallyKind::Ratio(..))
                && *b == Bounds::default()
        };
        if self.measure.empty_ratio_met && self.measure.tallies.iter().zip(tallies).any(nothing) {
            return Some(true);
        }
        verdict_between(
            rule,
            &self.cx.world(),
            &self.bounds(row, dated, tallies),
            dated.share,
        )
    }

    /// Each `tally >= N` with its N for this duty; N may itself be worked out from tallies that are known.
    pub(crate) fn goals(&self, row: u32, dated: &Dated, tallies: &[Bounds]) -> Rc<[Goal]> {
        self.kept
            .goals(row, dated, tallies, || self.asked(row, dated, tallies))
    }

    fn asked(&self, row: u32, dated: &Dated, tallies: &[Bounds]) -> Vec<Goal> {
        let bounds = self.bounds(row, dated, tallies);
        let goal = |t: &rules::Threshold<'_>| {
            let tally = self.measure.tallies.iter().position(|x| x.id == t.name)?;
            let need = match threshold_value(t, &self.cx.world(), &bounds, dated.share) {
                Ranged::Whole {
                    lo: Some(lo),
                    hi: Some(hi),
                } if lo == hi => lo as f64,
                Ranged::Real {
                    lo: Some(lo),
                    hi: Some(hi),
                } if lo == hi => lo,
                Ranged::Value(value) => {
                    crate::tally::real(&value).filter(|_| !matches!(value, Value::Nothing))?
                }
                _ => return None,
            };
            Some(Goal {
                tally,
                need,
                strictly: t.comparison == Comparison::Gt,
            })
        };
        self.asks.iter().filter_map(goal).collect()
    }

    /// The names that the rule may read.
    pub(crate) fn bounds(&self, row: u32, dated: &Dated, tallies: &[Bounds]) -> rules::Bounds<'_> {
        let settings = self.settings.iter().map(|(name, value)| (*name, value));
        let tallies = self.measure.tallies.iter().zip(tallies.iter().copied());
        let names = names(self.cx, settings, &dated.period, dated.due, tallies);
        rules::Bounds {
            names,
            records: [("bearer", row)].into(),
            own: None,
        }
    }
}

/// Settings, `period.…` and tallies as names in scope.
pub(crate) fn names<'n>(
    cx: &AsOf<'_>,
    settings: impl Iterator<Item = (&'n str, &'n Value)>,
    period: &Period,
    due: Day,
    tallies: impl Iterator<Item = (&'n Tally, Bounds)>,
) -> BTreeMap<&'n str, Ranged> {
    let settings = settings.map(|(name, value)| (name, Ranged::Value(value.clone())));
    let period = period_names(cx.programme, period, due)
        .into_iter()
        .map(|(name, value)| (name, Ranged::Value(value)));
    let tallies = tallies.map(|(tally, bounds)| (tally.id.as_str(), ranged(&tally.kind, &bounds)));
    settings.chain(period).chain(tallies).collect()
}

/// The tally's type in rules.
pub fn tally_type(kind: &TallyKind) -> Type {
    match kind {
        TallyKind::Count | TallyKind::Distinct(_) => Type::Int,
        TallyKind::Share(_) | TallyKind::Ratio(..) => Type::Double,
        TallyKind::Sum(of) | TallyKind::Last(of) => of.root.ty.clone(),
    }
}

fn ranged(kind: &TallyKind, bounds: &Bounds) -> Ranged {
    match tally_type(kind) {
        Type::Double => Ranged::Real {
            lo: bounds.low,
            hi: bounds.high,
        },
        Type::Bool => Ranged::Value(
            bounds
                .known()
                .map_or(Value::Unknown(None), |n| Value::Bool(n > 0.0)),
        ),
        _ => Ranged::Whole {
            lo: bounds.low.map(|n| n as i64),
            hi: bounds.high.map(|n| n as i64),
        },
    }
}

/// Whether some tally is held down by something that no tally is in: at most, equal, unequal, or at least
/// under a negation. Two tallies held against each other are not: either may still move.
fn limits(node: &Node, measure: &Measure, negated: bool) -> bool {
    match &node.kind {
        Kind::Not(x) => limits(x, measure, !negated),
        Kind::Compare(comparison, a, b) => {
            let left = match (mentions(a, measure), mentions(b, measure)) {
                (true, false) => true,
                (false, true) => false,
                _ => return false,
            };
            match comparison {
                Comparison::Eq | Comparison::Ne => true,
                Comparison::Ge | Comparison::Gt => left == negated,
                Comparison::Le | Comparison::Lt => left != negated,
            }
        }
        _ => node
            .children()
            .into_iter()
            .any(|child| limits(child, measure, negated)),
    }
}

/// Each `tally >= N` whose N is worked out from other tallies: `paid >= owed * 0.8`.
fn moving<'r>(node: &'r Node, measure: &Measure, found: &mut Vec<Threshold<'r>>) {
    if let Kind::Compare(comparison @ (Comparison::Ge | Comparison::Gt), left, right) = &node.kind
        && let Kind::Name(name) = &left.kind
        && mentions(left, measure)
        && mentions(right, measure)
    {
        found.push(Threshold {
            name,
            comparison: *comparison,
            node: right,
        });
    }
    for child in node.children() {
        moving(child, measure, found);
    }
}

fn mentions(node: &Node, measure: &Measure) -> bool {
    match &node.kind {
        Kind::Name(name) => measure.tallies.iter().any(|t| &t.id == name),
        _ => node
            .children()
            .into_iter()
            .any(|child| mentions(child, measure)),
    }
}

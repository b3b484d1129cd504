//! The near miss: the fewest cells that would turn a lane's verdict, and how far each is from that.

use crate::candidate::Wanted;
use crate::cells::{Cell, atoms};
use crate::range::{Evaluation, Lane, visit};
use crate::search::{Goal, Ready, Way};
use crate::{Kind, Rule, Value};
use serde::Serialize;
use std::collections::BTreeSet;
use std::ops::Range;

/// One smallest set of changes that turns a verdict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NearMiss {
    /// The verdict it would bring.
    pub verdict: bool,
    /// The changes, all needed.
    pub changes: Vec<Change>,
    /// Whether it is proven that no smaller set of cells does (of those that can still change, where
    /// this one changes no fixed cell).
    pub smallest: bool,
}

/// A cell that would have to change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Which one. Who may change it, the register's roles say.
    pub cell: Cell,
    /// What it holds; [`Value::Unknown`] also for a tally that is not known exactly.
    pub actual: Value,
    /// The nearest that would do.
    pub to: Wanted,
    /// The distance in the field's unit (fen, days, milliseconds, count), where it has one.
    pub distance: Option<f64>,
    /// The distance as a share of the larger of the two numbers (of a year for days and moments);
    /// 1 where there is no measure, 0 where nothing is known yet.
    pub distance_relative: f64,
    /// Whether it cannot change any more, as the caller says.
    pub fixed: bool,
    /// The atoms it turns, as bytes of the rule's text.
    pub atoms: Vec<Range<usize>>,
}

/// Ways shown.
const NEAR_MAX: usize = 5;

/// The smallest sets of changes that would turn a lane's verdict, best first: those that change nothing fixed,
/// then by number of cells, then by distance. Empty for a verdict that is not known (see [`crate::missing`])
/// or that no change of cells turns.
///
/// `fixed` says of a table's id and a field's id (an empty table and a name for a tally) that no one can
/// change it any more.
pub fn near(rule: &Rule, lane: &Lane<'_>, fixed: &dyn Fn(&str, &str) -> bool) -> Vec<NearMiss> {
    let Some(now) = Evaluation::new(*lane).truth(&rule.root) else {
        return Vec::new();
    };
    let is_fixed = |cell: &Cell| fixed(cell.table.as_deref().unwrap_or_default(), &cell.field);
    let ready = Ready::new(&rule.root, lane);
    let mut found: Vec<NearMiss> = Vec::new();
    for only_free in [true, false] {
        let search = ready.ways(
            lane,
            &Goal {
                verdict: !now,
                may_change: &|variable, cells| {
                    let mut own = variable.cells.iter().filter_map(|at| cells.get(*at));
                    !only_free || !own.any(is_fixed)
                },
            },
        );
        for way in &search.ways {
            let near = NearMiss {
                verdict: !now,
                changes: changes(&ready, way, rule, lane, &is_fixed),
                smallest: search.smallest,
            };
            if !found.iter().any(|f| f.changes == near.changes) {
                found.push(near);
            }
        }
    }
    found.sort_by(|a, b| {
        let fixed = |n: &NearMiss| n.changes.iter().filter(|c| c.fixed).count();
        let far = |n: &NearMiss| n.changes.iter().map(|c| c.distance_relative).sum::<f64>();
        (fixed(a), a.changes.len())
            .cmp(&(fixed(b), b.changes.len()))
            .then(far(a).total_cmp(&far(b)))
    });
    // Of several values for the same cells only the nearest is worth showing.
    let mut shown: Vec<NearMiss> = Vec::new();
    for near in found {
        let cells = |n: &NearMiss| n.changes.iter().map(|c| c.cell.clone()).collect::<Vec<_>>();
        if !shown.iter().any(|s| cells(s) == cells(&near)) {
            shown.push(near);
        }
    }
    shown.truncate(NEAR_MAX);
    shown
}

fn changes(
    ready: &Ready,
    way: &Way,
    rule: &Rule,
    lane: &Lane<'_>,
    is_fixed: &dyn Fn(&Cell) -> bool,
) -> Vec<Change> {
    let originals = atoms(&rule.root);
    let mut changes = Vec::new();
    for (at, candidate) in way {
        let variable = ready.lifted.variables.get(*at);
        let candidate = ready
            .candidates
            .get(*at)
            .and_then(|all| all.get(*candidate));
        let (Some(variable), Some(candidate)) = (variable, candidate) else {
            continue;
        };
        // The atoms that read the variable, at the same places as in the lifted tree.
        let spans = atoms(&ready.lifted.root)
            .into_iter()
            .zip(&originals)
            .filter(|(lifted, _)| {
                let mut reads = false;
                visit(lifted, &mut |node| {
                    reads |= matches!(&node.kind, Kind::Name(name) if *name == variable.name);
                });
                reads
            });
        let spans: Vec<Range<usize>> = spans.map(|(_, atom)| atom.span.clone()).collect();
        for cell in variable
            .cells
            .iter()
            .filter_map(|c| ready.lifted.cells.get(*c))
        {
            changes.push(Change {
                cell: cell.clone(),
                actual: actual(cell, rule, lane),
                to: candidate.wanted.clone(),
                distance: candidate.absolute,
                distance_relative: candidate.relative,
                fixed: is_fixed(cell),
                atoms: spans.clone(),
            });
        }
    }
    merged(changes)
}

/// One change per cell; the atoms of both where a cell stands for several leaves.
fn merged(changes: Vec<Change>) -> Vec<Change> {
    let mut merged: Vec<Change> = Vec::new();
    for change in changes {
        match merged.iter_mut().find(|m| m.cell == change.cell) {
            Some(first) => first.atoms.extend(change.atoms),
            None => merged.push(change),
        }
    }
    for change in &mut merged {
        let spans: BTreeSet<(usize, usize)> =
            change.atoms.iter().map(|s| (s.start, s.end)).collect();
        change.atoms = spans.into_iter().map(|(start, end)| start..end).collect();
    }
    merged
}

fn actual(cell: &Cell, rule: &Rule, lane: &Lane<'_>) -> Value {
    let mut value = Value::Unknown(None);
    visit(&rule.root, &mut |node| {
        if crate::cells::path(node).as_ref() == Some(&cell.path) {
            value = Evaluation::new(*lane).reach(node).value(&node.ty);
        }
    });
    value
}

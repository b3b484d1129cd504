//! What is missing: the fewest unknown cells that could decide a lane's verdict.

use crate::cells::{Cell, Lifted, atoms, is_open, joins_verdicts};
use crate::range::{Evaluation, Lane};
use crate::search::{Goal, Ready};
use crate::{Kind, Node, Rule};
use serde::Serialize;

/// The cells whose values would decide a verdict that is not known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Missing {
    /// A smallest set: some values of these decide. Empty where no single cell is to blame (an error such as
    /// a division by zero).
    pub smallest: Vec<Cell>,
    /// Every cell that matters: no values of other cells decide.
    pub all: Vec<Cell>,
}

/// The cells missing for a lane's verdict; none when it is known. Of several smallest sets, one whose cells
/// can still be filled (see [`crate::near`] for `fixed`), the first in the order of the text.
pub fn missing(
    rule: &Rule,
    lane: &Lane<'_>,
    fixed: &dyn Fn(&str, &str) -> bool,
) -> Option<Missing> {
    if Evaluation::new(*lane).truth(&rule.root).is_some() {
        return None;
    }
    let ready = Ready::new(&rule.root, lane);
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for verdict in [true, false] {
        let search = ready.ways(
            lane,
            &Goal {
                verdict,
                may_change: &|variable, _| is_open(&variable.start),
            },
        );
        let cells = search.ways.iter().map(|way| ready.cells_of(way));
        sets.extend(cells.map(|cells| cells.into_iter().collect()));
    }
    let cell = |at: &usize| ready.lifted.cells.get(*at);
    let is_fixed = |cell: &Cell| fixed(cell.table.as_deref().unwrap_or_default(), &cell.field);
    let smallest = sets.into_iter().min_by_key(|set| {
        let fixed = set.iter().filter_map(cell).filter(|c| is_fixed(c)).count();
        (set.len(), fixed, set.clone())
    });
    let all = relevant(&rule.root, lane);
    Some(Missing {
        smallest: smallest
            .map(|set| set.iter().filter_map(cell).cloned().collect())
            .unwrap_or_default(),
        all,
    })
}

/// The unknown cells under nodes that are not known themselves, all the way down from the root.
fn relevant(root: &Node, lane: &Lane<'_>) -> Vec<Cell> {
    let lifted = crate::cells::lifted(root, lane);
    let bounds = lifted.bounds(lane.bounds);
    let lane = Lane {
        bounds: &bounds,
        ..*lane
    };
    let mut found = Vec::new();
    collect(&lifted.root, &lifted, &lane, &mut found);
    found.sort_unstable();
    found.dedup();
    found
        .iter()
        .filter_map(|at| lifted.cells.get(*at).cloned())
        .collect()
}

fn collect(node: &Node, lifted: &Lifted, lane: &Lane<'_>, found: &mut Vec<usize>) {
    let known = |node: &Node| Evaluation::new(*lane).truth(node).is_some();
    if known(node) {
        return;
    }
    // Below a condition everything may matter, also what is known on a branch not taken.
    if joins_verdicts(node) && !matches!(node.kind, Kind::Conditional(..)) {
        for child in node.children() {
            collect(child, lifted, lane, found);
        }
        return;
    }
    for atom in atoms(node) {
        let variables = lifted.variables_in(atom).into_iter();
        let open = variables
            .filter_map(|at| lifted.variables.get(at))
            .filter(|v| is_open(&v.start));
        found.extend(open.flat_map(|v| v.cells.iter().copied()));
    }
}

//! The smallest sets of cells that bring a verdict about, found from the atoms that stand in its way.

use crate::candidate::{Candidate, Wanted, candidates, exhausts};
use crate::cells::{Cell, Lifted, Variable, atoms, is_open, joins_verdicts, lifted, replace};
use crate::range::{Bounds, Evaluation, Lane, Ranged};
use crate::{Kind, Node, Type, Value};
use std::collections::{BTreeSet, HashSet};

/// A rule made ready: every leaf a name with the values worth trying for it.
pub(crate) struct Ready {
    pub(crate) lifted: Lifted,
    /// By variable.
    pub(crate) candidates: Vec<Vec<Candidate>>,
}

/// One way: candidates by variable, in the order of the variables.
pub(crate) type Way = Vec<(usize, usize)>;

/// What a search may change and what it is to reach.
pub(crate) struct Goal<'g> {
    pub(crate) verdict: bool,
    pub(crate) may_change: &'g dyn Fn(&Variable, &[Cell]) -> bool,
}

/// Ways found, all with the same number of cells.
#[derive(Default)]
pub(crate) struct Ways {
    pub(crate) ways: Vec<Way>,
    /// Whether no smaller set does: the search ended within its budget.
    pub(crate) smallest: bool,
}

/// Leaves looked at in one search, which bounds its time to some tens of milliseconds.
const LEAVES_MAX: usize = 1_000_000;
/// Ways kept.
const WAYS_MAX: usize = 32;

impl Ready {
    pub(crate) fn new(root: &Node, lane: &Lane<'_>) -> Self {
        let mut lifted = lifted(root, lane);
        let candidates = {
            let bounds = lifted.bounds(lane.bounds);
            let lane = Lane {
                bounds: &bounds,
                ..*lane
            };
            let atoms = atoms(&lifted.root);
            (0..lifted.variables.len())
                .map(|at| candidates(at, &lifted, &atoms, &lane))
                .collect()
        };
        let mut ready = Self {
            candidates,
            lifted: Lifted {
                root: lifted.root.clone(),
                variables: std::mem::take(&mut lifted.variables),
                cells: std::mem::take(&mut lifted.cells),
            },
        };
        ready.name_stubborn_atoms(lane);
        ready
    }

    /// Puts a name of type bool in place of every atom that no single value tried can change.
    fn name_stubborn_atoms(&mut self, lane: &Lane<'_>) {
        let mut root = self.lifted.root.clone();
        let mut named = Vec::new();
        let before = self.lifted.variables.len();
        replace(&mut root, &mut |node| {
            if joins_verdicts(node) {
                return false;
            }
            if let Some(cells) = self.stubborn(node, lane) {
                let name = format!("?{}", before + named.len());
                let bounds = self.lifted.bounds(lane.bounds);
                let start = crate::range::range(
                    node,
                    &Lane {
                        bounds: &bounds,
                        ..*lane
                    },
                );
                named.push(Variable {
                    name: name.clone(),
                    ty: Type::Bool,
                    cells,
                    start,
                    may_be_nothing: false,
                });
                node.kind = Kind::Name(name);
            }
            true
        });
        self.lifted.root = root;
        for variable in named {
            let other = |b: bool| Candidate {
                value: Value::Bool(b),
                wanted: Wanted::Verdict(b),
                absolute: None,
                relative: 1.0,
            };
            let tried = [true, false].into_iter().map(other);
            let now = variable.start.clone();
            self.candidates.push(
                tried
                    .filter(|c| Ranged::Value(c.value.clone()) != now)
                    .collect(),
            );
            self.lifted.variables.push(variable);
        }
    }

    /// The cells that stand for an atom which no single value changes; none for an atom that some value changes,
    /// that none can change, or that reads no cell.
    fn stubborn(&self, atom: &Node, lane: &Lane<'_>) -> Option<Vec<usize>> {
        let within = self.lifted.variables_in(atom);
        let mut bounds = self.lifted.bounds(lane.bounds);
        let truth = |bounds: &Bounds<'_>| Evaluation::new(Lane { bounds, ..*lane }).truth(atom);
        let now = truth(&bounds);
        for at in &within {
            let variable = self.lifted.variables.get(*at)?;
            for candidate in self.candidates.get(*at)? {
                bounds
                    .names
                    .insert(&variable.name, Ranged::Value(candidate.value.clone()));
                let then = truth(&bounds);
                if then.is_some() && then != now {
                    return None;
                }
            }
            bounds.names.insert(&variable.name, variable.start.clone());
        }
        if let [only] = within.as_slice()
            && exhausts(self.lifted.variables.get(*only)?, atom)
        {
            return None;
        }
        let cells = |open_only: bool| -> BTreeSet<usize> {
            let all = within
                .iter()
                .filter_map(|at| self.lifted.variables.get(*at));
            all.filter(|v| !open_only || is_open(&v.start))
                .flat_map(|v| v.cells.iter().copied())
                .collect()
        };
        // An atom that is not known needs all that is not known in it; a known one changes by one cell.
        let mut cells: Vec<usize> = match now {
            None if !cells(true).is_empty() => cells(true).into_iter().collect(),
            _ => cells(false).into_iter().take(1).collect(),
        };
        cells.dedup();
        (!cells.is_empty()).then_some(cells)
    }

    /// The smallest ways to the goal, from what is there now.
    pub(crate) fn ways<'s>(&'s self, lane: &Lane<'s>, goal: &'s Goal<'s>) -> Ways {
        let mut search = Search {
            ready: self,
            lane: *lane,
            bounds: self.lifted.bounds(lane.bounds),
            goal,
            left: LEAVES_MAX,
            cells_max: 0,
            stop_at_first: false,
            seen: HashSet::new(),
            ways: Vec::new(),
        };
        for cells_max in 1..=self.lifted.cells.len() {
            search.cells_max = cells_max;
            search.seen.clear();
            search.step(&mut Vec::new());
            if !search.ways.is_empty() || search.left == 0 {
                break;
            }
        }
        let smallest = search.left > 0;
        if search.ways.is_empty() && !smallest {
            // Too many to try: the first way there is, not proven the smallest.
            search.cells_max = usize::MAX;
            search.left = LEAVES_MAX;
            search.stop_at_first = true;
            search.seen.clear();
            search.step(&mut Vec::new());
        }
        Ways {
            ways: search.ways,
            smallest,
        }
    }

    /// The cells that a way changes, each once.
    pub(crate) fn cells_of(&self, way: &Way) -> BTreeSet<usize> {
        let variables = way
            .iter()
            .filter_map(|(at, _)| self.lifted.variables.get(*at));
        variables.flat_map(|v| v.cells.iter().copied()).collect()
    }
}

struct Search<'s> {
    ready: &'s Ready,
    lane: Lane<'s>,
    /// What the leaves are with what is chosen.
    bounds: Bounds<'s>,
    goal: &'s Goal<'s>,
    left: usize,
    cells_max: usize,
    stop_at_first: bool,
    seen: HashSet<Way>,
    ways: Vec<Way>,
}

impl<'s> Search<'s> {
    /// Invariant: every smallest way that begins with `chosen` changes a leaf of one of the atoms in its way,
    /// so trying those leaves misses none.
    fn step(&mut self, chosen: &mut Way) {
        let size = self.ready.lifted.variables.len() + 1;
        let done = self.stop_at_first && !self.ways.is_empty() || self.ways.len() >= WAYS_MAX;
        let mut key = chosen.clone();
        key.sort_unstable();
        if done || self.left == 0 || !self.seen.insert(key.clone()) {
            return;
        }
        self.left = self.left.saturating_sub(size);
        let root: &'s Node = &self.ready.lifted.root;
        if self.truth(root) == Some(self.goal.verdict) {
            self.ways.push(key);
            return;
        }
        let mut in_the_way = Vec::new();
        self.blame(root, Some(self.goal.verdict), &mut in_the_way);
        let mut tried = HashSet::new();
        for (atom, wanted) in in_the_way {
            for choice in self.choices(atom, wanted, chosen) {
                if tried.insert(choice) {
                    chosen.push(choice);
                    self.set(choice, true);
                    self.step(chosen);
                    self.set(choice, false);
                    chosen.pop();
                }
            }
        }
    }

    fn truth(&self, node: &Node) -> Option<bool> {
        self.truth_with(node, &self.bounds)
    }

    fn truth_with(&self, node: &Node, bounds: &Bounds<'_>) -> Option<bool> {
        Evaluation::new(Lane {
            bounds,
            ..self.lane
        })
        .truth(node)
    }

    fn set(&mut self, (at, candidate): (usize, usize), chosen: bool) {
        let ready = self.ready;
        let (Some(variable), Some(all)) =
            (ready.lifted.variables.get(at), ready.candidates.get(at))
        else {
            return;
        };
        let value = match all.get(candidate) {
            Some(candidate) if chosen => Ranged::Value(candidate.value.clone()),
            _ => variable.start.clone(),
        };
        self.bounds.names.insert(&variable.name, value);
    }

    /// Atoms of which at least one must change before `node` can come to `wanted`, with what it must come to.
    fn blame(
        &self,
        node: &'s Node,
        wanted: Option<bool>,
        found: &mut Vec<(&'s Node, Option<bool>)>,
    ) {
        match &node.kind {
            Kind::Not(inner) => self.blame(inner, wanted.map(|b| !b), found),
            Kind::And(all) | Kind::Or(all) => {
                let each = matches!(node.kind, Kind::And(_));
                match wanted {
                    Some(wanted) if wanted == each => {
                        // All must come to it: the first that has not is in the way by itself.
                        let first = all.iter().find(|n| self.truth(n) != Some(wanted));
                        first
                            .into_iter()
                            .for_each(|n| self.blame(n, Some(wanted), found));
                    }
                    wanted => all.iter().for_each(|n| self.blame(n, wanted, found)),
                }
            }
            Kind::Conditional(condition, then, otherwise) if node.ty == Type::Bool => {
                self.blame(condition, None, found);
                self.blame(then, None, found);
                self.blame(otherwise, None, found);
            }
            _ => found.push((node, wanted)),
        }
    }

    /// What may be tried at an atom.
    fn choices(&self, atom: &'s Node, wanted: Option<bool>, chosen: &Way) -> Way {
        let ready = self.ready;
        let within = ready.lifted.variables_in(atom);
        let free: Vec<usize> = within
            .into_iter()
            .filter(|at| !chosen.iter().any(|(c, _)| c == at))
            .collect();
        let used = ready.cells_of(chosen);
        let mut choices = Vec::new();
        for at in &free {
            let (Some(variable), Some(all)) =
                (ready.lifted.variables.get(*at), ready.candidates.get(*at))
            else {
                continue;
            };
            let more = variable.cells.iter().filter(|c| !used.contains(c)).count();
            let allowed = (self.goal.may_change)(variable, &ready.lifted.cells);
            if !allowed || used.len() + more > self.cells_max {
                continue;
            }
            for (i, candidate) in all.iter().enumerate() {
                // The only leaf left in an atom must bring it to what is wanted by itself.
                if let ([_], Some(wanted)) = (free.as_slice(), wanted) {
                    let mut bounds = self.bounds.clone();
                    bounds
                        .names
                        .insert(&variable.name, Ranged::Value(candidate.value.clone()));
                    if self.truth_with(atom, &bounds) != Some(wanted) {
                        continue;
                    }
                }
                choices.push((*at, i));
            }
        }
        choices
    }
}

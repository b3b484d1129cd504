//! Laying a plan out: which planes there are, which rules a block can skip together, which literals are shared.

use super::graph::{Graph, Literal, Part};
use super::kernel::{Classes, Factors, Test};
use super::{Plan, Runs};
use std::collections::{BTreeMap, HashMap};

/// A plane that fewer rules read is computed only when one of them is open in the block.
const EAGER_FROM: usize = 6;
/// A pair of literals that so many rules have is worked out once in each block.
const SHARED_FROM: usize = 16;

/// Where a plane comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// All rows, or none.
    Constant(bool),
    /// Rows whose code for a feature is in a set.
    Members(usize, Test),
    /// A stored plane.
    Stored(usize),
    /// A conjunction's plane of yes; its plane of known is the next one.
    Conjunction(usize),
    /// The plane of known of the conjunction before.
    Known,
}

/// Rules that a block can skip together.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) zone: Option<Zone>,
    pub(super) members: Vec<Member>,
}

/// A literal over a column whose values lie together: where a block holds no class that may satisfy it, all rules
/// with it say no.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    pub(super) feature: usize,
    pub(super) yes: Classes,
    pub(super) no: Classes,
    pub(super) planes: Vec<u32>,
}

/// One rule of a group.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) rule: usize,
    /// Every literal.
    pub(super) whole: Factors,
    /// All but the zone's.
    pub(super) rest: Factors,
    /// Planes to compute that are not computed in every block.
    pub(super) needs: Vec<u32>,
}

impl Factors {
    pub(super) fn planes(&self) -> impl Iterator<Item = u32> + '_ {
        let all = self.plain.iter().chain(&self.negated);
        all.flat_map(|(yes, known)| [*yes, *known])
    }
}

/// The plane of no rows.
const NONE: u32 = 0;
/// The plane of all rows.
const ALL: u32 = 1;

/// Planes are handed out once for each source.
struct Lay<'p> {
    plan: &'p Plan,
    sources: Vec<Source>,
    members: HashMap<(usize, Classes), u32>,
    stored: HashMap<usize, u32>,
    conjunctions: HashMap<usize, (u32, u32)>,
}

impl Lay<'_> {
    fn push(&mut self, source: Source) -> u32 {
        self.sources.push(source);
        self.sources.len() as u32 - 1
    }

    fn classes(&mut self, feature: usize, classes: Classes, of: usize) -> u32 {
        if classes == Classes::default() {
            return NONE;
        }
        if (0..of).all(|class| classes.contains(class as u8)) {
            return ALL;
        }
        if let Some(plane) = self.members.get(&(feature, classes)) {
            return *plane;
        }
        let plane = self.push(Source::Members(feature, Test::of(classes, of)));
        self.members.insert((feature, classes), plane);
        plane
    }

    fn stored(&mut self, at: usize) -> u32 {
        if let Some(plane) = self.stored.get(&at) {
            return *plane;
        }
        let plane = self.push(Source::Stored(at));
        self.stored.insert(at, plane);
        plane
    }

    /// The planes of yes and known of a leaf.
    fn leaf(&mut self, leaf: usize) -> (u32, u32) {
        let of = |yes: bool| if yes { ALL } else { NONE };
        match self.plan.runs.get(leaf) {
            Some(Runs::Coded(feature, place)) => {
                let Some(coded) = self.plan.coded.get(*feature) else {
                    return (NONE, NONE);
                };
                let yes = coded.classes_where(*place, |said| said == Some(true));
                let known = coded.classes_where(*place, |said| said.is_some());
                let of = coded.classes();
                (
                    self.classes(*feature, yes, of),
                    self.classes(*feature, known, of),
                )
            }
            Some(Runs::Stored(at)) => {
                let (yes, known) = self.plan.stored.planes_of(*at);
                (self.stored(yes), self.stored(known))
            }
            Some(Runs::Constant(said)) => (of(*said == Some(true)), of(said.is_some())),
            None => (NONE, NONE),
        }
    }

    fn factors(&mut self, literals: &[Literal]) -> Factors {
        let mut factors = Factors::default();
        for literal in literals {
            let planes = match literal.part() {
                Part::Leaf(leaf) => self.leaf(leaf),
                Part::All(n) => self.conjunctions.get(&n).copied().unwrap_or_default(),
            };
            if literal.negated() {
                factors.negated.push(planes);
            } else {
                factors.plain.push(planes);
            }
        }
        factors
    }
}

/// A rule's literals: the one that lets blocks be skipped, and the others.
struct Split {
    zone: Option<Literal>,
    rest: Vec<Literal>,
}

impl Plan {
    /// Gives every leaf and conjunction its planes, and every rule its group.
    pub(super) fn lay(&mut self) {
        let mut graph = std::mem::take(&mut self.graph);
        let mut splits: Vec<Split> = graph
            .rules
            .iter()
            .map(|literals| self.split(literals))
            .collect();
        share(&mut splits, &mut graph);
        let needed = graph.below(splits.iter().flat_map(|split| &split.rest));
        let mut lay = Lay {
            plan: self,
            sources: vec![Source::Constant(false), Source::Constant(true)],
            members: HashMap::new(),
            stored: HashMap::new(),
            conjunctions: HashMap::new(),
        };
        let mut conjunctions = vec![Factors::default(); graph.all.len()];
        // Ascending: a conjunction stands after those it is made of.
        for n in needed {
            let literals = graph.all.get(n).map_or(&[][..], |literals| literals);
            if let Some(factors) = conjunctions.get_mut(n) {
                *factors = lay.factors(literals);
            }
            let planes = (lay.push(Source::Conjunction(n)), lay.push(Source::Known));
            lay.conjunctions.insert(n, planes);
        }
        let mut groups: BTreeMap<Option<Literal>, Group> = BTreeMap::new();
        for (rule, Split { zone, rest }) in splits.iter().enumerate() {
            let rest = lay.factors(rest);
            let mut whole = rest.clone();
            let own = lay.factors(zone.as_slice());
            whole.plain.extend(&own.plain);
            whole.negated.extend(&own.negated);
            let group = groups.entry(*zone).or_default();
            if group.zone.is_none() {
                group.zone =
                    zone.and_then(|literal| self.zone(literal))
                        .map(|(feature, yes, no)| Zone {
                            feature,
                            yes,
                            no,
                            planes: own.planes().collect(),
                        });
            }
            group.members.push(Member {
                rule,
                whole,
                rest,
                needs: Vec::new(),
            });
        }
        self.sources = lay.sources;
        self.conjunctions = conjunctions;
        self.graph = graph;
        self.groups = groups.into_values().collect();
        self.choose_eager();
    }

    fn split(&self, literals: &[Literal]) -> Split {
        let zone = literals
            .iter()
            .copied()
            .find(|literal| self.zone(*literal).is_some());
        let rest = literals
            .iter()
            .copied()
            .filter(|literal| Some(*literal) != zone);
        Split {
            zone,
            rest: rest.collect(),
        }
    }

    /// The feature of a literal over a column whose values lie together, with the classes that say yes and no.
    fn zone(&self, literal: Literal) -> Option<(usize, Classes, Classes)> {
        let Part::Leaf(leaf) = literal.part() else {
            return None;
        };
        let Some(Runs::Coded(feature, place)) = self.runs.get(leaf) else {
            return None;
        };
        let coded = self
            .coded
            .get(*feature)
            .filter(|coded| !coded.zones.is_empty())?;
        let yes = coded.classes_where(*place, |said| said == Some(!literal.negated()));
        let no = coded.classes_where(*place, |said| said == Some(literal.negated()));
        Some((*feature, yes, no))
    }

    fn choose_eager(&mut self) {
        let mut uses = vec![0; self.sources.len()];
        for member in self.groups.iter().flat_map(|g| &g.members) {
            for plane in member.rest.planes() {
                self.count_use(plane, &mut uses);
            }
        }
        let many = |plane: &u32| {
            uses.get(*plane as usize)
                .is_some_and(|uses| *uses >= EAGER_FROM)
        };
        let constant = |plane: &u32| [NONE, ALL].contains(plane);
        for member in self.groups.iter_mut().flat_map(|g| &mut g.members) {
            member.needs = member
                .rest
                .planes()
                .filter(|p| !many(p) && !constant(p))
                .collect();
            member.needs.sort_unstable();
            member.needs.dedup();
        }
        let mut eager: Vec<u32> = (2..self.sources.len() as u32).filter(many).collect();
        // Leaves of one column one after another, so that its codes are read once; what stands on them after them.
        eager.sort_by_key(|plane| match self.sources.get(*plane as usize) {
            Some(Source::Members(feature, _)) => (0, *feature),
            Some(Source::Stored(at)) => (1, *at),
            _ => (2, *plane as usize),
        });
        self.eager = eager;
    }

    /// A plane is used by a rule, or by a conjunction that is.
    fn count_use(&self, plane: u32, uses: &mut [usize]) {
        let conjunction = match self.sources.get(plane as usize) {
            Some(Source::Conjunction(n)) => self.conjunctions.get(*n),
            _ => None,
        };
        if let Some(uses) = uses.get_mut(plane as usize) {
            *uses += 1;
        }
        for below in conjunction.into_iter().flat_map(Factors::planes) {
            self.count_use(below, uses);
        }
    }
}

/// Makes conjunctions of the pairs of literals that most rules have, until no pair is frequent.
fn share(splits: &mut [Split], graph: &mut Graph) {
    let mut having: HashMap<(Literal, Literal), Vec<usize>> = HashMap::new();
    let pairs = |rest: &[Literal]| {
        let mut pairs = Vec::new();
        for (i, a) in rest.iter().enumerate() {
            pairs.extend(rest.iter().skip(i + 1).map(|b| (*a.min(b), *a.max(b))));
        }
        pairs
    };
    for (rule, split) in splits.iter().enumerate() {
        for pair in pairs(&split.rest) {
            having.entry(pair).or_default().push(rule);
        }
    }
    having.retain(|_, rules| rules.len() >= SHARED_FROM);
    let has = |split: &Split, (a, b): (Literal, Literal)| {
        split.rest.contains(&a) && split.rest.contains(&b)
    };
    // The most frequent first; of equals the first by literals, so that a plan is the same each time.
    let mut order: Vec<((Literal, Literal), Vec<usize>)> = having.into_iter().collect();
    order.sort_by(|(pair, rules), (other, others)| {
        others.len().cmp(&rules.len()).then(pair.cmp(other))
    });
    for (pair, rules) in order {
        let still: Vec<usize> = rules
            .into_iter()
            .filter(|rule| splits.get(*rule).is_some_and(|s| has(s, pair)))
            .collect();
        if still.len() < SHARED_FROM {
            continue;
        }
        let shared = graph.pair(pair.0, pair.1);
        for rule in still {
            if let Some(split) = splits.get_mut(rule) {
                split
                    .rest
                    .retain(|literal| *literal != pair.0 && *literal != pair.1);
                split.rest.push(shared);
            }
        }
    }
}

//! Running a plan: block after block, each plane only where a rule that is still open wants it.

use super::graph::{Literal, Part};
use super::kernel::{self, BLOCK, Classes, Count, Factors, Plane, Test, WORDS};
use super::sets::{BlockSets, Sets};
use super::{Plan, Runs};
use crate::{Bits, Verdicts};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A plane that fewer rules read is computed only when one of them is open in the block.
const EAGER_FROM: usize = 6;

/// Where a plane comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// All rows, or none.
    Constant(bool),
    /// Rows whose code for a feature is in a set.
    Members(usize, Test),
    /// A stored leaf's plane of yes, or of known.
    Stored(usize, bool),
    /// A conjunction's plane of yes; its plane of known is the next one.
    Conjunction(usize),
    /// The plane of known of the conjunction before.
    Known,
}

/// Rules that a block can skip together.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    zone: Option<Zone>,
    members: Vec<Member>,
}

/// A literal over a column whose values lie together: where a block holds no class that may satisfy it, all rules
/// with it say no.
#[derive(Clone, Debug)]
struct Zone {
    feature: usize,
    yes: Classes,
    no: Classes,
    plane: Vec<u32>,
}

/// One rule of a group.
#[derive(Clone, Debug)]
struct Member {
    rule: usize,
    /// Every literal.
    whole: Factors,
    /// All but the zone's.
    rest: Factors,
    /// Planes to compute that are not computed in every block.
    needs: Vec<u32>,
}

/// Planes are handed out once for each source.
#[derive(Default)]
struct Lay {
    sources: Vec<Source>,
    members: HashMap<(usize, Classes), u32>,
    leaves: HashMap<usize, (u32, u32)>,
    conjunctions: HashMap<usize, (u32, u32)>,
}

impl Lay {
    fn push(&mut self, source: Source) -> u32 {
        self.sources.push(source);
        self.sources.len() as u32 - 1
    }

    fn classes(&mut self, feature: usize, classes: Classes, of: usize) -> u32 {
        if let Some(plane) = self.members.get(&(feature, classes)) {
            return *plane;
        }
        let all = (0..of).all(|class| classes.contains(class as u8));
        let plane = self.push(match classes {
            Classes([0, 0, 0, 0]) => Source::Constant(false),
            _ if all => Source::Constant(true),
            _ => Source::Members(feature, Test::of(classes)),
        });
        self.members.insert((feature, classes), plane);
        plane
    }

    /// The planes of yes and known of a leaf.
    fn leaf(&mut self, plan: &Plan, leaf: usize) -> (u32, u32) {
        if let Some(planes) = self.leaves.get(&leaf) {
            return *planes;
        }
        let planes = match plan.runs.get(leaf) {
            Some(Runs::Coded(feature, place)) => match plan.coded.get(*feature) {
                Some(coded) => {
                    let yes = coded.classes_where(*place, |said| said == Some(true));
                    let known = coded.classes_where(*place, |said| said.is_some());
                    let of = coded.classes();
                    (
                        self.classes(*feature, yes, of),
                        self.classes(*feature, known, of),
                    )
                }
                None => (
                    self.push(Source::Constant(false)),
                    self.push(Source::Constant(false)),
                ),
            },
            Some(Runs::Stored(at)) => (
                self.push(Source::Stored(*at, false)),
                self.push(Source::Stored(*at, true)),
            ),
            Some(Runs::Constant(said)) => (
                self.push(Source::Constant(*said == Some(true))),
                self.push(Source::Constant(said.is_some())),
            ),
            None => (
                self.push(Source::Constant(false)),
                self.push(Source::Constant(false)),
            ),
        };
        self.leaves.insert(leaf, planes);
        planes
    }

    fn factors(&mut self, plan: &Plan, literals: &[Literal]) -> Factors {
        let mut factors = Factors::default();
        for literal in literals {
            let planes = match literal.part() {
                Part::Leaf(leaf) => self.leaf(plan, leaf),
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

impl Factors {
    fn planes(&self) -> impl Iterator<Item = u32> + '_ {
        self.plain
            .iter()
            .chain(&self.negated)
            .flat_map(|(yes, known)| [*yes, *known])
    }
}

impl Plan {
    /// Gives every leaf and conjunction its planes, and every rule its group.
    pub(super) fn lay(&mut self) {
        let mut lay = Lay::default();
        let graph = std::mem::take(&mut self.graph);
        let below = graph.below_rules();
        for (n, literals) in graph.all.iter().enumerate() {
            let factors = if below.contains(&n) {
                lay.factors(self, literals)
            } else {
                Factors::default()
            };
            if below.contains(&n) {
                let planes = (lay.push(Source::Conjunction(n)), lay.push(Source::Known));
                lay.conjunctions.insert(n, planes);
            }
            self.conjunctions.push(factors);
        }
        let mut groups: BTreeMap<Option<Literal>, Group> = BTreeMap::new();
        for (rule, literals) in graph.rules.iter().enumerate() {
            let zone = literals
                .iter()
                .copied()
                .find(|literal| self.zone(*literal).is_some());
            let whole = lay.factors(self, literals);
            let others: Vec<Literal> = literals
                .iter()
                .copied()
                .filter(|l| Some(*l) != zone)
                .collect();
            let rest = lay.factors(self, &others);
            let group = groups.entry(zone).or_default();
            if let Some(literal) = zone
                && group.zone.is_none()
                && let Some((feature, yes, no)) = self.zone(literal)
            {
                let plane = lay.factors(self, &[literal]).planes().collect();
                group.zone = Some(Zone {
                    feature,
                    yes,
                    no,
                    plane,
                });
            }
            group.members.push(Member {
                rule,
                whole,
                rest,
                needs: Vec::new(),
            });
        }
        self.graph = graph;
        self.sources = lay.sources;
        self.groups = groups.into_values().collect();
        self.choose_eager();
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
        let eager: Vec<bool> = uses.iter().map(|uses| *uses >= EAGER_FROM).collect();
        let is_eager = |plane: &u32| eager.get(*plane as usize).copied().unwrap_or(false);
        let constant = |plane: &u32| {
            matches!(
                self.sources.get(*plane as usize),
                Some(Source::Constant(_)) | None
            )
        };
        for member in self.groups.iter_mut().flat_map(|g| &mut g.members) {
            member.needs = member
                .rest
                .planes()
                .filter(|p| !is_eager(p) && !constant(p))
                .collect();
            member.needs.sort_unstable();
            member.needs.dedup();
        }
        self.eager = (0..self.sources.len() as u32)
            .filter(|p| is_eager(p) && !constant(p))
            .collect();
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

    /// How many of `rows` each rule holds for, and is unknown for; in the order of the rules.
    pub fn counts(&self, rows: &Bits, threads: usize) -> Vec<Count> {
        let counted = self.blocks(rows, threads, |worker, counts: &mut Vec<Count>| {
            counts.resize(self.rules(), Count::default());
            worker.each_open(|worker, rule, factors| {
                let count = kernel::count(self.level, &worker.planes, factors, &worker.rows);
                if let Some(sum) = counts.get_mut(rule) {
                    sum.yes += count.yes;
                    sum.unknown += count.unknown;
                }
            });
        });
        let mut sums = vec![Count::default(); self.rules()];
        for (sum, count) in counted.iter().flat_map(|counts| counts.iter().enumerate()) {
            if let Some(sum) = sums.get_mut(sum) {
                sum.yes += count.yes;
                sum.unknown += count.unknown;
            }
        }
        sums
    }

    /// Which of `rows` each rule holds for, and is unknown for, as words of 64 rows.
    pub fn sets(&self, rows: &Bits, threads: usize) -> Sets {
        let parts = self.blocks(
            rows,
            threads,
            |worker, parts: &mut Vec<(usize, BlockSets)>| {
                let mut sets = BlockSets::new(self.rules());
                worker.each_open(|worker, rule, factors| {
                    sets.add(rule, |words| {
                        kernel::append(self.level, &worker.planes, factors, &worker.rows, words)
                    });
                });
                parts.push((worker.block, sets));
            },
        );
        Sets::new(self.rules(), parts.into_iter().flatten())
    }

    /// The verdict of every row by every rule; rows out of `rows` are in neither set.
    pub fn verdicts(&self, rows: &Bits, threads: usize) -> Vec<Verdicts> {
        let parts = self.blocks(
            rows,
            threads,
            |worker, parts: &mut Vec<(usize, usize, kernel::Outcome)>| {
                worker.each_open(|worker, rule, factors| {
                    let outcome =
                        kernel::conjunction(self.level, &worker.planes, factors, &worker.rows);
                    parts.push((rule, worker.block, outcome));
                });
            },
        );
        // A rule that a block skipped says no there.
        let none = Verdicts {
            yes: Bits::filled(self.rows, false),
            no: Bits::filled(self.rows, true),
        };
        let mut all = vec![none; self.rules()];
        for (rule, block, outcome) in parts.into_iter().flatten() {
            let Some(verdicts) = all.get_mut(rule) else {
                continue;
            };
            let yes = verdicts.yes.words_mut().iter_mut().skip(block * WORDS);
            yes.zip(outcome.yes.0).for_each(|(word, yes)| *word = yes);
            let no = verdicts.no.words_mut().iter_mut().skip(block * WORDS);
            no.zip(outcome.open.0)
                .for_each(|(word, open)| *word = !open);
        }
        for verdicts in &mut all {
            for (word, rows) in verdicts.no.words_mut().iter_mut().zip(rows.words()) {
                *word &= rows;
            }
            verdicts.no.trim();
        }
        all
    }

    /// Runs `see` for every block that holds some of `rows`, on so many threads; gives what each thread gathered.
    fn blocks<T: Default + Send>(
        &self,
        rows: &Bits,
        threads: usize,
        see: impl Fn(&mut Worker<'_>, &mut T) + Sync,
    ) -> Vec<T> {
        let blocks = self.rows.div_ceil(BLOCK);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut worker = Worker::new(self);
            let mut gathered = T::default();
            loop {
                let block = next.fetch_add(1, Ordering::Relaxed);
                if block >= blocks {
                    return gathered;
                }
                if worker.enter(block, rows) {
                    see(&mut worker, &mut gathered);
                }
            }
        };
        if threads <= 1 {
            return vec![work()];
        }
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            // A thread can only panic where its work would have panicked here.
            all.into_iter()
                .filter_map(|thread| thread.join().ok())
                .collect()
        })
    }
}

/// One thread's planes of the block it is in.
struct Worker<'p> {
    plan: &'p Plan,
    block: usize,
    rows: Plane,
    planes: Vec<Plane>,
    /// The block that each plane was last computed for.
    computed: Vec<usize>,
}

impl<'p> Worker<'p> {
    fn new(plan: &'p Plan) -> Self {
        let constant = |source: &Source| match source {
            Source::Constant(true) => Plane::ONES,
            _ => Plane::ZERO,
        };
        Self {
            plan,
            block: 0,
            rows: Plane::ZERO,
            planes: plan.sources.iter().map(constant).collect(),
            computed: vec![usize::MAX; plan.sources.len()],
        }
    }

    /// Turns to a block; false when it holds none of the rows.
    fn enter(&mut self, block: usize, rows: &Bits) -> bool {
        self.block = block;
        self.rows = Plane::ZERO;
        for (to, from) in self
            .rows
            .0
            .iter_mut()
            .zip(rows.words().iter().skip(block * WORDS))
        {
            *to = *from;
        }
        let some = self.rows != Plane::ZERO;
        if some {
            for plane in &self.plan.eager {
                self.compute(*plane);
            }
        }
        some
    }

    /// Every rule that the block's zones leave open, with the literals that they do not settle.
    fn each_open(&mut self, mut see: impl FnMut(&Self, usize, &Factors)) {
        let plan = self.plan;
        for group in &plan.groups {
            let mut mixed = false;
            if let Some(zone) = &group.zone {
                let held = plan
                    .coded
                    .get(zone.feature)
                    .and_then(|coded| coded.zones.get(self.block));
                if held.is_some_and(|held| held.within(&zone.no)) {
                    continue;
                }
                mixed = !held.is_some_and(|held| held.within(&zone.yes));
                if mixed {
                    zone.plane.iter().for_each(|plane| self.compute(*plane));
                }
            }
            for member in &group.members {
                for plane in &member.needs {
                    self.compute(*plane);
                }
                see(
                    self,
                    member.rule,
                    if mixed { &member.whole } else { &member.rest },
                );
            }
        }
    }

    /// Computes a plane of the block, once.
    fn compute(&mut self, plane: u32) {
        let at = plane as usize;
        let plan = self.plan;
        let (Some(computed), Some(source)) = (self.computed.get_mut(at), plan.sources.get(at))
        else {
            return;
        };
        if std::mem::replace(computed, self.block) == self.block {
            return;
        }
        match source {
            Source::Constant(_) => {}
            Source::Known => self.compute(plane - 1),
            Source::Members(feature, test) => {
                let codes = plan
                    .coded
                    .get(*feature)
                    .and_then(|coded| coded.codes.get(self.block * BLOCK..)?.first_chunk());
                if let (Some(codes), Some(out)) = (codes, self.planes.get_mut(at)) {
                    kernel::members(plan.level, codes, test, out);
                }
            }
            Source::Stored(stored, known) => {
                let planes = plan
                    .stored
                    .get(*stored)
                    .map(|p| if *known { &p.known } else { &p.yes });
                let words = planes.and_then(|words| words.get(self.block * WORDS..)?.first_chunk());
                if let (Some(words), Some(out)) = (words, self.planes.get_mut(at)) {
                    out.0 = *words;
                }
            }
            Source::Conjunction(n) => {
                let Some(factors) = plan.conjunctions.get(*n) else {
                    return;
                };
                for below in factors.planes() {
                    self.compute(below);
                }
                let outcome = kernel::conjunction(plan.level, &self.planes, factors, &Plane::ONES);
                if let Some([yes, known]) =
                    self.planes.get_mut(at..).and_then(|p| p.first_chunk_mut())
                {
                    *yes = outcome.yes;
                    for ((known, yes), open) in
                        known.0.iter_mut().zip(&outcome.yes.0).zip(&outcome.open.0)
                    {
                        *known = yes | !open;
                    }
                }
                if let Some(known) = self.computed.get_mut(at + 1) {
                    *known = self.block;
                }
            }
        }
    }
}

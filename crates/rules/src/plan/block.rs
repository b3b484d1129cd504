//! Running a plan: block after block, each plane only where a rule that is still open wants it.

use super::Plan;
use super::kernel::{self, BLOCK, Count, Factors, Plane, WORDS};
use super::lay::Source;
use super::sets::{BlockSets, Sets};
use crate::{Bits, Verdicts};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One block in so many lies at the end, where rows are out of order.
const LATE: usize = 32;

impl Plan {
    /// How many of `rows` each rule holds for, and is unknown for; in the order of the rules.
    pub fn counts(&self, rows: &Bits, threads: usize) -> Vec<Count> {
        let none = vec![Count::default(); self.rules()];
        let counted = self.blocks(rows, threads, none, |worker, counts| {
            worker.each_open(|worker, rule, factors| {
                let count = kernel::count(self.level, &worker.planes, factors, &worker.rows);
                if let Some(sum) = counts.get_mut(rule) {
                    sum.yes += count.yes;
                    sum.unknown += count.unknown;
                }
            });
        });
        let mut sums = vec![Count::default(); self.rules()];
        for counts in counted {
            for (sum, count) in sums.iter_mut().zip(counts) {
                sum.yes += count.yes;
                sum.unknown += count.unknown;
            }
        }
        sums
    }

    /// Which of `rows` each rule holds for, and is unknown for, as words of 64 rows.
    pub fn sets(&self, rows: &Bits, threads: usize) -> Sets {
        let mut sets = Sets::default();
        self.gather(&mut sets, rows, threads);
        sets
    }

    /// As [`Plan::sets`], into sets that are there already: asked again and again, as after each change, this spares
    /// the system the pages.
    pub fn gather(&self, sets: &mut Sets, rows: &Bits, threads: usize) {
        let blocks = sets.renew(self.rules(), self.rows.div_ceil(BLOCK));
        // Each block is taken by one thread, so no lock is ever waited for.
        let blocks: Vec<Mutex<&mut BlockSets>> = blocks.map(Mutex::new).collect();
        self.blocks(rows, threads, (), |worker, ()| {
            let Some(Ok(mut sets)) = blocks.get(worker.block).map(Mutex::lock) else {
                return;
            };
            worker.each_open(|worker, rule, factors| {
                sets.add(rule, |words| {
                    kernel::append(self.level, &worker.planes, factors, &worker.rows, words)
                });
            });
        });
    }

    /// The verdict of every row by every rule; rows out of `rows` are in neither set.
    pub fn verdicts(&self, rows: &Bits, threads: usize) -> Vec<Verdicts> {
        type Part = (usize, usize, [Plane; 2]);
        let none: Vec<Part> = Vec::new();
        let parts = self.blocks(rows, threads, none, |worker, parts| {
            worker.each_open(|worker, rule, factors| {
                let mut planes = [Plane::ZERO; 2];
                kernel::conjunction(
                    self.level,
                    &worker.planes,
                    factors,
                    &worker.rows,
                    &mut planes,
                );
                parts.push((rule, worker.block, planes));
            });
        });
        // A rule that a block skipped says no there.
        let none = Verdicts {
            yes: Bits::filled(self.rows, false),
            no: rows.clone(),
        };
        let mut all = vec![none; self.rules()];
        for (rule, block, [yes, known]) in parts.into_iter().flatten() {
            let Some(verdicts) = all.get_mut(rule) else {
                continue;
            };
            let words = verdicts.yes.words_mut().iter_mut().skip(block * WORDS);
            words.zip(&yes.0).for_each(|(word, yes)| *word = *yes);
            let words = verdicts.no.words_mut().iter_mut().skip(block * WORDS);
            words
                .zip(known.0.iter().zip(&yes.0))
                .for_each(|(word, (known, yes))| *word &= known & !yes);
        }
        all
    }

    /// Runs `see` for every block that holds some of `rows`, on so many threads; gives what each thread gathered.
    fn blocks<T: Clone + Send>(
        &self,
        rows: &Bits,
        threads: usize,
        none: T,
        see: impl Fn(&mut Worker<'_>, &mut T) + Sync,
    ) -> Vec<T> {
        let blocks = self.rows.div_ceil(BLOCK);
        let next = AtomicUsize::new(0);
        // Neighbours go to one thread, since a block asks for the codes of the next one ahead; ever fewer at a time, so
        // that all threads end together.
        let some = |from: usize| (blocks - from).div_ceil(2 * threads.max(1));
        // The last rows lie out of order, so that no zone spares them anything: what costs most goes first.
        let late = blocks.div_ceil(LATE);
        let work = |mut worker: Worker<'_>, mut gathered: T| {
            let take = |from: usize| (from < blocks).then(|| from + some(from));
            while let Ok(from) = next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
                for nth in from..from + some(from) {
                    let block = (nth + blocks - late) % blocks;
                    if worker.enter(block, rows) {
                        see(&mut worker, &mut gathered);
                    }
                }
            }
            gathered
        };
        let others = threads.min(blocks).saturating_sub(1);
        std::thread::scope(|scope| {
            // What threads work with is made here: one that has just begun would have to ask the system for memory.
            let begin = |_| {
                let (worker, none) = (Worker::new(self), none.clone());
                scope.spawn(|| work(worker, none))
            };
            let others: Vec<_> = (0..others).map(begin).collect();
            let own = work(Worker::new(self), none);
            // A thread can only panic where its work would have panicked here.
            let others = others.into_iter().filter_map(|thread| thread.join().ok());
            std::iter::once(own).chain(others).collect()
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
    /// The feature whose codes of the next block were asked for last.
    asked: usize,
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
            asked: usize::MAX,
        }
    }

    /// Turns to a block; false when it holds none of the rows.
    fn enter(&mut self, block: usize, rows: &Bits) -> bool {
        self.block = block;
        self.asked = usize::MAX;
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
                self.want(*plane);
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
                    zone.planes.iter().for_each(|plane| self.want(*plane));
                }
            }
            for member in &group.members {
                for plane in &member.needs {
                    self.want(*plane);
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
    #[inline]
    fn want(&mut self, plane: u32) {
        match self.computed.get_mut(plane as usize) {
            Some(computed) if *computed != self.block => {
                *computed = self.block;
                self.compute(plane);
            }
            _ => {}
        }
    }

    fn compute(&mut self, plane: u32) {
        let plan = self.plan;
        match plan.sources.get(plane as usize) {
            Some(Source::Members(feature, test)) => self.members(*feature, test, plane as usize),
            Some(Source::Stored(stored)) => {
                let words = plan.stored.block(*stored, self.block);
                if let (Some(words), Some(out)) = (words, self.planes.get_mut(plane as usize)) {
                    out.0 = *words;
                }
                let next = plan.stored.block(*stored, self.block + 1);
                next.into_iter().for_each(|words| kernel::ahead(words));
            }
            Some(Source::Conjunction(n)) => self.conjunction(*n, plane as usize),
            Some(Source::Known) => self.want(plane - 1),
            Some(Source::Constant(_)) | None => {}
        }
    }

    fn members(&mut self, feature: usize, test: &kernel::Test, at: usize) {
        let Some(coded) = self.plan.coded.get(feature) else {
            return;
        };
        let start = self.block * BLOCK;
        if self.asked != feature {
            self.asked = feature;
            let next = start + BLOCK..start + 2 * BLOCK;
            coded.codes.get(next).into_iter().for_each(kernel::ahead);
        }
        let codes = coded
            .codes
            .get(start..)
            .and_then(|codes| codes.first_chunk());
        if let (Some(codes), Some(out)) = (codes, self.planes.get_mut(at)) {
            kernel::members(self.plan.level, codes, test, out);
        }
    }

    fn conjunction(&mut self, n: usize, at: usize) {
        let plan = self.plan;
        let Some(factors) = plan.conjunctions.get(n) else {
            return;
        };
        for below in factors.planes() {
            self.want(below);
        }
        // What a conjunction is made of stands before it.
        let (below, own) = self.planes.split_at_mut(at);
        if let Some(out) = own.first_chunk_mut() {
            kernel::conjunction(plan.level, below, factors, &Plane::ONES, out);
        }
        if let Some(known) = self.computed.get_mut(at + 1) {
            *known = self.block;
        }
    }
}

//! The graph of a plan: conjunctions of literals, each distinct one once. `a || b` is `!(!a && !b)`, and a negation
//! only swaps the planes of yes and no, so that and, or and not need one kind of node.

use super::leaf::Leaves;
use super::unroll::unrolled;
use crate::{Kind, Node};
use std::collections::{BTreeSet, HashMap};

/// A leaf or a conjunction, or its negation: the number doubled, odd when negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Literal(u32);

/// What a literal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// A leaf, by number.
    Leaf(usize),
    /// A conjunction, by number.
    All(usize),
}

impl Literal {
    fn new(part: Part) -> Self {
        let number = match part {
            Part::Leaf(n) => n * 2,
            Part::All(n) => n * 2 + 1,
        };
        Self((number as u32) << 1)
    }

    /// The leaf or conjunction.
    pub(super) fn part(self) -> Part {
        let number = (self.0 >> 1) as usize;
        if number.is_multiple_of(2) {
            Part::Leaf(number / 2)
        } else {
            Part::All(number / 2)
        }
    }

    pub(super) fn negated(self) -> bool {
        self.0 & 1 == 1
    }

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// The conjunctions of all rules, those below before those above.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    /// The literals of each conjunction, ascending.
    pub(super) all: Vec<Vec<Literal>>,
    /// The conjunction that each rule is, as its literals.
    pub(super) rules: Vec<Vec<Literal>>,
    seen: HashMap<Vec<Literal>, usize>,
}

impl Graph {
    /// Adds a rule, its leaves by number.
    pub(super) fn add(&mut self, root: &Node, leaves: &mut Leaves<'_>) {
        let root = self.literal(root, leaves);
        let literals = match root.part() {
            Part::All(n) if !root.negated() => self.all.get(n).cloned().unwrap_or_default(),
            _ => vec![root],
        };
        self.rules.push(literals);
    }

    fn literal(&mut self, node: &Node, leaves: &mut Leaves<'_>) -> Literal {
        match &node.kind {
            Kind::Not(x) => self.literal(x, leaves).not(),
            Kind::And(parts) | Kind::Or(parts) => {
                let any = matches!(node.kind, Kind::Or(_));
                let parts = leaves.together(node, parts, if any { Kind::Or } else { Kind::And });
                if let [only] = &parts[..] {
                    return Literal::new(Part::Leaf(leaves.number(only)));
                }
                let mut literals: Vec<Literal> = parts
                    .iter()
                    .map(|part| self.literal(part, leaves))
                    .collect();
                if any {
                    literals
                        .iter_mut()
                        .for_each(|literal| *literal = literal.not());
                    self.conjunction(literals).not()
                } else {
                    self.conjunction(literals)
                }
            }
            _ => match unrolled(node) {
                Some(node) => self.literal(&node, leaves),
                None => Literal::new(Part::Leaf(leaves.number(node))),
            },
        }
    }

    /// Parts that are conjunctions themselves are taken in.
    fn conjunction(&mut self, parts: Vec<Literal>) -> Literal {
        let mut literals = Vec::with_capacity(parts.len());
        for literal in parts {
            match literal.part() {
                Part::All(n) if !literal.negated() => {
                    literals.extend(self.all.get(n).into_iter().flatten());
                }
                _ => literals.push(literal),
            }
        }
        self.conjunction_of(literals)
    }

    fn conjunction_of(&mut self, mut literals: Vec<Literal>) -> Literal {
        literals.sort_unstable();
        literals.dedup();
        if let [only] = literals[..] {
            return only;
        }
        let next = self.all.len();
        let number = *self.seen.entry(literals.clone()).or_insert(next);
        if number == next {
            self.all.push(literals);
        }
        Literal::new(Part::All(number))
    }

    /// Leaves that turned out to be one take one number; conjunctions keep theirs.
    pub(super) fn renumber(&mut self, leaf: impl Fn(usize) -> usize) {
        for literals in self.all.iter_mut().chain(&mut self.rules) {
            for literal in literals.iter_mut() {
                if let Part::Leaf(n) = literal.part() {
                    let renumbered = Literal::new(Part::Leaf(leaf(n)));
                    *literal = if literal.negated() {
                        renumbered.not()
                    } else {
                        renumbered
                    };
                }
            }
            literals.sort_unstable();
            literals.dedup();
        }
    }
}

impl Graph {
    /// The conjunction of two literals.
    pub(super) fn pair(&mut self, a: Literal, b: Literal) -> Literal {
        self.conjunction_of(vec![a, b])
    }

    /// The conjunctions that literals stand on, directly or through others, ascending.
    pub(super) fn below<'l>(&self, literals: impl Iterator<Item = &'l Literal>) -> BTreeSet<usize> {
        let conjunction = |literal: &Literal| match literal.part() {
            Part::All(n) => Some(n),
            Part::Leaf(_) => None,
        };
        let mut below = BTreeSet::new();
        let mut open: Vec<usize> = literals.filter_map(conjunction).collect();
        while let Some(n) = open.pop() {
            if below.insert(n) {
                open.extend(
                    self.all
                        .get(n)
                        .into_iter()
                        .flatten()
                        .filter_map(conjunction),
                );
            }
        }
        below
    }
}

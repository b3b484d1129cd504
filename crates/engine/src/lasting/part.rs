//! A rule taken apart: what lasts is laid down as planes of bits, what moves with the day is asked where it matters.

use super::Append;
use rules::{Bits, Kind, Node, Rule, Verdicts};

/// A rule, or a part of one below and, or and not.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// It says the same of a row every day.
    Lasting(Verdicts),
    /// It moves with the day.
    Today(Rule),
    /// Negation.
    Not(Box<Part>),
    /// All of these (`true`), or any of them.
    Several(bool, Vec<Part>),
}

impl Part {
    /// Takes a rule apart by what moves with the day; `run` asks all rows of the table.
    pub(crate) fn new(
        rule: &Rule,
        moves: &dyn Fn(&Node) -> bool,
        run: &mut dyn FnMut(&Rule) -> Verdicts,
    ) -> Self {
        Self::of(&rule.root, rule, moves, run)
    }

    fn of(
        node: &Node,
        rule: &Rule,
        moves: &dyn Fn(&Node) -> bool,
        run: &mut dyn FnMut(&Rule) -> Verdicts,
    ) -> Self {
        let alone = |node: &Node| Rule {
            text: rule.text.clone(),
            root: node.clone(),
        };
        if !moves(node) {
            return Self::Lasting(run(&alone(node)));
        }
        match &node.kind {
            Kind::Not(inner) => Self::Not(Box::new(Self::of(inner, rule, moves, run))),
            Kind::And(parts) | Kind::Or(parts) => {
                let all = matches!(node.kind, Kind::And(_));
                let (moving, lasting): (Vec<&Node>, Vec<&Node>) =
                    parts.iter().partition(|part| moves(part));
                let mut several = Vec::new();
                if !lasting.is_empty() {
                    let nodes = lasting.into_iter().cloned().collect();
                    let together = Node {
                        kind: if all {
                            Kind::And(nodes)
                        } else {
                            Kind::Or(nodes)
                        },
                        ..node.clone()
                    };
                    several.push(Self::Lasting(run(&alone(&together))));
                }
                several.extend(
                    moving
                        .into_iter()
                        .map(|part| Self::of(part, rule, moves, run)),
                );
                Self::Several(all, several)
            }
            _ => Self::Today(alone(node)),
        }
    }

    /// The verdicts of these rows on a day, in planes over all rows; `run` asks some rows of that day.
    pub(crate) fn said(&self, rows: &Bits, run: &dyn Fn(&Rule, &[u32]) -> Verdicts) -> Verdicts {
        match self {
            Self::Lasting(found) => found.clone(),
            Self::Not(inner) => {
                let found = inner.said(rows, run);
                Verdicts {
                    yes: found.no,
                    no: found.yes,
                }
            }
            Self::Several(all, parts) => {
                let (mut yes, mut no) = (
                    Bits::filled(rows.len(), *all),
                    Bits::filled(rows.len(), !*all),
                );
                for part in parts {
                    // A row that one part has settled is not asked of the others.
                    let settled = if *all { &no } else { &yes };
                    let open = combined(rows, settled, |row, settled| row & !settled);
                    let found = part.said(&open, run);
                    // Planes of the rows that are not open stay as they are: settled, or not asked for.
                    let join = |x: u64, y: u64, open: u64| {
                        if *all {
                            x & (y | !open)
                        } else {
                            x | (y & open)
                        }
                    };
                    let fall = |x: u64, y: u64, open: u64| {
                        if *all {
                            x | (y & open)
                        } else {
                            x & (y | !open)
                        }
                    };
                    joined(&mut yes, &found.yes, &open, join);
                    joined(&mut no, &found.no, &open, fall);
                }
                Verdicts { yes, no }
            }
            Self::Today(rule) => {
                let asked: Vec<u32> = rows.ones().map(|row| row as u32).collect();
                let mut said = Verdicts {
                    yes: Bits::filled(rows.len(), false),
                    no: Bits::filled(rows.len(), false),
                };
                if !asked.is_empty() {
                    let found = run(rule, &asked);
                    let back =
                        |lane: usize| asked.get(lane).map_or(usize::MAX, |row| *row as usize);
                    found
                        .yes
                        .ones()
                        .for_each(|lane| said.yes.set(back(lane), true));
                    found
                        .no
                        .ones()
                        .for_each(|lane| said.no.set(back(lane), true));
                }
                said
            }
        }
    }
}

impl Append for Part {
    /// Of the same rule taken apart alike, for the rows that follow.
    fn append(&mut self, next: Self) {
        match (self, next) {
            (Self::Lasting(said), Self::Lasting(next)) => said.append(&next),
            (Self::Not(inner), Self::Not(next)) => inner.append(*next),
            (Self::Several(_, parts), Self::Several(_, next)) => {
                parts
                    .iter_mut()
                    .zip(next)
                    .for_each(|(part, next)| part.append(next));
            }
            // What moves with the day is asked of each row anew.
            _ => {}
        }
    }
}

/// Two sets of one length, word by word.
fn combined(a: &Bits, b: &Bits, f: impl Fn(u64, u64) -> u64) -> Bits {
    let mut out = a.clone();
    for (word, other) in out.words_mut().iter_mut().zip(b.words()) {
        *word = f(*word, *other);
    }
    out.trim();
    out
}

/// Joins a part's plane to that of the parts before it, where rows are open.
fn joined(plane: &mut Bits, part: &Bits, open: &Bits, f: impl Fn(u64, u64, u64) -> u64) {
    let others = part.words().iter().zip(open.words());
    for (word, (part, open)) in plane.words_mut().iter_mut().zip(others) {
        *word = f(*word, *part, *open);
    }
    plane.trim();
}

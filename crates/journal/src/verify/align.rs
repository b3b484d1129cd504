//! Rows beside the hashes that should be theirs: what was edited, deleted, put in or moved.

use crate::{Fault, Hash};
use std::collections::VecDeque;

/// How far a row is looked for when it does not stand where it was sealed;
/// one that went further counts as deleted there and put in here.
const LOOKAHEAD: usize = 1_024;

/// Rows and references that wait for each other.
#[derive(Debug)]
pub(super) struct Line {
    /// The tiles' hashes; `None` where the hashes beside the rows are the only references.
    tiles: Option<VecDeque<Hash>>,
    rows: VecDeque<Waiting>,
    closed: bool,
    /// References at the end for which no row is left.
    tail: u64,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    position: u64,
    /// What the payload gives.
    leaf: Hash,
    /// What is stored beside it.
    stored: Hash,
}

/// One settled place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The hash that should be there; `None` for a row too many.
    pub(super) held: Option<Hash>,
    /// The hash that the row gives; `None` for a row too few.
    pub(super) found: Option<Hash>,
    pub(super) fault: Option<Fault>,
    /// Whether the fault is the row's for certain, whatever the next seal says.
    pub(super) sure: bool,
}

impl Line {
    pub(super) fn new(tiles: bool) -> Self {
        Self {
            tiles: tiles.then(VecDeque::new),
            rows: VecDeque::new(),
            closed: false,
            tail: 0,
        }
    }

    pub(super) fn has_tiles(&self) -> bool {
        self.tiles.is_some()
    }

    pub(super) fn tail(&self) -> u64 {
        self.tail
    }

    pub(super) fn tile(&mut self, hashes: &[Hash]) {
        if let Some(tiles) = &mut self.tiles {
            tiles.extend(hashes);
        }
    }

    pub(super) fn row(&mut self, position: u64, leaf: Hash, stored: Hash) {
        self.rows.push_back(Waiting {
            position,
            leaf,
            stored,
        });
    }

    /// Nothing more comes.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Settles the next place, which is leaf `at` of the tree; `None` where more must come first.
    pub(super) fn step(&mut self, at: u64) -> Option<Step> {
        let Some(tiles) = &mut self.tiles else {
            return self.rows.pop_front().map(Waiting::alone);
        };
        match (self.rows.front(), tiles.front()) {
            (None, None) => None,
            (None, Some(_)) if !self.closed => None,
            (None, Some(_)) => {
                self.tail += 1;
                Some(Step {
                    held: tiles.pop_front(),
                    found: None,
                    fault: None,
                    sure: true,
                })
            }
            (Some(_), None) => {
                let ended = self.closed || self.rows.len() > LOOKAHEAD;
                let row = if ended { self.rows.pop_front() } else { None };
                row.map(Waiting::alone)
            }
            (Some(row), Some(tile)) if row.leaf == *tile => {
                let (row, held) = (*row, *tile);
                self.rows.pop_front();
                tiles.pop_front();
                let edited = row.stored != row.leaf;
                Some(Step {
                    held: Some(held),
                    found: Some(row.leaf),
                    fault: edited.then_some(Fault::EditedRowHash(row.position)),
                    sure: true,
                })
            }
            (Some(_), Some(_)) => {
                let enough = self.rows.len() >= LOOKAHEAD && tiles.len() >= LOOKAHEAD;
                (self.closed || enough).then(|| self.differing(at))?
            }
        }
    }

    /// The first row is not the one that was sealed here: tells why, by looking for each further on.
    fn differing(&mut self, at: u64) -> Option<Step> {
        let tiles = self.tiles.as_mut()?;
        let (row, held) = (*self.rows.front()?, *tiles.front()?);
        let row_belongs = tiles.iter().take(LOOKAHEAD).any(|tile| *tile == row.leaf);
        let mut ahead = self.rows.iter().take(LOOKAHEAD);
        let found = ahead.position(|other| other.leaf == held);
        let (held, found, fault) = match (row_belongs, found) {
            (false, None) => {
                tiles.pop_front();
                self.rows.pop_front();
                (Some(held), Some(row.leaf), Fault::EditedEntry(at))
            }
            (false, Some(_)) => {
                self.rows.pop_front();
                (None, Some(row.leaf), Fault::Inserted(row.position))
            }
            (true, None) => {
                tiles.pop_front();
                (Some(held), None, Fault::Deleted(at))
            }
            (true, Some(place)) => {
                tiles.pop_front();
                let moved = self.rows.remove(place)?;
                let fault = Fault::Moved {
                    position: at,
                    found: moved.position,
                };
                (Some(held), Some(moved.leaf), fault)
            }
        };
        Some(Step {
            held,
            found,
            fault: Some(fault),
            sure: false,
        })
    }
}

impl Waiting {
    /// A row with no other reference than the hash beside it.
    fn alone(self) -> Step {
        let edited = self.stored != self.leaf;
        Step {
            held: Some(self.stored),
            found: Some(self.leaf),
            fault: edited.then_some(Fault::EditedEntry(self.position)),
            sure: false,
        }
    }
}

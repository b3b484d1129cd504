//! Verification: rows, tiles and seals go in as they are stored; what comes out names each fault.

mod align;
mod seals;
mod values;

use crate::{Fault, Frontier, Hash, Open, PublicKey, SignedSeal};
use align::Line;
use rules::Moment;
use seals::Seals;
use values::Values;

/// Faults that are named one by one; more are only counted, lest a cut in the middle name millions.
pub const FAULTS_NAMED_MAX: usize = 1_000;

/// A row of the journal as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its position column.
    pub position: u64,
    /// Its payload's text.
    pub payload: &'a str,
    /// The leaf hash beside it.
    pub leaf: Hash,
    /// The values that lie beside it; `None` where the reader may not see them, and then they are not checked.
    pub beside: Option<&'a [Open]>,
}

/// What verification is held against, from outside the database.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The keys whose seals count; older ones too, where a key was replaced.
    pub keys: Vec<PublicKey>,
    /// The seals of a witness; `None` without one.
    pub witness: Option<Vec<SignedSeal>>,
    /// A root known from elsewhere, at a size or at any seal or at the end.
    pub root: Option<(Option<u64>, Hash)>,
}

/// Takes in what is stored, in order of position, and keeps only what it still needs.
#[derive(Debug)]
pub struct Verifier {
    /// The tree over what should be there: the tiles' hashes, or those beside the rows.
    held: Frontier,
    /// The tree over what the rows' payloads give, kept apart from the first difference on.
    found: Option<Frontier>,
    line: Line,
    seals: Seals,
    values: Values,
    next: u64,
    rows: u64,
    faults: Faults,
}

/// Faults so far, the last of which may turn out to be others.
#[derive(Debug, Default)]
struct Faults {
    named: Vec<Fault>,
    more: u64,
    /// Differences since the last good seal: whether the row or its reference was changed is known at the next seal.
    open: Vec<Fault>,
}

/// Whether a witness could be asked for what the database alone cannot show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witnessed {
    /// No witness: whether the tail was cut with its seals, or an old backup restored, is not checkable.
    NotCheckable,
    /// A witness's seals were compared.
    Held {
        /// How many of them agree with what is here.
        agreeing: u64,
        /// The entries that the last of those covers; what came after it is not witnessed.
        entries: u64,
        /// When that one was made.
        at: Option<Moment>,
    },
}

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Rows that were read.
    pub entries: u64,
    /// Entries under the last seal that holds.
    pub sealed: u64,
    /// Seals that hold.
    pub seals: u64,
    /// The root over all entries.
    pub root: Hash,
    /// Values that were erased, which is no fault.
    pub erased: u64,
    /// What the witness says.
    pub witness: Witnessed,
    /// The faults, in the order in which they were certain.
    pub faults: Vec<Fault>,
    /// Faults beyond [`FAULTS_NAMED_MAX`].
    pub more: u64,
}

impl Verification {
    /// Whether nothing was found.
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Verifier {
    /// Begins. `tiles` says whether the database's tiles will be given too ([`Self::tile`]);
    /// only with them are rows that were deleted, put in or moved told one by one.
    pub fn new(trust: Trust, tiles: bool) -> Self {
        let mut faults = Faults::default();
        let seals = Seals::new(trust, &mut faults);
        Self {
            held: Frontier::default(),
            found: None,
            line: Line::new(tiles),
            seals,
            values: Values::default(),
            next: 0,
            rows: 0,
            faults,
        }
    }

    /// The hashes of the next tile of level 0, or of a part of it.
    pub fn tile(&mut self, hashes: &[Hash]) {
        self.line.tile(hashes);
        self.advance();
    }

    /// The next row, in the order of the position column.
    pub fn row(&mut self, row: Row<'_>) {
        if row.position > self.next {
            self.faults.add(Fault::Gap {
                from: self.next,
                until: row.position,
            });
        } else if row.position < self.next {
            self.faults.add(Fault::Doubled(row.position));
        }
        self.next = self.next.max(row.position.saturating_add(1));
        self.rows += 1;
        let leaf = Hash::leaf(row.payload.as_bytes());
        self.values.row(&row, leaf, &mut self.faults);
        self.line.row(row.position, leaf, row.leaf);
        self.advance();
    }

    /// The next seal of the database, in order of size and time.
    /// It may come any time before the first row that it does not cover.
    pub fn seal(&mut self, seal: SignedSeal) {
        self.seals.own(seal, self.held.size(), &mut self.faults);
        self.check_seals();
    }

    /// Ends; what is still open is decided.
    pub fn finish(mut self) -> Verification {
        self.line.close();
        self.advance();
        let sealed = self.seals.largest_own().max(self.held.size());
        let have = if self.line.has_tiles() {
            self.held.size() - self.line.tail()
        } else {
            self.next
        };
        if sealed > have {
            self.faults.add(Fault::CutTail { have, sealed });
        }
        self.faults.settle();
        self.values.finish(&mut self.faults);
        let found = self.found.as_ref().unwrap_or(&self.held);
        let (root, size) = (found.root(), found.size());
        let outcome = self.seals.finish(size, root, &mut self.faults);
        Verification {
            entries: self.rows,
            sealed: outcome.sealed,
            seals: outcome.seals,
            root,
            erased: self.values.erased(),
            witness: outcome.witness,
            faults: self.faults.named,
            more: self.faults.more,
        }
    }

    /// Settles as many rows against their references as can be settled, and every seal that is reached.
    fn advance(&mut self) {
        while let Some(step) = self.line.step(self.held.size()) {
            if step.held != step.found && self.found.is_none() {
                self.found = Some(self.held.clone());
            }
            if let Some(fault) = step.fault {
                self.faults.doubt(fault, step.sure);
            }
            if let (Some(found), Some(leaf)) = (&mut self.found, step.found) {
                found.append(leaf, |_| {});
            }
            if let Some(leaf) = step.held {
                self.held.append(leaf, |_| {});
                self.check_seals();
            }
        }
    }

    /// Compares the root with every seal of this size, and of the witness.
    fn check_seals(&mut self) {
        while let Some((seal, source)) = self.seals.due(self.held.size()) {
            let rows = self
                .found
                .as_ref()
                .filter(|found| found.size() == seal.size);
            if self.held.root() == seal.root {
                self.faults.settle();
                self.found = None;
                self.seals.good(&seal, source, &mut self.faults);
            } else if let Some(rows) = rows.filter(|rows| rows.root() == seal.root) {
                self.faults.turn(self.line.has_tiles());
                self.held = rows.clone();
                self.found = None;
                self.seals.good(&seal, source, &mut self.faults);
            } else {
                self.seals.bad(&seal, source, &mut self.faults);
            }
        }
    }
}

impl Faults {
    fn add(&mut self, fault: Fault) {
        if self.named.len() < FAULTS_NAMED_MAX {
            self.named.push(fault);
        } else {
            self.more += 1;
        }
    }

    /// A difference between a row and its reference; `sure` where no seal is needed to tell.
    fn doubt(&mut self, fault: Fault, sure: bool) {
        if sure || self.open.len() >= FAULTS_NAMED_MAX {
            self.add(fault);
        } else {
            self.open.push(fault);
        }
    }

    /// The references were right: the differences are the rows'.
    fn settle(&mut self) {
        for fault in std::mem::take(&mut self.open) {
            self.add(fault);
        }
    }

    /// The rows were right: the differences are the references'.
    fn turn(&mut self, tiles: bool) {
        for fault in std::mem::take(&mut self.open) {
            self.add(match fault {
                Fault::EditedEntry(at) if tiles => Fault::EditedTile(at),
                Fault::EditedEntry(at) => Fault::EditedRowHash(at),
                other => other,
            });
        }
    }
}

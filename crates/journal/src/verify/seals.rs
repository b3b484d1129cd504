//! The seals of the database and of the witness, each compared when the tree reaches its size.

use super::{Faults, Trust, Witnessed};
use crate::{Fault, Hash, PublicKey, Seal, SignedSeal};
use rules::Moment;
use std::collections::VecDeque;

/// Where a root comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Database,
    Witness,
    /// The root that was asked for.
    Asked,
}

/// A root that the tree must have at a size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    pub(super) size: u64,
    pub(super) root: Hash,
    at: Moment,
}

#[derive(Debug)]
pub(super) struct Seals {
    keys: Vec<PublicKey>,
    own: VecDeque<Due>,
    /// The witness's and the one asked for, by size.
    outside: VecDeque<(Due, Source)>,
    last: Option<Seal>,
    /// The root of the last seal, whoever signed it.
    chain: Option<Hash>,
    largest_own: u64,
    /// The last seal of the database that held.
    good: Option<Due>,
    count: u64,
    witnessed: Option<(u64, Option<Due>)>,
    /// A root that may be that of any seal or of the end.
    any: Option<Hash>,
    /// The witness differs here; whether the database's own next seal holds decides what that means.
    parted: Option<Fault>,
    told_parted: bool,
    /// An own seal did not hold, so no later one can.
    lost: bool,
}

/// What the seals came to.
pub(super) struct Outcome {
    pub(super) sealed: u64,
    pub(super) seals: u64,
    pub(super) witness: Witnessed,
}

impl Seals {
    pub(super) fn new(trust: Trust, faults: &mut Faults) -> Self {
        let Trust {
            keys,
            witness,
            root,
        } = trust;
        let trusted = |seal: &SignedSeal| keys.iter().any(|key| key.signed(seal));
        let mut outside = Vec::new();
        for signed in witness.iter().flatten() {
            if trusted(signed) {
                outside.push((Due::of(&signed.seal), Source::Witness));
            } else {
                faults.add(Fault::WitnessSignature(signed.seal.size));
            }
        }
        let mut any = None;
        match root {
            Some((Some(size), root)) => {
                let at = Moment::default();
                outside.push((Due { size, root, at }, Source::Asked));
            }
            Some((None, root)) => any = Some(root),
            None => {}
        }
        outside.sort_by_key(|(due, _)| due.size);
        Self {
            keys,
            own: VecDeque::new(),
            outside: outside.into(),
            last: None,
            chain: None,
            largest_own: 0,
            good: None,
            count: 0,
            witnessed: witness.map(|_| (0, None)),
            any,
            parted: None,
            told_parted: false,
            lost: false,
        }
    }

    /// The largest size under a seal of the database.
    pub(super) fn largest_own(&self) -> u64 {
        self.largest_own
    }

    /// Takes in the database's next seal; `reached` is the tree's size by now.
    pub(super) fn own(&mut self, signed: SignedSeal, reached: u64, faults: &mut Faults) {
        let seal = &signed.seal;
        let size = seal.size;
        if seal.previous != self.chain {
            faults.add(Fault::SealChain(size));
        }
        self.chain = Some(seal.root);
        if !self.keys.iter().any(|key| key.signed(&signed)) {
            faults.add(Fault::SealSignature(size));
            return;
        }
        let mut late = size < reached;
        if let Some(last) = &self.last {
            late |= size < last.size || seal.epoch < last.epoch;
            let found = [
                (seal.at < last.at, Fault::SealTime(size)),
                (
                    size == last.size && seal.root != last.root,
                    Fault::Fork(size),
                ),
                (seal.rehearsal != last.rehearsal, Fault::SealRehearsal(size)),
            ];
            for (_, fault) in found.into_iter().filter(|(found, _)| *found) {
                faults.add(fault);
            }
        }
        if late {
            faults.add(Fault::SealOrder(size));
        }
        self.largest_own = self.largest_own.max(size);
        if size >= reached {
            self.own.push_back(Due::of(seal));
        }
        self.last = Some(signed.seal);
    }

    /// The next root that a tree of this size must have.
    pub(super) fn due(&mut self, size: u64) -> Option<(Due, Source)> {
        if self.own.front().is_some_and(|due| due.size <= size) {
            return Some((self.own.pop_front()?, Source::Database));
        }
        if self
            .outside
            .front()
            .is_some_and(|(due, _)| due.size <= size)
        {
            return self.outside.pop_front();
        }
        None
    }

    /// The tree has this root.
    pub(super) fn good(&mut self, due: &Due, source: Source, faults: &mut Faults) {
        match (source, &mut self.witnessed) {
            (Source::Database, _) => {
                self.good = Some(*due);
                self.count += 1;
                self.tell_parted(faults);
                if self.any == Some(due.root) {
                    self.any = None;
                }
            }
            (Source::Witness, Some((agreeing, last))) => {
                *agreeing += 1;
                *last = Some(*due);
            }
            _ => {}
        }
    }

    /// The tree has another root.
    pub(super) fn bad(&mut self, due: &Due, source: Source, faults: &mut Faults) {
        let since = self.good.map_or(0, |good| good.size);
        match source {
            Source::Asked => faults.add(Fault::OtherRoot),
            Source::Witness if self.lost || self.told_parted || self.parted.is_some() => {}
            Source::Witness if self.good.is_some() && since == due.size => {
                self.parted = Some(Fault::Fork(due.size));
                self.tell_parted(faults);
            }
            Source::Witness => {
                let agreed = self.witnessed.and_then(|(_, last)| last);
                self.parted = Some(Fault::OtherHistory {
                    agreed: agreed.map_or(0, |due| due.size),
                    size: due.size,
                });
            }
            Source::Database => {
                // The rows themselves were changed; that the witness differs is part of it.
                self.parted = None;
                if !self.lost {
                    faults.settle();
                    let size = due.size;
                    faults.add(Fault::Root { since, size });
                }
                self.lost = true;
            }
        }
    }

    fn tell_parted(&mut self, faults: &mut Faults) {
        if let Some(fault) = self.parted.take() {
            faults.add(fault);
            self.told_parted = true;
        }
    }

    /// Decides what is open, in a tree that ends with this size and root.
    pub(super) fn finish(mut self, size: u64, root: Hash, faults: &mut Faults) -> Outcome {
        self.tell_parted(faults);
        let beyond = self.outside.iter();
        if beyond.clone().any(|(_, source)| *source == Source::Asked) {
            faults.add(Fault::OtherRoot);
        }
        let mut witnessed = beyond.filter(|(_, source)| *source == Source::Witness);
        if let Some((due, _)) = witnessed.next_back() {
            faults.add(Fault::BehindWitness {
                have: size,
                witnessed: due.size,
                at: due.at,
            });
        }
        if self.any.is_some_and(|asked| asked != root) {
            faults.add(Fault::OtherRoot);
        }
        let witness = match self.witnessed {
            None => Witnessed::NotCheckable,
            Some((agreeing, last)) => Witnessed::Held {
                agreeing,
                entries: last.map_or(0, |due| due.size),
                at: last.map(|due| due.at),
            },
        };
        Outcome {
            sealed: self.good.map_or(0, |good| good.size),
            seals: self.count,
            witness,
        }
    }
}

impl Due {
    fn of(seal: &Seal) -> Self {
        Self {
            size: seal.size,
            root: seal.root,
            at: seal.at,
        }
    }
}

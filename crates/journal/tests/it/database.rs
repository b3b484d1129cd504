//! A database as the store keeps it, in memory, so that it can be attacked.

use crate::sample::{register, salts};
use journal::{
    Frontier, Hash, Open, Payload, Row, Seal, SealingKey, SignedSeal, Trust, Verification, Verifier,
};
use programme::record::Entry;
use rules::Moment;

#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) position: u64,
    pub(crate) payload: String,
    pub(crate) leaf: Hash,
    pub(crate) beside: Vec<Open>,
}

#[derive(Clone, Default)]
pub(crate) struct Database {
    pub(crate) rows: Vec<Stored>,
    pub(crate) tiles: Vec<Hash>,
    pub(crate) seals: Vec<SignedSeal>,
}

pub(crate) fn key() -> SealingKey {
    SealingKey::from_seed([7; 32])
}

impl Database {
    /// Writes entries and seals after every `each`.
    pub(crate) fn of(entries: &[Entry], each: usize) -> Self {
        let mut database = Self::default();
        let mut salt = salts();
        for (at, entry) in entries.iter().enumerate() {
            let (payload, beside) = Payload::of(entry, Some(&register()), &mut salt).unwrap();
            database.push(payload.text(), beside);
            if (at + 1) % each == 0 {
                database.seal();
            }
        }
        database
    }

    pub(crate) fn push(&mut self, payload: String, beside: Vec<Open>) {
        let leaf = Hash::leaf(payload.as_bytes());
        let position = self.rows.len() as u64;
        self.tiles.push(leaf);
        self.rows.push(Stored {
            position,
            payload,
            leaf,
            beside,
        });
    }

    pub(crate) fn root(&self) -> Hash {
        let mut frontier = Frontier::default();
        self.tiles
            .iter()
            .for_each(|leaf| frontier.append(*leaf, |_| {}));
        frontier.root()
    }

    pub(crate) fn seal(&mut self) {
        let size = self.rows.len() as u64;
        let seal = Seal {
            size,
            root: self.root(),
            at: Moment(1_695_715_200_000 + 1_000 * size as i64),
            programme: Hash::of(b"programme"),
            rehearsal: false,
            epoch: 1,
            previous: self.seals.last().map(|signed| signed.seal.root),
        };
        self.seals.push(key().sign(seal));
    }

    /// Positions anew, as an attacker would who deletes or puts in a row.
    pub(crate) fn renumber(&mut self) {
        for (at, row) in self.rows.iter_mut().enumerate() {
            row.position = at as u64;
        }
    }

    /// Reckons everything that follows from the rows, as an attacker without the key would.
    pub(crate) fn reckon(&mut self) {
        for row in &mut self.rows {
            row.leaf = Hash::leaf(row.payload.as_bytes());
        }
        self.tiles = self.rows.iter().map(|row| row.leaf).collect();
    }

    pub(crate) fn verify(&self, witness: Option<&[SignedSeal]>, tiles: bool) -> Verification {
        let trust = Trust {
            keys: vec![key().public()],
            witness: witness.map(<[_]>::to_vec),
            root: None,
        };
        self.verify_with(trust, tiles)
    }

    /// Reads as the store does: a tile, its rows, each seal before the first row beyond it.
    pub(crate) fn verify_with(&self, trust: Trust, tiles: bool) -> Verification {
        let mut verifier = Verifier::new(trust, tiles);
        let mut seals = self.seals.iter().peekable();
        let mut chunks = self.tiles.chunks(journal::TILE_WIDTH);
        let mut given = 0;
        for row in &self.rows {
            while given <= row.position && tiles {
                let Some(tile) = chunks.next() else { break };
                verifier.tile(tile);
                given += tile.len() as u64;
            }
            while let Some(seal) = seals.next_if(|signed| signed.seal.size <= row.position) {
                verifier.seal(seal.clone());
            }
            verifier.row(Row {
                position: row.position,
                payload: &row.payload,
                leaf: row.leaf,
                beside: Some(&row.beside),
            });
        }
        chunks.for_each(|tile| verifier.tile(tile));
        seals.for_each(|seal| verifier.seal(seal.clone()));
        verifier.finish()
    }
}

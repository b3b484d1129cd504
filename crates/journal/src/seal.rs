//! Seals: a signed root over all entries up to a position; and the witness, seals kept outside the database.

use crate::Hash;
use crate::hash::{bytes_of_hex, hex};
use rules::Moment;
use serde::{Deserialize, Serialize};

/// What a seal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// How many entries it covers: positions `0..size`.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// When, in the programme's zone; never before the seal before it.
    pub at: Moment,
    /// The digest of the programme in force.
    pub programme: Hash,
    /// Whether the database is a rehearsal; then its history proves nothing about the world.
    pub rehearsal: bool,
    /// The epoch of the sealer's lease; never lower than before.
    pub epoch: i64,
    /// The root of the seal before it; `None` for the first.
    pub previous: Option<Hash>,
}

/// A seal with its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSeal {
    /// What it says.
    pub seal: Seal,
    /// Ed25519 over [`Seal::text`].
    pub signature: [u8; 64],
}

/// The JSON object of a signed seal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    size: u64,
    root: String,
    at: String,
    programme: String,
    rehearsal: bool,
    epoch: i64,
    previous: Option<String>,
    signature: String,
}

impl Seal {
    /// The text that is signed: eight lines, each ended by a line feed.
    pub fn text(&self) -> String {
        let rehearsal = if self.rehearsal { "yes" } else { "no" };
        let previous = self
            .previous
            .map_or_else(|| "none".to_owned(), |root| root.to_string());
        let Self {
            size,
            root,
            programme,
            epoch,
            ..
        } = self;
        let at = self.at.exact();
        format!(
            "heli seal 1\nsize {size}\nroot {root}\nat {at}\nprogramme {programme}\nrehearsal {rehearsal}\nepoch {epoch}\nprevious {previous}\n"
        )
    }
}

impl SignedSeal {
    /// One line of JSON, without the line feed.
    pub fn line(&self) -> String {
        serde_json::to_string(&Line::of(self)).unwrap_or_default()
    }

    /// Reads what [`Self::line`] writes; `None` where it is no seal. The signature is not checked here.
    pub fn read(line: &str) -> Option<Self> {
        let line: Line = serde_json::from_str(line).ok()?;
        line.seal()
    }
}

impl Line {
    pub(crate) fn of(signed: &SignedSeal) -> Self {
        let seal = &signed.seal;
        Self {
            size: seal.size,
            root: seal.root.to_string(),
            at: seal.at.exact(),
            programme: seal.programme.to_string(),
            rehearsal: seal.rehearsal,
            epoch: seal.epoch,
            previous: seal.previous.map(|root| root.to_string()),
            signature: hex(&signed.signature),
        }
    }

    pub(crate) fn seal(&self) -> Option<SignedSeal> {
        let previous = match &self.previous {
            Some(root) => Some(Hash::parse(root)?),
            None => None,
        };
        let seal = Seal {
            size: self.size,
            root: Hash::parse(&self.root)?,
            at: Moment::parse(&self.at)?,
            programme: Hash::parse(&self.programme)?,
            rehearsal: self.rehearsal,
            epoch: self.epoch,
            previous,
        };
        let signature = bytes_of_hex(&self.signature)?.try_into().ok()?;
        Some(SignedSeal { seal, signature })
    }
}

/// What a witness file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witness {
    /// Its seals, in order of the file.
    pub seals: Vec<SignedSeal>,
    /// The line, from 1, on which the writing was interrupted: the last one, without its line feed and no seal.
    pub torn: Option<usize>,
    /// Other lines, from 1, that are no seals.
    pub unreadable: Vec<usize>,
}

impl Witness {
    /// Reads a witness file; a torn last line is named and costs only itself.
    pub fn read(text: &str) -> Self {
        let mut witness = Self::default();
        for (at, line) in text.split_inclusive('\n').enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            match SignedSeal::read(line.trim_end()) {
                Some(seal) => witness.seals.push(seal),
                None if !line.ends_with('\n') => witness.torn = Some(at + 1),
                None => witness.unreadable.push(at + 1),
            }
        }
        witness
    }

    /// What to append to a witness file whose last byte is `last`, so that a torn line does not swallow the new one.
    pub fn addition(last: Option<u8>, seal: &SignedSeal) -> String {
        let gap = if last.is_none_or(|byte| byte == b'\n') {
            ""
        } else {
            "\n"
        };
        format!("{gap}{}\n", seal.line())
    }
}

//! Proof files: that one entry is under a seal, and that one seal follows from another. Each is checked alone.

use crate::open::Beside;
use crate::seal::Line as SealLine;
use crate::{Hash, Open, Opened, Payload, PublicKey, Refusal, SignedSeal, consistent, included};
use rules::Words;
use serde::{Deserialize, Serialize};

/// That one entry is under a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryProof {
    /// The entry's payload.
    pub payload: String,
    /// Its position.
    pub position: u64,
    /// The values that lie beside it, as far as the reader may see them.
    pub beside: Vec<Open>,
    /// The path of hashes from it to the root, from [`crate::inclusion`].
    pub path: Vec<Hash>,
    /// The seal.
    pub seal: SignedSeal,
    /// The key of the seal.
    pub key: PublicKey,
}

/// That the journal under the newer seal begins with the one under the older.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealProof {
    /// The older seal.
    pub older: SignedSeal,
    /// The newer seal.
    pub newer: SignedSeal,
    /// The hashes from [`crate::consistency`].
    pub path: Vec<Hash>,
    /// The key of both seals.
    pub key: PublicKey,
}

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofFault {
    /// The file is no proof, or in an unknown format.
    Unreadable,
    /// The file names another key than the one that is trusted.
    OtherKey,
    /// A seal was not signed by the key.
    Signature,
    /// The path does not lead from the entry to the sealed root.
    NotIncluded,
    /// The newer seal's journal does not begin with the older's.
    NotConsistent,
    /// The payload or a value beside it cannot be read, or is not as it was written.
    Payload(Refusal),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryFile {
    heli_entry_proof: u32,
    position: u64,
    payload: String,
    beside: Vec<Beside>,
    path: Vec<String>,
    seal: SealLine,
    public_key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealFile {
    heli_seal_proof: u32,
    older: SealLine,
    newer: SealLine,
    path: Vec<String>,
    public_key: String,
}

impl EntryProof {
    /// The file's text: one JSON object, one key a line.
    pub fn text(&self) -> String {
        written(&EntryFile {
            heli_entry_proof: 1,
            position: self.position,
            payload: self.payload.clone(),
            beside: self.beside.iter().map(Beside::of).collect(),
            path: self.path.iter().map(Hash::to_string).collect(),
            seal: SealLine::of(&self.seal),
            public_key: self.key.pem().unwrap_or_default(),
        })
    }

    /// Reads a file; nothing is checked yet.
    ///
    /// # Errors
    ///
    /// The file is no proof of an entry, or in an unknown format.
    pub fn read(text: &str) -> Result<Self, ProofFault> {
        let read = || {
            let file: EntryFile = serde_json::from_str(text).ok()?;
            let beside = file.beside.into_iter().map(Beside::open);
            (file.heli_entry_proof == 1).then_some(Self {
                payload: file.payload,
                position: file.position,
                beside: beside.collect::<Option<_>>()?,
                path: hashes(&file.path)?,
                seal: file.seal.seal()?,
                key: PublicKey::read(&file.public_key)?,
            })
        };
        read().ok_or(ProofFault::Unreadable)
    }

    /// Checks the proof and opens the entry. Without a `trusted` key the file's own is used,
    /// and its fingerprint must be compared by other means.
    ///
    /// # Errors
    ///
    /// Says what does not hold.
    pub fn verify(&self, trusted: Option<&PublicKey>) -> Result<Opened, ProofFault> {
        signed(&self.key, trusted, &[&self.seal])?;
        let leaf = Hash::leaf(self.payload.as_bytes());
        let seal = &self.seal.seal;
        if !included(leaf, self.position, seal.size, &self.path, seal.root) {
            return Err(ProofFault::NotIncluded);
        }
        let payload = Payload::read(&self.payload).map_err(ProofFault::Payload)?;
        payload
            .entry(i64::try_from(self.position).ok(), &self.beside)
            .map_err(ProofFault::Payload)
    }
}

impl SealProof {
    /// The file's text: one JSON object, one key a line.
    pub fn text(&self) -> String {
        written(&SealFile {
            heli_seal_proof: 1,
            older: SealLine::of(&self.older),
            newer: SealLine::of(&self.newer),
            path: self.path.iter().map(Hash::to_string).collect(),
            public_key: self.key.pem().unwrap_or_default(),
        })
    }

    /// Reads a file; nothing is checked yet.
    ///
    /// # Errors
    ///
    /// The file is no proof of two seals, or in an unknown format.
    pub fn read(text: &str) -> Result<Self, ProofFault> {
        let read = || {
            let file: SealFile = serde_json::from_str(text).ok()?;
            (file.heli_seal_proof == 1).then_some(Self {
                older: file.older.seal()?,
                newer: file.newer.seal()?,
                path: hashes(&file.path)?,
                key: PublicKey::read(&file.public_key)?,
            })
        };
        read().ok_or(ProofFault::Unreadable)
    }

    /// Checks the proof, with the `trusted` key or the file's own.
    ///
    /// # Errors
    ///
    /// Says what does not hold.
    pub fn verify(&self, trusted: Option<&PublicKey>) -> Result<(), ProofFault> {
        signed(&self.key, trusted, &[&self.older, &self.newer])?;
        let (older, newer) = (&self.older.seal, &self.newer.seal);
        let follows = consistent(
            (older.size, older.root),
            (newer.size, newer.root),
            &self.path,
        );
        if follows && older.at <= newer.at {
            Ok(())
        } else {
            Err(ProofFault::NotConsistent)
        }
    }
}

fn written(file: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(file).unwrap_or_default();
    text.push('\n');
    text
}

fn hashes(path: &[String]) -> Option<Vec<Hash>> {
    path.iter().map(|hash| Hash::parse(hash)).collect()
}

fn signed(
    key: &PublicKey,
    trusted: Option<&PublicKey>,
    seals: &[&SignedSeal],
) -> Result<(), ProofFault> {
    if trusted.is_some_and(|trusted| trusted != key) {
        return Err(ProofFault::OtherKey);
    }
    if seals.iter().all(|seal| key.signed(seal)) {
        Ok(())
    } else {
        Err(ProofFault::Signature)
    }
}

impl ProofFault {
    /// What happened, how it is known, and what to do now.
    pub fn words(&self) -> Words {
        match self {
            Self::Unreadable => Words::new(
                "这不是本版本认识的证明文件；请重新导出证明。",
                "This is no proof file that this version knows; have the proof exported again.",
            ),
            Self::OtherKey => Words::new(
                "证明所用的公钥不是您信任的那一把；请核对指纹，再向出具方索取。",
                "The proof names another key than the one you trust; compare the fingerprints, then ask who issued it.",
            ),
            Self::Signature => Words::new(
                "封签的签名与公钥不符，封签被改动或另有人签；请向出具方重新索取。",
                "The seal's signature does not fit the key, so the seal was changed or made by somebody else; ask for the proof again.",
            ),
            Self::NotIncluded => Words::new(
                "从条目按路径算出的根与封签的根不符，条目、位置或路径被改动；请向出具方重新索取。",
                "The path does not lead from the entry to the sealed root, so the entry, its position or the path was changed; ask for the proof again.",
            ),
            Self::NotConsistent => Words::new(
                "新封签的流水不是旧封签的延续，历史被改写；请保全两枚封签并交审计。",
                "The newer seal's journal does not begin with the older's, so history was rewritten; keep both seals for the audit.",
            ),
            Self::Payload(refusal) => refusal.words(),
        }
    }
}

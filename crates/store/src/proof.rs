//! The proof that an entry is in the journal: everything a verifier needs who has no database.

use crate::error::{Error, Result, Trouble};
use crate::seal::tiles;
use crate::store::Store;
use journal::{Hash, SignedSeal, inclusion, inclusion_tiles};
use rules::Words;

/// That an entry stands at its place in the sealed tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The entry's position: the leaf's index.
    pub position: u64,
    /// The entry's canonical text, whose bytes are the leaf.
    pub payload: String,
    /// The leaf's hash.
    pub leaf: Hash,
    /// The hashes beside the way to the root, deepest first.
    pub path: Vec<Hash>,
    /// The seal whose root they lead to.
    pub seal: SignedSeal,
}

impl Store {
    /// The proof of an entry by its arrival number, under the last seal; `None` where there is no such entry or no seal covers it yet.
    ///
    /// # Errors
    ///
    /// The database's; or a tree that is incomplete.
    pub async fn prove(&self, arrival: i64) -> Result<Option<Proof>> {
        let text = "select p.position, j.payload, j.leaf from journal j join journal_position p on p.arrival = j.arrival where j.arrival = $1";
        let rows = self.db.fetch(text, &[arrival.into()]).await?;
        let (Some(row), Some(seal)) = (rows.first(), self.last_seal().await?) else {
            return Ok(None);
        };
        let position = u64::try_from(row.need_int(0)?).unwrap_or(u64::MAX);
        let size = seal.seal.size;
        if position >= size {
            return Ok(None);
        }
        let leaf: Option<[u8; 32]> = row.need_bytes(2)?.try_into().ok();
        let mut tx = self.db.read().await?;
        let found = tiles(&mut tx, inclusion_tiles(position, size)).await?;
        let path = inclusion(position, size, |id| found.get(&id).cloned()).ok();
        match (leaf, path) {
            (Some(leaf), Some(path)) => Ok(Some(Proof {
                position,
                payload: row.need_text(1)?,
                leaf: Hash(leaf),
                path,
                seal,
            })),
            _ => Err(Error::new(
                Trouble::Damaged,
                Words::new(
                    "树残缺，无法作出证明",
                    "the tree is incomplete, so nothing can be proved.",
                ),
                Words::new("运行 heli journal verify", "Run `heli journal verify`."),
            )),
        }
    }
}

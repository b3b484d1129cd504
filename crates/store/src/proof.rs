//! The proof that an entry is in the journal: everything a verifier needs who has no database.

use crate::error::{Error, Result, Trouble};
use crate::lines::raw;
use crate::seal::tiles;
use crate::store::Store;
use journal::{EntryProof, PublicKey, inclusion, inclusion_tiles};
use rules::Words;

impl Store {
    /// The proof of an entry by its arrival number, under the last seal, which `key` signed; `None` where there is no such entry or no seal covers it yet.
    ///
    /// `values` says whether the reader may see what lies beside the entry.
    ///
    /// # Errors
    ///
    /// The database's; or a tree that is incomplete.
    pub async fn prove(
        &self,
        arrival: i64,
        key: PublicKey,
        values: bool,
    ) -> Result<Option<EntryProof>> {
        let Some(seal) = self.last_seal().await? else {
            return Ok(None);
        };
        let size = seal.seal.size;
        let mut tx = self.db.read().await?;
        let found = raw(&mut tx, "join", "where j.arrival = $1", &[arrival.into()]).await?;
        let Some((row, position)) = found.into_iter().find_map(|row| {
            let position = row.position.filter(|position| *position < size)?;
            Some((row, position))
        }) else {
            return Ok(None);
        };
        let found = tiles(&mut tx, inclusion_tiles(position, size)).await?;
        let path = inclusion(position, size, |id| found.get(&id).cloned()).map_err(|_| {
            Error::new(
                Trouble::Damaged,
                Words::new(
                    "树残缺，无法作出证明",
                    "the tree is incomplete, so nothing can be proved.",
                ),
                Words::new("运行 heli journal verify", "Run `heli journal verify`."),
            )
        })?;
        Ok(Some(EntryProof {
            payload: row.payload,
            position,
            beside: if values { row.beside } else { Vec::new() },
            path,
            seal,
            key,
        }))
    }
}

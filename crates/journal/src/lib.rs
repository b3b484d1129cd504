//! What proves the journal, with no database: leaves, the Merkle tree over them, seals, witnesses, verification, rebuilding.

mod alter;
mod export;
mod fault;
mod hash;
mod key;
mod open;
mod payload;
mod proof;
mod rebuild;
mod seal;
mod tiles;
mod tree;
mod verify;

pub use alter::{Alterations, Called, called};
pub use export::{
    ExportCheck, ExportVerification, Header, export_end, export_entry, export_header, export_seal,
};
pub use fault::Fault;
pub use hash::Hash;
pub use key::{PublicKey, SealingKey};
pub use open::{Open, Salt, Side, WHY, kept_beside};
pub use payload::{Held, Opened, Payload, Refusal, cell_of_text, cell_text};
pub use proof::{EntryProof, ProofFault, SealProof};
pub use rebuild::{Break, BreakKind, Difference, Rebuild, Rebuilt};
pub use seal::{Seal, SignedSeal, Witness};
pub use tiles::{
    MissingTile, TILE_WIDTH, Tile, TileId, consistency, consistency_tiles, inclusion,
    inclusion_tiles, root, root_tiles,
};
pub use tree::{Frontier, Placed, consistent, included};
pub use verify::{FAULTS_NAMED_MAX, Row, Trust, Verification, Verifier, Witnessed};

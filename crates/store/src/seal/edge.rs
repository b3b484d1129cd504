//! The right edge of the tree over sealed entries, as it is kept and as it grows.

use super::{damaged, read, whole};
use crate::db::{Db, Tx};
use crate::error::Result;
use journal::{Frontier, Hash, Placed, Seal, SignedSeal, Tile, TileId};
use std::collections::{BTreeMap, BTreeSet};

/// Entries that one seal takes up at most: bounds its transaction after a large import.
const GROWS: i64 = 200_000;

/// The edge after the last seal.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    frontier: Frontier,
    last: Option<Seal>,
    /// The last tile of each level.
    tiles: BTreeMap<u32, (u64, Tile)>,
    /// Tiles that grew, whole ones that were left behind too.
    grown: BTreeMap<(u32, u64), Tile>,
}

impl Edge {
    /// Reads the edge that the last seal left.
    pub(crate) async fn read(db: &Db) -> Result<Self> {
        let mut tx = db.read().await?;
        let row = tx
            .first(
                "select line, peaks from seal order by size desc limit 1",
                &[],
            )
            .await?;
        let Some(row) = row else {
            return Ok(Self {
                frontier: Frontier::default(),
                last: None,
                tiles: BTreeMap::new(),
                grown: BTreeMap::new(),
            });
        };
        let last = read(&row.need_text(0)?)?.seal;
        let peaks = Hash::list(&row.need_bytes(1)?);
        let frontier = peaks.and_then(|peaks| Frontier::resume(last.size, peaks));
        let frontier = frontier
            .filter(|frontier| frontier.root() == last.root)
            .ok_or_else(|| {
                damaged(
                    "最后一次封存与其根不符",
                    "the last seal and the tree beside it do not agree.",
                )
            })?;
        let mut tiles = BTreeMap::new();
        for level in 0.. {
            let leaves = last.size >> (8 * level);
            if leaves == 0 {
                break;
            }
            let (id, slot) = TileId::holding(level, leaves - 1);
            let tile = tile(&mut tx, id)
                .await?
                .filter(|tile| tile.len() == slot + 1);
            let tile =
                tile.ok_or_else(|| damaged("树的边缘残缺", "the edge of the tree is incomplete."))?;
            tiles.insert(level, (id.index, tile));
        }
        Ok(Self {
            frontier,
            last: Some(last),
            tiles,
            grown: BTreeMap::new(),
        })
    }

    /// The last seal.
    pub(crate) fn last(&self) -> Option<&Seal> {
        self.last.as_ref()
    }

    /// The number of entries in the tree.
    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over them.
    pub(crate) fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Takes up numbered entries; whether there were any.
    pub(crate) async fn grow(&mut self, tx: &mut Tx) -> Result<bool> {
        let size = self.frontier.size();
        let text = "select p.position, j.leaf from journal_position p join journal j on j.arrival = p.arrival
            where p.position >= $1 order by p.position limit $2";
        let mut next = i64::try_from(size).unwrap_or(i64::MAX);
        let mut leaves = Vec::new();
        tx.each(text, &[whole(size), GROWS.into()], |row| {
            let leaf = row.need_bytes(1)?;
            let leaf: Option<[u8; 32]> = leaf.try_into().ok();
            match leaf.filter(|_| row.int(0).is_ok_and(|position| position == Some(next))) {
                Some(leaf) => leaves.push(Hash(leaf)),
                None => {
                    return Err(damaged(
                        "流水的编号有缺漏",
                        "the positions of the journal have a gap.",
                    ));
                }
            }
            next += 1;
            Ok(())
        })
        .await?;
        let (frontier, tiles, grown) = (&mut self.frontier, &mut self.tiles, &mut self.grown);
        for leaf in &leaves {
            frontier.append(*leaf, |placed| place(tiles, grown, placed));
        }
        Ok(!leaves.is_empty())
    }

    /// Writes what grew, and the seal over it.
    pub(crate) async fn keep(
        &mut self,
        tx: &mut Tx,
        seal: &SignedSeal,
        signer: &Hash,
    ) -> Result<()> {
        let mut grown = std::mem::take(&mut self.grown);
        for (level, (index, tile)) in &self.tiles {
            grown.insert((*level, *index), tile.clone());
        }
        let text = "insert into tile (level, idx, hashes) values ($1, $2, $3)
            on conflict (level, idx) do update set hashes = excluded.hashes";
        for ((level, index), tile) in &grown {
            let hashes: Vec<u8> = tile.iter().flat_map(|hash| hash.0).collect();
            tx.execute(
                text,
                &[i64::from(*level).into(), whole(*index), hashes.into()],
            )
            .await?;
        }
        let peaks: Vec<u8> = self
            .frontier
            .peaks()
            .iter()
            .flat_map(|hash| hash.0)
            .collect();
        let text = "insert into seal (size, at, line, signer, peaks) values ($1, $2, $3, $4, $5)";
        let values = [
            whole(seal.seal.size),
            seal.seal.at.0.into(),
            seal.line().into(),
            signer.to_string().into(),
            peaks.into(),
        ];
        tx.execute(text, &values).await?;
        self.last = Some(seal.seal.clone());
        Ok(())
    }
}

/// Puts a hash at the end of its tile; a tile that another follows is whole.
fn place(
    tiles: &mut BTreeMap<u32, (u64, Tile)>,
    grown: &mut BTreeMap<(u32, u64), Tile>,
    placed: Placed,
) {
    let (index, tile) = tiles.entry(placed.tile.level).or_default();
    if *index != placed.tile.index {
        grown.insert((placed.tile.level, *index), std::mem::take(tile));
        *index = placed.tile.index;
    }
    tile.push(placed.hash);
}

/// A tile as it is kept.
pub(crate) async fn tile(tx: &mut Tx, id: TileId) -> Result<Option<Tile>> {
    let text = "select hashes from tile where level = $1 and idx = $2";
    let row = tx
        .first(text, &[i64::from(id.level).into(), whole(id.index)])
        .await?;
    let bytes = row.map(|row| row.need_bytes(0)).transpose()?;
    Ok(bytes.and_then(|bytes| Hash::list(&bytes)))
}

/// The tiles that a proof reads.
pub(crate) async fn tiles(tx: &mut Tx, ids: BTreeSet<TileId>) -> Result<BTreeMap<TileId, Tile>> {
    let mut found = BTreeMap::new();
    for id in ids {
        if let Some(tile) = tile(tx, id).await? {
            found.insert(id, tile);
        }
    }
    Ok(found)
}

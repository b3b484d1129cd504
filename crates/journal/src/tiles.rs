//! Tiles: 256 hashes of every eighth level, from which any proof is made with a handful of reads.

use crate::Hash;
use std::collections::{BTreeMap, BTreeSet};

/// Hashes in a whole tile; the tiles at the right edge have fewer.
pub const TILE_WIDTH: usize = 256;

/// Which tile: tile level `level` holds the hashes of the tree's level 8 × `level`, whole subtrees only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for the hashes of the leaves, 1 for the roots of 256 leaves each, and so on.
    pub level: u32,
    /// Which one on its level, from 0.
    pub index: u64,
}

/// The hashes of a tile, from its first.
pub type Tile = Vec<Hash>;

/// A tile that a proof needs is missing or too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingTile(pub TileId);

impl TileId {
    /// Levels of the tree that a tile spans.
    pub(crate) const LEVELS: u32 = TILE_WIDTH.ilog2();

    /// The tile, and the place in it, of the hash at `index` on a tile level.
    pub fn holding(level: u32, index: u64) -> (Self, usize) {
        let width = TILE_WIDTH as u64;
        let tile = Self {
            level,
            index: index / width,
        };
        (tile, (index % width) as usize)
    }

    /// How many hashes it has in a tree of `size` leaves: 0 to 256.
    pub fn width_at(self, size: u64) -> usize {
        let on_level = size.checked_shr(self.level * Self::LEVELS).unwrap_or(0);
        let before = self.index.saturating_mul(TILE_WIDTH as u64);
        on_level.saturating_sub(before).min(TILE_WIDTH as u64) as usize
    }
}

/// The tiles that [`inclusion`] reads: about two per tile level.
pub fn inclusion_tiles(index: u64, size: u64) -> BTreeSet<TileId> {
    needed(|nodes| path(index, (0, size), nodes))
}

/// The proof that the leaf at `index` is in the tree of `size` leaves, deepest hash first; none if it lies outside.
/// `read` is asked once for each tile; a partial tile may be longer than it was at that size.
///
/// # Errors
///
/// Names the first tile that is missing or too short.
pub fn inclusion(
    index: u64,
    size: u64,
    read: impl FnMut(TileId) -> Option<Tile>,
) -> Result<Vec<Hash>, MissingTile> {
    told(&inclusion_tiles(index, size), read, |nodes| {
        path(index, (0, size), nodes)
    })
}

/// The tiles that [`consistency`] reads.
pub fn consistency_tiles(older: u64, newer: u64) -> BTreeSet<TileId> {
    needed(|nodes| between(older, (0, newer), nodes))
}

/// The proof that the tree of `older` leaves is the beginning of the tree of `newer` leaves.
///
/// # Errors
///
/// Names the first tile that is missing or too short.
pub fn consistency(
    older: u64,
    newer: u64,
    read: impl FnMut(TileId) -> Option<Tile>,
) -> Result<Vec<Hash>, MissingTile> {
    told(&consistency_tiles(older, newer), read, |nodes| {
        between(older, (0, newer), nodes)
    })
}

/// The tiles that [`root`] reads.
pub fn root_tiles(size: u64) -> BTreeSet<TileId> {
    needed(|nodes| whole_root(size, nodes))
}

/// The root of the tree of the first `size` leaves.
///
/// # Errors
///
/// Names the first tile that is missing or too short.
pub fn root(size: u64, read: impl FnMut(TileId) -> Option<Tile>) -> Result<Hash, MissingTile> {
    told(&root_tiles(size), read, |nodes| whole_root(size, nodes))
}

/// Where a whole subtree's root comes from: its level and index.
type Nodes<'a> = dyn FnMut(u32, u64) -> Result<Hash, MissingTile> + 'a;

/// Runs `work` with hashes that do not matter, and notes the tiles it asked for.
fn needed<T>(work: impl FnOnce(&mut Nodes<'_>) -> Result<T, MissingTile>) -> BTreeSet<TileId> {
    let mut tiles = BTreeSet::new();
    let noted = work(&mut |level, index| {
        tiles.insert(stretch(level, index).0);
        Ok(Hash([0; 32]))
    });
    debug_assert!(noted.is_ok(), "nothing is read while tiles are noted");
    tiles
}

/// Reads the tiles once each, then runs `work` on them.
fn told<T>(
    tiles: &BTreeSet<TileId>,
    mut read: impl FnMut(TileId) -> Option<Tile>,
    work: impl FnOnce(&mut Nodes<'_>) -> Result<T, MissingTile>,
) -> Result<T, MissingTile> {
    let tiles: BTreeMap<TileId, Tile> = tiles
        .iter()
        .map(|id| read(*id).map(|tile| (*id, tile)).ok_or(MissingTile(*id)))
        .collect::<Result<_, _>>()?;
    work(&mut |level, index| {
        let (id, slots) = stretch(level, index);
        let held = tiles.get(&id).and_then(|tile| tile.get(slots));
        held.map(subtree).ok_or(MissingTile(id))
    })
}

/// The tile and the slots in it whose root is the node at `index` on a level of the tree; they lie in one tile.
fn stretch(level: u32, index: u64) -> (TileId, std::ops::Range<usize>) {
    let above = level % TileId::LEVELS;
    let (tile, slot) = TileId::holding(level / TileId::LEVELS, index << above);
    (tile, slot..slot + (1 << above))
}

/// The root over a power of two of hashes.
fn subtree(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => Hash::of(b""),
        [one] => *one,
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            Hash::node(subtree(left), subtree(right))
        }
    }
}

fn whole_root(size: u64, nodes: &mut Nodes<'_>) -> Result<Hash, MissingTile> {
    if size == 0 {
        return Ok(Hash::of(b""));
    }
    range((0, size), nodes)
}

/// MTH of RFC 6962, section 2.1, over the leaves `from..until`.
fn range((from, until): (u64, u64), nodes: &mut Nodes<'_>) -> Result<Hash, MissingTile> {
    let size = until - from;
    if size.is_power_of_two() && from.is_multiple_of(size) {
        return nodes(size.ilog2(), from / size);
    }
    let middle = from + split(size);
    let left = range((from, middle), nodes)?;
    Ok(Hash::node(left, range((middle, until), nodes)?))
}

/// PATH of RFC 6962, section 2.1.1.
fn path(
    index: u64,
    (from, until): (u64, u64),
    nodes: &mut Nodes<'_>,
) -> Result<Vec<Hash>, MissingTile> {
    if until - from <= 1 || index >= until {
        return Ok(Vec::new());
    }
    let middle = from + split(until - from);
    let (mine, other) = if index < middle {
        ((from, middle), (middle, until))
    } else {
        ((middle, until), (from, middle))
    };
    let mut found = path(index, mine, nodes)?;
    found.push(range(other, nodes)?);
    Ok(found)
}

/// PROOF of RFC 6962, section 2.1.2.
fn between(
    older: u64,
    (from, until): (u64, u64),
    nodes: &mut Nodes<'_>,
) -> Result<Vec<Hash>, MissingTile> {
    if older == 0 || older > until {
        return Ok(Vec::new());
    }
    if older == until {
        // At the very start the verifier has the older root already.
        return if from == 0 {
            Ok(Vec::new())
        } else {
            Ok(vec![range((from, until), nodes)?])
        };
    }
    let middle = from + split(until - from);
    let (inner, other) = if older <= middle {
        ((from, middle), (middle, until))
    } else {
        ((middle, until), (from, middle))
    };
    let mut found = between(older, inner, nodes)?;
    found.push(range(other, nodes)?);
    Ok(found)
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

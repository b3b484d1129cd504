//! RFC 6962 as its text says it: recursion over all leaves, nothing kept.

use journal::{Frontier, Hash, Placed, Tile, TileId};
use std::collections::BTreeMap;

fn split(size: usize) -> usize {
    let mut k = 1;
    while k * 2 < size {
        k *= 2;
    }
    k
}

pub(crate) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(b""),
        [one] => *one,
        more => {
            let (left, right) = more.split_at(split(more.len()));
            Hash::node(root(left), root(right))
        }
    }
}

pub(crate) fn path(at: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if at < left.len() {
        [path(at, left), vec![root(right)]].concat()
    } else {
        [path(at - left.len(), right), vec![root(left)]].concat()
    }
}

pub(crate) fn between(older: usize, leaves: &[Hash]) -> Vec<Hash> {
    if older == 0 {
        return Vec::new();
    }
    sub(older, leaves, true)
}

fn sub(older: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if older == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![root(leaves)]
        };
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if older <= left.len() {
        [sub(older, left, whole), vec![root(right)]].concat()
    } else {
        [sub(older - left.len(), right, false), vec![root(left)]].concat()
    }
}

/// Tiles as a database would keep them.
#[derive(Default)]
pub(crate) struct Shelf(pub(crate) BTreeMap<TileId, Tile>);

impl Shelf {
    pub(crate) fn put(&mut self, placed: Placed) {
        let tile = self.0.entry(placed.tile).or_default();
        assert_eq!(tile.len(), placed.slot, "a hash follows the tile's last");
        tile.push(placed.hash);
    }

    pub(crate) fn get(&self, id: TileId) -> Option<Tile> {
        self.0.get(&id).cloned()
    }
}

pub(crate) fn grow(leaves: &[Hash]) -> (Frontier, Shelf) {
    let mut frontier = Frontier::default();
    let mut shelf = Shelf::default();
    for leaf in leaves {
        frontier.append(*leaf, |placed| shelf.put(placed));
    }
    (frontier, shelf)
}

/// Leaves that differ, by number.
pub(crate) fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|n| Hash::leaf(&n.to_be_bytes())).collect()
}

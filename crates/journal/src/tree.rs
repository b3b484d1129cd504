//! The tree as it grows, and the check of its proofs: RFC 6962 and RFC 9162, section 2.1.

use crate::{Hash, TileId};

/// The right edge of a growing tree: the roots of its whole subtrees, the largest first.
/// There are as many as the size has binary ones, so it stays small however long the journal gets.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// A hash that goes into a tile; it always follows the tile's last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The tile.
    pub tile: TileId,
    /// Its place in the tile, from 0.
    pub slot: usize,
    /// The hash.
    pub hash: Hash,
}

impl Frontier {
    /// Takes up a tree of `size` leaves from what [`Self::peaks`] gave; `None` if their number does not fit.
    pub fn resume(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the whole subtrees, the largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds a leaf; each hash that belongs into a tile is handed to `place`, lower levels first.
    pub fn append(&mut self, leaf: Hash, mut place: impl FnMut(Placed)) {
        let mut node = leaf;
        let mut level: u32 = 0;
        loop {
            let index = self.size >> level;
            if level.is_multiple_of(TileId::LEVELS) {
                let (tile, slot) = TileId::holding(level / TileId::LEVELS, index);
                place(Placed {
                    tile,
                    slot,
                    hash: node,
                });
            }
            if index & 1 == 0 {
                break;
            }
            let Some(left) = self.peaks.pop() else { break };
            node = Hash::node(left, node);
            level += 1;
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> Hash {
        let upwards = self.peaks.iter().rev().copied();
        upwards
            .reduce(|right, left| Hash::node(left, right))
            .unwrap_or_else(|| Hash::of(b""))
    }
}

/// Whether `path` proves that the leaf with this hash stands at `index` in the tree of `size` leaves with this root.
/// RFC 9162, section 2.1.3.2.
pub fn included(leaf: Hash, index: u64, size: u64, path: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = leaf;
    for &beside in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = Hash::node(beside, hash);
            skip_lone(&mut at, &mut last);
        } else {
            hash = Hash::node(hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == root
}

/// Whether `path` proves that the tree of the older size and root is the beginning of the newer one.
/// RFC 9162, section 2.1.4.2; the empty tree is the beginning of any.
pub fn consistent(older: (u64, Hash), newer: (u64, Hash), path: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (older, newer);
    if old_size > new_size {
        return false;
    }
    if old_size == 0 {
        return path.is_empty() && old_root == Hash::of(b"");
    }
    if old_size == new_size {
        return path.is_empty() && old_root == new_root;
    }
    let own = old_size.is_power_of_two().then_some(old_root);
    let mut path = own.into_iter().chain(path.iter().copied());
    let Some(first) = path.next() else {
        return false;
    };
    let (mut at, mut last) = (old_size - 1, new_size - 1);
    let whole = at.trailing_ones();
    (at, last) = (at >> whole, last >> whole);
    let (mut old, mut new) = (first, first);
    for beside in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old = Hash::node(beside, old);
            new = Hash::node(beside, new);
            skip_lone(&mut at, &mut last);
        } else {
            new = Hash::node(new, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == old_root && new == new_root
}

/// Passes the levels on which the node at the right edge has no sibling.
fn skip_lone(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        *at >>= 1;
        *last >>= 1;
    }
}

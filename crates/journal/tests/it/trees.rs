//! The tree, its tiles and its proofs.

use crate::oracle;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash, mem_backed_tree::MemoryBackedTree};
use journal::{Frontier, Hash, TileId, consistent, included};
use proptest::prelude::*;
use sha2::Sha256;

/// The leaves and roots that the first Certificate Transparency logs publish as test vectors.
const VECTORS: [(&[u8], &str); 8] = [
    (
        b"",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    ),
    (
        b"\x00",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    ),
    (
        b"\x10",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    ),
    (
        b"\x20\x21",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (
        b"\x30\x31",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    ),
    (
        b"\x40\x41\x42\x43",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    ),
    (
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    ),
    (
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
];

fn hashes(texts: &[&str]) -> Vec<Hash> {
    texts
        .iter()
        .map(|text| Hash::parse(text).unwrap())
        .collect()
}

#[test]
fn roots_are_those_of_the_published_vectors() {
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root(), Hash::of(b""));
    for (data, root) in VECTORS {
        frontier.append(Hash::leaf(data), |_| {});
        assert_eq!(frontier.root().to_string(), root);
    }
}

#[test]
fn proofs_are_those_of_the_published_vectors() {
    let leaves: Vec<Hash> = VECTORS.iter().map(|(data, _)| Hash::leaf(data)).collect();
    let (_, shelf) = oracle::grow(&leaves);
    let path = journal::inclusion(5, 8, |id| shelf.get(id)).unwrap();
    let published = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(path, hashes(&published));
    let path = journal::inclusion(2, 3, |id| shelf.get(id)).unwrap();
    assert_eq!(
        path,
        hashes(&["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"])
    );
    let path = journal::consistency(6, 8, |id| shelf.get(id)).unwrap();
    let published = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(path, hashes(&published));
}

#[test]
fn every_proof_of_small_trees_is_the_oracles_and_holds() {
    let leaves = oracle::leaves(70);
    let (_, shelf) = oracle::grow(&leaves);
    for size in 1..=leaves.len() {
        let root = oracle::root(&leaves[..size]);
        assert_eq!(journal::root(size as u64, |id| shelf.get(id)), Ok(root));
        for index in 0..size {
            let path = journal::inclusion(index as u64, size as u64, |id| shelf.get(id)).unwrap();
            assert_eq!(path, oracle::path(index, &leaves[..size]));
            assert!(included(
                leaves[index],
                index as u64,
                size as u64,
                &path,
                root
            ));
        }
        for older in 0..=size {
            let path = journal::consistency(older as u64, size as u64, |id| shelf.get(id)).unwrap();
            assert_eq!(path, oracle::between(older, &leaves[..size]));
            let old = (older as u64, oracle::root(&leaves[..older]));
            assert!(
                consistent(old, (size as u64, root), &path),
                "{older} {size}"
            );
        }
    }
}

/// A leaf as the other authors' tree takes it.
#[derive(Clone)]
struct Number(usize);

impl ct_merkle::HashableLeaf for Number {
    fn hash<H: ct_merkle::digest::Update>(&self, hasher: &mut H) {
        hasher.update(&self.0.to_be_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn trees_over_several_tiles_agree_with_other_authors(size in 1_usize..1_400, at in 0.0..1.0, old in 0.0..1.0) {
        let leaves = oracle::leaves(size);
        let (frontier, shelf) = oracle::grow(&leaves);
        let mut theirs: MemoryBackedTree<Sha256, Number> = MemoryBackedTree::new();
        (0..size).for_each(|n| theirs.push(Number(n)));
        let root = frontier.root();
        let their_root = theirs.root();
        prop_assert_eq!(root.0.as_slice(), their_root.as_bytes().as_slice());
        for (id, tile) in &shelf.0 {
            prop_assert_eq!(tile.len(), id.width_at(size as u64));
        }
        let index = (at * size as f64) as usize;
        let path = journal::inclusion(index as u64, size as u64, |id| shelf.get(id)).unwrap();
        prop_assert_eq!(&path, &oracle::path(index, &leaves));
        let bytes: Vec<u8> = path.iter().flat_map(|hash| hash.0).collect();
        let theirs_root = RootHash::<Sha256>::new(root.0.into(), size as u64);
        let proof = InclusionProof::<Sha256>::try_from_bytes(bytes).unwrap();
        prop_assert!(theirs_root.verify_inclusion(&Number(index), index as u64, &proof).is_ok());
        let older = 1 + (old * (size - 1) as f64) as usize;
        let path = journal::consistency(older as u64, size as u64, |id| shelf.get(id)).unwrap();
        let old_root = oracle::root(&leaves[..older]);
        prop_assert!(consistent((older as u64, old_root), (size as u64, root), &path));
        if older < size {
            let bytes: Vec<u8> = path.iter().flat_map(|hash| hash.0).collect();
            let proof = ConsistencyProof::<Sha256>::try_from_bytes(bytes).unwrap();
            let theirs_old = RootHash::<Sha256>::new(old_root.0.into(), older as u64);
            prop_assert!(theirs_root.verify_consistency(&theirs_old, &proof).is_ok());
        }
    }

    #[test]
    fn a_proof_of_something_else_does_not_hold(size in 2_u64..300, at in 0.0..1.0, bent in 0_usize..9, bit in 0_u8..8) {
        let leaves = oracle::leaves(size as usize);
        let (frontier, shelf) = oracle::grow(&leaves);
        let (root, index) = (frontier.root(), (at * size as f64) as u64);
        let leaf = leaves[index as usize];
        let path = journal::inclusion(index, size, |id| shelf.get(id)).unwrap();
        prop_assert!(included(leaf, index, size, &path, root));
        prop_assert!(!included(Hash::node(leaf, leaf), index, size, &path, root));
        prop_assert!(!included(leaf, index, size, &path[1..], root));
        prop_assert!(!included(leaf, (index + 1) % size, size, &path, root));
        let mut other = path.clone();
        let place = bent % other.len();
        other[place].0[bent] ^= 1 << bit;
        prop_assert!(!included(leaf, index, size, &other, root));
        let longer = [path, vec![leaf]].concat();
        prop_assert!(!included(leaf, index, size, &longer, root));
        let (older, _) = oracle::grow(&leaves[..index as usize]);
        let path = journal::consistency(index, size, |id| shelf.get(id)).unwrap();
        if index > 0 {
            let wrong = Hash::node(root, root);
            prop_assert!(!consistent((index, wrong), (size, root), &path));
            prop_assert!(!consistent((index, older.root()), (size, wrong), &path));
            prop_assert!(!consistent((index, older.root()), (size, root), &path[1..]));
        }
    }
}

#[test]
fn a_frontier_goes_on_from_its_peaks() {
    let leaves = oracle::leaves(777);
    let (half, _) = oracle::grow(&leaves[..500]);
    let mut resumed = Frontier::resume(500, half.peaks().to_vec()).unwrap();
    leaves[500..]
        .iter()
        .for_each(|leaf| resumed.append(*leaf, |_| {}));
    assert_eq!(resumed, oracle::grow(&leaves).0);
    assert_eq!(resumed.root(), oracle::root(&leaves));
    assert_eq!(Frontier::resume(501, half.peaks().to_vec()), None);
}

#[test]
fn ten_million_entries_need_a_handful_of_tiles() {
    let size = 10_000_000;
    let most = |count: usize| assert!(count <= 6, "{count} tiles");
    for index in [0, 255, 256, 65_535, 5_000_000, size - 1] {
        most(journal::inclusion_tiles(index, size).len());
        most(journal::consistency_tiles(index + 1, size).len());
    }
    most(journal::root_tiles(size).len());
}

#[test]
fn a_missing_or_short_tile_is_named() {
    let (_, mut shelf) = oracle::grow(&oracle::leaves(600));
    let id = TileId { level: 0, index: 2 };
    shelf.0.get_mut(&id).unwrap().truncate(50);
    let found = journal::inclusion(3, 600, |id| shelf.get(id));
    assert_eq!(found, Err(journal::MissingTile(id)));
    shelf.0.remove(&id);
    assert_eq!(
        journal::root(600, |id| shelf.get(id)),
        Err(journal::MissingTile(id))
    );
    assert!(journal::root(512, |id| shelf.get(id)).is_ok());
}

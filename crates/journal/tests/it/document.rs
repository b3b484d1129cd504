//! The worked example of docs/journal.md: its texts and hashes are what the code gives.

use crate::sample::{cells, entry, register, text};
use journal::{Frontier, Hash, Payload, Salt, Seal, SealingKey, included};
use programme::record::{Act, Cell};
use rules::Moment;

/// The key of RFC 8410, section 10.3; everybody has it, so it seals nothing but this example.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";

#[test]
fn the_example_in_the_document_is_true() {
    let create = entry(
        1,
        "12",
        Act::Create,
        1,
        vec![],
        cells(&[("title", text("推介会")), ("phone", text("13800000000"))]),
    );
    let before = cells(&[("signed", None)]);
    let change = entry(
        2,
        "12",
        Act::Change,
        2,
        before,
        cells(&[("signed", Some(Cell::Int(500_000)))]),
    );
    let erase = entry(3, "12", Act::Erase, 3, cells(&[("phone", None)]), vec![]);
    let mut told = Vec::new();
    let mut frontier = Frontier::default();
    let mut leaves = Vec::new();
    for entry in [create, change, erase] {
        let salt = Salt(*b"sixteen bytes ok");
        let (payload, beside) = Payload::of(&entry, Some(&register()), || salt).unwrap();
        told.push(payload.text());
        told.extend(beside.iter().flat_map(|open| {
            [
                open.salt.to_string(),
                open.value.clone(),
                open.digest().to_string(),
            ]
        }));
        let leaf = Hash::leaf(payload.text().as_bytes());
        leaves.push(leaf);
        frontier.append(leaf, |_| {});
    }
    told.extend(leaves.iter().map(Hash::to_string));
    let left = Hash::node(leaves[0], leaves[1]);
    let root = Hash::node(left, leaves[2]);
    assert_eq!(frontier.root(), root);
    assert!(included(leaves[1], 1, 3, &[leaves[0], leaves[2]], root));
    told.extend([left.to_string(), root.to_string()]);
    let key = SealingKey::read(KEY).unwrap();
    let signed = key.sign(Seal {
        size: 3,
        root,
        at: Moment(1_695_715_260_000),
        programme: Hash::of(b"programme"),
        rehearsal: true,
        epoch: 1,
        previous: None,
    });
    told.push(signed.seal.text());
    told.push(signed.line());
    told.push(key.public().pem().unwrap());
    told.push(key.public().fingerprint().to_string());

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/journal.md");
    let document = std::fs::read_to_string(path).unwrap();
    let missing: Vec<&String> = told
        .iter()
        .filter(|text| !document.contains(*text))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/journal.md does not have: {missing:#?}"
    );
}

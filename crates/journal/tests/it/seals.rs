//! Seals, keys and witness files.

use crate::sample::seal;
use journal::{PublicKey, SealingKey, SignedSeal, Witness};

fn key() -> SealingKey {
    SealingKey::from_seed([7; 32])
}

#[test]
fn keys_are_the_files_of_other_tools() {
    // The examples of RFC 8410, section 10, which `openssl genpkey -algorithm ed25519` writes alike;
    // the fingerprint is what is printed by `openssl pkey -pubin -outform DER | sha256sum`.
    let secret = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let key = SealingKey::read(secret).unwrap();
    assert_eq!(key.pem().unwrap(), secret);
    assert_eq!(key.public().pem().unwrap(), public);
    assert_eq!(PublicKey::read(public), Some(key.public()));
    assert_eq!(
        key.public().fingerprint().to_string(),
        "a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f"
    );
    assert!(SealingKey::read(public).is_none());
    assert!(PublicKey::read(secret).is_none());
}

#[test]
fn a_key_is_never_printed() {
    let pem = key().pem().unwrap();
    let middle = pem.lines().nth(1).unwrap();
    assert!(!format!("{:?}", key()).contains(middle));
    assert!(!format!("{:?}", key()).contains("7, 7"));
}

#[test]
fn a_seal_comes_back_and_every_part_of_it_is_signed() {
    let signed = key().sign(seal(3, 1));
    let read = SignedSeal::read(&signed.line()).unwrap();
    assert_eq!(read, signed);
    assert!(key().public().signed(&read));
    assert!(!SealingKey::from_seed([8; 32]).public().signed(&read));
    let changes: [fn(&mut SignedSeal); 8] = [
        |s| s.seal.size += 1,
        |s| s.seal.root.0[0] ^= 1,
        |s| s.seal.at.0 += 1,
        |s| s.seal.programme.0[31] ^= 1,
        |s| s.seal.rehearsal = !s.seal.rehearsal,
        |s| s.seal.epoch += 1,
        |s| s.seal.previous = None,
        |s| s.signature[9] ^= 1,
    ];
    for change in changes {
        let mut other = signed.clone();
        change(&mut other);
        assert!(!key().public().signed(&other), "{other:?}");
    }
}

#[test]
fn a_torn_witness_line_is_named_and_costs_only_itself() {
    let [first, second, third] = [1, 2, 3].map(|n| key().sign(seal(n, n as i64)));
    let mut file = Witness::addition(None, &first);
    file += &Witness::addition(file.bytes().last(), &second)[..40];
    let torn = Witness::read(&file);
    assert_eq!((torn.seals, torn.torn), (vec![first.clone()], Some(2)));

    file += &Witness::addition(file.bytes().last(), &third);
    let mended = Witness::read(&file);
    assert_eq!(mended.seals, [first, third]);
    assert_eq!((mended.torn, mended.unreadable), (None, vec![2]));
}

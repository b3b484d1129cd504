//! SHA-256 and the two prefixes of RFC 6962, section 2.1.

use sha2::{Digest, Sha256};
use std::fmt;

/// A SHA-256 digest; written in hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The plain SHA-256 of some bytes; of none it is the root of an empty tree.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of a leaf: SHA-256 of a byte 0x00 and the leaf's bytes.
    /// The prefix keeps a leaf from passing for an inner node.
    pub fn leaf(bytes: &[u8]) -> Self {
        let hasher = Sha256::new_with_prefix([0x00]);
        Self(hasher.chain_update(bytes).finalize().into())
    }

    /// The hash of an inner node: SHA-256 of a byte 0x01 and the hashes of its two children.
    pub fn node(left: Self, right: Self) -> Self {
        let mut bytes = [0x01; 65];
        bytes[1..33].copy_from_slice(&left.0);
        bytes[33..].copy_from_slice(&right.0);
        Self::of(&bytes)
    }

    /// Reads 64 hex digits in lower case; `None` for anything else, so that a digest has one spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(bytes_of_hex(text)?.try_into().ok()?))
    }

    /// Reads hashes laid end to end; `None` where the last is cut.
    pub fn list(bytes: &[u8]) -> Option<Vec<Self>> {
        let (whole, rest) = bytes.as_chunks::<32>();
        rest.is_empty()
            .then(|| whole.iter().map(|hash| Self(*hash)).collect())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Bytes as hex digits in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(digit).collect()
}

/// Reads what [`hex`] writes, and nothing else.
pub(crate) fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let half = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let byte = |[high, low]: &[u8; 2]| Some(half(*high)? << 4 | half(*low)?);
    rest.is_empty()
        .then(|| pairs.iter().map(byte).collect())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_has_one_spelling() {
        let hash = Hash::of(b"");
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hash.to_string(), text);
        assert_eq!(Hash::parse(text), Some(hash));
        assert_eq!(Hash::parse(&text.to_uppercase()), None);
        assert_eq!(Hash::parse(&text[1..]), None);
        assert_eq!(Hash::parse(&text[2..]), None);
    }
}

//! Codes as people type them, and one-time recovery codes.

use super::digest;
use crate::act::Edge;
use sha2::{Digest, Sha256};
use totp_rs::Secret;

/// As many recovery codes are given at a time.
pub const RECOVERY_CODES: usize = 10;
/// Bytes of a recovery code: nobody tries them all, so SHA-256 keeps them.
const RECOVERY_BYTES: usize = 10;

/// Fresh recovery codes.
pub(super) fn recovery(edge: Edge) -> Vec<String> {
    let code = |nth: usize| {
        let bytes = digest(&format!("recovery {nth} "), edge);
        let bytes = bytes.get(..RECOVERY_BYTES).unwrap_or_default();
        grouped(&Secret::from(bytes).to_base32(), '-')
    };
    (0..RECOVERY_CODES).map(code).collect()
}

/// What the database keeps of an account's recovery code.
pub(super) fn hash(account: &str, code: &str) -> [u8; 32] {
    let code = plain(code);
    Sha256::digest(format!("heli recovery {account} {code}")).into()
}

pub(super) fn grouped(text: &str, between: char) -> String {
    let mut grouped = String::new();
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push(between);
        }
        grouped.push(letter);
    }
    grouped
}

/// A code as people type it: full-width digits, spaces, hyphens and small letters are understood.
pub(super) fn plain(code: &str) -> String {
    let narrow = |letter: char| match letter {
        '０'..='９' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
        letter => letter.to_ascii_uppercase(),
    };
    let letters = code.chars().map(narrow);
    letters
        .filter(|letter| letter.is_ascii_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::Moment;

    #[test]
    fn codes_are_understood_as_people_type_them() {
        assert_eq!(plain(" １２３ 456 "), "123456");
        assert_eq!(plain("abcd-efgh 2345"), "ABCDEFGH2345");
        assert_eq!(hash("wang", "abcd-efgh"), hash("wang", "ABCD EFGH"));
        assert_ne!(hash("wang", "abcd"), hash("li", "abcd"));
    }

    #[test]
    fn recovery_codes_differ_and_are_long() {
        let edge = Edge {
            now: Moment(0),
            seed: [3; 32],
        };
        let mut made = recovery(edge);
        assert!(made.iter().all(|code| plain(code).len() == 16), "{made:?}");
        made.sort();
        made.dedup();
        assert_eq!(made.len(), RECOVERY_CODES);
    }
}

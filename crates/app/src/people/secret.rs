//! Encrypts the secrets of second factors under a key that is not in the database.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use std::fmt;

/// Bytes before what is encrypted, fresh for each.
const NONCE_BYTES: usize = 24;

/// The key under which secrets of second factors are kept: 32 bytes of true randomness, in a file of its own.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey([u8; 32]);

impl SecretKey {
    /// A new key from true randomness.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(seed)
    }

    /// A key from its file's text: 64 hexadecimal digits.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut key = [0; 32];
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(key))
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        let hex: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        hex + "\n"
    }

    /// Encrypts what belongs to an account; it opens for no other.
    pub(super) fn shut(&self, account: &str, nonce: [u8; 32], plain: &[u8]) -> Option<Vec<u8>> {
        let (nonce, _) = nonce.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload {
            msg: plain,
            aad: account.as_bytes(),
        };
        let shut = self.cipher().encrypt(&XNonce::from(*nonce), payload).ok()?;
        Some([nonce.as_slice(), &shut].concat())
    }

    /// What was encrypted for an account; `None` where it was under another key, for another account, or altered.
    pub(super) fn opened(&self, account: &str, kept: &[u8]) -> Option<Vec<u8>> {
        let (nonce, shut) = kept.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload {
            msg: shut,
            aad: account.as_bytes(),
        };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_for_its_account_under_its_key_alone() {
        let key = SecretKey::from_seed([7; 32]);
        let kept = key.shut("wang", [1; 32], b"secret").unwrap();
        assert!(!kept.windows(6).any(|part| part == b"secret"));
        assert_eq!(
            key.opened("wang", &kept).as_deref(),
            Some(b"secret".as_slice())
        );
        assert_eq!(key.opened("li", &kept), None);
        assert_eq!(SecretKey::from_seed([8; 32]).opened("wang", &kept), None);
        let mut altered = kept.clone();
        *altered.last_mut().unwrap() ^= 1;
        assert_eq!(key.opened("wang", &altered), None);
        assert_eq!(key.opened("wang", &[]), None);
    }

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let key = SecretKey::from_seed([171; 32]);
        assert_eq!(SecretKey::read(&key.text()), Some(key));
        for text in ["", "ab", &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(SecretKey::read(text), None, "{text}");
        }
    }
}

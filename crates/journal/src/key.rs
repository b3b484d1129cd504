//! Keys: Ed25519 by RFC 8032, in the PEM files that other tools read and write.

use crate::{Hash, Seal, SignedSeal};
use ed25519_dalek::Signer;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes,
};
use std::fmt;

/// The key that signs seals. It lies outside the database and outside its backups:
/// who has all three can write another history, and only a witness would show it.
pub struct SealingKey(ed25519_dalek::SigningKey);

/// The key that checks seals; anybody may have it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl SealingKey {
    /// The key that 32 random bytes make.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The key file: PKCS#8 in PEM by RFC 8410, as `openssl genpkey -algorithm ed25519` writes it.
    /// `None` only where the text cannot be built.
    pub fn pem(&self) -> Option<String> {
        // Without the public half, which older tools do not expect in the file.
        let pair = KeypairBytes {
            secret_key: self.0.to_bytes(),
            public_key: None,
        };
        let pem = pair.to_pkcs8_pem(LineEnding::LF).ok()?;
        Some(pem.to_string())
    }

    /// Reads a key file; `None` where it is none of Ed25519.
    pub fn read(pem: &str) -> Option<Self> {
        ed25519_dalek::SigningKey::from_pkcs8_pem(pem)
            .ok()
            .map(Self)
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a seal.
    pub fn sign(&self, seal: Seal) -> SignedSeal {
        let signature = self.0.sign(seal.text().as_bytes()).to_bytes();
        SignedSeal { seal, signature }
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sealing key of {:?}", self.public())
    }
}

impl PublicKey {
    /// The public key file: SubjectPublicKeyInfo in PEM, as `openssl pkey -pubout` writes it.
    /// `None` only where the text cannot be built.
    pub fn pem(&self) -> Option<String> {
        self.0.to_public_key_pem(LineEnding::LF).ok()
    }

    /// Reads a public key file; `None` where it is none of Ed25519.
    pub fn read(pem: &str) -> Option<Self> {
        ed25519_dalek::VerifyingKey::from_public_key_pem(pem)
            .ok()
            .map(Self)
    }

    /// What people compare by telephone: SHA-256 of the key's DER form,
    /// as `openssl pkey -pubin -outform DER | sha256sum` prints it.
    pub fn fingerprint(&self) -> Hash {
        /// SubjectPublicKeyInfo of RFC 8410 up to the 32 bytes of the key.
        const HEAD: [u8; 12] = [
            0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
        ];
        Hash::of(&[&HEAD[..], self.0.as_bytes()].concat())
    }

    /// Whether this key's owner signed the seal.
    pub fn signed(&self, signed: &SignedSeal) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signed.signature);
        let text = signed.seal.text();
        self.0.verify_strict(text.as_bytes(), &signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the public key {}", self.fingerprint())
    }
}

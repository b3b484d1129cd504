//! Open values: what an entry only holds as a salted digest lies beside it and can be erased.
//! 个人信息保护法 (Personal Information Protection Law), article 47, gives a person the right to erasure.

use crate::Hash;
use crate::hash::{bytes_of_hex, hex};
use crate::payload::cell_of_text;
use programme::model::{FieldKind, RegisterField};
use programme::record::Cell;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// The name under which an entry's reason is kept beside it; no field can have it.
pub const WHY: &str = "(why)";

/// 16 random bytes, drawn anew for every value, so that nobody finds a telephone number by trying them all.
/// It is erased with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

/// Which cells of an entry a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The cells before it.
    Before,
    /// The cells after it; the reason too.
    After,
}

/// A value that lies beside its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Before or after.
    pub side: Side,
    /// The field's id, or [`WHY`].
    pub field: String,
    /// What was hashed before the value.
    pub salt: Salt,
    /// The value as [`crate::cell_text`] writes it.
    pub value: String,
}

/// Whether the values of a field are kept beside the entry, where they can be erased.
/// An entry records what was decided when it was written; a later programme does not change it.
pub fn kept_beside(field: &RegisterField) -> bool {
    use FieldKind as K;
    field.sensitive || matches!(field.kind, K::Person | K::Phone | K::LongText | K::Files)
}

impl Salt {
    /// Reads what it writes: 32 hex digits in lower case.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(bytes_of_hex(text)?.try_into().ok()?))
    }
}

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl Side {
    /// Its name: `before`, `after`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }

    /// Reads what [`Self::word`] writes.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Before, Self::After]
            .into_iter()
            .find(|side| side.word() == word)
    }
}

impl Open {
    /// The digest that stands in the entry: SHA-256 of the salt's 16 bytes and the value's text.
    pub fn digest(&self) -> Hash {
        let hasher = Sha256::new_with_prefix(self.salt.0);
        Hash(hasher.chain_update(self.value.as_bytes()).finalize().into())
    }

    /// The value; `None` where the text is no value.
    pub fn cell(&self) -> Option<Cell> {
        cell_of_text(&self.value)
    }
}

/// A value as the files hold it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Beside {
    side: String,
    field: String,
    salt: String,
    value: String,
}

impl Beside {
    pub(crate) fn of(open: &Open) -> Self {
        Self {
            side: open.side.word().to_owned(),
            field: open.field.clone(),
            salt: open.salt.to_string(),
            value: open.value.clone(),
        }
    }

    pub(crate) fn open(self) -> Option<Open> {
        Some(Open {
            side: Side::parse(&self.side)?,
            field: self.field,
            salt: Salt::parse(&self.salt)?,
            value: self.value,
        })
    }
}

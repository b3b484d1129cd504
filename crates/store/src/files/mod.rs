//! Attached files by their content: one file per SHA-256 in a folder, a row for each, and a row for each entry that names it.

mod content;
mod incoming;
mod refuse;
mod small;
mod sweep;
mod uses;

pub use content::{accepted, inline};
pub use incoming::Incoming;
pub use small::small;
pub use sweep::Swept;
pub use uses::{Use, is_complete};
pub(crate) use uses::{Uses, forget, held};

use crate::db::Db;
use crate::error::Result;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use object_store::ObjectStoreExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use refuse::{altered, gone, unusable};
use rules::Moment;
use sha2::{Digest, Sha256};
use std::path::Path;

/// How large files may be, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// One file.
    pub size_max: u64,
    /// All files together; uploads at the same moment may pass it by one file each.
    pub quota: u64,
}

/// A file that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of what is stored, in hex: the value of the cell.
    pub digest: String,
    /// What it was called where it came from; empty where nobody said.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Media type by content.
    pub kind: String,
}

/// The folder of files.
#[derive(Clone, Debug)]
pub struct Files {
    store: std::sync::Arc<LocalFileSystem>,
}

impl Files {
    /// Opens a folder, making it where it is not there. What is written is synced, under another name until it is whole.
    pub fn open(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|cause| unusable(folder, cause))?;
        let store =
            LocalFileSystem::new_with_prefix(folder).map_err(|cause| unusable(folder, cause))?;
        Ok(Self {
            store: std::sync::Arc::new(store.with_fsync(true)),
        })
    }

    /// Stores a content that a field accepts: type by content, pictures without EXIF. The same content again is the same file.
    /// Nobody needs it yet: the entry that names it keeps it, and a sweep takes it away if none ever does.
    ///
    /// # Errors
    /// Too large, beyond the quota, of a kind the field does not accept, or a picture that cannot be read.
    pub async fn put(
        &self,
        db: &Db,
        content: &[u8],
        accept: &[String],
        limits: Limits,
        now: Moment,
    ) -> Result<Stored> {
        let token = hex(&Sha256::digest(content));
        let mut incoming = self.incoming(&token, limits).await?;
        match incoming.write(content).await {
            Ok(()) => incoming.store(db, "", accept, now).await,
            Err(error) => {
                incoming.abandon().await;
                Err(error)
            }
        }
    }

    /// What is known of a file.
    pub async fn about(&self, db: &Db, digest: &str) -> Result<Option<Stored>> {
        let rows = db
            .fetch(
                "select size, kind, name from file where digest = $1",
                &[digest.into()],
            )
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        Ok(Some(Stored {
            digest: digest.to_owned(),
            size: row.need_int(0)?.unsigned_abs(),
            kind: row.need_text(1)?,
            name: row.need_text(2)?,
        }))
    }

    /// A file piece by piece. Its digest is reckoned on the way, and a file that is not what was stored ends in an error.
    pub async fn read(
        &self,
        digest: &str,
    ) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<>> {
        let pieces = self
            .store
            .get(&place(digest))
            .await
            .map_err(|cause| gone(digest, cause))?;
        let wanted = digest.to_owned();
        let state = (pieces.into_stream().boxed(), Some(Sha256::new()), wanted);
        Ok(stream::unfold(
            state,
            |(mut pieces, hash, wanted)| async move {
                let mut hash = hash?;
                match pieces.next().await {
                    Some(Ok(piece)) => {
                        hash.update(&piece);
                        Some((Ok(piece.to_vec()), (pieces, Some(hash), wanted)))
                    }
                    Some(Err(cause)) => Some((Err(gone(&wanted, cause)), (pieces, None, wanted))),
                    None if hex(&hash.finalize()) == wanted => None,
                    None => Some((Err(altered(&wanted)), (pieces, None, wanted))),
                }
            },
        ))
    }

    /// A part of a file, as it lies there: only a whole can be held against its digest.
    pub async fn part(&self, digest: &str, bytes: std::ops::Range<u64>) -> Result<Vec<u8>> {
        let part = self.store.get_range(&place(digest), bytes).await;
        let part = part.map_err(|cause| gone(digest, cause))?;
        Ok(part.to_vec())
    }

    /// A file whole, its digest checked.
    pub async fn whole(&self, digest: &str) -> Result<Vec<u8>> {
        let pieces: Vec<Vec<u8>> = self.read(digest).await?.try_collect().await?;
        Ok(pieces.concat())
    }
}

fn place(digest: &str) -> Place {
    Place::from(fanned(digest))
}

/// Where a file lies: two levels of folders by the first letters of its digest, so that no folder grows too long.
pub(crate) fn fanned(digest: &str) -> String {
    let (first, second) = (
        digest.get(..2).unwrap_or("00"),
        digest.get(2..4).unwrap_or("00"),
    );
    format!("{first}/{second}/{digest}")
}

fn length(content: &[u8]) -> u64 {
    content.len().try_into().unwrap_or(u64::MAX)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

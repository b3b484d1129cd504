//! Attached files by their content: one file per SHA-256 in a folder, and a row that counts who needs it.

mod content;

pub use content::inline;

use crate::db::{Db, Tx};
use crate::error::{Error, Result, Trouble};
use content::{accepted, bared, kind};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use rules::{Moment, Words};
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
    /// Bytes.
    pub size: u64,
    /// Media type by content.
    pub kind: String,
}

/// What a sweep took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
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
    /// Nobody needs it yet: [`refer`] counts the cells that name it, and a sweep takes it away if none ever does.
    ///
    /// # Errors
    /// Too large, beyond the quota, of a kind the field does not accept, or a picture that cannot be read.
    pub async fn put(
        &self,
        db: &Db,
        content: Vec<u8>,
        accept: &[String],
        limits: Limits,
        now: Moment,
    ) -> Result<Stored> {
        let size = length(&content);
        if size > limits.size_max {
            return Err(too_large(size, limits.size_max));
        }
        let kind = kind(&content);
        if !accepted(kind, accept) {
            return Err(not_accepted(kind, accept));
        }
        let content = bared(kind, content).ok_or_else(broken_picture)?;
        let stored = Stored {
            digest: hex(&Sha256::digest(&content)),
            size: length(&content),
            kind: kind.to_owned(),
        };
        if let Some(there) = self.about(db, &stored.digest).await? {
            // So that no sweep takes it away before a cell names it.
            let mut tx = db.write().await?;
            let text = "update file set at = $2 where digest = $1 and at < $2";
            tx.execute(text, &[stored.digest.as_str().into(), now.0.into()])
                .await?;
            tx.commit().await?;
            return Ok(there);
        }
        // A sum of `bigint` is `numeric` on PostgreSQL.
        let used = db
            .fetch(
                "select cast(coalesce(sum(size), 0) as bigint) from file",
                &[],
            )
            .await?;
        let used = used
            .first()
            .map(|row| row.need_int(0))
            .transpose()?
            .unwrap_or(0);
        if used.unsigned_abs().saturating_add(stored.size) > limits.quota {
            return Err(over_quota(limits.quota));
        }
        // The file first: a row without its file would be a lie, a file without its row only waits for a sweep.
        self.store
            .put(&place(&stored.digest), PutPayload::from(content))
            .await
            .map_err(not_written)?;
        let mut tx = db.write().await?;
        let size = i64::try_from(stored.size).unwrap_or(i64::MAX);
        let row = "insert into file (digest, size, kind, refs, at) values ($1, $2, $3, 0, $4) on conflict (digest) do nothing";
        let values = [
            stored.digest.as_str().into(),
            size.into(),
            stored.kind.as_str().into(),
            now.0.into(),
        ];
        tx.execute(row, &values).await?;
        tx.commit().await?;
        Ok(stored)
    }

    /// What is known of a file.
    pub async fn about(&self, db: &Db, digest: &str) -> Result<Option<Stored>> {
        let rows = db
            .fetch(
                "select size, kind from file where digest = $1",
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

    /// A file whole, its digest checked.
    pub async fn whole(&self, digest: &str) -> Result<Vec<u8>> {
        let pieces: Vec<Vec<u8>> = self.read(digest).await?.try_collect().await?;
        Ok(pieces.concat())
    }

    /// Takes away files that no cell names and that were stored before a moment, and files without a row.
    /// The journal's own references count, so what a record once had stays until it is erased.
    pub async fn sweep(&self, db: &Db, before: Moment) -> Result<Swept> {
        let mut swept = Swept::default();
        let mut tx = db.write().await?;
        let unneeded = "delete from file where refs = 0 and at < $1 returning digest, size";
        let rows = tx.fetch(unneeded, &[before.0.into()]).await?;
        tx.commit().await?;
        for row in rows {
            let digest = row.need_text(0)?;
            // Somebody may have stored the same content again between the two.
            if self.about(db, &digest).await?.is_none() {
                self.remove(&digest).await?;
                swept.files += 1;
                swept.bytes += row.need_int(1)?.unsigned_abs();
            }
        }
        let mut listed = self.store.list(None);
        while let Some(entry) = listed.try_next().await.map_err(not_written)? {
            let old = entry.last_modified.timestamp_millis() < before.0;
            let digest = entry.location.filename().unwrap_or_default().to_owned();
            if old && self.about(db, &digest).await?.is_none() {
                self.store
                    .delete(&entry.location)
                    .await
                    .map_err(not_written)?;
                swept.files += 1;
                swept.bytes += entry.size;
            }
        }
        Ok(swept)
    }

    async fn remove(&self, digest: &str) -> Result<()> {
        match self.store.delete(&place(digest)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(cause) => Err(not_written(cause)),
        }
    }
}

/// Counts one more (or, with a negative number, fewer) that needs a file, in the transaction that writes the cell.
///
/// # Errors
/// Where there is no such file.
pub async fn refer(tx: &mut Tx, digest: &str, more: i64) -> Result<()> {
    let text = "update file set refs = refs + $2 where digest = $1";
    match tx.execute(text, &[digest.into(), more.into()]).await? {
        0 => Err(gone(digest, "no row in table file")),
        _ => Ok(()),
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

fn too_large(size: u64, most: u64) -> Error {
    Error::new(
        Trouble::Full,
        Words::new(
            format!("文件有 {size} 字节，最多 {most} 字节"),
            format!("the file has {size} bytes; at most {most} are taken."),
        ),
        Words::new("压缩或拆分后再传", "Compress it or split it."),
    )
}

fn over_quota(quota: u64) -> Error {
    Error::new(
        Trouble::Full,
        Words::new(
            format!("附件总量将超过 {quota} 字节的限额"),
            format!("all files together would pass the quota of {quota} bytes."),
        ),
        Words::new(
            "请管理员提高限额",
            "Ask whoever keeps this system for a larger quota.",
        ),
    )
}

fn not_accepted(kind: &str, accept: &[String]) -> Error {
    let accept = accept.join(", ");
    Error::new(
        Trouble::Check,
        Words::new(
            format!("按内容看这是 {kind}，这里只收 {accept}"),
            format!("by its content this is {kind}; here only {accept} is taken."),
        ),
        Words::new("换一种格式再传", "Save it in another format."),
    )
}

fn broken_picture() -> Error {
    Error::new(
        Trouble::Check,
        Words::new(
            "图片不完整，读不出来",
            "the picture is not whole and cannot be read.",
        ),
        Words::new("重新导出这张图片再传", "Export the picture again."),
    )
}

fn altered(digest: &str) -> Error {
    Error::new(
        Trouble::Damaged,
        Words::new(
            format!("文件 {digest} 的内容与登记时不同"),
            format!("file {digest} is not what was stored."),
        ),
        Words::new("从备份恢复这个文件", "Restore it from a backup."),
    )
}

fn gone(digest: &str, cause: impl std::fmt::Display) -> Error {
    Error::new(
        Trouble::Missing,
        Words::new(
            format!("没有文件 {digest}"),
            format!("there is no file {digest}."),
        ),
        Words::new("从备份恢复这个文件", "Restore it from a backup."),
    )
    .because(cause)
}

fn unusable(folder: &Path, cause: impl std::fmt::Display) -> Error {
    let folder = folder.display();
    Error::new(
        Trouble::Address,
        Words::new(
            format!("文件夹 {folder} 不能用"),
            format!("folder {folder} cannot be used."),
        ),
        Words::new(
            "检查它是否存在、是否可写",
            "See that it exists and can be written.",
        ),
    )
    .because(cause)
}

fn not_written(cause: object_store::Error) -> Error {
    Error::new(
        Trouble::Other,
        Words::new(
            "附件的文件夹读写失败",
            "the folder of files could not be read or written.",
        ),
        Words::new("检查磁盘空间和权限", "See to disk space and rights."),
    )
    .because(cause)
}

//! What nobody needs is taken away, never what an entry names or what may still be on its way in.

use super::refuse::not_written;
use super::{Files, place};
use crate::db::{Db, Tx};
use crate::dialect::Dialect;
use crate::error::Result;
use futures_util::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt};
use rules::Moment;

/// What a sweep took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Contents taken away while writers wait.
const TOGETHER: usize = 64;

impl Files {
    /// Takes away files that no entry names and that were stored before a moment, and contents without a row that are
    /// older. Every version of a record counts, so what it once had stays until it is erased.
    ///
    /// # Errors
    /// The database's, or the folder's.
    pub async fn sweep(&self, db: &Db, before: Moment) -> Result<Swept> {
        let mut tx = locked(db).await?;
        let unneeded = "delete from file where at < $1
            and not exists (select 1 from file_use where file_use.digest = file.digest) returning digest, size";
        let rows = tx.fetch(unneeded, &[before.0.into()]).await?;
        tx.commit().await?;
        let mut left = Vec::with_capacity(rows.len());
        for row in rows {
            let digest = row.need_text(0)?;
            left.push((place(&digest), digest, row.need_int(1)?.unsigned_abs()));
        }
        let mut listed = self.store.list(None);
        while let Some(entry) = listed.try_next().await.map_err(not_written)? {
            let digest = entry.location.filename().unwrap_or_default().to_owned();
            if entry.last_modified.timestamp_millis() < before.0 {
                left.push((entry.location, digest, entry.size));
            }
        }
        let mut swept = Swept::default();
        for some in left.chunks(TOGETHER) {
            // Rows come back with their content in one transaction, so none can come in between.
            let mut tx = locked(db).await?;
            for (place, digest, size) in some {
                let row = "select 1 from file where digest = $1";
                if tx.first(row, &[digest.as_str().into()]).await?.is_none() {
                    let gone = self.remove(place).await?;
                    swept.files += u64::from(gone);
                    swept.bytes += if gone { *size } else { 0 };
                }
            }
            tx.undo().await?;
        }
        Ok(swept)
    }

    /// Removes a content; whether it was there.
    pub(super) async fn remove(&self, place: &object_store::path::Path) -> Result<bool> {
        match self.store.delete(place).await {
            Ok(()) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(cause) => Err(not_written(cause)),
        }
    }
}

/// A transaction beside which nobody stores or names a file: on SQLite there is one writer anyhow.
async fn locked(db: &Db) -> Result<Tx> {
    let mut tx = db.write().await?;
    if tx.dialect() == Dialect::Postgres {
        tx.run("lock table file in exclusive mode").await?;
    }
    Ok(tx)
}

//! A file on its way in: written beside the others piece by piece, then judged by its content, then in its place.

use super::content::{Seen, accepted, bared, is_picture};
use super::refuse::{broken_picture, not_accepted, not_written, over_quota, too_large};
use super::{Files, Limits, Stored, hex, length, place};
use crate::db::{Db, Tx};
use crate::error::Result;
use object_store::path::Path as Place;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};
use rules::Moment;
use sha2::{Digest, Sha256};

/// Pieces are gathered to this many bytes before they are written.
const PIECE: usize = 256 * 1024;

/// A file on its way in. One that is neither stored nor abandoned is taken away by a later sweep.
#[derive(Debug)]
pub struct Incoming {
    files: Files,
    limits: Limits,
    staged: Place,
    upload: Box<dyn MultipartUpload>,
    waiting: Vec<u8>,
    size: u64,
    hash: Sha256,
    seen: Seen,
}

impl Files {
    /// Begins a file; `token` is a name that no other file on its way in has.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn incoming(&self, token: &str, limits: Limits) -> Result<Incoming> {
        let staged = Place::from(format!("incoming/{token}"));
        let upload = self.store.put_multipart(&staged).await;
        Ok(Incoming {
            files: self.clone(),
            limits,
            upload: upload.map_err(not_written)?,
            staged,
            waiting: Vec::new(),
            size: 0,
            hash: Sha256::new(),
            seen: Seen::default(),
        })
    }
}

impl Incoming {
    /// The next bytes.
    ///
    /// # Errors
    /// The file is larger than one may be, or the folder cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size = self.size.saturating_add(length(bytes));
        if self.size > self.limits.size_max {
            return Err(too_large(self.size, self.limits.size_max));
        }
        self.hash.update(bytes);
        self.seen.add(bytes);
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let piece = PutPayload::from(std::mem::take(&mut self.waiting));
        self.upload.put_part(piece).await.map_err(not_written)
    }

    /// Gives it up.
    pub async fn abandon(mut self) {
        // What stays behind all the same is taken away by a later sweep.
        let _ = self.upload.abort().await;
    }

    /// Judges the whole by its content, and puts it in its place under a name. The same content again is the same file;
    /// it keeps its first name while an entry names it.
    ///
    /// # Errors
    /// Beyond the quota, of a kind that is not accepted, or a picture that cannot be read.
    pub async fn store(
        mut self,
        db: &Db,
        name: &str,
        accept: &[String],
        now: Moment,
    ) -> Result<Stored> {
        self.flush().await?;
        self.upload.complete().await.map_err(not_written)?;
        let (files, staged) = (self.files.clone(), self.staged.clone());
        let stored = self.judged(db, name, accept, now).await;
        if stored.is_err() {
            files.remove(&staged).await?;
        }
        stored
    }

    async fn judged(self, db: &Db, name: &str, accept: &[String], now: Moment) -> Result<Stored> {
        let kind = self.seen.kind();
        if !accepted(kind, accept) {
            return Err(not_accepted(kind, accept));
        }
        let mut stored = Stored {
            digest: hex(&self.hash.finalize()),
            name: name.to_owned(),
            size: self.size,
            kind: kind.to_owned(),
        };
        if is_picture(kind) {
            let whole = self.files.store.get(&self.staged).await;
            let whole = whole.map_err(not_written)?.bytes().await;
            let whole = whole.map_err(not_written)?;
            let bare = bared(kind, whole.to_vec()).ok_or_else(broken_picture)?;
            stored.digest = hex(&Sha256::digest(&bare));
            stored.size = length(&bare);
            let put = self.files.store.put(&self.staged, PutPayload::from(bare));
            put.await.map_err(not_written)?;
        }
        let mut tx = db.write().await?;
        noted(&mut tx, &stored, self.limits.quota, now).await?;
        // Before the row is there for others: a row without its content would be a lie, a content without its row only
        // waits for a sweep.
        let target = place(&stored.digest);
        match self.files.store.rename(&self.staged, &target).await {
            Ok(()) => {}
            // The same content came in twice at once, and the other was faster.
            Err(object_store::Error::NotFound { .. })
                if self.files.store.head(&target).await.is_ok() => {}
            Err(cause) => return Err(not_written(cause)),
        }
        tx.commit().await?;
        Ok(stored)
    }
}

/// Writes the row of a file, within the quota. One that is there counts from now on again, so that no sweep takes it
/// away before an entry names it.
async fn noted(tx: &mut Tx, stored: &Stored, quota: u64, now: Moment) -> Result<()> {
    let digest = stored.digest.as_str();
    let again = "update file set at = case when at < $2 then $2 else at end,
        name = case when exists (select 1 from file_use where file_use.digest = file.digest) then name else $3 end
        where digest = $1";
    let values = [digest.into(), now.0.into(), stored.name.as_str().into()];
    if tx.execute(again, &values).await? > 0 {
        return Ok(());
    }
    // A sum of `bigint` is `numeric` on PostgreSQL.
    let used = "select cast(coalesce(sum(size), 0) as bigint) from file";
    let used = tx.first(used, &[]).await?;
    let used = used.map(|row| row.need_int(0)).transpose()?.unwrap_or(0);
    if used.unsigned_abs().saturating_add(stored.size) > quota {
        return Err(over_quota(quota));
    }
    let row = "insert into file (digest, size, kind, name, at) values ($1, $2, $3, $4, $5) on conflict (digest) do nothing";
    let size = i64::try_from(stored.size).unwrap_or(i64::MAX);
    let values = [
        digest.into(),
        size.into(),
        stored.kind.as_str().into(),
        stored.name.as_str().into(),
        now.0.into(),
    ];
    tx.execute(row, &values).await?;
    Ok(())
}

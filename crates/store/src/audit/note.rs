//! Entries that say what was done with a record's values beside its own changes.

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::lines::{Lines, Salts};
use crate::seal::number;
use crate::shape::Shape;
use crate::store::Store;
use crate::write::{Failure, unfit_refusal};
use programme::record::Entry;

impl Store {
    /// Writes an entry as the last act of a transaction, and ends it.
    pub(super) async fn noted(
        &self,
        mut tx: Tx,
        entry: Entry,
        shape: &Shape,
        seed: [u8; 32],
    ) -> std::result::Result<Entry, Failure> {
        let mut lines = Lines::default();
        let added = lines.add(&entry, Some(&shape.register), &mut Salts::of(seed));
        added.map_err(|refusal| unfit_refusal(&entry.register, refusal))?;
        lines.write(&mut tx).await?;
        let position = match tx.dialect() {
            Dialect::Sqlite => number(&mut tx).await?,
            Dialect::Postgres => None,
        };
        tx.commit().await?;
        self.shared.numbered(position);
        self.shared.written.notify_one();
        Ok(Entry { position, ..entry })
    }
}

//! The journal as a file that can be checked without a database.

use super::verify::PAGE;
use crate::error::Result;
use crate::lines::raw;
use crate::store::Store;
use journal::{Header, Row, export_end, export_entry, export_header, export_seal};

impl Store {
    /// Hands over the lines of an export, as of one moment; `values` says whether what lies beside the entries may be in it.
    ///
    /// # Errors
    ///
    /// The database's, or what `line` returned.
    pub async fn export(
        &self,
        header: &Header,
        values: bool,
        mut line: impl FnMut(String) -> Result<()>,
    ) -> Result<()> {
        line(export_header(header))?;
        let seals = self.seals(0, usize::MAX).await?;
        let mut seals = seals.iter().peekable();
        let mut tx = self.db.read().await?;
        let mut next = 0;
        loop {
            let chosen = "where p.position >= $1 order by p.position limit $2";
            let page = raw(&mut tx, "join", chosen, &[next.into(), PAGE.into()]).await?;
            for row in &page {
                let position = row.position.unwrap_or(0);
                while let Some(seal) = seals.next_if(|seal| seal.seal.size <= position) {
                    line(export_seal(seal))?;
                }
                line(export_entry(&Row {
                    position,
                    payload: &row.payload,
                    leaf: row.leaf,
                    beside: values.then_some(&row.beside),
                }))?;
                next = i64::try_from(position).unwrap_or(i64::MAX) + 1;
            }
            if page.is_empty() {
                break;
            }
        }
        let size = u64::try_from(next).unwrap_or(0);
        // A seal that was made after the entries were read covers others.
        for seal in seals.take_while(|seal| seal.seal.size <= size) {
            line(export_seal(seal))?;
        }
        line(export_end(size))
    }
}

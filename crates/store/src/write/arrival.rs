//! Arrival numbers: counted by SQLite's one writer, drawn from a sequence on PostgreSQL.

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::seal::UNDER_WAY;

/// Where arrival numbers come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arrivals {
    /// The only writer counts them itself: this is the next one.
    Counted(i64),
    /// From the database's sequence, each after the locks of its row.
    Sequence,
}

impl Arrivals {
    /// Where arrival numbers come from in a new transaction.
    pub(crate) async fn begin(tx: &mut Tx) -> Result<Self> {
        if tx.dialect() == Dialect::Postgres {
            return Ok(Self::Sequence);
        }
        let row = tx.first("select max(arrival) from journal", &[]).await?;
        let last = row.map(|row| row.int(0)).transpose()?.flatten();
        Ok(Self::Counted(last.map_or(0, |last| last + 1)))
    }

    /// The next number.
    pub(crate) async fn next(&mut self, tx: &mut Tx) -> Result<i64> {
        Ok(self
            .take(tx, 1)
            .await?
            .into_iter()
            .next()
            .unwrap_or_default())
    }

    /// The next numbers, growing. The lock it takes on PostgreSQL tells the sealer that a lower number is still under way.
    pub(crate) async fn take(&mut self, tx: &mut Tx, count: usize) -> Result<Vec<i64>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        match self {
            Self::Counted(next) => {
                let first = *next;
                *next += count;
                Ok((first..*next).collect())
            }
            Self::Sequence => {
                let text = format!(
                    "with held as materialized (select pg_advisory_xact_lock_shared({UNDER_WAY}))
                    select nextval('journal_arrival') from held, generate_series(1, $1)"
                );
                let rows = tx.fetch(&text, &[count.into()]).await?;
                rows.iter().map(|row| row.need_int(0)).collect()
            }
        }
    }
}

//! The sealer: numbers entries in the order of their arrival, and seals them.

use crate::db::Tx;
use crate::error::Result;

/// The advisory lock that transactions share from taking an arrival number until they end.
pub(crate) const UNDER_WAY: i64 = 1_212_500_042;

/// Numbers every entry that has no position yet; the last position, `None` where there is none.
pub(crate) async fn number(tx: &mut Tx) -> Result<Option<i64>> {
    let text = "insert into journal_position (position, arrival)
        select coalesce((select max(position) from journal_position), -1) + row_number() over (order by arrival), arrival
        from journal where arrival > (select coalesce(max(arrival), -1) from journal_position) order by arrival";
    tx.execute(text, &[]).await?;
    let row = tx
        .first("select max(position) from journal_position", &[])
        .await?;
    Ok(row.map(|row| row.int(0)).transpose()?.flatten())
}

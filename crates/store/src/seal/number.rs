//! Positions: every visible entry once, in the order of arrival, without gaps.
//!
//! On PostgreSQL an entry with a lower arrival may become visible after one with a higher.
//! So each transaction that takes an arrival number first shares an advisory lock, and keeps it until what it wrote is visible.
//! The sealer reads the last number given, then who shares the lock; once none of those does any more, every entry up to that number is visible or will never be.

use crate::db::{Db, Tx};
use crate::error::Result;
use std::collections::BTreeSet;

/// The advisory lock that transactions share from before they take an arrival number until they end.
pub(crate) const UNDER_WAY: i64 = 1_212_500_042;

/// The channel on which followers hear of new positions.
pub(crate) const POSITIONS: &str = "heli_positions";

/// Numbers every entry that has no position yet, where this transaction is the only writer; the last position.
///
/// The only writer gives arrivals without gaps, so what is new stands in the same order, one after the other.
pub(crate) async fn number(tx: &mut Tx) -> Result<Option<i64>> {
    // Each alone is looked up in an index; both in one go would read every row.
    let text = "select (select max(position) from journal_position), (select max(arrival) from journal_position)";
    let last = tx.first(text, &[]).await?;
    let last = |at| last.as_ref().map(|row| row.int(at)).transpose();
    let (position, arrival) = (last(0)?.flatten(), last(1)?.flatten());
    let text = "insert into journal_position (position, arrival)
        select $1 + row_number() over (order by arrival), arrival from journal where arrival > $2";
    let (position, arrival) = (position.unwrap_or(-1), arrival.unwrap_or(-1));
    let new = tx.execute(text, &[position.into(), arrival.into()]).await?;
    let last = position + i64::try_from(new).unwrap_or(0);
    Ok((last >= 0).then_some(last))
}

/// Numbers the entries up to an arrival, in one statement with the check of the lease.
///
/// `None` where the lease is another's; otherwise the last position, where there was anything to number.
pub(crate) async fn under(
    db: &Db,
    holder: &str,
    epoch: i64,
    upto: i64,
) -> Result<Option<Option<i64>>> {
    let text = format!(
        "with held as materialized (
            select epoch from lease where name = 'sealer' and holder = $1 and epoch = $2 for update
        ), numbered as (
            insert into journal_position (position, arrival)
            select coalesce((select max(position) from journal_position), -1) + row_number() over (order by arrival), arrival
            from journal, held
            where arrival > (select coalesce(max(arrival), -1) from journal_position) and arrival <= $3
            order by arrival returning position
        ), last as (
            select max(position) as position from numbered
        )
        select held.epoch, last.position,
            case when last.position is not null then pg_notify('{POSITIONS}', last.position::text)::text end
        from last left join held on true"
    );
    let rows = db
        .alone(&text, &[holder.into(), epoch.into(), upto.into()])
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    Ok(match row.int(0)? {
        None => None,
        Some(_) => Some(row.int(1)?),
    })
}

/// Up to which arrival number everything has settled.
#[derive(Debug, Default)]
pub(crate) struct Horizon {
    /// Everything up to here is known to have settled.
    settled: i64,
    /// A number that was given, and the transactions that were under way then.
    waiting: Option<(i64, BTreeSet<String>)>,
}

impl Horizon {
    /// The last arrival number up to which all transactions have ended; `None` where it has not grown.
    pub(crate) async fn settled(&mut self, db: &Db) -> Result<Option<i64>> {
        // The order matters: whoever took a number up to `given` shares the lock before `given` is read.
        let given = given(db).await?;
        if given < self.settled {
            return Ok(None);
        }
        let under_way = under_way(db).await?;
        if under_way.is_empty() {
            self.waiting = None;
            return Ok(self.grow(given));
        }
        let done = self
            .waiting
            .take_if(|(_, then)| then.is_disjoint(&under_way));
        // The newest number is waited for next, unless an older one still is: else a busy hour would number nothing.
        self.waiting.get_or_insert((given, under_way));
        Ok(done.and_then(|(upto, _)| self.grow(upto)))
    }

    fn grow(&mut self, upto: i64) -> Option<i64> {
        let grown = upto >= self.settled;
        self.settled = self.settled.max(upto + 1);
        grown.then_some(upto)
    }
}

/// The last arrival number given; -1 before the first.
async fn given(db: &Db) -> Result<i64> {
    let text = "select case when is_called then last_value else -1 end from journal_arrival";
    let rows = db.alone(text, &[]).await?;
    rows.first().map_or(Ok(-1), |row| row.need_int(0))
}

/// The transactions that may still have an arrival number whose entry is not visible.
async fn under_way(db: &Db) -> Result<BTreeSet<String>> {
    let text = format!(
        "select virtualtransaction from pg_locks where locktype = 'advisory' and granted and objsubid = 1
        and classid = 0 and objid = {UNDER_WAY}
        and database = (select oid from pg_database where datname = current_database())"
    );
    let rows = db.alone(&text, &[]).await?;
    rows.iter().map(|row| row.need_text(0)).collect()
}

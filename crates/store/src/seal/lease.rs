//! The sealer's lease: held for some seconds, with an epoch that grows whenever another takes it.

use crate::db::{Db, Tx};
use crate::dialect::Dialect;
use crate::error::Result;
use rules::Moment;

/// Milliseconds that a lease lasts without being renewed.
pub(crate) const LASTS: i64 = 5_000;

/// The database's clock in milliseconds; nodes' clocks may differ.
const CLOCK: &str = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

/// Takes or renews the lease; its epoch, `None` where another holds it.
///
/// On SQLite only one process has the database, so a lease that is left over holds nobody back.
pub(crate) async fn take(db: &Db, holder: &str, now: Moment) -> Result<Option<i64>> {
    let (clock, free) = match db.dialect() {
        Dialect::Sqlite => (now.0.to_string(), "true".to_owned()),
        Dialect::Postgres => (CLOCK.to_owned(), format!("lease.until < {CLOCK}")),
    };
    let text = format!(
        "insert into lease (name, holder, epoch, until) values ('sealer', $1, 1, {clock} + {LASTS})
        on conflict (name) do update set holder = excluded.holder, until = excluded.until,
            epoch = lease.epoch + case when lease.holder = excluded.holder then 0 else 1 end
        where lease.holder = excluded.holder or {free} returning epoch"
    );
    let rows = db.alone(&text, &[holder.into()]).await?;
    rows.first().map(|row| row.need_int(0)).transpose()
}

/// Whether the lease is still this holder's in this epoch; nobody can take it before the transaction ends.
pub(crate) async fn held(tx: &mut Tx, holder: &str, epoch: i64) -> Result<bool> {
    let text = tx.dialect().pick(HELD, HELD_LOCKED);
    Ok(tx
        .first(text, &[holder.into(), epoch.into()])
        .await?
        .is_some())
}

const HELD: &str = "select 1 from lease where name = 'sealer' and holder = $1 and epoch = $2";
const HELD_LOCKED: &str =
    "select 1 from lease where name = 'sealer' and holder = $1 and epoch = $2 for update";

/// Ends the lease at once.
pub(crate) async fn give(db: &Db, holder: &str, epoch: i64) -> Result<()> {
    let text = "update lease set until = 0 where name = 'sealer' and holder = $1 and epoch = $2";
    db.alone(text, &[holder.into(), epoch.into()])
        .await
        .map(|_| ())
}

//! Verification over the database: rows, tiles and seals go to the verifier as they are stored.

use crate::db::Tx;
use crate::error::Result;
use crate::lines::{Raw, raw};
use crate::store::Store;
use journal::{Fault, Hash, Row, SignedSeal, Trust, Verification, Verifier};

/// Rows read at once; a whole number of tiles.
pub(super) const PAGE: i64 = 4_096;

/// Hashes in a tile.
const TILE: i64 = 256;

/// What verification over the database found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What the seals, the tiles and the entries say.
    pub verification: Verification,
    /// Positions whose row says another actor, record or time beside the entry than the entry itself.
    pub beside: Vec<u64>,
    /// Arrival numbers of rows that were put in behind the sealer's back: it numbered later ones and not these.
    pub unnumbered: Vec<i64>,
}

impl Verified {
    /// Whether nothing was found.
    pub fn holds(&self) -> bool {
        self.verification.holds() && self.beside.is_empty() && self.unnumbered.is_empty()
    }
}

impl Store {
    /// Examines the whole journal as of one moment; `told` hears how many entries of how many are done.
    ///
    /// # Errors
    ///
    /// The database's. What is wrong with the journal is no error but what comes back.
    pub async fn verify(&self, trust: Trust, mut told: impl FnMut(u64, u64)) -> Result<Verified> {
        let mut tx = self.db.read().await?;
        let all = count(&mut tx, "select count(*) from journal_position").await?;
        let tiles = whole_tiles(&mut tx).await?;
        let mut verifier = Verifier::new(trust, tiles);
        let mut garbled = Vec::new();
        let mut beside = Vec::new();
        let (mut next, mut done) = (0, 0);
        loop {
            let page = raw(
                &mut tx,
                "join",
                "where p.position >= $1 and p.position < $2 order by p.position",
                &[next.into(), (next + PAGE).into()],
            )
            .await?;
            let last = next + PAGE;
            let more = page.last().is_some() || after(&mut tx, last).await?;
            let until = if more { last } else { i64::MAX };
            if tiles {
                give_tiles(&mut tx, &mut verifier, next, until).await?;
            }
            garbled.extend(give_seals(&mut tx, &mut verifier, next, until).await?);
            for row in &page {
                if !row.agrees() {
                    beside.extend(row.position);
                }
                give(&mut verifier, row);
            }
            done += u64::try_from(page.len()).unwrap_or(0);
            told(done, all);
            if !more {
                break;
            }
            next = last;
        }
        let mut verification = verifier.finish();
        verification
            .faults
            .extend(garbled.into_iter().map(Fault::SealSignature));
        Ok(Verified {
            verification,
            beside,
            unnumbered: unnumbered(&mut tx).await?,
        })
    }
}

fn give(verifier: &mut Verifier, row: &Raw) {
    verifier.row(Row {
        position: row.position.unwrap_or(u64::MAX),
        payload: &row.payload,
        leaf: row.leaf,
        beside: Some(&row.beside),
    });
}

async fn count(tx: &mut Tx, text: &str) -> Result<u64> {
    let row = tx.first(text, &[]).await?;
    let count = row.map_or(Ok(0), |row| row.need_int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Whether positions go on from here.
async fn after(tx: &mut Tx, position: i64) -> Result<bool> {
    let text = "select 1 from journal_position p join journal j on j.arrival = p.arrival where p.position >= $1 limit 1";
    Ok(tx.first(text, &[position.into()]).await?.is_some())
}

/// Whether no tile is missing; hashes behind a missing one would be taken for others.
async fn whole_tiles(tx: &mut Tx) -> Result<bool> {
    let text = "select count(*), coalesce(max(idx) + 1, 0) from tile where level = 0";
    let row = tx.first(text, &[]).await?;
    row.map_or(Ok(false), |row| Ok(row.need_int(0)? == row.need_int(1)?))
}

async fn give_tiles(tx: &mut Tx, verifier: &mut Verifier, from: i64, until: i64) -> Result<()> {
    let text = "select hashes from tile where level = 0 and idx >= $1 and idx < $2 order by idx";
    let values = [(from / TILE).into(), (until / TILE).into()];
    for row in tx.fetch(text, &values).await? {
        let hashes = row.need_bytes(0)?;
        let (whole, _) = hashes.as_chunks::<32>();
        verifier.tile(&whole.iter().map(|hash| Hash(*hash)).collect::<Vec<_>>());
    }
    Ok(())
}

/// Hands over the seals that cover up to some size; the sizes of those that cannot be read.
async fn give_seals(
    tx: &mut Tx,
    verifier: &mut Verifier,
    above: i64,
    upto: i64,
) -> Result<Vec<u64>> {
    let text = "select size, at, line from seal where size > $1 and size <= $2 order by size";
    let mut garbled = Vec::new();
    for row in tx.fetch(text, &[above.into(), upto.into()]).await? {
        let size = u64::try_from(row.need_int(0)?).unwrap_or(0);
        let at = row.need_int(1)?;
        let seal = SignedSeal::read(&row.need_text(2)?);
        match seal.filter(|seal| seal.seal.size == size && seal.seal.at.0 == at) {
            Some(seal) => verifier.seal(seal),
            None => garbled.push(size),
        }
    }
    Ok(garbled)
}

/// Rows without a position before the last that has one.
async fn unnumbered(tx: &mut Tx) -> Result<Vec<i64>> {
    let text = "select j.arrival from journal j
        where j.arrival < (select max(arrival) from journal_position)
        and not exists (select 1 from journal_position p where p.arrival = j.arrival) order by j.arrival limit 1000";
    let rows = tx.fetch(text, &[]).await?;
    rows.iter().map(|row| row.need_int(0)).collect()
}

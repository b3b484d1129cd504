//! Which entries name which files: written with the entries, so that none can be swept away that the journal names.

use super::content::accepted;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::lines::{insert_new, places};
use crate::shape::Shape;
use crate::value::Value;
use crate::write::Refusal;
use programme::model::{FieldKind, Register};
use programme::record::{Cell, Cells, Entry};
use std::collections::{BTreeMap, BTreeSet};

/// A record's field that names a file, in some version of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The register's id.
    pub register: String,
    /// The record's id.
    pub record: String,
    /// The field's id.
    pub field: String,
}

/// Files looked up at once.
const AT_ONCE: usize = 256;
const COLUMNS: &str = "digest, register, record, field, arrival";
const WIDTH: usize = 5;

/// Rows that wait to be written with their entries.
#[derive(Debug, Default)]
pub(crate) struct Uses(Vec<Value>);

impl Uses {
    /// Adds what an entry names.
    pub(crate) fn add(&mut self, entry: &Entry, register: &Register) {
        for (field, digests) in named(register, &entry.after) {
            for digest in digests {
                self.0.extend([
                    digest.into(),
                    entry.register.as_str().into(),
                    entry.record.clone().into(),
                    field.into(),
                    entry.arrival.into(),
                ]);
            }
        }
    }

    pub(crate) async fn write(&mut self, tx: &mut Tx) -> Result<()> {
        let rows = std::mem::take(&mut self.0);
        let head = format!("insert into file_use ({COLUMNS})");
        insert_new(tx, &head, WIDTH, rows).await.map(|_| ())
    }
}

/// The fields of files among cells, with the digests they name.
fn named<'c>(
    register: &Register,
    cells: &'c Cells,
) -> impl Iterator<Item = (&'c str, impl Iterator<Item = &'c str>)> {
    let digest = |item: &'c Cell| match item {
        Cell::Text(digest) => Some(&**digest),
        _ => None,
    };
    cells.iter().filter_map(move |(id, cell)| match cell {
        Some(Cell::List(items)) if register.field(id)?.kind == FieldKind::Files => {
            Some((id.as_str(), items.iter().filter_map(digest)))
        }
        _ => None,
    })
}

/// What stands against the files that cells name: one that is not held here, or is of a kind that the field does not
/// take. Those that are held stay until the transaction ends.
pub(crate) async fn held(tx: &mut Tx, shape: &Shape, cells: &Cells) -> Result<Option<Refusal>> {
    for (field, digests) in named(&shape.register, cells) {
        let digests: Vec<&str> = digests.collect();
        let mut kinds = BTreeMap::new();
        for some in digests.chunks(AT_ONCE) {
            let values: Vec<Value> = some.iter().map(|digest| (*digest).into()).collect();
            let lock = tx.dialect().pick("", " for key share");
            let text = format!(
                "select digest, kind from file where digest in {} order by digest{lock}",
                places(tx.dialect(), some.len(), 1)
            );
            for row in tx.fetch(&text, &values).await? {
                kinds.insert(row.need_text(0)?, row.need_text(1)?);
            }
        }
        let accept = shape.register.field(field).map(|field| &field.accept);
        for digest in digests {
            let of = || (shape.register.id.clone(), field.to_owned());
            let Some(kind) = kinds.get(digest) else {
                let (register, field) = of();
                return Ok(Some(Refusal::NoFile {
                    register,
                    field,
                    digest: digest.to_owned(),
                }));
            };
            if let Some(accept) = accept.filter(|accept| !accepted(kind, accept)) {
                let (register, field) = of();
                return Ok(Some(Refusal::OtherKind {
                    register,
                    field,
                    kind: kind.clone(),
                    accept: accept.clone(),
                }));
            }
        }
    }
    Ok(None)
}

/// Forgets that a record's field, which a condition on `file_use` names, named files in any version: its values were
/// erased.
pub(crate) async fn forget(tx: &mut Tx, record: &str, used: &str) -> Result<()> {
    let text = format!("delete from file_use where record = $1 and {used}");
    tx.execute(&text, &[record.into()]).await.map(|_| ())
}

impl super::Files {
    /// The fields of records that name a file in any version.
    ///
    /// # Errors
    /// The database's.
    pub async fn uses(&self, db: &Db, digest: &str) -> Result<Vec<Use>> {
        let text = "select distinct register, record, field from file_use where digest = $1 order by register, record, field";
        let rows = db.fetch(text, &[digest.into()]).await?;
        let one = |row: &crate::Row| {
            Ok(Use {
                register: row.need_text(0)?,
                record: row.need_text(1)?,
                field: row.need_text(2)?,
            })
        };
        rows.iter().map(one).collect()
    }
}

/// Whether every file that the journal names, and that is held here, is noted with the entry that names it: a sweep is
/// sound only then. Reads every value of a field of files.
///
/// # Errors
/// The database's.
pub async fn is_complete(db: &Db, registers: &[Register]) -> Result<bool> {
    let mut tx = db.read().await?;
    let mut held = BTreeSet::new();
    tx.each("select digest from file", &[], |row| {
        held.insert(row.need_text(0)?);
        Ok(())
    })
    .await?;
    for register in registers {
        let fields = register.fields.iter();
        for field in fields.filter(|field| field.kind == FieldKind::Files) {
            let of = [register.id.as_str().into(), field.id.as_str().into()];
            let mut noted = BTreeSet::new();
            let text = "select digest, arrival from file_use where register = $1 and field = $2";
            tx.each(text, &of, |row| {
                noted.insert((row.need_text(0)?, row.need_int(1)?));
                Ok(())
            })
            .await?;
            let mut all = true;
            let text = "select o.value, o.arrival from journal_open o join journal j on j.arrival = o.arrival
                where j.register = $1 and o.field = $2 and o.side = 1 and o.value is not null";
            tx.each(text, &of, |row| {
                let digests: Vec<String> =
                    serde_json::from_str(&row.need_text(0)?).unwrap_or_default();
                let arrival = row.need_int(1)?;
                let fits =
                    |digest: String| !held.contains(&digest) || noted.contains(&(digest, arrival));
                all &= digests.into_iter().all(fits);
                Ok(())
            })
            .await?;
            if !all {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

//! The tables filled anew from the journal.

use super::compare::{Replayed, replay};
use crate::db::Tx;
use crate::dialect::{Dialect, quoted};
use crate::erased;
use crate::error::{Error, Result, Trouble};
use crate::lines::insert;
use crate::plan;
use crate::store::Store;
use crate::table::{SYSTEM, Table};
use crate::value::Value;
use journal::Rebuilt;
use rules::Words;

/// Rows handed to the database at once.
const TOGETHER: usize = 1_024;

impl Store {
    /// Empties every register's table and fills it from the journal, in one transaction; `told` hears how many entries are done.
    ///
    /// # Errors
    ///
    /// The database's; or a journal that does not follow from itself, from which nothing should be rebuilt before it is verified.
    pub async fn rebuild(&self, mut told: impl FnMut(u64)) -> Result<u64> {
        let mut tx = self.db.migration().await?;
        if tx.dialect() == Dialect::Postgres {
            // Nobody writes a table while it is empty.
            tx.run("lock table journal in exclusive mode").await?;
        }
        let replayed = replay(&mut tx, &mut told).await?;
        if !replayed.sound() {
            return Err(Error::new(
                Trouble::Damaged,
                Words::new(
                    "流水前后不符，不能据以重建",
                    "the journal does not follow from itself, so nothing is rebuilt from it.",
                ),
                Words::new(
                    "先运行 heli journal verify",
                    "Run `heli journal verify` first.",
                ),
            ));
        }
        let tables = plan::shapes(&mut tx).await?;
        free(&mut tx, tables.values()).await?;
        let mut rows = 0;
        for (register, table) in &tables {
            tx.run(&format!("delete from {}", quoted(&table.name())))
                .await?;
            rows += fill(&mut tx, register, table, &replayed).await?;
        }
        bind(&mut tx, tables.values()).await?;
        erased::rebuild(&mut tx, &replayed.rebuild).await?;
        tx.commit().await?;
        Ok(rows)
    }
}

/// References are off until all tables are filled; SQLite checks none in such a transaction.
async fn free(tx: &mut Tx, tables: impl Iterator<Item = &Table>) -> Result<()> {
    let checked = tx.dialect() == Dialect::Postgres;
    for table in tables.filter(|_| checked) {
        for rule in table
            .constraints(Dialect::Postgres)
            .iter()
            .filter(|rule| rule.reference)
        {
            let text = format!(
                "alter table {} drop constraint {}",
                quoted(&table.name()),
                quoted(&rule.name)
            );
            tx.run(&text).await?;
        }
    }
    Ok(())
}

/// References are on again, and all are checked.
async fn bind(tx: &mut Tx, tables: impl Iterator<Item = &Table>) -> Result<()> {
    let checked = tx.dialect() == Dialect::Postgres;
    for table in tables.filter(|_| checked) {
        for rule in table
            .constraints(Dialect::Postgres)
            .iter()
            .filter(|rule| rule.reference)
        {
            tx.run(&rule.add(&table.name())).await?;
        }
    }
    Ok(())
}

async fn fill(tx: &mut Tx, register: &str, table: &Table, replayed: &Replayed) -> Result<u64> {
    let names = SYSTEM
        .iter()
        .copied()
        .chain(table.columns.iter().map(|column| column.name.as_str()));
    let names: Vec<String> = names.map(quoted).collect();
    let head = format!(
        "insert into {} ({})",
        quoted(&table.name()),
        names.join(", ")
    );
    let records = replayed.rebuild.registers().find(|(id, _)| *id == register);
    let mut rows = 0;
    let mut values = Vec::new();
    for (id, rebuilt) in records.into_iter().flat_map(|(_, records)| records) {
        let arrival = replayed.arrivals.get(&(register.to_owned(), id.clone()));
        row(
            table,
            id,
            rebuilt,
            arrival.copied().unwrap_or_default(),
            &mut values,
        );
        rows += 1;
        if values.len() >= TOGETHER * names.len() {
            insert(tx, &head, names.len(), std::mem::take(&mut values)).await?;
        }
    }
    insert(tx, &head, names.len(), values).await?;
    Ok(rows)
}

fn row(table: &Table, id: &str, rebuilt: &Rebuilt, arrival: i64, values: &mut Vec<Value>) {
    values.push(id.into());
    values.extend(
        [
            rebuilt.version,
            arrival,
            rebuilt.created.0,
            rebuilt.changed.0,
        ]
        .map(Value::from),
    );
    for column in &table.columns {
        let is_field = rebuilt.cells.iter().any(|(field, _)| *field == column.name);
        values.push(match (is_field, column.name.as_str()) {
            // It is no field and repeats the record's id.
            (false, "number") => id.into(),
            _ => column.value(rebuilt.cell(&column.name)),
        });
    }
}

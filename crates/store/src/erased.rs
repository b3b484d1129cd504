//! Which fields of which records are empty because they were erased: for the views, which know the present rows alone.

use crate::db::Tx;
use crate::dialect::{Dialect, literal, quoted};
use crate::error::Result;
use crate::lines::insert_new;
use crate::value::Value;
use journal::{Alterations, Rebuild, WHY, kept_beside};
use programme::model::Register;
use programme::record::{Act, Entry};

/// What entries say of it, until it is written.
#[derive(Debug, Default)]
pub(crate) struct Erased {
    /// Register, record and field, one after the other.
    gone: Vec<Value>,
    /// Register, record and field of what has a new cell; without a field, of a record that came again.
    anew: Vec<(Value, Value, Option<Value>)>,
}

const WIDTH: usize = 3;

const INSERT: &str = "insert into erased (register, record, field)";

impl Erased {
    /// Takes in what an entry does. A creation of a new record, which nearly every entry is, does nothing.
    pub(crate) fn add(&mut self, entry: &Entry, register: &Register) {
        let of =
            || -> (Value, Value) { (entry.register.as_str().into(), entry.record.clone().into()) };
        match entry.act {
            Act::Erase => {
                for (field, _) in entry.before.iter().filter(|(field, _)| field != WHY) {
                    let (register, record) = of();
                    self.gone.extend([register, record, field.as_str().into()]);
                }
            }
            Act::Create if entry.version > 1 => {
                let (register, record) = of();
                self.anew.push((register, record, None));
            }
            Act::Change | Act::Move(_) => {
                // A cell that is filled again is not empty; one that somebody emptied is not erased any more.
                let emptied = entry.after.iter().filter(|(_, cell)| cell.is_none());
                let beside = emptied.filter(|(id, _)| register.field(id).is_some_and(kept_beside));
                for (field, _) in beside {
                    let (register, record) = of();
                    let field = Some(field.as_str().into());
                    self.anew.push((register, record, field));
                }
            }
            _ => {}
        }
    }

    /// Writes what was taken in.
    pub(crate) async fn write(&mut self, tx: &mut Tx) -> Result<()> {
        for (register, record, field) in std::mem::take(&mut self.anew) {
            let (text, mut values) = (
                "delete from erased where register = $1 and record = $2",
                vec![register, record],
            );
            match field {
                None => tx.execute(text, &values).await?,
                Some(field) => {
                    values.push(field);
                    tx.execute(&format!("{text} and field = $3"), &values)
                        .await?
                }
            };
        }
        insert_new(tx, INSERT, WIDTH, std::mem::take(&mut self.gone)).await?;
        Ok(())
    }
}

/// Fills the table anew from the journal.
pub(crate) async fn rebuild(tx: &mut Tx, rebuilt: &Rebuild) -> Result<()> {
    tx.run("delete from erased").await?;
    let mut values = Vec::new();
    for (register, records) in rebuilt.registers() {
        for (id, record) in records {
            for field in &record.erased {
                values.extend([register.into(), id.clone().into(), field.as_str().into()]);
            }
        }
    }
    insert_new(tx, INSERT, WIDTH, values).await?;
    Ok(())
}

/// Lets it follow what a migration renames.
pub(crate) async fn rename(tx: &mut Tx, alterations: &Alterations) -> Result<()> {
    if alterations.is_empty() {
        return Ok(());
    }
    let mut names = Vec::new();
    let text = "select distinct register, field from erased";
    tx.each(text, &[], |row| {
        names.push((row.need_text(0)?, row.need_text(1)?));
        Ok(())
    })
    .await?;
    for (register, field) in names {
        let (new, named) = alterations.renamed(&register, &field);
        if (new, named) != (register.as_str(), field.as_str()) {
            let text =
                "update erased set register = $1, field = $2 where register = $3 and field = $4";
            let values = [
                new.into(),
                named.into(),
                register.as_str().into(),
                field.as_str().into(),
            ];
            tx.execute(text, &values).await?;
        }
    }
    Ok(())
}

/// The fields of a row that were erased and are empty still, by name, in SQL; `None` for a register without such fields.
pub(crate) fn named(fields: &[&str], register: &str, dialect: Dialect) -> Option<String> {
    let whens: String = fields
        .iter()
        .map(|id| format!(" when {} then v.{} is null", literal(id), quoted(id)))
        .collect();
    if whens.is_empty() {
        return None;
    }
    let rows = format!(
        "from erased e where e.register = {} and e.record = v.\"_id\" and case e.field{whens} else 1 = 0 end",
        literal(register)
    );
    Some(match dialect {
        Dialect::Sqlite => format!(
            "(select group_concat(field, ';') from (select e.field {rows} order by e.field))"
        ),
        Dialect::Postgres => format!("(select string_agg(e.field, ';' order by e.field) {rows})"),
    })
}

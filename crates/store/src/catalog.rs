//! The tables that a database really has.

use crate::db::Tx;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::table::{Table, table_name};
use rules::Words;
use std::collections::{BTreeMap, BTreeSet};

/// What the database says of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Type and being filled, by column.
    columns: BTreeMap<String, (String, bool)>,
    /// Names of checks, references and unique indexes.
    rules: BTreeSet<String>,
}

/// The registers' tables by name.
pub(crate) async fn found(tx: &mut Tx) -> Result<BTreeMap<String, Found>> {
    let mut tables: BTreeMap<String, Found> = BTreeMap::new();
    let columns = tx.dialect().pick(
        "select m.name, p.name, lower(p.type), p.\"notnull\" from sqlite_master m, pragma_table_info(m.name) p
         where m.type = 'table' and m.name like 'register\\_%' escape '\\'",
        "select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::int::bigint
         from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
           and c.relname like 'register\\_%' and a.attnum > 0 and not a.attisdropped",
    );
    for row in tx.fetch(columns, &[]).await? {
        let kind = (row.need_text(2)?, row.need_int(3)? == 1);
        let table = tables.entry(row.need_text(0)?).or_default();
        table.columns.insert(row.need_text(1)?, kind);
    }
    // SQLite keeps a constraint's name only in the statement that made the table.
    let rules = tx.dialect().pick(
        "select tbl_name, type, case type when 'index' then name else sql end from sqlite_master
         where tbl_name like 'register\\_%' escape '\\' and sql is not null and type in ('table', 'index')",
        "select c.relname::text, 'index', o.conname::text from pg_constraint o join pg_class c on c.oid = o.conrelid
         where o.contype in ('c', 'f') and c.relnamespace = current_schema()::regnamespace
         union all
         select i.tablename::text, 'index', i.indexname::text from pg_indexes i
         where i.schemaname = current_schema() and i.indexname like 'unique\\_%'",
    );
    for row in tx.fetch(rules, &[]).await? {
        let Some(table) = tables.get_mut(&row.need_text(0)?) else {
            continue;
        };
        let text = row.need_text(2)?;
        match row.need_text(1)?.as_str() {
            "index" => drop(table.rules.insert(text)),
            _ => table.rules.extend(named(&text)),
        }
    }
    Ok(tables)
}

/// Names of the checks, references and unique indexes that one table has.
pub(crate) async fn rules(tx: &mut Tx, table: &str) -> Result<BTreeSet<String>> {
    let mut tables = found(tx).await?;
    Ok(tables.remove(table).unwrap_or_default().rules)
}

/// Names of constraints in a statement that this crate wrote.
fn named(sql: &str) -> Vec<String> {
    let after = sql.split("constraint \"").skip(1);
    after
        .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
        .collect()
}

impl Found {
    /// What a table made to this shape must look like.
    pub(crate) fn expected(table: &Table, dialect: Dialect) -> Self {
        let int = dialect.pick("integer", "bigint").to_owned();
        let mut columns = BTreeMap::from([("_id".to_owned(), ("text".to_owned(), true))]);
        for name in ["_version", "_arrival", "_created_at", "_changed_at"] {
            columns.insert(name.to_owned(), (int.clone(), true));
        }
        for column in &table.columns {
            let kind = (column.kind.sql(dialect).to_owned(), column.required);
            columns.insert(column.name.clone(), kind);
        }
        let mut rules: BTreeSet<String> = table
            .constraints(dialect)
            .into_iter()
            .map(|rule| rule.name)
            .collect();
        rules.extend(
            table
                .uniques
                .iter()
                .map(|unique| unique.name(&table.register)),
        );
        Self { columns, rules }
    }

    /// How a table differs from its shape: somebody changed it by hand.
    pub(crate) fn differences(&self, table: &Table, dialect: Dialect) -> Vec<Words> {
        let expected = Self::expected(table, dialect);
        let at = table_name(&table.register);
        let mut words = Vec::new();
        let names: BTreeSet<&String> = self.columns.keys().chain(expected.columns.keys()).collect();
        for name in names {
            let (zh, en) = match (self.columns.get(name), expected.columns.get(name)) {
                (Some(there), Some(wanted)) if there == wanted => continue,
                (Some((kind, filled)), Some((wanted, must))) => (
                    format!(
                        "是 {kind}{}，应是 {wanted}{}",
                        zh_filled(*filled),
                        zh_filled(*must)
                    ),
                    format!(
                        "is {kind}{} and should be {wanted}{}",
                        en_filled(*filled),
                        en_filled(*must)
                    ),
                ),
                (None, _) => ("不见了".to_owned(), "is gone".to_owned()),
                (_, None) => ("是多出来的".to_owned(), "should not be there".to_owned()),
            };
            words.push(Words::new(
                format!("{at} 的列 {name} {zh}"),
                format!("column {name} of {at} {en}"),
            ));
        }
        for name in expected.rules.difference(&self.rules) {
            words.push(Words::new(
                format!("{at} 的约束 {name} 不见了"),
                format!("constraint {name} of {at} is gone"),
            ));
        }
        for name in self.rules.difference(&expected.rules) {
            words.push(Words::new(
                format!("{at} 的约束 {name} 是多出来的"),
                format!("constraint {name} of {at} should not be there"),
            ));
        }
        words
    }
}

fn zh_filled(filled: bool) -> &'static str {
    if filled { "（必填）" } else { "" }
}

fn en_filled(filled: bool) -> &'static str {
    if filled { " not null" } else { "" }
}

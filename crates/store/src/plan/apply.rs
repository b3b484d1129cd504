//! A plan's statements, in their order.

use super::change::Change;
use super::stand::moved;
use crate::catalog;
use crate::db::Tx;
use crate::dialect::{Dialect, quoted};
use crate::error::{Error, Result, Trouble};
use crate::table::{SYSTEM, Table};
use crate::view;
use programme::Programme;
use rules::Words;

/// Does what the changes say. Views go first and come back last, because they hold on to columns.
pub(super) async fn run(tx: &mut Tx, programme: &Programme, changes: &[Change]) -> Result<()> {
    view::drop_all(tx).await?;
    for change in changes {
        let (now, name) = (change.name_now(), change.to.name());
        if now != name {
            tx.run(&format!(
                "alter table {} rename to {}",
                quoted(&now),
                quoted(&name)
            ))
            .await?;
        }
    }
    let dialect = tx.dialect();
    for change in changes {
        let statements = match (&change.from, dialect) {
            (None, _) => vec![change.to.create(&change.to.name(), dialect)],
            (Some(from), Dialect::Sqlite) if grows_only(from, change) => grown(change),
            (Some(_), Dialect::Sqlite) => rebuilt(change),
            (Some(from), Dialect::Postgres) => altered(from, change),
        };
        for statement in statements {
            tx.run(&statement).await?;
        }
    }
    for change in changes {
        finish(tx, change).await?;
    }
    checked(tx).await?;
    view::make_all(tx, programme).await
}

/// References, indexes and the record of the shape, once every table is there.
async fn finish(tx: &mut Tx, change: &Change) -> Result<()> {
    let there = catalog::rules(tx, &change.to.name()).await?;
    if tx.dialect() == Dialect::Postgres {
        for rule in change.to.constraints(Dialect::Postgres) {
            if !there.contains(&rule.name) {
                tx.run(&rule.add(&change.to.name())).await?;
            }
        }
    }
    let wanted: Vec<String> = change
        .to
        .uniques
        .iter()
        .map(|unique| unique.name(&change.to.register))
        .collect();
    for name in there
        .iter()
        .filter(|name| name.starts_with("unique_") && !wanted.contains(name))
    {
        tx.run(&format!("drop index {}", quoted(name))).await?;
    }
    for (unique, name) in change.to.uniques.iter().zip(&wanted) {
        if !there.contains(name) {
            tx.run(&unique.create(&change.to.register)).await?;
        }
    }
    if let Some(from) = &change.from {
        tx.execute(
            "delete from shape where register = $1",
            &[from.register.as_str().into()],
        )
        .await?;
    }
    let shape = serde_json::to_string(&change.to).unwrap_or_default();
    let values = [change.to.register.as_str().into(), shape.into()];
    tx.execute(
        "insert into shape (register, shape) values ($1, $2)",
        &values,
    )
    .await?;
    Ok(())
}

/// Whether new columns that may be empty are all there is to do, which SQLite does in place.
fn grows_only(from: &Table, change: &Change) -> bool {
    let mut pairs = change.to.columns.iter().zip(&change.sources);
    let as_it_was = pairs.all(|(new, source)| match source {
        None => !new.required,
        // What `kept` says is not in the table.
        Some(source) => {
            *new == crate::Column {
                kept: new.kept,
                was: new.was.clone(),
                ..source.column.clone()
            }
        }
    });
    let sources = change.sources.iter().flatten().count();
    as_it_was && sources == from.columns.len()
}

fn grown(change: &Change) -> Vec<String> {
    let pairs = change.to.columns.iter().zip(&change.sources);
    let new = pairs.filter(|(_, source)| source.is_none());
    let table = quoted(&change.to.name());
    new.map(|(column, _)| {
        format!(
            "alter table {table} add column {}",
            column.definition(Dialect::Sqlite)
        )
    })
    .collect()
}

/// SQLite's way to any other shape: a new table, the rows, and the new one in the old one's place.
fn rebuilt(change: &Change) -> Vec<String> {
    let (name, new) = (change.to.name(), format!("new_{}", change.to.name()));
    let system = SYSTEM.iter().map(|name| (quoted(name), quoted(name)));
    let pairs = change.to.columns.iter().zip(&change.sources);
    let own = pairs.filter_map(|(column, source)| {
        Some((
            quoted(&column.name),
            moved(Dialect::Sqlite, source.as_ref()?),
        ))
    });
    let (into, of): (Vec<String>, Vec<String>) = system.chain(own).unzip();
    vec![
        change.to.create(&new, Dialect::Sqlite),
        format!(
            "insert into {} ({}) select {} from {}",
            quoted(&new),
            into.join(", "),
            of.join(", "),
            quoted(&name)
        ),
        format!("drop table {}", quoted(&name)),
        format!("alter table {} rename to {}", quoted(&new), quoted(&name)),
    ]
}

/// PostgreSQL's way: constraints that go, columns, and what they must be; constraints that come are added afterwards.
fn altered(from: &Table, change: &Change) -> Vec<String> {
    let table = quoted(&change.to.name());
    let alter = |what: String| format!("alter table {table} {what}");
    let new = change.to.constraints(Dialect::Postgres);
    let gone = from
        .constraints(Dialect::Postgres)
        .into_iter()
        .filter(|old| !new.iter().any(|rule| rule.name == old.name));
    let mut statements: Vec<String> = gone
        .map(|rule| alter(format!("drop constraint {}", quoted(&rule.name))))
        .collect();
    let inherited = |name: &str| {
        change
            .sources
            .iter()
            .flatten()
            .any(|source| source.column.name == name)
    };
    for old in from.columns.iter().filter(|old| !inherited(&old.name)) {
        statements.push(alter(format!("drop column {}", quoted(&old.name))));
    }
    for (column, source) in change.to.columns.iter().zip(&change.sources) {
        let name = quoted(&column.name);
        let Some(source) = source else {
            let filled = if column.required { " not null" } else { "" };
            let kind = column.kind.sql(Dialect::Postgres);
            statements.push(alter(format!("add column {name} {kind}{filled}")));
            continue;
        };
        let old = &source.column;
        if old.kind != column.kind || source.how != super::change::How::Same {
            let kind = column.kind.sql(Dialect::Postgres);
            let value = moved(Dialect::Postgres, source);
            statements.push(alter(format!(
                "alter column {} type {kind} using ({value})::{kind}",
                quoted(&old.name)
            )));
        }
        if old.name != column.name {
            statements.push(alter(format!(
                "rename column {} to {name}",
                quoted(&old.name)
            )));
        }
        match (old.required, column.required) {
            (false, true) => statements.push(alter(format!("alter column {name} set not null"))),
            (true, false) => statements.push(alter(format!("alter column {name} drop not null"))),
            _ => {}
        }
    }
    statements
}

/// On SQLite references were not checked while tables were rebuilt; they are now, before anything is committed.
async fn checked(tx: &mut Tx) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        return Ok(());
    }
    let broken = tx
        .fetch(
            "select \"table\", \"parent\" from pragma_foreign_key_check limit 1",
            &[],
        )
        .await?;
    let Some(row) = broken.first() else {
        return Ok(());
    };
    let (table, parent) = (row.need_text(0)?, row.need_text(1)?);
    Err(Error::new(
        Trouble::Missing,
        Words::new(
            format!("{table} 有记录指向 {parent} 里不存在的记录"),
            format!("{table} refers to records that {parent} does not have."),
        ),
        Words::new("运行 heli doctor", "Run `heli doctor`."),
    ))
}

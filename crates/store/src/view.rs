//! One plain view per register, for reporting tools: readable columns, nothing personal.
//!
//! A view has the register's id as its name (`event`), or `event_records` where a table of ours has that name.
//! Money is in yuan, dates and times are ISO text, a choice has its words beside it (`kind_zh`), a reference the title of its record (`led_by_title`).
//! Sensitive fields, persons and telephones are left out; `erased` names the fields that are empty because they were erased.

use crate::db::Tx;
use crate::dialect::{Dialect, literal, quoted};
use crate::error::Result;
use crate::table::{is_stored, table_name};
use crate::{erased, fixed};
use journal::kept_beside;
use programme::Programme;
use programme::model::{FieldKind, Register, RegisterField};
use sha2::{Digest, Sha256};

/// The view of a register: its name.
pub fn view_name(programme: &Programme, register: &str) -> String {
    let tables = programme
        .registers
        .iter()
        .map(|register| table_name(&register.id));
    let taken = fixed::names().any(|name| name == register)
        || tables.into_iter().any(|name| name == register);
    if taken {
        format!("{register}_records")
    } else {
        register.to_owned()
    }
}

/// Whether the views in the database are those of the programme.
pub(crate) async fn current(tx: &mut Tx, programme: &Programme) -> Result<bool> {
    let row = tx
        .first("select value from meta where name = 'views_digest'", &[])
        .await?;
    let there = row.map(|row| row.need_text(0)).transpose()?;
    Ok(there == Some(digest(&all(programme, tx.dialect()))))
}

/// Drops the views that Heli made; anybody else's stay.
pub(crate) async fn drop_all(tx: &mut Tx) -> Result<()> {
    let row = tx
        .first("select value from meta where name = 'views'", &[])
        .await?;
    let names = row
        .map(|row| row.need_text(0))
        .transpose()?
        .unwrap_or_default();
    for name in names.split_whitespace() {
        tx.run(&format!("drop view if exists {}", quoted(name)))
            .await?;
    }
    Ok(())
}

/// Makes the views of all registers.
pub(crate) async fn make_all(tx: &mut Tx, programme: &Programme) -> Result<()> {
    let views = all(programme, tx.dialect());
    for (name, body) in &views {
        tx.run(&format!("create view {} as {body}", quoted(name)))
            .await?;
    }
    let names: Vec<&str> = views.iter().map(|(name, _)| name.as_str()).collect();
    for (name, value) in [("views", names.join(" ")), ("views_digest", digest(&views))] {
        let text = "insert into meta (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
        tx.execute(text, &[name.into(), value.into()]).await?;
    }
    Ok(())
}

fn digest(views: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for (name, body) in views {
        hash.update(format!("{name}\0{body}\0"));
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Name and body of every view.
fn all(programme: &Programme, dialect: Dialect) -> Vec<(String, String)> {
    let view = |register: &Register| {
        (
            view_name(programme, &register.id),
            body(programme, register, dialect),
        )
    };
    programme.registers.iter().map(view).collect()
}

fn body(programme: &Programme, register: &Register, dialect: Dialect) -> String {
    let mut columns = vec![
        ("id".to_owned(), "v.\"_id\"".to_owned()),
        ("version".to_owned(), "v.\"_version\"".to_owned()),
        ("created_at".to_owned(), time("v.\"_created_at\"", dialect)),
        ("changed_at".to_owned(), time("v.\"_changed_at\"", dialect)),
    ];
    let mut add = |name: String, says: String| {
        // A field's own column comes before what is made beside another.
        if !columns.iter().any(|(there, _)| *there == name) {
            columns.push((name, says));
        }
    };
    if register.number.is_some() && register.field("number").is_none() {
        add("number".to_owned(), "v.\"number\"".to_owned());
    }
    let shown = register
        .fields
        .iter()
        .filter(|field| is_stored(field) && !personal(field));
    for field in shown {
        let name = format!("v.{}", quoted(&field.id));
        add(field.id.clone(), readable(field.kind, &name, dialect));
        if field.kind == FieldKind::Choice && register.field(&format!("{}_zh", field.id)).is_none()
        {
            add(format!("{}_zh", field.id), words(field, &name));
        }
        if let Some(title) = title(programme, field, &name, dialect)
            && register.field(&format!("{}_title", field.id)).is_none()
        {
            add(format!("{}_title", field.id), title);
        }
    }
    let beside = register
        .fields
        .iter()
        .filter(|field| is_stored(field) && kept_beside(field));
    let beside: Vec<&str> = beside.map(|field| field.id.as_str()).collect();
    if let Some(says) = erased::named(&beside, &register.id, dialect) {
        add("erased".to_owned(), says);
    }
    let columns: Vec<String> = columns
        .iter()
        .map(|(name, says)| format!("{says} as {}", quoted(name)))
        .collect();
    let table = quoted(&table_name(&register.id));
    format!("select {} from {table} v", columns.join(", "))
}

/// What a reporting tool has no business with.
fn personal(field: &RegisterField) -> bool {
    field.sensitive || matches!(field.kind, FieldKind::Person | FieldKind::Phone)
}

fn readable(kind: FieldKind, name: &str, dialect: Dialect) -> String {
    match (kind, dialect) {
        // SQLite has no decimal; a double holds fen exactly up to ninety billion yuan and more.
        (FieldKind::Money, Dialect::Sqlite) => format!("{name} / 100.0"),
        (FieldKind::Money, Dialect::Postgres) => format!("({name}::numeric / 100)::numeric(20, 2)"),
        (FieldKind::Date, Dialect::Postgres) => format!("to_char({name}, 'YYYY-MM-DD')"),
        (FieldKind::Time, _) => time(name, dialect),
        _ => name.to_owned(),
    }
}

/// Milliseconds since 1970 as ISO text.
fn time(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("strftime('%Y-%m-%dT%H:%M:%S', {name} / 1000.0, 'unixepoch')"),
        Dialect::Postgres => format!(
            "to_char(timestamp '1970-01-01' + {name} * interval '1 millisecond', 'YYYY-MM-DD\"T\"HH24:MI:SS')"
        ),
    }
}

fn words(field: &RegisterField, name: &str) -> String {
    let whens = field
        .choices
        .iter()
        .map(|(id, words)| format!("when {} then {}", literal(id), literal(&words.zh)));
    let whens: Vec<String> = whens.collect();
    if whens.is_empty() {
        return "null".to_owned();
    }
    format!("case {name} {} end", whens.join(" "))
}

/// The title of the record that a reference names, where its register shows one that is nobody's own.
fn title(
    programme: &Programme,
    field: &RegisterField,
    name: &str,
    dialect: Dialect,
) -> Option<String> {
    let to = field
        .to
        .as_ref()
        .filter(|_| field.kind == FieldKind::Reference)?;
    let (_, register) = programme.register(to)?;
    let title = register
        .field(&register.title)
        .filter(|title| is_stored(title) && !personal(title))?;
    let says = readable(title.kind, &format!("r.{}", quoted(&title.id)), dialect);
    Some(format!(
        "(select {says} from {} r where r.\"_id\" = {name})",
        quoted(&table_name(to))
    ))
}

//! A connection on its own thread: statements are prepared once each, values bound in place, rows read where they lie.

use super::Opening;
use crate::error::{Error, Result, Trouble};
use crate::row::{Stored, unreadable};
use crate::value::{Value, iso};
use rules::Words;
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Connection, Row, Statement};
use std::ops::ControlFlow;
use std::time::Duration;

/// Statements that a connection keeps prepared.
const PREPARED: usize = 500;

/// How long another process is waited for that holds the file.
const BUSY: Duration = Duration::from_secs(10);

/// An open connection.
#[derive(Debug)]
pub(crate) struct Session(Connection);

impl Session {
    pub(super) fn open(opening: &Opening) -> Result<Self> {
        let connection = Connection::open_with_flags(&opening.path, opening.flags())?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        connection.execute_batch("pragma foreign_keys = on")?;
        connection.execute_batch(opening.settings)?;
        Ok(Self(connection))
    }

    /// Runs statements that take no values.
    pub(crate) fn run(&self, sql: &str) -> Result<()> {
        Ok(self.0.execute_batch(sql)?)
    }

    /// Runs a statement; the number of rows it touched.
    pub(crate) fn execute(&self, sql: &str, values: &[Value]) -> Result<u64> {
        let mut statement = self.bound(sql, values)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        drop(rows);
        Ok(self.0.changes())
    }

    /// Hands over row after row, until a break.
    pub(crate) fn each(
        &self,
        sql: &str,
        values: &[Value],
        mut take: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let mut statement = self.bound(sql, values)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if take(row)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Undoes a transaction that was left open.
    pub(super) fn rest(&self) {
        if !self.0.is_autocommit() {
            // What cannot be undone now is undone when the connection is closed.
            let _ = self.0.execute_batch("rollback");
        }
    }

    fn bound(&self, sql: &str, values: &[Value]) -> Result<CachedStatement<'_>> {
        let mut statement = self.0.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        Ok(statement)
    }
}

/// Puts each value where its number stands, `$3`, or where its turn comes, `?`.
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> Result<()> {
    for place in 1..=statement.parameter_count() {
        let named = statement.parameter_name(place);
        let number = named.and_then(|name| name.get(1..)?.parse().ok());
        let number: usize = number.unwrap_or(place);
        let Some(value) = number.checked_sub(1).and_then(|at| values.get(at)) else {
            return Err(unbound(place));
        };
        match value {
            Value::Bool(v) => statement.raw_bind_parameter(place, v.map(i64::from)),
            Value::Int(v) => statement.raw_bind_parameter(place, v),
            Value::Double(v) => statement.raw_bind_parameter(place, v),
            Value::Text(v) => statement.raw_bind_parameter(place, v.as_deref()),
            Value::Bytes(v) => statement.raw_bind_parameter(place, v.as_deref()),
            Value::Date(v) => statement.raw_bind_parameter(place, v.map(iso)),
            Value::Json(v) => {
                let text = v.as_ref().map(ToString::to_string);
                statement.raw_bind_parameter(place, text)
            }
        }?;
    }
    Ok(())
}

/// The values of a row, taken out of it.
pub(super) fn kept(row: &Row<'_>) -> Result<Box<[Stored]>> {
    let columns = row.as_ref().column_count();
    let one = |at| {
        Ok(match row.get_ref(at)? {
            ValueRef::Null => Stored::Null,
            ValueRef::Integer(n) => Stored::Int(n),
            ValueRef::Real(n) => Stored::Double(n),
            ValueRef::Text(text) => Stored::Text(owned(text)?),
            ValueRef::Blob(bytes) => Stored::Bytes(bytes.to_vec()),
        })
    };
    (0..columns).map(one).collect()
}

fn unbound(place: usize) -> Error {
    Error::new(
        Trouble::Other,
        Words::new(
            format!("语句的第 {place} 个值没有给"),
            format!("a statement's value {place} was not given."),
        ),
        Words::new(
            "把这句话交给维护人员",
            "Give this to whoever keeps this system.",
        ),
    )
}

fn owned(text: &[u8]) -> Result<String> {
    String::from_utf8(text.to_vec()).map_err(|cause| unreadable("?").because(cause))
}

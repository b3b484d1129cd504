//! A row that a statement gave, read by the place of its columns.

use crate::error::{Error, Result, Trouble};
use crate::value::PG_EPOCH;
use rules::{Day, Words};
use sqlx::postgres::{PgRow, PgValueRef};
use sqlx::{Decode, Postgres, Row as _};

/// One row; columns count from 0, and NULL is `None`.
#[derive(Debug)]
pub enum Row {
    /// From SQLite.
    Sqlite(Box<[Stored]>),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// A value as SQLite keeps it: its type is its own, whatever the column's.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// NULL.
    Null,
    /// A whole number; a truth value as 0 or 1.
    Int(i64),
    /// A number.
    Double(f64),
    /// A text; a date, and JSON.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A date as PostgreSQL sends it.
struct PgDay(i64);

impl<'r> Decode<'r, Postgres> for PgDay {
    fn decode(value: PgValueRef<'r>) -> std::result::Result<Self, sqlx::error::BoxDynError> {
        let days: i32 = Decode::<Postgres>::decode(value)?;
        Ok(Self(i64::from(days) + PG_EPOCH))
    }
}

macro_rules! read {
    ($row:ident, $at:ident, $type:ty) => {
        $row.try_get_unchecked::<Option<$type>, _>($at)
            .map_err(Error::from)
    };
}

impl Row {
    /// A truth value.
    pub fn bool(&self, at: usize) -> Result<Option<bool>> {
        match self {
            Self::Sqlite(_) => Ok(self.int(at)?.map(|n| n != 0)),
            Self::Postgres(row) => read!(row, at, bool),
        }
    }

    /// A whole number: `bigint`.
    pub fn int(&self, at: usize) -> Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => match row.get(at) {
                Some(Stored::Int(n)) => Ok(Some(*n)),
                Some(Stored::Null) => Ok(None),
                stored => Err(other(stored)),
            },
            Self::Postgres(row) => read!(row, at, i64),
        }
    }

    /// A number.
    pub fn double(&self, at: usize) -> Result<Option<f64>> {
        match self {
            Self::Sqlite(row) => match row.get(at) {
                Some(Stored::Double(n)) => Ok(Some(*n)),
                Some(Stored::Int(n)) => Ok(Some(*n as f64)),
                Some(Stored::Null) => Ok(None),
                stored => Err(other(stored)),
            },
            Self::Postgres(row) => read!(row, at, f64),
        }
    }

    /// A text.
    pub fn text(&self, at: usize) -> Result<Option<String>> {
        match self {
            Self::Sqlite(row) => match row.get(at) {
                Some(Stored::Text(text)) => Ok(Some(text.clone())),
                Some(Stored::Int(n)) => Ok(Some(n.to_string())),
                Some(Stored::Null) => Ok(None),
                stored => Err(other(stored)),
            },
            Self::Postgres(row) => read!(row, at, String),
        }
    }

    /// A text where it lies.
    pub(crate) fn borrowed(&self, at: usize) -> Result<Option<&str>> {
        match self {
            Self::Sqlite(row) => match row.get(at) {
                Some(Stored::Text(text)) => Ok(Some(text)),
                Some(Stored::Null) => Ok(None),
                stored => Err(other(stored)),
            },
            Self::Postgres(row) => read!(row, at, &str),
        }
    }

    /// Bytes.
    pub fn bytes(&self, at: usize) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Sqlite(row) => match row.get(at) {
                Some(Stored::Bytes(bytes)) => Ok(Some(bytes.clone())),
                Some(Stored::Null) => Ok(None),
                stored => Err(other(stored)),
            },
            Self::Postgres(row) => read!(row, at, Vec<u8>),
        }
    }

    /// A date in days since 1970.
    pub fn date(&self, at: usize) -> Result<Option<i64>> {
        match self {
            Self::Postgres(row) => Ok(row
                .try_get_unchecked::<Option<PgDay>, _>(at)?
                .map(|day| day.0)),
            Self::Sqlite(_) => self
                .text(at)?
                .map(|text| {
                    Day::parse(&text)
                        .map(|day| day.0.into())
                        .ok_or_else(|| unreadable(&text))
                })
                .transpose(),
        }
    }

    /// JSON.
    pub fn json(&self, at: usize) -> Result<Option<serde_json::Value>> {
        match self {
            Self::Postgres(row) => Ok(row.try_get_unchecked::<Option<serde_json::Value>, _>(at)?),
            Self::Sqlite(_) => self
                .text(at)?
                .map(|text| {
                    serde_json::from_str(&text).map_err(|cause| unreadable(&text).because(cause))
                })
                .transpose(),
        }
    }

    /// A whole number that is never NULL.
    pub fn need_int(&self, at: usize) -> Result<i64> {
        self.int(at)?.ok_or_else(|| unreadable("NULL"))
    }

    /// A text that is never NULL.
    pub fn need_text(&self, at: usize) -> Result<String> {
        self.text(at)?.ok_or_else(|| unreadable("NULL"))
    }

    /// Bytes that are never NULL.
    pub fn need_bytes(&self, at: usize) -> Result<Vec<u8>> {
        self.bytes(at)?.ok_or_else(|| unreadable("NULL"))
    }
}

/// A value of another type than is asked for, or no value at all.
fn other(stored: Option<&Stored>) -> Error {
    unreadable(&stored.map_or_else(|| "?".to_owned(), |stored| format!("{stored:?}")))
}

/// A value that is none of its column's.
pub(crate) fn unreadable(text: &str) -> Error {
    Error::new(
        Trouble::Damaged,
        Words::new(
            format!("数据库里的值 `{text}` 读不出来"),
            format!("the database has the value `{text}`, which cannot be read."),
        ),
        Words::new("运行 heli doctor", "Run `heli doctor`."),
    )
}

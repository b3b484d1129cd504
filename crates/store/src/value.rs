//! Values on their way into a statement.

use crate::error::{Error, Trouble};
use rules::Words;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo};
use sqlx::{Arguments, Encode, Postgres, Type};

/// A value of a statement; `None` is NULL of that type, which PostgreSQL wants to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A truth value; 0 or 1 on SQLite.
    Bool(Option<bool>),
    /// A whole number.
    Int(Option<i64>),
    /// A number.
    Double(Option<f64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
    /// Days since 1970; a DATE on PostgreSQL, ISO text on SQLite.
    Date(Option<i64>),
    /// JSON; `jsonb` on PostgreSQL, text on SQLite.
    Json(Option<serde_json::Value>),
}

macro_rules! from {
    ($($type:ty => $variant:ident),*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(Some(value.into()))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(Into::into))
            }
        }
    )*};
}

from!(bool => Bool, i64 => Int, f64 => Double, &str => Text, String => Text, Box<str> => Text, Vec<u8> => Bytes, &[u8] => Bytes);

/// A date as PostgreSQL writes it: days since 2000.
struct PgDay(i32);

/// Days from 1970 to 2000.
pub(crate) const PG_EPOCH: i64 = 10_957;

impl Type<Postgres> for PgDay {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("DATE")
    }
}

impl Encode<'_, Postgres> for PgDay {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&self.0, buf)
    }
}

pub(crate) fn postgres(values: &[Value]) -> Result<PgArguments, Error> {
    let mut into = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Bool(v) => into.add(*v),
            Value::Int(v) => into.add(*v),
            Value::Double(v) => into.add(*v),
            Value::Text(v) => into.add(v.as_deref()),
            Value::Bytes(v) => into.add(v.as_deref()),
            Value::Date(v) => {
                into.add(v.map(|day| PgDay(i32::try_from(day - PG_EPOCH).unwrap_or(i32::MAX))))
            }
            Value::Json(v) => into.add(v.as_ref()),
        };
        added.map_err(unfit)?;
    }
    Ok(into)
}

/// A day as ISO text; out of the calendar's range it is a text that no check accepts.
pub(crate) fn iso(day: i64) -> String {
    i32::try_from(day).map_or_else(
        |_| "beyond the calendar".to_owned(),
        |day| rules::Day(day).to_string(),
    )
}

fn unfit(cause: BoxDynError) -> Error {
    Error::new(
        Trouble::Check,
        Words::new(
            "有一个值无法写入数据库",
            "a value cannot be written to the database.",
        ),
        Words::new("改正这个值", "Correct the value."),
    )
    .because(cause)
}

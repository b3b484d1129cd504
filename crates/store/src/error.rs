//! What can go wrong with the database: what happened, why, and what to do now.

use rules::Words;
use std::fmt;

/// The kind of trouble, for a caller that acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Another process writes this database.
    Held,
    /// The address or the folder is not one that can be opened.
    Address,
    /// A value that must be unique is there already.
    Taken,
    /// A reference leads to no record.
    Missing,
    /// A value breaks a check of its column: a choice, a range, a required cell.
    Check,
    /// The database did not answer in time, or the connection was lost: trying again is sound.
    Lost,
    /// Two transactions met: trying again is sound.
    Race,
    /// The disk is full, or a quota is used up.
    Full,
    /// What is stored is not what was written.
    Damaged,
    /// The database was made by another release, or by another programme.
    Release,
    /// Data would be lost, or rows stand against a change.
    Refused,
    /// Anything else; the cause says what.
    Other,
}

/// A refusal of the store.
#[derive(Clone, Debug)]
pub struct Error {
    /// Its kind.
    pub trouble: Trouble,
    /// What happened, and why.
    pub what: Box<Words>,
    /// What to do now.
    pub mend: Box<Words>,
    /// What the database said, for the log; empty where nothing was said.
    pub cause: String,
    /// The constraint or index that refused, where one did: its name tells the columns.
    pub constraint: Option<String>,
}

/// The result of anything the store does.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A refusal in words.
    pub fn new(trouble: Trouble, what: Words, mend: Words) -> Self {
        Self {
            trouble,
            what: Box::new(what),
            mend: Box::new(mend),
            cause: String::new(),
            constraint: None,
        }
    }

    /// The same with what the system said.
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = cause.to_string();
        self
    }

    /// Whether the same transaction, begun again, may succeed.
    pub fn passing(&self) -> bool {
        matches!(self.trouble, Trouble::Lost | Trouble::Race)
    }

    /// Another transaction was in the way and is gone.
    pub(crate) fn race() -> Self {
        let (what, mend) = words(Trouble::Race);
        Self::new(Trouble::Race, what, mend)
    }

    /// The connection is gone, or none was free in time.
    pub(crate) fn lost(cause: impl fmt::Display) -> Self {
        let (what, mend) = words(Trouble::Lost);
        Self::new(Trouble::Lost, what, mend).because(cause)
    }

    /// The writer has ended.
    pub(crate) fn closed() -> Self {
        Self::new(
            Trouble::Other,
            Words::new("数据库已关闭", "the database was closed."),
            Words::new("重新启动后再试", "Start again, then try once more."),
        )
    }

    /// The connection was lost while an act without a key was being made durable.
    pub(crate) fn unsure(cause: &Self) -> Self {
        Self::new(
            Trouble::Other,
            Words::new(
                "与数据库的连接在保存的一刻断了，不知是否已保存",
                "the connection was lost at the moment of saving, and it is not known whether it was saved.",
            ),
            Words::new("先查看记录，没有保存再做一次", "Look at the record, and do it again only if it was not."),
        )
        .because(cause)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.what.en, self.mend.en)?;
        if !self.cause.is_empty() {
            write!(out, " ({})", self.cause)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let (trouble, constraint) = match &error {
            sqlx::Error::Database(inner) => of_database(inner.as_ref()),
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_) => (Trouble::Lost, None),
            _ => (Trouble::Other, None),
        };
        let (what, mend) = words(trouble);
        Self {
            constraint,
            ..Self::new(trouble, what, mend).because(error)
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let said = match &error {
            rusqlite::Error::SqliteFailure(code, message) => Some((code, message.as_deref())),
            rusqlite::Error::SqlInputError { error, msg, .. } => Some((error, Some(msg.as_str()))),
            _ => None,
        };
        let (trouble, constraint) = match said {
            None => (Trouble::Other, None),
            Some((code, message)) => {
                let trouble = of_code(&code.extended_code.to_string());
                (trouble, message.and_then(after_colon))
            }
        };
        let (what, mend) = words(trouble);
        Self {
            constraint: constraint.filter(|_| trouble.refuses()),
            ..Self::new(trouble, what, mend).because(error)
        }
    }
}

/// SQLite puts the name after the colon: `CHECK constraint failed: event_kind_choice_1f`, `UNIQUE constraint failed: register_event.number`.
fn after_colon(message: &str) -> Option<String> {
    Some(message.split_once("failed: ")?.1.to_owned())
}

/// Trouble and constraint by SQLSTATE.
fn of_database(error: &dyn sqlx::error::DatabaseError) -> (Trouble, Option<String>) {
    let code = error.code().unwrap_or_default();
    // A check, a reference or an index is named, and for an empty required cell table and column.
    let postgres = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
    let column = postgres.and_then(|error| Some(format!("{}.{}", error.table()?, error.column()?)));
    let named = error.constraint().map(str::to_owned).or(column);
    let trouble = of_code(&code);
    (trouble, named.filter(|_| trouble.refuses()))
}

/// Trouble by SQLSTATE on PostgreSQL, by extended result code on SQLite.
fn of_code(code: &str) -> Trouble {
    match code {
        "23505" | "2067" | "1555" => Trouble::Taken,
        "23503" | "787" => Trouble::Missing,
        "23502" | "23514" | "275" | "1299" | "3091" => Trouble::Check,
        "40001" | "40P01" | "55P03" | "5" | "517" | "261" => Trouble::Race,
        "53100" | "13" => Trouble::Full,
        "11" | "26" | "XX001" | "XX002" => Trouble::Damaged,
        "57P01" | "57P02" | "57P03" | "53300" => Trouble::Lost,
        code if code.starts_with("08") => Trouble::Lost,
        _ => Trouble::Other,
    }
}

impl Trouble {
    /// Whether a rule of a table stands behind it.
    fn refuses(self) -> bool {
        matches!(self, Self::Taken | Self::Missing | Self::Check)
    }
}

fn words(trouble: Trouble) -> (Words, Words) {
    let w = Words::new;
    match trouble {
        Trouble::Taken => (
            w("这个值已有记录使用", "another record has this value."),
            w(
                "改用别的值，或修改那条记录",
                "Use another value, or change that record.",
            ),
        ),
        Trouble::Missing => (
            w(
                "引用的记录不存在",
                "the record that is referred to does not exist.",
            ),
            w("先登记被引用的记录", "Record that one first."),
        ),
        Trouble::Check => (
            w("有一个值不合字段的要求", "a value does not fit its field."),
            w("按字段的要求改正", "Correct it."),
        ),
        Trouble::Race => (
            w(
                "另一笔事务同时在改",
                "another transaction changed the same at the same time.",
            ),
            w("再试一次", "Try again."),
        ),
        Trouble::Full => (
            w("磁盘已满", "the disk is full."),
            w("腾出空间后再试", "Make room, then try again."),
        ),
        Trouble::Damaged => (
            w("数据库文件已损坏", "the database is damaged."),
            w(
                "停止写入，运行 heli doctor，并从备份恢复",
                "Stop writing, run `heli doctor`, and restore a backup.",
            ),
        ),
        Trouble::Lost => (
            w(
                "与数据库的连接断了",
                "the connection to the database was lost.",
            ),
            w(
                "确认数据库在运行，再试一次",
                "See that the database runs, then try again.",
            ),
        ),
        _ => (
            w("数据库拒绝了这一步", "the database refused a step."),
            w(
                "把括号里的原因交给维护人员",
                "Give the cause to whoever keeps this system.",
            ),
        ),
    }
}

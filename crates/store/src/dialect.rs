//! Where SQLite and PostgreSQL need different words.

/// The language of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, embedded.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// The one of two texts that is this dialect's.
    pub fn pick<T>(self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }

    /// A statement about tables in this dialect's words: `{int}`, `{double}`, `{text}`, `{bytes}` are types, `{strict}` ends a table.
    pub(crate) fn words(self, text: &str) -> String {
        let words = [
            ("{int}", self.pick("integer", "bigint")),
            ("{double}", self.pick("real", "double precision")),
            ("{text}", "text"),
            ("{bytes}", self.pick("blob", "bytea")),
            ("{strict}", self.pick(" strict", "")),
            ("{clustered}", self.pick(" strict, without rowid", "")),
        ];
        words
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

/// A name as SQL writes it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL writes it.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

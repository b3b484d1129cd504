//! A database that is open, and transactions on it.

use crate::dialect::Dialect;
use crate::error::{Error, Result, Trouble};
use crate::row::Row;
use crate::unchanged::Unchanged;
use crate::value::{self, Value};
use crate::{fixed, lock};
use futures_util::TryStreamExt;
use rules::Words;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr, Sqlite, Transaction};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// How a database is opened.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Make it when it is not there (SQLite: the file; PostgreSQL: the tables).
    pub create: bool,
    /// Only read: no lock is taken and no table is made, so that it works beside a running node.
    pub read_only: bool,
    /// Connections for readers on SQLite, for everything on PostgreSQL.
    pub connections: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            create: true,
            read_only: false,
            connections: 8,
        }
    }
}

/// An open database; a copy shares its connections.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
}

#[derive(Clone, Debug)]
enum Pools {
    Sqlite {
        path: PathBuf,
        /// One connection: SQLite has one writer.
        writer: SqlitePool,
        readers: SqlitePool,
        /// What the writer does to accounts, roles and sessions.
        people: Arc<Unchanged>,
        /// `None` where it was opened for reading only.
        _lock: Option<Arc<lock::Lock>>,
    },
    Postgres(PgPool),
}

impl Db {
    /// Opens `postgres://…`, `sqlite:PATH` or a path, and brings the fixed tables to this release.
    pub async fn open(address: &str, options: Options) -> Result<Self> {
        let postgres = address.starts_with("postgres://") || address.starts_with("postgresql://");
        let pools = if postgres {
            open_postgres(address, options).await?
        } else {
            open_sqlite(
                Path::new(address.strip_prefix("sqlite:").unwrap_or(address)),
                options,
            )
            .await?
        };
        let db = Self { pools };
        if options.read_only {
            fixed::check(&db).await?;
        } else {
            fixed::bring(&db).await?;
        }
        Ok(db)
    }

    /// Its language.
    pub fn dialect(&self) -> Dialect {
        match &self.pools {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The file of an embedded database.
    pub fn path(&self) -> Option<&Path> {
        match &self.pools {
            Pools::Sqlite { path, .. } => Some(path),
            Pools::Postgres(_) => None,
        }
    }

    /// Begins a transaction that writes; on SQLite it waits for the one before it.
    pub async fn write(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, people, .. } => {
                let tx = writer.begin_with("begin immediate").await?;
                Tx(Inner::Sqlite(tx), Some(Arc::clone(people)))
            }
            Pools::Postgres(pool) => Tx(Inner::Postgres(pool.begin().await?), None),
        })
    }

    /// Begins a transaction that only reads, everything as of one moment.
    pub async fn read(&self) -> Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { readers, .. } => Inner::Sqlite(readers.begin().await?),
            Pools::Postgres(pool) => Inner::Postgres(
                pool.begin_with("begin isolation level repeatable read, read only")
                    .await?,
            ),
        };
        Ok(Tx(inner, None))
    }

    /// How many transactions may read at once.
    pub(crate) fn readers(&self) -> usize {
        let options = match &self.pools {
            Pools::Sqlite { readers, .. } => readers.options().get_max_connections(),
            Pools::Postgres(pool) => pool.options().get_max_connections(),
        };
        usize::try_from(options).unwrap_or(usize::MAX)
    }

    /// Begins a transaction that may rebuild tables: on SQLite references are not checked while it lasts, and all of them are before it commits.
    pub async fn migration(&self) -> Result<Tx> {
        let Pools::Sqlite { writer, people, .. } = &self.pools else {
            return self.write().await;
        };
        let mut connection = writer.acquire().await?;
        sqlx::raw_sql("pragma foreign_keys = off")
            .execute(&mut *connection)
            .await?;
        // The connection is closed with the transaction, so the next writer opens one that checks again.
        connection.close_on_drop();
        let begin = "begin immediate".into_sql_str();
        let tx = Transaction::begin(connection, Some(begin)).await?;
        Ok(Tx(Inner::Sqlite(tx), Some(Arc::clone(people))))
    }

    /// Rows of one statement that only reads; it is as of one moment without a transaction around it.
    pub async fn fetch(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        let text = AssertSqlSafe(sql.to_owned());
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => {
                let query = sqlx::query_with(text, value::sqlite(values.to_vec())?);
                let rows = query.fetch_all(readers).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Pools::Postgres(pool) => {
                let query = sqlx::query_with(text, value::postgres(values)?);
                let rows = query.fetch_all(pool).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// A number that stays while accounts, roles and sessions stay as they are, and never comes again: what was read of
    /// them after it was taken holds for as long as it is the same. `None` while they change, and where others write too.
    pub fn people_stamp(&self) -> Option<u64> {
        match &self.pools {
            Pools::Sqlite { people, .. } => people.stamp(),
            Pools::Postgres(_) => None,
        }
    }

    /// Rows of one statement that is a transaction of its own, so that nothing can come to a halt inside it.
    pub(crate) async fn alone(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        match &self.pools {
            Pools::Sqlite { .. } => {
                let mut tx = self.write().await?;
                let rows = tx.fetch(sql, values).await?;
                tx.commit().await?;
                Ok(rows)
            }
            Pools::Postgres(pool) => {
                let text = AssertSqlSafe(sql.to_owned());
                let query = sqlx::query_with(text, value::postgres(values)?);
                let rows = query.fetch_all(pool).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Hears notifications on some channels; `None` on SQLite, which has none.
    pub(crate) async fn listen(&self, channels: &[&str]) -> Result<Option<PgListener>> {
        let Pools::Postgres(pool) = &self.pools else {
            return Ok(None);
        };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen_all(channels.iter().copied()).await?;
        Ok(Some(listener))
    }

    /// Notifies whoever listens on a channel; nobody on SQLite.
    pub(crate) async fn notify(&self, channel: &str, payload: &str) -> Result<()> {
        if let Pools::Postgres(_) = &self.pools {
            let text = "select 1 from (select pg_notify($1, $2)) sent";
            self.alone(text, &[channel.into(), payload.into()]).await?;
        }
        Ok(())
    }

    /// Copies one moment of an embedded database into a new file, while writes go on.
    pub(crate) async fn copy_to(&self, path: &Path) -> Result<()> {
        let Pools::Sqlite { readers, .. } = &self.pools else {
            return Ok(());
        };
        let text = format!(
            "vacuum into {}",
            crate::dialect::literal(&path.display().to_string())
        );
        sqlx::raw_sql(AssertSqlSafe(text)).execute(readers).await?;
        Ok(())
    }

    /// Waits for what runs and closes every connection.
    pub async fn close(self) {
        match self.pools {
            Pools::Sqlite {
                writer, readers, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// A transaction; dropped without [`Tx::commit`] it is undone.
#[derive(Debug)]
pub struct Tx(Inner, Option<Arc<Unchanged>>);

#[derive(Debug)]
enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Its language.
    pub fn dialect(&self) -> Dialect {
        match &self.0 {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement; the number of rows it touched. Statements are prepared once per connection and text.
    pub async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64> {
        self.execute_with(sql, values.to_vec()).await
    }

    /// The same with values that are given away, for statements that have thousands.
    pub(crate) async fn execute_with(&mut self, sql: &str, values: Vec<Value>) -> Result<u64> {
        let text = self.heard(sql);
        Ok(match &mut self.0 {
            Inner::Sqlite(tx) => {
                let query = sqlx::query_with(text, value::sqlite(values)?);
                query.execute(&mut **tx).await?.rows_affected()
            }
            Inner::Postgres(tx) => {
                let query = sqlx::query_with(text, value::postgres(&values)?);
                query.execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// Runs statements that take no values: about tables, savepoints, settings.
    pub async fn run(&mut self, sql: &str) -> Result<()> {
        let text = sqlx::raw_sql(self.heard(sql));
        match &mut self.0 {
            Inner::Sqlite(tx) => text.execute(&mut **tx).await.map(|_| ())?,
            Inner::Postgres(tx) => text.execute(&mut **tx).await.map(|_| ())?,
        }
        Ok(())
    }

    /// All rows of a statement.
    pub async fn fetch(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.each(sql, values, |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// The first row of a statement.
    pub async fn first(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>> {
        Ok(self.fetch(sql, values).await?.into_iter().next())
    }

    /// Hands over row after row as the database sends them, for results that need not fit in memory.
    pub async fn each(
        &mut self,
        sql: &str,
        values: &[Value],
        mut take: impl FnMut(Row) -> Result<()>,
    ) -> Result<()> {
        let text = self.heard(sql);
        match &mut self.0 {
            Inner::Sqlite(tx) => {
                let query = sqlx::query_with(text, value::sqlite(values.to_vec())?);
                let mut rows = query.fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    take(Row::Sqlite(row))?;
                }
            }
            Inner::Postgres(tx) => {
                let query = sqlx::query_with(text, value::postgres(values)?);
                let mut rows = query.fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    take(Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    /// A statement, after it was looked at.
    fn heard(&self, sql: &str) -> AssertSqlSafe<String> {
        self.1.iter().for_each(|people| people.hear(sql));
        AssertSqlSafe(sql.to_owned())
    }

    /// Marks a point that [`Tx::back`] returns to; one mark at a time.
    pub async fn mark(&mut self) -> Result<()> {
        self.run("savepoint mark").await
    }

    /// Keeps what was done since the mark.
    pub async fn keep(&mut self) -> Result<()> {
        self.run("release savepoint mark").await
    }

    /// Undoes what was done since the mark.
    pub async fn back(&mut self) -> Result<()> {
        self.run("rollback to savepoint mark; release savepoint mark")
            .await
    }

    /// Makes it durable: on SQLite synced to the write-ahead log, on PostgreSQL as its settings say, which `doctor` checks.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes it.
    pub async fn undo(self) -> Result<()> {
        match self.0 {
            Inner::Sqlite(tx) => tx.rollback().await?,
            Inner::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

async fn open_sqlite(path: &Path, options: Options) -> Result<Pools> {
    if !options.create && !path.exists() {
        return Err(Error::new(
            Trouble::Address,
            Words::new(
                format!("没有数据库 {}", path.display()),
                format!("there is no database {}.", path.display()),
            ),
            Words::new("检查路径", "Check the path."),
        ));
    }
    let held = match options.read_only {
        true => None,
        false => Some(Arc::new(lock::take(path)?)),
    };
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(options.create && !options.read_only)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(500);
    // Only the writer sets the journal's mode: it stays in the file, and a reader may not be able to.
    let writing = connect
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // 64 MiB, so that a chunk of an import is written once, at its end.
        .pragma("cache_size", "-65536")
        // 32 MiB: the pages that every commit writes again go into the database's file once for many commits.
        .pragma("wal_autocheckpoint", "8000");
    let people = Arc::new(Unchanged::default());
    let (connected, rested) = (Arc::clone(&people), Arc::clone(&people));
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let connected = Arc::clone(&connected);
            Box::pin(async move { connected.rest(connection).await })
        })
        .after_release(move |connection, _| {
            let rested = Arc::clone(&rested);
            Box::pin(async move { rested.rest(connection).await.map(|()| true) })
        });
    // A file does not go away as a server does, so a connection is not asked whether it still works.
    let readers = SqlitePoolOptions::new()
        .max_connections(options.connections.max(1))
        .max_lifetime(None)
        .test_before_acquire(false);
    let writer = match options.read_only {
        true => writer.connect_with(connect.clone().read_only(true)).await?,
        false => writer.connect_with(writing).await?,
    };
    Ok(Pools::Sqlite {
        path: path.to_owned(),
        writer,
        readers: readers.connect_lazy_with(connect.read_only(true)),
        people,
        _lock: held,
    })
}

async fn open_postgres(address: &str, options: Options) -> Result<Pools> {
    let connect = PgConnectOptions::from_str(address).map_err(|cause| {
        Error::new(
            Trouble::Address,
            Words::new("数据库地址写错了", "the database's address cannot be read."),
            Words::new(
                "写成 postgres://用户:密码@主机:端口/库名",
                "Write postgres://user:password@host:port/name.",
            ),
        )
        .because(cause)
    })?;
    let connect = connect
        .application_name("heli")
        .statement_cache_capacity(500)
        // A commit that was answered is on disk; a statement that hangs is given up and may be tried again.
        .options([
            ("synchronous_commit", "on"),
            ("lock_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "60s"),
            ("timezone", "UTC"),
        ]);
    let pool = PgPoolOptions::new()
        .max_connections(options.connections.max(2))
        .acquire_timeout(Duration::from_secs(10));
    Ok(Pools::Postgres(pool.connect_with(connect).await?))
}

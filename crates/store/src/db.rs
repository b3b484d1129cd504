//! A database that is open, and transactions on it.

use crate::dialect::Dialect;
use crate::embedded::{Glances, Lease, Opening, Pool, Session};
use crate::error::{Error, Result, Trouble};
use crate::row::Row;
use crate::unchanged::Unchanged;
use crate::value::{self, Value};
use crate::{fixed, lock};
use futures_util::TryStreamExt;
use rules::Words;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Postgres, Transaction};
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
        writer: Pool,
        readers: Pool,
        glances: Glances,
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
                let mut lease = writer.lease().await?;
                lease.begin("begin immediate").await?;
                Tx(Inner::Sqlite(lease), Some(Arc::clone(people)))
            }
            Pools::Postgres(pool) => Tx(Inner::Postgres(pool.begin().await?), None),
        })
    }

    /// Begins a transaction that only reads, everything as of one moment.
    pub async fn read(&self) -> Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { readers, .. } => {
                let mut lease = readers.lease().await?;
                lease.begin("begin").await?;
                Inner::Sqlite(lease)
            }
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
            Pools::Sqlite { readers, .. } => readers.size(),
            Pools::Postgres(pool) => pool.options().get_max_connections(),
        };
        usize::try_from(options).unwrap_or(usize::MAX)
    }

    /// Begins a transaction that may rebuild tables: on SQLite references are not checked while it lasts, and all of them are before it commits.
    pub async fn migration(&self) -> Result<Tx> {
        let Pools::Sqlite { writer, people, .. } = &self.pools else {
            return self.write().await;
        };
        let mut lease = writer.lease().await?;
        lease.begin_unchecked().await?;
        Ok(Tx(Inner::Sqlite(lease), Some(Arc::clone(people))))
    }

    /// Rows of one statement that only reads; it is as of one moment without a transaction around it.
    pub async fn fetch(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => {
                let lease = readers.lease().await?;
                lease.fetch(sql, values.to_vec()).await?
            }
            Pools::Postgres(pool) => {
                let text = AssertSqlSafe(sql.to_owned());
                let query = sqlx::query_with(text, value::postgres(values)?);
                let rows = query.fetch_all(pool).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Few rows of one statement that finds them by a key. On SQLite they are read at once, on this very thread.
    pub(crate) async fn glance(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        match &self.pools {
            Pools::Sqlite { glances, .. } => glances.fetch(sql, values),
            Pools::Postgres(_) => self.fetch(sql, values).await,
        }
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
        let lease = readers.lease().await?;
        lease.call(move |session| session.run(&text)).await
    }

    /// Waits for what runs and closes every connection.
    pub async fn close(self) {
        match self.pools {
            Pools::Sqlite {
                writer,
                readers,
                glances,
                ..
            } => {
                glances.close();
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
    Sqlite(Lease),
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
        self.hear(sql);
        let text = sql.to_owned();
        Ok(match &mut self.0 {
            Inner::Sqlite(lease) => {
                let work = move |session: &Session| session.execute(&text, &values);
                lease.call(work).await?
            }
            Inner::Postgres(tx) => {
                let query = sqlx::query_with(AssertSqlSafe(text), value::postgres(&values)?);
                query.execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// Runs statements one after the other, handed over at once; where one fails its place and why, and none after it.
    pub(crate) async fn execute_each(
        &mut self,
        all: Vec<(String, Vec<Value>)>,
    ) -> std::result::Result<(), (usize, Error)> {
        if let Inner::Sqlite(lease) = &self.0 {
            all.iter().for_each(|(sql, _)| self.hear(sql));
            let work = move |session: &Session| {
                let mut all = all.iter().enumerate();
                Ok(all.find_map(|(nth, (sql, values))| {
                    let failed = session.execute(sql, values).err()?;
                    Some((nth, failed))
                }))
            };
            let failed = lease.call(work).await.map_err(|error| (0, error))?;
            return failed.map_or(Ok(()), Err);
        }
        for (nth, (sql, values)) in all.into_iter().enumerate() {
            let done = self.execute_with(&sql, values).await;
            done.map_err(|error| (nth, error))?;
        }
        Ok(())
    }

    /// Runs statements that take no values: about tables, savepoints, settings.
    pub async fn run(&mut self, sql: &str) -> Result<()> {
        self.hear(sql);
        let text = sql.to_owned();
        match &mut self.0 {
            Inner::Sqlite(lease) => lease.call(move |session| session.run(&text)).await,
            Inner::Postgres(tx) => {
                let done = sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut **tx);
                Ok(done.await.map(|_| ())?)
            }
        }
    }

    /// All rows of a statement.
    pub async fn fetch(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        if let Inner::Sqlite(lease) = &self.0 {
            self.hear(sql);
            return lease.fetch(sql, values.to_vec()).await;
        }
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
        self.hear(sql);
        match &mut self.0 {
            Inner::Sqlite(lease) => lease.each(sql, values.to_vec(), take).await?,
            Inner::Postgres(tx) => {
                let text = AssertSqlSafe(sql.to_owned());
                let query = sqlx::query_with(text, value::postgres(values)?);
                let mut rows = query.fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    take(Row::Postgres(row))?;
                }
            }
        }
        Ok(())
    }

    /// Hands an embedded database's connection work that tells of itself how it went.
    pub(crate) fn at_work(&self, work: impl FnOnce(&Session) + Send + 'static) -> Result<()> {
        match &self.0 {
            Inner::Sqlite(lease) => lease.send(Box::new(work)),
            Inner::Postgres(_) => Err(Error::closed()),
        }
    }

    /// A statement is about to run.
    fn hear(&self, sql: &str) {
        self.1.iter().for_each(|people| people.hear(sql));
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
            Inner::Sqlite(lease) => lease.end("commit").await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes it.
    pub async fn undo(self) -> Result<()> {
        match self.0 {
            Inner::Sqlite(lease) => lease.end("rollback").await?,
            Inner::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

/// How the one writer works. Only it sets the journal's mode: that stays in the file, and a reader may not be able to.
/// 64 MiB of memory, so that a chunk of an import is written once, at its end; and a log of 32 MiB, so that the pages
/// that every commit writes again go into the database's file once for many commits.
const WRITING: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; pragma wal_autocheckpoint = 8000";

/// How readers do: with 8 MiB, what many pages of records look up is read from the system once while nobody writes.
const READING: &str = "pragma cache_size = -8192";

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
    let opening = Opening {
        path: path.to_owned(),
        create: options.create,
        read_only: options.read_only,
        settings: if options.read_only { READING } else { WRITING },
    };
    let reading = Opening {
        read_only: true,
        settings: READING,
        ..opening.clone()
    };
    let people = Arc::new(Unchanged::default());
    let writer = Pool::new(opening, 1, Some(Arc::clone(&people)));
    // What hinders it shows now, and a reader that comes first finds the file there.
    drop(writer.lease().await?);
    Ok(Pools::Sqlite {
        path: path.to_owned(),
        writer,
        readers: Pool::new(reading.clone(), options.connections, None),
        glances: Glances::new(reading),
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

//! The embedded database: one SQLite file.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::ConnectOptions;
use sqlx::error::DatabaseError;
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::query_builder::Separated;
use sqlx::sqlite::{
    Sqlite, SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::limits::{LINE, PLACE};
use super::room;
use super::session::{Backend, Session};
use super::value::{Row, Rows, Value};
use crate::error::{OpenError, StoreError};
use crate::migrations::scripts;

/// How long another process may hold the file.
const BUSY: Duration = Duration::from_secs(10);

/// How soon a file that could not be opened for it is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// So many values go in one statement. Fewer, larger statements: each is a trip to the connection's thread and back.
const VALUES: usize = 3_600;

/// One writing and a few reading connections to a SQLite file in WAL mode.
#[derive(Debug, Clone)]
pub(crate) struct SqliteFile {
    file: PathBuf,
    read: SqlitePool,
    write: SqlitePool,
}

impl SqliteFile {
    /// Opens the file, making it if need be, with at most `connections` readers.
    pub(crate) async fn open(options: SqliteConnectOptions, connections: u32) -> Result<Self, OpenError> {
        let options = options
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An answered request survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            // Deleted credentials do not linger in free pages.
            .pragma("secure_delete", "on")
            .disable_statement_logging();
        let pool = |n: u32| SqlitePoolOptions::new().max_connections(n).acquire_timeout(PLACE).test_before_acquire(false);
        let file = options.get_filename().to_owned();
        room::make(&file)?;
        let failed = |error: sqlx::Error| OpenError::at(&file.display().to_string(), error);
        // The writer comes first: it makes what else there is.
        let write = first(pool(1), &options).await.map_err(failed)?;
        let read = pool(connections.min(4)).connect_with(options).await.map_err(failed)?;
        Ok(Self { file, read, write })
    }
}

/// Opens the first connection. A file becomes one with a WAL only while nobody else has it open, and SQLite does not wait for
/// that, whatever its busy timeout: another process may be at the same.
async fn first(pool: SqlitePoolOptions, options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let until = tokio::time::Instant::now() + BUSY;
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Err(sqlx::Error::Database(error)) if is_busy(&*error) && tokio::time::Instant::now() < until => {
                tokio::time::sleep(AGAIN).await;
            }
            other => return other,
        }
    }
}

/// `SQLITE_BUSY`, with or without more about why.
fn is_busy(error: &dyn DatabaseError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

#[async_trait]
impl Backend for SqliteFile {
    async fn query(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        SqliteSession::Plain(self.read.acquire().await?).query(sql, values).await
    }

    async fn write(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(SqliteSession::Plain(self.write.acquire().await?)))
    }

    async fn begin(&self) -> Result<Box<dyn Session>, StoreError> {
        let mut transaction = Transaction { connection: self.write.acquire().await?, ended: false };
        // Another process (the command line) may hold the write lock: wait for it here, not in the middle.
        sqlx::raw_sql("begin immediate").execute(&mut *transaction.connection).await?;
        Ok(Box::new(SqliteSession::Transaction(transaction)))
    }

    async fn begin_migration(&self) -> Result<Box<dyn Session>, StoreError> {
        self.begin().await
    }

    async fn prove(&self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StoreError> {
        let file = self.file.clone();
        tokio::task::spawn_blocking(move || room::prove(&file)).await.unwrap_or_else(|panic| Err(io::Error::other(panic)))?;
        // Whoever writes for longer proves it better.
        let Ok(writer) = tokio::time::timeout(LINE, self.write.acquire()).await else { return Ok(()) };
        SqliteSession::Plain(writer?).execute(sql, values).await.map(drop)
    }

    fn migrations(&self) -> &'static [(i32, &'static str, &'static str)] {
        scripts::SQLITE
    }
}

/// A transaction of our own making. sqlx counts how deep it is in one, and SQLite rolls back by itself when the disk is full, when
/// it cannot read or write, or has no memory: from then on the two disagree, and no transaction would ever begin again.
struct Transaction {
    connection: PoolConnection<Sqlite>,
    ended: bool,
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.ended {
            // Closing it rolls back whatever there is to be rolled back; the next one is made anew.
            self.connection.close_on_drop();
        }
    }
}

enum SqliteSession {
    Plain(PoolConnection<Sqlite>),
    Transaction(Transaction),
}

impl SqliteSession {
    fn connection(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Plain(connection) => connection,
            Self::Transaction(transaction) => &mut transaction.connection,
        }
    }
}

fn bound<'q>(sql: &'static str, values: &[Value<'q>]) -> Query<'q, Sqlite, SqliteArguments> {
    values.iter().fold(sqlx::query(sql), |query, value| match *value {
        Value::Big(value) => query.bind(value),
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
        Value::Uuid(value) => query.bind(value),
        Value::Null => query.bind(None::<i64>),
    })
}

fn push(row: &mut Separated<'_, Sqlite, &'static str>, value: Value<'_>) {
    match value {
        Value::Big(value) => row.push_bind(value),
        Value::Int(value) => row.push_bind(value),
        Value::Text(value) => row.push_bind(value),
        Value::Bytes(value) => row.push_bind(value),
        Value::Uuid(value) => row.push_bind(value),
        Value::Null => row.push_bind(None::<i64>),
    };
}

impl SqliteSession {
    async fn end(self: Box<Self>, script: &'static str) -> Result<(), StoreError> {
        match *self {
            Self::Plain(_) => Ok(()),
            Self::Transaction(mut transaction) => {
                sqlx::raw_sql(script).execute(&mut *transaction.connection).await?;
                transaction.ended = true;
                Ok(())
            }
        }
    }
}

#[async_trait]
impl Session for SqliteSession {
    async fn query(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        Ok(bound(sql, values).fetch_all(self.connection()).await?.into_iter().map(Row::Sqlite).collect())
    }

    async fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(bound(sql, values).execute(self.connection()).await?.rows_affected())
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::raw_sql(sql).execute(self.connection()).await?;
        Ok(())
    }

    async fn insert(&mut self, rows: &'static Rows, values: &[Value<'_>]) -> Result<(), StoreError> {
        let width = rows.columns.len();
        for chunk in values.chunks(VALUES / width * width) {
            let mut insert = sqlx::QueryBuilder::new(format!("insert into {} ({}) ", rows.table, rows.names()));
            insert.push_values(chunk.chunks(width), |mut row, values| values.iter().for_each(|value| push(&mut row, *value)));
            insert.push(" ").push(rows.conflict.unwrap_or_default());
            insert.build().execute(self.connection()).await?;
        }
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.end("commit").await
    }

    async fn roll_back(self: Box<Self>) -> Result<(), StoreError> {
        self.end("rollback").await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Servers that start together over a file that is not there yet.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_open_a_new_file_at_once() {
        for _ in 0..10 {
            let folder = tempfile::tempdir().expect("folder");
            let options = SqliteConnectOptions::new().filename(folder.path().join("own.db"));
            let opening: Vec<_> = (0..8).map(|_| tokio::spawn(SqliteFile::open(options.clone(), 2))).collect();
            for one in opening {
                one.await.expect("joined").expect("opened");
            }
        }
    }

    /// Sealed secrets are nobody else's business.
    #[tokio::test]
    async fn the_files_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        let options = SqliteConnectOptions::new().filename(folder.path().join("own.db"));
        let file = SqliteFile::open(options, 1).await.expect("open");
        file.write().await.expect("writer").script("create table t (n integer)").await.expect("table");
        let modes: Vec<_> = std::fs::read_dir(folder.path())
            .expect("folder")
            .map(|entry| entry.expect("entry").metadata().expect("metadata").permissions().mode() & 0o777)
            .collect();
        assert!(modes.len() >= 2 && modes.iter().all(|mode| *mode == 0o600), "{modes:?}");
    }

    /// A disk that is full costs the transaction that filled it; once there is room again, the next one writes as ever.
    #[tokio::test]
    async fn a_full_disk_is_got_over() {
        let folder = tempfile::tempdir().expect("folder");
        // SQLite's own word for a full disk (SQLITE_FULL), without one.
        let options = SqliteConnectOptions::new().filename(folder.path().join("full.db")).pragma("max_page_count", "32");
        let file = SqliteFile::open(options, 1).await.expect("open");
        file.write().await.expect("writer").script("create table t (bytes blob not null)").await.expect("table");
        let insert = "insert into t (bytes) values ($1)";
        let large = vec![7; 256 << 10];
        for _ in 0..3 {
            let mut transaction = file.begin().await.expect("a transaction begins, however the one before ended");
            transaction.execute(insert, &[Value::Bytes(b"small")]).await.expect("there is room");
            let error = transaction.execute(insert, &[Value::Bytes(&large)]).await.expect_err("there is no room");
            assert!(error.to_string().contains("full"), "{error}");
            drop(transaction);
            let mut transaction = file.begin().await.expect("begins");
            transaction.execute(insert, &[Value::Bytes(b"small")]).await.expect("there is room");
            transaction.commit().await.expect("committed");
        }
        // Nothing of what failed is left; what was dropped on purpose is not either.
        let mut dropped = file.begin().await.expect("begins");
        dropped.execute(insert, &[Value::Bytes(b"small")]).await.expect("written");
        drop(dropped);
        let rows = file.write().await.expect("writer").query("select count(*) from t", &[]).await.expect("rows");
        assert_eq!(rows[0].big(0).expect("a number"), 3);
    }
}

//! What can go wrong in the store.

use std::error::Error;
use std::fmt;

/// A failure of the database or of the way to it.
#[derive(Debug)]
pub struct DatabaseError {
    /// The database's own code: SQLSTATE, or SQLite's result code.
    code: Option<String>,
    /// Whether it was the way to the database that failed.
    lost: bool,
    source: Box<dyn Error + Send + Sync>,
}

/// What was waited for in vain. The texts hold no host: they are for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// The addresses of its host.
    #[error("its host name could not be resolved in time: check DNS")]
    Name,
    /// A connection.
    #[error("no connection came about in time: check its host and port, and firewalls between")]
    Connect,
    /// A connection that nobody else uses.
    #[error("all connections are in use: HEADWATER_DATABASE_CONNECTIONS allows more")]
    Place,
    /// The answer to a statement.
    #[error("it did not answer in time")]
    Answer,
}

/// A failure of the metadata store. Its text is for the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The name is taken (organisation or datasource).
    #[error("the name is taken")]
    NameTaken,
    /// The tenancy row could not be made.
    #[error("the tenancy settings could not be created: {0}")]
    TenancyCreate(Box<StoreError>),
    /// The tenancy row could not be changed.
    #[error("the tenancy settings could not be changed: {0}")]
    TenancyUpdate(Box<StoreError>),
    /// What was staged is gone: the lease has ended, or somebody else's change of the datasource was written meanwhile.
    #[error("what was staged is gone: its lease has ended, or the datasource was changed meanwhile")]
    StagingLost,
    /// The organisation has as much staged as it may.
    #[error("the organisation has as many bytes staged as it may at once")]
    StagingFull,
    /// The organisation has as many bytes of files as it may.
    #[error("the organisation has as many bytes of files as it may")]
    FilesFull,
    /// The stored row makes no sense: somebody wrote to the database by hand.
    #[error("a stored row is damaged: {0}")]
    Damaged(&'static str),
    /// The database has been migrated by another version of this program.
    #[error("the metadata store is of another version: {0}")]
    Version(String),
    /// The database refused or could not be reached.
    #[error("the metadata store failed: {0}")]
    Database(#[from] DatabaseError),
    /// The database was waited for in vain.
    #[error("the metadata store failed: {0}")]
    Silent(#[from] Silence),
    /// There is no room to write beside the database's file, or no permission.
    #[error("the metadata store cannot be written: {0}")]
    NoRoom(#[from] std::io::Error),
}

/// Why no store could be opened. The texts never hold the URL: it has a password in it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another scheme.
    #[error("it must start with postgres:// or sqlite:")]
    Scheme,
    /// Not readable as a URL of its scheme.
    #[error("it cannot be read: write postgres://USER:PASSWORD@HOST:PORT/DATABASE (special characters percent-encoded) or sqlite:PATH")]
    Url,
    /// The file of `sslrootcert` cannot be read, or holds no certificate.
    #[error("the file of sslrootcert cannot be read as PEM certificates")]
    RootCertificate,
    /// The embedded store's place cannot be written by this process.
    #[error("{path}: {cause}; this process runs as user {user}: let it be the folder's owner, or choose another folder")]
    NotWritable {
        /// The file, or its folder.
        path: String,
        /// What the system says.
        cause: std::io::Error,
        /// Whom this process runs as, by number.
        user: u32,
    },
    /// The database did not let us in: where it is (never the URL), and why.
    #[error("{place}: {cause}")]
    Place {
        /// Hosts and ports, or the file.
        place: String,
        /// What the driver or the operating system says.
        cause: String,
    },
}

impl OpenError {
    /// A failure to open what is at `place`.
    pub(crate) fn at(place: &str, error: impl Into<StoreError>) -> Self {
        let cause = match error.into() {
            // The words around it say what the setting says already.
            StoreError::Database(error) => error.to_string(),
            StoreError::Silent(silence) => silence.to_string(),
            other => other.to_string(),
        };
        Self::Place { place: place.to_owned(), cause }
    }
}

impl StoreError {
    /// Whether the same transaction may succeed when it is tried again: a serialization failure or a deadlock.
    pub fn is_retryable(&self) -> bool {
        match self {
            // PostgreSQL: 40001, 40P01. SQLite: SQLITE_BUSY and its extended codes.
            Self::Database(error) => matches!(error.code.as_deref(), Some("40001" | "40P01" | "5" | "261" | "517")),
            Self::TenancyCreate(inner) | Self::TenancyUpdate(inner) => inner.is_retryable(),
            _ => false,
        }
    }

    /// Whether the store is away for a while: it cannot be reached, does not answer, or takes nothing now.
    /// The same request may succeed in a moment.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Silent(_) => true,
            // PostgreSQL: connections, shutdowns, no connection left, a statement that took too long, a standby. SQLite: busy, and
            // no file to open.
            Self::Database(error) => {
                let code = error.code.as_deref().unwrap_or_default();
                error.lost || self.is_failover() || matches!(code, "53300" | "57014" | "25P03" | "5" | "261" | "517" | "14")
            }
            Self::TenancyCreate(inner) | Self::TenancyUpdate(inner) => inner.is_outage(),
            _ => false,
        }
    }

    /// Whether the server behind the connection is on its way out, or no longer the one that takes writes.
    pub(crate) fn is_failover(&self) -> bool {
        let code = if let Self::Database(error) = self { error.code.as_deref() } else { None };
        code.is_some_and(|code| code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03" | "25006"))
    }

    /// Whether the connection broke.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self, Self::Database(error) if error.lost)
    }

    /// No connection came about.
    pub(crate) fn unreachable(error: tokio_postgres::Error) -> Self {
        Self::Database(DatabaseError { code: code_of(&error), lost: true, source: error.into() })
    }

    /// Whether a row of the same key is there.
    pub(crate) fn is_taken(&self) -> bool {
        // PostgreSQL: 23505. SQLite: SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE.
        matches!(self, Self::Database(error) if matches!(error.code.as_deref(), Some("23505" | "1555" | "2067")))
    }
}

impl fmt::Display for DatabaseError {
    /// The whole chain: drivers keep what the server said in the source.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        let mut next = self.source.source();
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

impl Error for DatabaseError {}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            return Silence::Place.into();
        }
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(std::borrow::Cow::into_owned);
        Self::Database(DatabaseError { code, lost: false, source: error.into() })
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let broken = error.is_closed() || error.source().is_some_and(<dyn Error>::is::<std::io::Error>);
        Self::Database(DatabaseError { code: code_of(&error), lost: broken, source: error.into() })
    }
}

fn code_of(error: &tokio_postgres::Error) -> Option<String> {
    error.code().map(|code| code.code().to_owned())
}

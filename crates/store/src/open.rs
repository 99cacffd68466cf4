//! A store from a `DATABASE_URL`.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::error::StoreError;
use crate::postgres::PostgresStore;
use crate::sqlite::SqliteStore;
use crate::store::Store;

/// Why no store could be opened. The texts never hold the URL: it has a password in it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another scheme.
    #[error("DATABASE_URL must start with postgres:// or sqlite:")]
    Scheme,
    /// Not readable as a URL of its scheme.
    #[error(
        "DATABASE_URL cannot be read: write postgres://USER:PASSWORD@HOST:PORT/DATABASE (special characters percent-encoded) or sqlite:PATH"
    )]
    Url,
    /// The database did not let us in.
    #[error("the metadata store cannot be opened: {0}")]
    Store(#[from] StoreError),
}

/// Opens the store that `url` names, with at most `connections` connections.
pub async fn open(url: &SecretString, connections: u32) -> Result<Arc<dyn Store>, OpenError> {
    let text = url.expose_secret();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(Arc::new(PostgresStore::connect(text.parse().map_err(|_| OpenError::Url)?, connections).await?));
    }
    if text.starts_with("sqlite:") {
        return Ok(Arc::new(SqliteStore::open(text.parse().map_err(|_| OpenError::Url)?, connections).await?));
    }
    Err(OpenError::Scheme)
}

/// Where the metadata database listens, so that nothing else may be dialed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseAddress {
    /// Host and port.
    Tcp(String, u16),
    /// A socket file of this machine, named after a port.
    Socket(u16),
}

/// The address in a `DATABASE_URL`; none for SQLite.
pub fn database_address(url: &SecretString) -> Option<DatabaseAddress> {
    let options: sqlx::postgres::PgConnectOptions =
        url.expose_secret().strip_prefix("postgres").and_then(|_| url.expose_secret().parse().ok())?;
    let (host, port) = (options.get_host(), options.get_port());
    let socket = options.get_socket().is_some() || host.starts_with('/');
    Some(if socket { DatabaseAddress::Socket(port) } else { DatabaseAddress::Tcp(host.to_owned(), port) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, address) in [
            ("postgres://u:p@db.internal:6000/x", Some(DatabaseAddress::Tcp("db.internal".into(), 6000))),
            ("postgresql://u@10.0.0.1/x", Some(DatabaseAddress::Tcp("10.0.0.1".into(), 5432))),
            ("postgres://u@%2Fvar%2Frun%2Fpostgresql:5433/x", Some(DatabaseAddress::Socket(5433))),
            ("sqlite:data/x.db", None),
        ] {
            assert_eq!(database_address(&url.into()), address, "{url}");
        }
    }
}

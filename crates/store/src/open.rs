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

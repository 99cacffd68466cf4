//! A store from a `DATABASE_URL`.

use std::net::IpAddr;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::config::Host;

use crate::error::StoreError;
use crate::postgres::{self, Postgres};
use crate::sql::SqlStore;
use crate::sqlite::SqliteFile;
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
    /// The file of `sslrootcert` cannot be read, or holds no certificate.
    #[error("DATABASE_URL: the file of sslrootcert cannot be read as PEM certificates")]
    RootCertificate,
    /// The database did not let us in.
    #[error("the metadata store cannot be opened: {0}")]
    Store(#[from] StoreError),
}

/// Opens the store that `url` names, with at most `connections` connections.
pub async fn open(url: &SecretString, connections: u32) -> Result<Arc<dyn Store>, OpenError> {
    let text = url.expose_secret();
    if is_postgres(text) {
        return Ok(Arc::new(SqlStore(Postgres::connect(text, connections).await?)));
    }
    if text.starts_with("sqlite:") {
        return Ok(Arc::new(SqlStore(SqliteFile::open(text.parse().map_err(|_| OpenError::Url)?, connections).await?)));
    }
    Err(OpenError::Scheme)
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// Where the metadata database listens, so that nothing else may be dialed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseAddress {
    /// Host and port.
    Tcp(String, u16),
    /// A socket file of this machine, named after a port.
    Socket(u16),
}

/// The addresses in a `DATABASE_URL`; none for SQLite.
pub fn database_addresses(url: &SecretString) -> Vec<DatabaseAddress> {
    let text = url.expose_secret();
    let Some((config, _)) = is_postgres(text).then(|| postgres::parse(text).ok()).flatten() else { return Vec::new() };
    let ports = config.get_ports();
    let port = |n: usize| ports.get(n).or(ports.first()).copied().unwrap_or(5432);
    let address = |(n, host): (usize, &Host)| match host {
        Host::Tcp(host) => DatabaseAddress::Tcp(host.clone(), port(n)),
        Host::Unix(_) => DatabaseAddress::Socket(port(n)),
    };
    let literal = |(n, address): (usize, &IpAddr)| DatabaseAddress::Tcp(address.to_string(), port(n));
    let named = config.get_hosts().iter().enumerate().map(address);
    named.chain(config.get_hostaddrs().iter().enumerate().map(literal)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, address) in [
            ("postgres://u:p@db.internal:6000/x", vec![DatabaseAddress::Tcp("db.internal".into(), 6000)]),
            ("postgresql://u@10.0.0.1/x", vec![DatabaseAddress::Tcp("10.0.0.1".into(), 5432)]),
            ("postgres://u@%2Fvar%2Frun%2Fpostgresql:5433/x", vec![DatabaseAddress::Socket(5433)]),
            ("postgres://u@a:1,b:2/x", vec![DatabaseAddress::Tcp("a".into(), 1), DatabaseAddress::Tcp("b".into(), 2)]),
            ("sqlite:data/x.db", vec![]),
        ] {
            assert_eq!(database_addresses(&url.into()), address, "{url}");
        }
    }
}

//! A store from a `DATABASE_URL`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::SqliteConnectOptions;
use tokio_postgres::config::Host;

use crate::backend::url::{is_postgres, parse};
use crate::backend::{Postgres, SqliteFile};
use crate::error::OpenError;
use crate::sql::SqlStore;
use crate::store::Store;

/// Opens the store that `url` names, with at most `connections` connections.
pub async fn open(url: &SecretString, connections: u32) -> Result<Arc<dyn Store>, OpenError> {
    Ok(Arc::new(open_sql(url, connections).await?))
}

/// The same, by its inner name.
pub(crate) async fn open_sql(url: &SecretString, connections: u32) -> Result<SqlStore, OpenError> {
    let text = url.expose_secret();
    if is_postgres(text) {
        return Ok(SqlStore::new(Postgres::connect(text, connections).await?));
    }
    if text.starts_with("sqlite:") {
        return Ok(SqlStore::new(SqliteFile::open(text.parse().map_err(|_| OpenError::Url)?, connections).await?));
    }
    Err(OpenError::Scheme)
}

/// The file of an embedded store, if `url` names one.
pub fn database_file(url: &SecretString) -> Option<PathBuf> {
    let text = url.expose_secret();
    let options: SqliteConnectOptions = text.starts_with("sqlite:").then(|| text.parse().ok()).flatten()?;
    Some(options.get_filename().to_owned()).filter(|path| !path.to_string_lossy().contains(":memory:"))
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
    let Some((config, _)) = is_postgres(text).then(|| parse(text).ok()).flatten() else { return Vec::new() };
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

//! Which product answers: they share a protocol, not a catalog.

use super::packet::Wire;
use super::query::query;
use crate::error::ConnectError;
use crate::server::{ServerInfo, major, version_number};

/// What differs between the products when a schema is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    /// MySQL, with its major version.
    MySql(u32),
    /// MariaDB, and whether it prints defaults as expressions (since 10.2.7).
    MariaDb(bool),
    /// SingleStore: catalogs and types of its own.
    SingleStore,
}

/// Asks for the variables that tell the versions; every product knows the statement.
pub(super) async fn detect(wire: &mut Wire) -> Result<(Product, ServerInfo), ConnectError> {
    let (mut version, mut comment, mut memsql) = (String::new(), String::new(), None);
    let mut rows = query(wire, "show variables like '%version%'").await?;
    while let Some(row) = rows.next().await? {
        let value = row.text(1).into_owned();
        match row.text(0).to_ascii_lowercase().as_str() {
            "version" => version = value,
            "version_comment" => comment = value,
            "memsql_version" => memsql = Some(value),
            _ => {}
        }
    }
    Ok(tell(&version, &comment, memsql.as_deref()))
}

fn tell(version: &str, comment: &str, memsql: Option<&str>) -> (Product, ServerInfo) {
    let (product, name, version) = if let Some(version) = memsql {
        (Product::SingleStore, "SingleStore", version_number(version))
    } else if version.to_ascii_lowercase().contains("mariadb") || comment.to_ascii_lowercase().contains("mariadb") {
        // Some put MySQL's number before their own: 5.5.5-10.11.6-MariaDB.
        let version = version_number(version.strip_prefix("5.5.5-").unwrap_or(version));
        let parts: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
        (Product::MariaDb(parts.as_slice() >= &[10, 2, 7][..]), "MariaDB", version)
    } else {
        let version = version_number(version);
        (Product::MySql(major(&version)), "MySQL", version)
    };
    (product, ServerInfo::new(name, version))
}

/// Schemas of the servers themselves, as a list for SQL. SingleStore has two more, which are databases of users elsewhere.
const SYSTEM: &str =
    "('information_schema', 'mysql', 'performance_schema', 'sys', 'ndbinfo', 'INFORMATION_SCHEMA', 'PERFORMANCE_SCHEMA', 'METRICS_SCHEMA')";
const SINGLESTORE_SYSTEM: &str = "('information_schema', 'memsql', 'cluster')";

/// What is not read of the product.
pub(super) fn system(product: Product) -> &'static str {
    if product == Product::SingleStore { SINGLESTORE_SYSTEM } else { SYSTEM }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products() {
        for (version, comment, memsql, product, name, number) in [
            ("8.0.36", "MySQL Community Server - GPL", None, Product::MySql(8), "MySQL", "8.0.36"),
            ("5.7.44-log", "MySQL Community Server (GPL)", None, Product::MySql(5), "MySQL", "5.7.44"),
            ("10.11.6-MariaDB-0+deb12u1", "Debian 12", None, Product::MariaDb(true), "MariaDB", "10.11.6"),
            ("5.5.5-10.4.1-MariaDB", "", None, Product::MariaDb(true), "MariaDB", "10.4.1"),
            ("10.1.48-MariaDB", "", None, Product::MariaDb(false), "MariaDB", "10.1.48"),
            ("5.7.32", "SingleStoreDB source distribution", Some("8.7.10"), Product::SingleStore, "SingleStore", "8.7.10"),
            ("<script>", "", None, Product::MySql(0), "MySQL", ""),
        ] {
            let (found, info) = tell(version, comment, memsql);
            assert_eq!((found, info.product.as_str(), info.version.as_str()), (product, name, number), "{version}");
        }
    }
}

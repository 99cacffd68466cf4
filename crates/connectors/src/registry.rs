//! All kinds in one constant table.

use crate::kind::Kind;
use crate::kinds::{clickhouse, mssql, mysql, postgres, trino};

static KINDS: [&Kind; 8] = [
    &postgres::POSTGRES,
    &postgres::REDSHIFT,
    &postgres::COCKROACHDB,
    &mysql::MYSQL,
    &clickhouse::CLICKHOUSE,
    &mysql::SINGLESTORE,
    &mssql::MSSQL,
    &trino::TRINO,
];

/// The kinds there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Registry;

impl Registry {
    /// Every kind that has a connector.
    pub fn kinds(self) -> &'static [&'static Kind] {
        &KINDS
    }

    /// The kind of a name.
    pub fn find(self, name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name).copied()
    }
}

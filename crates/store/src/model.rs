//! What the store keeps, in the words of the contract.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// An organisation's number: the tenant that owns a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tenant(pub i64);

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A moment, in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its number.
    pub tenant: Tenant,
    /// Its name, unique on the server.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A data key in its wrapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKey {
    /// Whose it is.
    pub tenant: Tenant,
    /// Which of the organisation's keys, from 1.
    pub version: i32,
    /// The id of the master key that wraps it.
    pub master_id: String,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read only.
    Read,
    /// Everything.
    Write,
}

impl Scope {
    /// The word in the database and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "read" => Ok(Self::Read),
            "write" => Ok(Self::Write),
            other => Err(format!("`{other}` is not a scope: use read or write")),
        }
    }
}

/// A service token as the store keeps it: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The handle for listing and revoking.
    pub id: Uuid,
    /// Whose token it is.
    pub tenant: Tenant,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last seen, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A token to be stored.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The handle for listing and revoking.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of the token.
    pub hash: Hash,
    /// What it may do.
    pub scope: Scope,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
}

/// Where tenants of the customer are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenancyLevel {
    /// By a mapping table.
    Table,
    /// By a database for each client.
    Database,
}

impl TenancyLevel {
    /// The contract's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "TABLE",
            Self::Database => "DATABASE",
        }
    }
}

/// `tenancySettings`, validated. All but the level belong to level `TABLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenancy {
    /// `tenancyLevel`
    pub level: TenancyLevel,
    /// `clientColumnType`: `NUMBER` or `STRING`
    pub client_column_type: Option<String>,
    /// `schemaName`
    pub schema_name: Option<String>,
    /// `tableName`
    pub table_name: Option<String>,
    /// `tableClientNameColumn`
    pub client_name_column: Option<String>,
    /// `tablePrimaryKeyColumn`
    pub primary_key_column: Option<String>,
}

/// One line of a snapshot: which definition a table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableEntry {
    /// The schema's name.
    pub schema: String,
    /// The table's name.
    pub table: String,
    /// `table`, `view`, `materialized_view`, `foreign_table`, `external_table`, `distributed`, `dictionary`
    pub kind: String,
    /// SHA-256 of the definition.
    pub hash: Hash,
    /// How many columns it has.
    pub columns: i32,
    /// The source's own guess at its rows; no part of the table's identity.
    pub row_estimate: Option<i64>,
}

/// A table's canonical JSON under its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// SHA-256 of `body`.
    pub hash: Hash,
    /// Canonical JSON.
    pub body: String,
}

/// A whole schema, its definitions staged already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// Hash over the summary's identity and all entries.
    pub root: Hash,
    /// JSON: schemas, counts, what was left out.
    pub summary: String,
    /// The tables.
    pub tables: Vec<TableEntry>,
}

/// A datasource to be stored: credentials tested, schema read.
#[derive(Debug, Clone)]
pub struct NewDatasource {
    /// Its UUID, drawn before its definitions were staged.
    pub uuid: Uuid,
    /// Its name, unique in the organisation byte for byte.
    pub name: String,
    /// `datasourceType`
    pub kind: String,
    /// Sealed credentials.
    pub sealed: Vec<u8>,
    /// Tenancy, if given.
    pub tenancy: Option<Tenancy>,
    /// Product of the server behind it, as it named itself.
    pub product: String,
    /// Version of that product.
    pub product_version: String,
    /// Its schema.
    pub catalog: Catalog,
}

/// A stored datasource, without its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datasource {
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// `datasourceType`
    pub kind: String,
    /// Counts changes: a writer that saw another revision lost a race.
    pub revision: i64,
    /// Sealed credentials.
    pub sealed: Vec<u8>,
    /// Tenancy, if there is one.
    pub tenancy: Option<Tenancy>,
    /// Product of the server behind it.
    pub product: String,
    /// Version of that product.
    pub product_version: String,
    /// Root hash of its schema.
    pub root: Hash,
    /// JSON: schemas, counts, what was left out.
    pub summary: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its credentials or tenancy were last changed.
    pub updated_at: Timestamp,
    /// When its credentials last worked.
    pub tested_at: Timestamp,
    /// When its schema was last read.
    pub synced_at: Timestamp,
    /// Why the last sync failed, if it did.
    pub sync_error: Option<String>,
}

/// What an update (credentials and schema) or a sync (schema alone) changes.
#[derive(Debug, Clone)]
pub struct Change {
    /// New sealed credentials; a sync has none.
    pub sealed: Option<Vec<u8>>,
    /// New tenancy; none leaves the stored one.
    pub tenancy: Option<Tenancy>,
    /// Product of the server behind it.
    pub product: String,
    /// Version of that product.
    pub product_version: String,
    /// The new schema; none if its root is the stored one.
    pub catalog: Option<Catalog>,
}

/// How a [`Change`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// Written.
    Done,
    /// Somebody else changed the datasource meanwhile; nothing was written.
    Stale,
    /// The datasource is gone; nothing was written.
    Gone,
}

/// A window on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many rows at most.
    pub limit: i64,
    /// How many rows to pass over.
    pub offset: i64,
}

/// Which tables of a cached schema to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tables<'a> {
    /// Of this schema only.
    pub schema: Option<&'a str>,
    /// Of this name only.
    pub table: Option<&'a str>,
}

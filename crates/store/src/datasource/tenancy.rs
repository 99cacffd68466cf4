//! How a customer keeps its own tenants apart.

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

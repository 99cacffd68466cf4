//! What can go wrong in the store.

/// A failure of the metadata store. Its text is for the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The name is taken (organisation or datasource).
    #[error("the name is taken")]
    NameTaken,
    /// The tenancy row could not be made.
    #[error("the tenancy settings could not be created")]
    TenancyCreate(#[source] sqlx::Error),
    /// The tenancy row could not be changed.
    #[error("the tenancy settings could not be changed")]
    TenancyUpdate(#[source] sqlx::Error),
    /// The stored row makes no sense: somebody wrote to the database by hand.
    #[error("a stored row is damaged: {0}")]
    Damaged(&'static str),
    /// The migrations could not be run.
    #[error("the migrations failed: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database refused or could not be reached.
    #[error("the metadata store failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    /// Whether the same transaction may succeed when it is tried again: a serialization failure or a deadlock.
    pub fn is_retryable(&self) -> bool {
        let (Self::Database(error) | Self::TenancyCreate(error) | Self::TenancyUpdate(error)) = self else { return false };
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        // PostgreSQL: 40001, 40P01. SQLite: SQLITE_BUSY and its extended codes.
        matches!(code.as_deref(), Some("40001" | "40P01" | "5" | "261" | "517"))
    }
}

//! `headwater migrate`

use std::sync::Arc;

use clap::Args;
use store::Store;

use super::CliError;
use super::metadata::Metadata;
use crate::config::Database;

/// Bring the metadata store to this version's form.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    database: Database,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), CliError> {
        migrated(&self.database).await.map(drop)
    }
}

/// Opens the store and brings it to this version's form.
pub(super) async fn migrated(database: &Database) -> Result<Arc<dyn Store>, CliError> {
    Metadata::existing(database)?.open(database.database_connections.min(4)).await
}

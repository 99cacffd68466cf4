//! `headwater serve`

use clap::Args;
use egress::Profile;
use store::{database_addresses, database_file};

use super::CliError;
use super::company;
use super::metadata::Metadata;
use super::metrics::Metrics;
use super::run::{Plan, run};
use crate::config::{Database, EgressLists, Keys, Listen, Log, RunnerKind, Service};
use crate::telemetry;

/// Run the server.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    keys: Keys,
    /// Address and port to listen on; a name will do, and :PORT is every IPv4 address of this machine
    #[arg(long, env = "HEADWATER_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    listen: Listen,
    /// What connectors may reach: private (public and private networks), public (public addresses only), dev (this machine too)
    #[arg(long, env = "HEADWATER_EGRESS", value_name = "PROFILE", default_value = "private")]
    egress: Profile,
    #[command(flatten)]
    lists: EgressLists,
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    log: Log,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), CliError> {
        telemetry::start_log(&self.log)?;
        let metadata = Metadata::of(&self.database)?;
        if let Metadata::Embedded(embedded) = &metadata {
            embedded.create()?;
            tracing::warn!(
                "no DATABASE_URL: metadata is kept in {} and sealed with {}, keep a copy of both; for production set DATABASE_URL and HEADWATER_MASTER_KEYS",
                embedded.store_file().display(),
                embedded.key_file().display()
            );
        }
        let (keys, url) = (metadata.keys(&self.keys)?, metadata.url());
        let store = metadata.open(self.database.database_connections).await?;
        let _company = database_file(&url).map(|file| company::join(&file));
        if store.organisations().await?.is_empty() {
            tracing::info!("no organisation yet: run `headwater org create NAME`, then `headwater token create --org NAME`");
        }
        let listener = self.listen.open("HEADWATER_LISTEN").await?;
        let address = listener.local_addr().map_err(|e| CliError::Text(e.to_string()))?;
        let metrics = Metrics::of(&self.service.front.metrics).await?;
        let policy = self.lists.policy(self.egress, &metrics.with(address), database_addresses(&url));
        run(Plan {
            store,
            keys,
            policy,
            service: self.service,
            listener,
            metrics,
            files: self.database.data_dir.join("files"),
            runner: RunnerKind::Child,
        })
        .await
    }
}

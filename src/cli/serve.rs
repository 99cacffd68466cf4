//! `headwater serve`

use std::net::SocketAddr;

use clap::Args;
use egress::Profile;
use store::{MasterKeys, database_addresses};

use super::CliError;
use super::run::{Plan, listen, run};
use crate::config::{Database, EgressLists, Keys, Log, RunnerKind, Service};
use crate::telemetry;

/// Run the server.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    keys: Keys,
    /// Address and port to listen on
    #[arg(long, env = "HEADWATER_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
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
        let keys = MasterKeys::parse(&self.keys.master_keys)?;
        let store = store::open(&self.database.database_url, self.database.database_connections).await?;
        store.migrate().await?;
        let listener = listen(self.listen).await?;
        let address = listener.local_addr().map_err(|e| CliError::Text(e.to_string()))?;
        let policy = self.lists.policy(self.egress, address, database_addresses(&self.database.database_url));
        run(Plan { store, keys, policy, service: self.service, listener, runner: RunnerKind::Child }).await
    }
}

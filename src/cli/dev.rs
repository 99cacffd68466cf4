//! `headwater dev`: a server on one's own machine in one command.

use std::path::PathBuf;

use clap::Args;
use egress::Profile;
use secrecy::ExposeSecret;
use store::Scope;

use super::company;
use super::embedded::Embedded;
use super::metadata::Metadata;
use super::metrics::Metrics;
use super::run::{Plan, run};
use super::token::issue;
use super::{CliError, say};
use crate::config::{EgressLists, Keys, Listen, Log, RunnerKind, Service};
use crate::{clock, telemetry};

/// The organisation of a development server.
const ORGANISATION: &str = "dev";

/// Run a server for development.
#[derive(Debug, Args)]
pub(super) struct Dev {
    /// Address and port to listen on; a name will do, and :PORT is every IPv4 address of this machine
    #[arg(long, env = "HEADWATER_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    listen: Listen,
    /// Folder of the embedded store and the key file
    #[arg(long, env = "HEADWATER_DATA_DIR", value_name = "FOLDER", default_value = "./data")]
    data_dir: PathBuf,
    #[command(flatten)]
    lists: EgressLists,
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    log: Log,
}

impl Dev {
    pub(super) async fn run(self) -> Result<(), CliError> {
        telemetry::start_log(&self.log)?;
        let listener = self.listen.open("HEADWATER_LISTEN").await?;
        let address = listener.local_addr().map_err(|e| CliError::Text(e.to_string()))?;
        let embedded = Embedded::of(&self.data_dir);
        embedded.create()?;
        let url = embedded.url();
        let _company = company::join(&embedded.store_file());
        let metadata = Metadata::Embedded(embedded);
        let keys = metadata.keys(&Keys { master_keys: None, master_keys_file: None })?;
        let store = metadata.open(4).await?;
        if store.organisations().await?.is_empty() {
            let organisation = store.create_organisation(ORGANISATION, clock::now()).await?;
            let token = issue(&*store, organisation.tenant, "first", Scope::Write, None).await?;
            say(&format!("service token: {}", token.expose_secret()));
        }
        hint(&url);
        let metrics = Metrics::of(&self.service.front.metrics).await?;
        let policy = self.lists.policy(Profile::Dev, &metrics.with(address), Vec::new());
        run(Plan {
            store,
            keys,
            policy,
            service: self.service,
            listener,
            metrics,
            files: self.data_dir.join("files"),
            runner: RunnerKind::InProcess,
        })
        .await
    }
}

#[expect(clippy::print_stderr, reason = "a hint for the person at the terminal; standard output has the token alone")]
fn hint(url: &str) {
    let program = std::env::current_exe().map_or_else(|_| "headwater".to_owned(), |path| path.display().to_string());
    eprintln!("another token: DATABASE_URL='{url}' {program} token create --org {ORGANISATION}");
}

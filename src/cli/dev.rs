//! `headwater dev`: a server on one's own machine in one command.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use clap::Args;
use egress::Profile;
use secrecy::{ExposeSecret, SecretString};
use store::{MasterKeys, Scope, generate_master_key};

use super::run::{Plan, listen, run};
use super::token::issue;
use super::{CliError, say};
use crate::config::{EgressLists, Log, RunnerKind, Service};
use crate::{clock, telemetry};

/// The organisation of a development server.
const ORGANISATION: &str = "dev";

/// Run a server for development.
#[derive(Debug, Args)]
pub(super) struct Dev {
    /// Address and port to listen on
    #[arg(long, env = "HEADWATER_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
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
        let listener = listen(self.listen).await?;
        let address = listener.local_addr().map_err(|e| CliError::Text(e.to_string()))?;
        let at = |path: &Path, e: io::Error| CliError::Text(format!("{}: {e}", path.display()));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.data_dir).map_err(|e| at(&self.data_dir, e))?;
        let key_file = self.data_dir.join("master.key");
        let keys = MasterKeys::parse(&key(&key_file).map_err(|e| at(&key_file, e))?)?;
        let url = format!("sqlite:{}", self.data_dir.join("headwater.db").display());
        let store = store::open(&SecretString::from(url.as_str()), 4).await?;
        store.migrate().await?;
        if store.organisations().await?.is_empty() {
            let organisation = store.create_organisation(ORGANISATION, clock::now()).await?;
            let token = issue(&*store, organisation.tenant, "first", Scope::Write, None).await?;
            say(&format!("service token: {}", token.expose_secret()));
        }
        hint(&url);
        let policy = self.lists.policy(Profile::Dev, address, Vec::new());
        run(Plan { store, keys, policy, service: self.service, listener, runner: RunnerKind::InProcess }).await
    }
}

#[expect(clippy::print_stderr, reason = "a hint for the person at the terminal; standard output has the token alone")]
fn hint(url: &str) {
    let program = std::env::current_exe().map_or_else(|_| "headwater".to_owned(), |path| path.display().to_string());
    eprintln!("another token: DATABASE_URL='{url}' {program} token create --org {ORGANISATION}");
}

/// The key in the file, made with mode 0600 if there is none. A file that others can read is refused.
fn key(path: &Path) -> io::Result<SecretString> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let key = generate_master_key("dev");
            file.write_all(key.expose_secret().as_bytes())?;
            file.sync_all()?;
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let mut file = OpenOptions::new().read(true).open(path)?;
            if file.metadata()?.permissions().mode() & 0o077 != 0 {
                return Err(io::Error::other("others can read this key: run chmod 600 on it"));
            }
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok(SecretString::from(text))
        }
        Err(error) => Err(error),
    }
}

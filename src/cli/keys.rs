//! `headwater keys …`

use clap::Subcommand;
use secrecy::ExposeSecret;
use store::{KeyError, generate_master_key, is_key_id};

use super::metadata::Metadata;
use super::migrate::migrated;
use super::{CliError, say};
use crate::clock;
use crate::config::{Database, Keys};
use crate::datasource::{Loss, Verified, verify};

/// Master keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Make a master key and print it for the setting HEADWATER_MASTER_KEYS
    Generate {
        /// Its id: letters, digits, dashes, underscores, dots; the time of making if not given
        #[arg(long, value_name = "ID", value_parser = id)]
        id: Option<String>,
    },
    /// Open a sample of everything that is sealed and say what would be lost with these keys; exit code 0 if nothing
    Verify {
        /// Open everything, not a sample of each organisation
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        keys: Keys,
    },
    /// Wrap all data keys under the newest master key; older ones can then be taken out
    Rewrap {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        keys: Keys,
    },
}

impl KeysCommand {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self {
            Self::Generate { id } => {
                let id = id.unwrap_or_else(|| format!("k{}", clock::now().0 / 1_000));
                let key = generate_master_key(&id);
                say(key.expose_secret());
            }
            Self::Verify { all, database, keys } => {
                let keys = Metadata::existing(&database)?.keys(&keys)?;
                let store = migrated(&database).await?;
                report(&verify(&*store, &keys.cipher(store.clone()), all).await?)?;
            }
            Self::Rewrap { database, keys } => {
                let keys = Metadata::existing(&database)?.keys(&keys)?;
                let cipher = keys.verified(migrated(&database).await?).await?;
                say(&format!("{} data keys rewrapped", cipher.rewrap().await?));
            }
        }
        Ok(())
    }
}

fn id(text: &str) -> Result<String, &'static str> {
    if is_key_id(text) { Ok(text.to_owned()) } else { Err("an id has 1 to 64 letters, digits, dashes, underscores and dots") }
}

/// Says what opened and what did not; an error if anything would be lost.
fn report(verified: &Verified) -> Result<(), CliError> {
    for loss in &verified.losses {
        say(&match loss {
            Loss::Key { organisation, key, cause, datasources } => {
                let why = match cause {
                    KeyError::Unknown(_) => "which is not given",
                    _ => "of which another one is given, or whose bytes were changed",
                };
                let (name, version, id) = (organisation.name.escape_debug(), key.version, key.master_id.escape_debug());
                format!(
                    "lost: organisation \"{name}\": its data key {version} is wrapped by the master key \"{id}\", {why}: credentials of {datasources} datasources"
                )
            }
            Loss::Datasource { organisation, name, cause } => {
                let (organisation, name) = (organisation.name.escape_debug(), name.escape_debug());
                format!("lost: organisation \"{organisation}\": credentials of the datasource \"{name}\": {cause}")
            }
        });
    }
    let Verified { keys, opened, datasources, losses } = verified;
    say(&format!("{keys} data keys open, and the credentials of {opened} datasources of {datasources}"));
    match losses.len() {
        0 => Ok(()),
        _ => Err(CliError::Text("not everything that is sealed opens: keep the keys that it was sealed with, or put them back".to_owned())),
    }
}

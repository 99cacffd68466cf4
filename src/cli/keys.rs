//! `headwater keys …`

use clap::Subcommand;
use secrecy::ExposeSecret;
use store::{Cipher, MasterKeys, generate_master_key};

use super::metadata::Metadata;
use super::migrate::migrated;
use super::{CliError, say};
use crate::clock;
use crate::config::{Database, Keys};

/// Master keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Make a master key and print it for the setting HEADWATER_MASTER_KEYS
    Generate {
        /// Its id: letters, digits, dashes, underscores, dots; the time of making if not given
        #[arg(long, value_name = "ID")]
        id: Option<String>,
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
                MasterKeys::parse(&key)?;
                say(key.expose_secret());
            }
            Self::Rewrap { database, keys } => {
                let keys = Metadata::existing(&database)?.keys(&keys)?;
                let cipher = Cipher::new(keys, migrated(&database).await?);
                cipher.verify().await?;
                say(&format!("{} data keys rewrapped", cipher.rewrap().await?));
            }
        }
        Ok(())
    }
}

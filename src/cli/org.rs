//! `headwater org …`

use clap::Subcommand;
use store::StoreError;

use super::{CliError, say};
use crate::clock;
use crate::config::Database;

/// Organisations.
#[derive(Debug, Subcommand)]
pub(super) enum Org {
    /// Make an organisation
    Create {
        /// Its name, unique on this server
        name: String,
        #[command(flatten)]
        database: Database,
    },
    /// List all organisations: number, time of creation, name
    List {
        #[command(flatten)]
        database: Database,
    },
}

impl Org {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self {
            Self::Create { name, database } => {
                if name.trim().is_empty() || name.chars().count() > 255 || name.contains('\0') {
                    return Err(CliError::Text("the name of an organisation has 1 to 255 characters".to_owned()));
                }
                let store = super::migrate::migrated(&database).await?;
                let made = store.create_organisation(&name, clock::now()).await;
                let made = made.map_err(|error| match error {
                    StoreError::NameTaken => CliError::Text(format!("there is an organisation `{name}` already")),
                    other => other.into(),
                })?;
                say(&format!("{}\t{}\t{}", made.tenant, clock::rfc3339(made.created_at), made.name));
            }
            Self::List { database } => {
                for found in super::migrate::migrated(&database).await?.organisations().await? {
                    say(&format!("{}\t{}\t{}", found.tenant, clock::rfc3339(found.created_at), found.name));
                }
            }
        }
        Ok(())
    }
}

//! `headwater org …`

use std::io::BufRead;

use clap::Subcommand;
use serde_json::json;
use store::{Organisation, Store, StoreError};

use super::migrate::migrated;
use super::output::{List, Output, escaped};
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
        output: Output,
        #[command(flatten)]
        database: Database,
    },
    /// Give an organisation another name; tokens and datasources stay as they are
    Rename {
        /// Its name
        name: String,
        /// The new one
        to: String,
        #[command(flatten)]
        database: Database,
    },
    /// Delete an organisation with its tokens, datasources, cached schemas and keys; there is no way back
    Delete {
        /// Its name
        name: String,
        /// Do not ask for the name again
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        database: Database,
    },
}

impl Org {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self {
            Self::Create { name, database } => {
                sound(&name)?;
                let made = migrated(&database).await?.create_organisation(&name, clock::now()).await;
                let made = made.map_err(|error| taken(error, &name))?;
                say(&format!("{}\t{}\t{}", made.tenant, clock::rfc3339(made.created_at), escaped(&made.name)));
            }
            Self::List { output, database } => {
                let all = migrated(&database).await?.organisations().await?;
                let rows = all.into_iter().map(|o| [json!(o.tenant.0), json!(clock::rfc3339(o.created_at)), json!(o.name)]).collect();
                output.print(&List { columns: ["id", "createdAt", "name"], rows });
            }
            Self::Rename { name, to, database } => {
                sound(&to)?;
                let store = migrated(&database).await?;
                let organisation = named(&*store, &name).await?;
                if !store.rename_organisation(organisation.tenant, &to).await.map_err(|error| taken(error, &to))? {
                    return Err(nobody(&name));
                }
            }
            Self::Delete { name, yes, database } => {
                let store = migrated(&database).await?;
                let organisation = named(&*store, &name).await?;
                let datasources = store.datasource_names(organisation.tenant, None).await?.len();
                if !yes {
                    ask(&name, datasources)?;
                }
                if !store.delete_organisation(organisation.tenant).await? {
                    return Err(nobody(&name));
                }
                say(&format!("deleted `{}` with {datasources} datasources", escaped(&name)));
            }
        }
        Ok(())
    }
}

/// The organisation of a name, or where to look.
pub(super) async fn named(store: &dyn Store, name: &str) -> Result<Organisation, CliError> {
    store.organisation(name).await?.ok_or_else(|| nobody(name))
}

fn nobody(name: &str) -> CliError {
    CliError::Text(format!("there is no organisation `{}`: see `headwater org list`", escaped(name)))
}

fn taken(error: StoreError, name: &str) -> CliError {
    match error {
        StoreError::NameTaken => CliError::Text(format!("there is an organisation `{}` already", escaped(name))),
        other => other.into(),
    }
}

fn sound(name: &str) -> Result<(), CliError> {
    if name.trim().is_empty() || name.chars().count() > 255 || name.contains('\0') {
        return Err(CliError::Text("the name of an organisation has 1 to 255 characters".to_owned()));
    }
    Ok(())
}

/// Waits for the name to be given once more.
#[expect(clippy::print_stderr, reason = "a question is no result")]
fn ask(name: &str, datasources: usize) -> Result<(), CliError> {
    eprintln!("this deletes `{}` with {datasources} datasources and all of its tokens; give its name to go on:", escaped(name));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(|e| CliError::Text(format!("standard input cannot be read: {e}")))?;
    if answer.strip_suffix('\n').unwrap_or(&answer) == name {
        return Ok(());
    }
    Err(CliError::Text("nothing was deleted: that is not its name (--yes goes on without asking)".to_owned()))
}

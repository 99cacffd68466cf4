//! `headwater token …`

use std::time::Duration;

use clap::Subcommand;
use secrecy::{ExposeSecret, SecretString};
use store::{NewToken, Scope, Store, StoreError, Tenant, Timestamp, Token};
use uuid::Uuid;

use super::migrate::migrated;
use super::{CliError, say};
use crate::config::Database;
use crate::{auth, clock};

/// Service tokens.
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it, this once
    Create {
        /// The organisation it belongs to
        #[arg(long, value_name = "NAME")]
        org: String,
        /// What to call it
        #[arg(long, value_name = "NAME", default_value = "")]
        name: String,
        /// When it ends, for example 30d; never if not given
        #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
        expires_in: Option<Duration>,
        /// What it may do: read or write
        #[arg(long, value_name = "SCOPE", default_value = "write")]
        scope: Scope,
        #[command(flatten)]
        database: Database,
    },
    /// List all tokens: id, organisation, scope, state, creation, end, last use, name
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Revoke a token; it is refused everywhere within a second
    Revoke {
        /// Its id, as `token list` shows it
        id: Uuid,
        #[command(flatten)]
        database: Database,
    },
}

impl TokenCommand {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self {
            Self::Create { org, name, expires_in, scope, database } => {
                let store = migrated(&database).await?;
                let organisation = store.organisation(&org).await?;
                let organisation =
                    organisation.ok_or_else(|| CliError::Text(format!("there is no organisation `{org}`: see `headwater org list`")))?;
                let token = issue(&*store, organisation.tenant, &name, scope, expires_in).await?;
                say(token.expose_secret());
            }
            Self::List { database } => {
                let now = clock::now();
                for (token, organisation) in migrated(&database).await?.tokens().await? {
                    say(&line(&token, &organisation, now));
                }
            }
            Self::Revoke { id, database } => {
                if !migrated(&database).await?.revoke_token(id, clock::now()).await? {
                    return Err(CliError::Text(format!("there is no token {id}: see `headwater token list`")));
                }
            }
        }
        Ok(())
    }
}

fn line(token: &Token, organisation: &str, now: Timestamp) -> String {
    let moment = |t: Option<Timestamp>| t.map_or_else(|| "-".to_owned(), clock::rfc3339);
    let state = match token {
        Token { revoked_at: Some(_), .. } => "revoked",
        Token { expires_at: Some(end), .. } if *end <= now => "expired",
        _ => "active",
    };
    let (made, end, used) = (clock::rfc3339(token.created_at), moment(token.expires_at), moment(token.last_used_at));
    format!("{}\t{organisation}\t{}\t{state}\t{made}\t{end}\t{used}\t{}", token.id, token.scope.as_str(), token.name)
}

/// Makes a token for an organisation. What is returned exists nowhere else.
pub(super) async fn issue(
    store: &dyn Store,
    tenant: Tenant,
    name: &str,
    scope: Scope,
    expires_in: Option<Duration>,
) -> Result<SecretString, StoreError> {
    let now = clock::now();
    let token = auth::generate();
    let expires_at = expires_in.map(|d| Timestamp(now.0.saturating_add(clock::millis(d))));
    let new = NewToken { id: Uuid::new_v4(), name: name.to_owned(), hash: auth::hash(&token), scope, expires_at };
    store.create_token(tenant, &new, now).await?;
    Ok(token)
}

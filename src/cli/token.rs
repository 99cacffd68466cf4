//! `headwater token …`

use std::time::Duration;

use clap::Subcommand;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use store::{NewToken, Scope, Store, StoreError, Tenant, Timestamp, Token};
use uuid::Uuid;

use super::migrate::migrated;
use super::org::named;
use super::output::{List, Output};
use super::{CliError, say};
use crate::config::Database;
use crate::limit::within;
use crate::{auth, clock};

/// Lives of tokens: what is longer is meant to be for ever, and `--expires-in` is left out for that.
const BRIEFEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_hours(24 * 366 * 100);

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
        #[arg(long, value_name = "DURATION", value_parser = within(BRIEFEST, LONGEST))]
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
        output: Output,
        #[command(flatten)]
        database: Database,
    },
    /// Revoke a token, or all tokens of an organisation; they are refused everywhere within a second
    Revoke {
        /// Its id, as `token list` shows it
        #[arg(required_unless_present = "org")]
        id: Option<Uuid>,
        /// All tokens of this organisation
        #[arg(long, value_name = "NAME", conflicts_with = "id")]
        org: Option<String>,
        #[command(flatten)]
        database: Database,
    },
}

impl TokenCommand {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self {
            Self::Create { org, name, expires_in, scope, database } => {
                let store = migrated(&database).await?;
                let organisation = named(&*store, &org).await?;
                let token = issue(&*store, organisation.tenant, &name, scope, expires_in).await?;
                say(token.expose_secret());
            }
            Self::List { output, database } => {
                let now = clock::now();
                let all = migrated(&database).await?.tokens().await?;
                let rows = all.iter().map(|(token, organisation)| row(token, organisation, now)).collect();
                output.print(&List { columns: COLUMNS, rows });
            }
            Self::Revoke { id: Some(id), database, .. } => {
                if !migrated(&database).await?.revoke_token(id, clock::now()).await? {
                    return Err(CliError::Text(format!("there is no token {id}: see `headwater token list`")));
                }
            }
            Self::Revoke { org, database, .. } => {
                let store = migrated(&database).await?;
                let organisation = named(&*store, &org.unwrap_or_default()).await?;
                let revoked = store.revoke_tokens(organisation.tenant, clock::now()).await?;
                say(&format!("{revoked} tokens revoked"));
            }
        }
        Ok(())
    }
}

const COLUMNS: [&str; 8] = ["id", "organisation", "scope", "state", "createdAt", "expiresAt", "lastUsedAt", "name"];

fn row(token: &Token, organisation: &str, now: Timestamp) -> [Value; 8] {
    let moment = |t: Option<Timestamp>| t.map_or(Value::Null, |t| clock::rfc3339(t).into());
    let state = match token {
        Token { revoked_at: Some(_), .. } => "revoked",
        Token { expires_at: Some(end), .. } if *end <= now => "expired",
        _ => "active",
    };
    [
        json!(token.id.to_string()),
        json!(organisation),
        json!(token.scope.as_str()),
        json!(state),
        moment(Some(token.created_at)),
        moment(token.expires_at),
        moment(token.last_used_at),
        json!(token.name),
    ]
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

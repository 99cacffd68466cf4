//! Where the metrics are shown, and to whom: by settings.

use std::net::SocketAddr;

use secrecy::ExposeSecret;
use tokio::net::TcpListener;

use super::CliError;
use super::metadata::given;
use crate::app::MetricsAccess;
use crate::auth;
use crate::config::MetricsSettings;

/// Shorter ones are guessed.
const LEAST: usize = 16;

/// Where the metrics are shown.
pub(super) struct Metrics {
    pub(super) access: MetricsAccess,
    /// Their own listener.
    pub(super) listener: Option<TcpListener>,
}

impl Metrics {
    /// Reads the token and opens the listener, if there are any.
    pub(super) async fn of(settings: &MetricsSettings) -> Result<Self, CliError> {
        let token = given(settings.metrics_token.as_ref(), settings.metrics_token_file.as_deref(), "HEADWATER_METRICS_TOKEN")?;
        if let Some(short) = token.as_ref().filter(|token| token.secret.expose_secret().len() < LEAST) {
            return Err(CliError::Setting(short.setting.clone(), format!("give it at least {LEAST} characters")));
        }
        let listener = match &settings.metrics_listen {
            Some(address) => Some(address.open("HEADWATER_METRICS_LISTEN").await?),
            None => None,
        };
        let access = MetricsAccess { token: token.as_ref().map(|token| auth::hash(&token.secret)), elsewhere: listener.is_some() };
        Ok(Self { access, listener })
    }

    /// All addresses that this server listens on.
    pub(super) fn with(&self, main: SocketAddr) -> Vec<SocketAddr> {
        let own = self.listener.as_ref().and_then(|listener| listener.local_addr().ok());
        [main].into_iter().chain(own).collect()
    }
}

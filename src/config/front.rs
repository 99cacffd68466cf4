//! Settings of the front: who may knock how often, how long a client may take, and who sees the metrics.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use secrecy::SecretString;

use super::listen::Listen;
use super::secret::secret;
use crate::limit::{HOUR, INSTANT, within};

/// The front.
#[derive(Debug, Clone, Args)]
pub(crate) struct Front {
    /// How long a client may take none of an answer before its connection is cut
    #[arg(long, env = "HEADWATER_WRITE_TIMEOUT", value_name = "DURATION", default_value = "30s", value_parser = within(INSTANT, HOUR))]
    pub(crate) write_timeout: Duration,
    /// Failed authentications a minute from one address, beyond which they get 429; good tokens are never refused
    #[arg(long, env = "HEADWATER_AUTH_FAILURES", value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub(crate) auth_failures: u32,
    /// Proxies whose X-Forwarded-For tells the client's address: networks or addresses
    #[arg(long, env = "HEADWATER_TRUSTED_PROXIES", value_name = "NETWORK,…", value_delimiter = ',', value_parser = network)]
    pub(crate) trusted_proxies: Vec<IpNet>,
    #[command(flatten)]
    pub(crate) metrics: MetricsSettings,
}

/// Who sees the metrics.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_field_names, reason = "a flag's name is its field's")]
pub(crate) struct MetricsSettings {
    /// Token that /metrics asks for, as a bearer token
    #[arg(long, env = "HEADWATER_METRICS_TOKEN", hide_env_values = true, value_name = "TOKEN", value_parser = secret)]
    pub(crate) metrics_token: Option<SecretString>,
    /// File that holds the token for /metrics
    #[arg(long, env = "HEADWATER_METRICS_TOKEN_FILE", value_name = "FILE")]
    pub(crate) metrics_token_file: Option<PathBuf>,
    /// Address and port for /metrics alone, which the main listener then does not have
    #[arg(long, env = "HEADWATER_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) metrics_listen: Option<Listen>,
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| format!("`{text}` is no network and no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_addresses() {
        assert_eq!(network("10.0.0.0/8").map(|n| n.to_string()), Ok("10.0.0.0/8".to_owned()));
        assert_eq!(network(" 127.0.0.1").map(|n| n.to_string()), Ok("127.0.0.1/32".to_owned()));
        assert_eq!(network("fd00::/8").map(|n| n.to_string()), Ok("fd00::/8".to_owned()));
        assert!(network("proxy.example.com").is_err() && network("").is_err());
    }
}

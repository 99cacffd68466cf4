//! `headwater healthcheck`: for containers without a shell or `curl`.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use egress::{Deadline, Dialer, Direct, Policy, Profile, SystemResolver, Target, Trace};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::CliError;
use crate::config::Listen;

/// Ask a running server whether it is ready.
#[derive(Debug, Args)]
pub(super) struct Healthcheck {
    /// Where the server listens
    #[arg(long, env = "HEADWATER_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:3000")]
    listen: Listen,
}

impl Healthcheck {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let (host, port) = self.listen.near();
        let deadline = Deadline::after(Duration::from_secs(3));
        let dialer = Direct::new(Arc::new(Policy { profile: Profile::Dev, ..Policy::default() }), Arc::new(SystemResolver));
        let ask = async {
            let mut stream = dialer.dial(&Target::new(host, port), deadline, &Trace::default()).await.map_err(|e| e.to_string())?;
            let request = b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            stream.write_all(request).await.map_err(|e| e.to_string())?;
            let mut head = [0; 12];
            stream.read_exact(&mut head).await.map_err(|e| e.to_string())?;
            if head.ends_with(b" 200") { Ok(()) } else { Err("the server is not ready".to_owned()) }
        };
        Ok(deadline.run(ask).await.map_err(|e| e.to_string())??)
    }
}

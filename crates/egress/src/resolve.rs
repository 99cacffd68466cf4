//! Names to addresses, behind a trait so that tests can answer for DNS.

use std::fmt::Debug;
use std::io;
use std::net::IpAddr;

use async_trait::async_trait;

/// Looks a name up, once a job; what it answers is checked and then used, never asked again.
#[async_trait]
pub trait Resolve: Debug + Send + Sync {
    /// All addresses of `name`. An error, like an empty answer, means that there is nothing to connect to.
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver (`/etc/hosts`, `resolv.conf`, search domains included).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks DNS")]
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|a| a.ip()).collect())
    }
}

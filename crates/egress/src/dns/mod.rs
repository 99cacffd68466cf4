//! Names by the operator's own name servers: what the system's resolver does not tell (SRV and TXT), and addresses where the operator
//! names servers for them.
//!
//! A question goes to the servers of `/etc/resolv.conf`, or to those that the policy names, and to nobody else. Time is bounded by the
//! step it is part of, an answer by what DNS can carry (64 KiB), and what is taken of it by a count.

mod announced;
mod sockets;

use std::io;
use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use hickory_resolver::Resolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::read_system_conf;

pub(crate) use self::announced::announced;
pub use self::announced::{Announced, RecordError};
use self::sockets::{PATIENCE, Sockets};
use crate::exhausted::is_exhausted;
use crate::resolve::Resolve;

/// Servers that are asked, as many as the system's own resolver asks.
const SERVERS: usize = 3;

/// Asks servers that the operator named, in place of the system's resolver.
#[derive(Debug, Clone)]
pub(crate) struct NamedServers(pub(crate) Vec<SocketAddr>);

#[async_trait]
impl Resolve for NamedServers {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let resolver = resolver(&self.0).map_err(io_of)?;
        let found = Box::pin(resolver.lookup_ip(absolute(name).map_err(io_of)?)).await.map_err(io_of)?;
        Ok(found.iter().collect())
    }
}

/// All records of one type that a name has.
async fn records(resolver: &Resolver<Sockets>, name: &str, of: RecordType) -> Result<Vec<RData>, NetError> {
    let found = Box::pin(resolver.lookup(absolute(name)?, of)).await?;
    Ok(found.answers().iter().filter(|record| record.record_type() == of).map(|record| record.data.clone()).collect())
}

/// A resolver for one job. It keeps nothing and ends with its last question.
fn resolver(servers: &[SocketAddr]) -> Result<Resolver<Sockets>, NetError> {
    let config = if servers.is_empty() {
        let mut found = read_system_conf()?.0.name_servers().to_vec();
        found.truncate(SERVERS);
        found
    } else {
        servers.iter().take(SERVERS).map(named).collect()
    };
    let known = config.iter().flat_map(|server| server.connections.iter().map(|c| SocketAddr::new(server.ip, c.port))).collect();
    let mut builder = Resolver::builder_with_config(ResolverConfig::from_parts(None, Vec::new(), config), Sockets::new(known));
    let options = builder.options_mut();
    (options.timeout, options.attempts, options.cache_size) = (PATIENCE, 2, 0);
    builder.build()
}

fn named(server: &SocketAddr) -> NameServerConfig {
    let mut config = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut config.connections {
        connection.port = server.port();
    }
    config
}

/// The name as it stands: no domain of this machine's is ever put behind it.
fn absolute(name: &str) -> Result<Name, NetError> {
    let mut name = Name::from_ascii(name)?;
    name.set_fqdn(true);
    Ok(name)
}

fn io_of(error: NetError) -> io::Error {
    match error {
        NetError::Io(error) if is_exhausted(&error) => io::Error::from(error.kind()),
        NetError::Timeout => io::ErrorKind::TimedOut.into(),
        error => io::Error::other(error),
    }
}

//! The server's own endpoints, which no connector may ever reach.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::target::{Host, is_localhost};

/// An endpoint of the server itself: its listener, or its metadata database.
///
/// A datasource that pointed here would turn the server against itself: its API with another client's
/// network position, or the table of sealed credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnEndpoint {
    /// One address and port.
    Address(SocketAddr),
    /// A port on every address of this machine (a listener on `0.0.0.0`, a database on a socket file).
    AnyLocal(u16),
    /// A name and port; the name's addresses are looked up when the port is asked for.
    Name(String, u16),
}

impl OwnEndpoint {
    /// The endpoint of `host` and `port`, for the metadata database.
    pub fn new(host: Host, port: u16) -> Self {
        match host {
            // A database on this machine may listen on all of its addresses, whichever it is reached by.
            Host::Address(address) if is_local(address) => Self::AnyLocal(port),
            Host::Name(name) if is_localhost(&name) => Self::AnyLocal(port),
            Host::Address(address) => Self::Address((address, port).into()),
            Host::Name(name) => Self::Name(name, port),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        match self {
            Self::Address(address) => address.port(),
            Self::AnyLocal(port) | Self::Name(_, port) => *port,
        }
    }
}

/// What a listener on `address` makes unreachable for connectors.
pub fn own_endpoints_of_listener(address: SocketAddr) -> Vec<OwnEndpoint> {
    if address.ip().is_unspecified() { vec![OwnEndpoint::AnyLocal(address.port())] } else { vec![OwnEndpoint::Address(address)] }
}

/// The addresses under which a listener on `address` can be reached, from this machine or from others.
pub fn addresses_of_listener(address: SocketAddr) -> Vec<SocketAddr> {
    if !address.ip().is_unspecified() {
        return vec![address];
    }
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let reached = interfaces.iter().map(if_addrs::Interface::ip).filter(|ip| address.is_ipv6() || ip.is_ipv4());
    let mut all: Vec<_> = reached.map(|ip| SocketAddr::new(ip, address.port())).collect();
    // Loopback is there even where interfaces cannot be read.
    all.push(SocketAddr::new([127, 0, 0, 1].into(), address.port()));
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether `address` is one of this machine's.
pub(crate) fn is_local(address: IpAddr) -> bool {
    let address = address.to_canonical();
    // If the interfaces cannot be read, only loopback is known to be ours.
    address.is_loopback() || address.is_unspecified() || if_addrs::get_if_addrs().is_ok_and(|all| all.iter().any(|i| i.ip() == address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_has_each_of_them() {
        let one: SocketAddr = "10.0.0.7:3000".parse().expect("address");
        assert_eq!(addresses_of_listener(one), [one]);
        let all = addresses_of_listener("0.0.0.0:3000".parse().expect("address"));
        assert!(
            all.contains(&"127.0.0.1:3000".parse().expect("address")) && all.iter().all(|a| a.is_ipv4() && a.port() == 3000),
            "{all:?}"
        );
        assert!(all.iter().all(|a| is_local(a.ip())), "{all:?}");
        assert!(addresses_of_listener("[::]:3000".parse().expect("address")).len() >= all.len());
    }
}

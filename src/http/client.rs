//! The address that a request comes from: the connection's own, or what a trusted proxy says of it.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Proxies on the way are followed so far.
const HOPS: usize = 16;

/// The client's address. `X-Forwarded-For` is read from its end, as long as whoever added to it is trusted.
pub(crate) fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let mut client = peer.to_canonical();
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let heard = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')).take(HOPS);
    for heard in heard {
        if !is_trusted(client) {
            break;
        }
        let Some(address) = parse(heard.trim()) else { break };
        client = address;
    }
    client
}

/// An address, alone or with a port.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']').parse().ok();
    bare.or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip())).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn l10_only_trusted_proxies_are_believed() {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"].map(|n| n.parse().expect("network")).into();
        for (peer, lines, client) in [
            ("192.0.2.1", &["198.51.100.1"][..], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            // What the client wrote itself stands before what the proxy added.
            ("10.0.0.1", &["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["garbage, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("fd00::1", &["2001:db8::1"], "2001:db8::1"),
        ] {
            let headers = lines.iter().map(|line| ("x-forwarded-for".parse().expect("name"), HeaderValue::from_static(line))).collect();
            let found = address(peer.parse().expect("address"), &headers, &trusted);
            assert_eq!(found, client.parse::<IpAddr>().expect("address"), "{peer} {lines:?}");
        }
    }
}

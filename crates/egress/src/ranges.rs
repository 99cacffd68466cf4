//! The address tables: what every IPv4 and IPv6 address is for.
//!
//! Sources: the IANA special-purpose address registries
//! (<https://www.iana.org/assignments/iana-ipv4-special-registry>, `…ipv6-special-registry`) and the clouds'
//! pages on their metadata services. Rows are read from the top; the first that holds an address decides.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is for, as far as policy is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AddressClass {
    /// Reachable from anywhere.
    Public,
    /// Private networks: RFC 1918, shared address space, unique local.
    Private,
    /// This machine.
    Loopback,
    /// This link.
    LinkLocal,
    /// A cloud's metadata service: hands out credentials to whoever asks.
    Metadata,
    /// Many receivers, never a server.
    Multicast,
    /// Unspecified, documentation, benchmarking, discarded, or not yet given out.
    Reserved,
}

use AddressClass::{LinkLocal, Loopback, Metadata, Multicast, Private, Public, Reserved};

type V4 = ([u8; 4], u32, AddressClass);
type V6 = ([u16; 8], u32, AddressClass);

const IPV4: &[V4] = &[
    ([169, 254, 169, 254], 32, Metadata), // AWS, GCP, Azure, OpenStack, DigitalOcean, Oracle
    ([169, 254, 170, 2], 32, Metadata),   // AWS ECS task credentials
    ([169, 254, 170, 23], 32, Metadata),  // AWS EKS pod identity
    ([169, 254, 169, 253], 32, Metadata), // AWS resolver
    ([100, 100, 100, 200], 32, Metadata), // Alibaba
    ([168, 63, 129, 16], 32, Metadata),   // Azure wire server
    ([192, 0, 0, 192], 32, Metadata),     // Oracle classic
    ([0, 0, 0, 0], 8, Reserved),          // "this network", RFC 791
    ([10, 0, 0, 0], 8, Private),          // RFC 1918
    ([100, 64, 0, 0], 10, Private),       // shared address space, RFC 6598
    ([127, 0, 0, 0], 8, Loopback),        // RFC 1122
    ([169, 254, 0, 0], 16, LinkLocal),    // RFC 3927
    ([172, 16, 0, 0], 12, Private),       // RFC 1918
    ([192, 0, 0, 0], 24, Reserved),       // IETF protocol assignments, RFC 6890
    ([192, 0, 2, 0], 24, Reserved),       // TEST-NET-1, RFC 5737
    ([192, 88, 99, 0], 24, Reserved),     // 6to4 relay anycast, deprecated, RFC 7526
    ([192, 168, 0, 0], 16, Private),      // RFC 1918
    ([198, 18, 0, 0], 15, Reserved),      // benchmarking, RFC 2544
    ([198, 51, 100, 0], 24, Reserved),    // TEST-NET-2
    ([203, 0, 113, 0], 24, Reserved),     // TEST-NET-3
    ([224, 0, 0, 0], 4, Multicast),       // RFC 1112
    ([240, 0, 0, 0], 4, Reserved),        // class E and broadcast
];

const IPV6: &[V6] = &[
    ([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0], 32, Metadata), // AWS: instance metadata, pod identity, resolver
    ([0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254], 128, Metadata), // GCP
    ([0xfd00, 0x0042, 0, 0, 0, 0, 0, 0x42], 128, Metadata), // Scaleway
    ([0xfd00, 0x00c1, 0, 0, 0, 0, 0xa9fe, 0xa9fe], 128, Metadata), // Oracle
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, Loopback),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, Private), // unique local, RFC 4193
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, LinkLocal),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, Multicast),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Reserved), // IETF protocol assignments: benchmarking, ORCHID, drones
    ([0x2001, 0x0db8, 0, 0, 0, 0, 0, 0], 32, Reserved), // documentation
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Reserved), // documentation, RFC 9637
    ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3, Public),    // global unicast: all the rest is not given out
];

/// The class of `address`, judged by what a packet to it would reach: an IPv4 address inside an IPv6 one
/// (mapped, NAT64, 6to4, Teredo) is judged as itself.
pub fn classify(address: IpAddr) -> AddressClass {
    match address.to_canonical() {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

/// The IPv4 address that an IPv6 address carries inside, by whichever transition scheme.
pub(crate) fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low]      // mapped, RFC 4291
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low] // NAT64, RFC 6052
        | [0x2002, high, low, ..] => Some(join(high, low)), // 6to4, RFC 3056
        [0x2001, 0, _, _, _, _, high, low] => Some(join(!high, !low)), // Teredo, RFC 4380
        _ => None,
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    let bits = u32::from(address);
    let hit = IPV4.iter().find(|(net, len, _)| (bits ^ u32::from_be_bytes(*net)).leading_zeros() >= *len);
    hit.map_or(Public, |row| row.2)
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    if let Some(inner) = embedded_v4(address) {
        let class = classify_v4(inner);
        let nat64 = address.segments()[0] == 0x64;
        // NAT64 is how an IPv6-only network reaches public IPv4; 6to4 and Teredo are dead and only hide things.
        return if class == Public && !nat64 { Reserved } else { class };
    }
    let bits = u128::from(address);
    let hit = IPV6.iter().find(|(net, len, _)| (bits ^ u128::from(Ipv6Addr::from(*net))).leading_zeros() >= *len);
    hit.map_or(Reserved, |row| row.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threat S7: first and last address of every range, their outer neighbours, and every embedding.
    #[test]
    fn s7_address_table() {
        for (class, addresses) in [
            (
                Public,
                "1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 192.31.196.1 2000::1 2606:4700::1111 2001:200::1 64:ff9b::808:808 ::ffff:8.8.8.8",
            ),
            (
                Private,
                "10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255 fc00::1 fdff::1 ::ffff:10.0.0.1 64:ff9b::a00:1 2002:a00:1:: 2002:c0a8:101::1",
            ),
            (Loopback, "127.0.0.0 127.0.0.1 127.255.255.255 ::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:1:1:1:1:80ff:fffe"),
            (LinkLocal, "169.254.0.0 169.254.1.1 169.254.255.255 fe80::1 febf::1 ::ffff:169.254.1.1"),
            (
                Metadata,
                "169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 fd00:ec2::23 fd20:ce::254 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::1 2001:0:1:1:1:1:5601:5601",
            ),
            (Multicast, "224.0.0.0 239.255.255.255 ff02::1 ffff::1"),
            (
                Reserved,
                "0.0.0.0 0.255.255.255 192.0.0.1 192.0.0.255 192.0.2.1 192.88.99.1 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1 240.0.0.0 255.255.255.255 :: ::7f00:1 ::2 100::1 64:ff9b:1::1 2001:2::1 2001:10::1 2001:db8::1 3fff::1 5f00::1 fec0::1 4000::1 2002:808:808::1 2001:0:1:1:1:1:f7f7:f7f7",
            ),
        ] {
            for text in addresses.split(' ') {
                assert_eq!(classify(text.parse().expect(text)), class, "{text}");
            }
        }
    }
}

//! Which targets a connector may reach. Decided before any packet leaves, on canonical addresses.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::moved::Moved;
use crate::own::{OwnEndpoint, is_local};
use crate::ranges::{AddressClass, classify, embedded_v4};
use crate::rule::Rule;
use crate::target::{Host, is_localhost};

/// The base set of address classes that may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Profile {
    /// Public and private networks, but not this machine by any of its addresses: a server inside a company.
    #[default]
    Private,
    /// Public addresses only: a server for strangers.
    Public,
    /// As `Private`, and this machine too: a developer's laptop.
    Dev,
}

impl Profile {
    fn permits(self, class: AddressClass) -> bool {
        match class {
            AddressClass::Public => true,
            AddressClass::Private => self != Self::Public,
            AddressClass::Loopback => self == Self::Dev,
            AddressClass::LinkLocal | AddressClass::Metadata | AddressClass::Multicast | AddressClass::Reserved => false,
        }
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "private" => Ok(Self::Private),
            "public" => Ok(Self::Public),
            "dev" => Ok(Self::Dev),
            other => Err(format!("`{other}` is not an egress profile: use private, public or dev")),
        }
    }
}

/// The target is not allowed. Its text is the same for every target; by what it was refused is for the operator alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this server's egress policy does not allow the host or port")]
pub struct Denied(Cow<'static, str>);

impl Denied {
    pub(crate) fn by(what: impl Into<Cow<'static, str>>) -> Self {
        Self(what.into())
    }

    /// The rule, the profile or the endpoint that refused it.
    pub(crate) fn into_rule(self) -> String {
        self.0.into_owned()
    }
}

/// Names that clouds give to their metadata services; refused before they are looked up.
const METADATA_NAMES: &[&str] = &["metadata.google.internal", "metadata.goog", "metadata", "instance-data", "instance-data.ec2.internal"];

/// Profile, lists and the server's own endpoints.
///
/// - `deny`: whatever it holds is refused.
/// - `allow` networks are let through although the profile leaves their class out (metadata services stay refused).
/// - `allow` host suffixes and ports narrow: once there is one, only names under a suffix, only such ports pass.
///   A suffix never lifts the check of the addresses behind the name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Policy {
    /// The base set.
    pub profile: Profile,
    /// Exceptions (networks) and restrictions (suffixes, ports).
    pub allow: Vec<Rule>,
    /// Always refused.
    pub deny: Vec<Rule>,
    /// Never reachable, in no profile.
    pub own: Vec<OwnEndpoint>,
    /// Hosts of vendors that are somewhere else.
    #[serde(default)]
    pub moved: Vec<Moved>,
    /// Name servers that are asked in place of those of `/etc/resolv.conf`.
    #[serde(default)]
    pub dns: Vec<SocketAddr>,
}

impl Policy {
    /// Whether a suffix (for an address: a network) of the allow list holds this host.
    pub(crate) fn names(&self, host: &Host) -> bool {
        self.allow.iter().any(|rule| match host {
            Host::Name(name) => rule.holds_name(name),
            Host::Address(address) => rule.holds_address(*address),
        })
    }

    /// Judges what is known before a name is looked up: port and spelling.
    pub fn check_name(&self, host: &Host, port: u16) -> Result<(), Denied> {
        if port == 0 {
            return Err(Denied::by("port 0"));
        }
        self.check_denied(|r| r.holds_port(port))?;
        if self.allow.iter().any(|r| matches!(r, Rule::Ports(..))) && !self.allow.iter().any(|r| r.holds_port(port)) {
            return Err(Denied::by("allow: other ports only"));
        }
        self.check_host(host)
    }

    fn check_denied(&self, holds: impl Fn(&Rule) -> bool) -> Result<(), Denied> {
        self.deny.iter().find(|r| holds(r)).map_or(Ok(()), |r| Err(denied_by(r)))
    }

    /// Judges a name alone: for one that is asked where a service is, which says the ports.
    pub(crate) fn check_host(&self, host: &Host) -> Result<(), Denied> {
        let Host::Name(name) = host else { return Ok(()) };
        if METADATA_NAMES.contains(&name.as_str()) {
            return Err(Denied::by("a metadata service"));
        }
        self.check_denied(|r| r.holds_name(name))?;
        if self.allow.iter().any(|r| matches!(r, Rule::Suffix(_))) && !self.allow.iter().any(|r| r.holds_name(name)) {
            return Err(Denied::by("allow: other hosts only"));
        }
        if is_localhost(name) { self.permit(IpAddr::from([127, 0, 0, 1])) } else { Ok(()) }
    }

    /// Judges the addresses of a host; one bad address refuses them all.
    ///
    /// `own_names` are the addresses that the names among [`Policy::own`] have at this moment.
    pub fn check_addresses(&self, host: &Host, addresses: &[SocketAddr], own_names: &[SocketAddr]) -> Result<(), Denied> {
        let narrowed = matches!(host, Host::Address(_)) && self.allow.iter().any(|r| matches!(r, Rule::Suffix(_)));
        // A name that leads to this machine in one way is a service of this machine, which may have all its addresses.
        let own_is_here = |port: u16| own_names.iter().any(|own| own.port() == port && is_local(reached(own.ip())));
        addresses.iter().try_for_each(|socket| {
            let address = reached(socket.ip());
            if self.is_own(address, socket.port())
                || (is_local(address) && own_is_here(socket.port()))
                || own_names.iter().any(|own| reached(own.ip()) == address && own.port() == socket.port())
            {
                return Err(Denied::by("an endpoint of this server's own"));
            }
            if let Some(rule) = self.deny.iter().find(|r| r.holds_address(socket.ip())) {
                return Err(denied_by(rule));
            }
            self.permit(socket.ip())?;
            if narrowed && !self.allow.iter().any(|r| r.holds_address(socket.ip())) {
                return Err(Denied::by("allow: other hosts only"));
            }
            Ok(())
        })
    }

    /// The names among the server's own endpoints that matter for a target's port.
    pub(crate) fn own_names(&self, port: u16) -> impl Iterator<Item = &str> {
        self.own.iter().filter(move |own| own.port() == port).filter_map(|own| match own {
            OwnEndpoint::Name(name, _) => Some(name.as_str()),
            OwnEndpoint::Address(_) | OwnEndpoint::AnyLocal(_) => None,
        })
    }

    fn permit(&self, address: IpAddr) -> Result<(), Denied> {
        let class = match classify(address) {
            // Whatever network it is of: what listens there may think itself out of reach.
            AddressClass::Public | AddressClass::Private if is_local(reached(address)) => AddressClass::Loopback,
            class => class,
        };
        let permitted =
            self.profile.permits(class) || (class != AddressClass::Metadata && self.allow.iter().any(|r| r.holds_address(address)));
        if permitted { Ok(()) } else { Err(Denied::by(format!("profile {:?}: {class:?}", self.profile).to_lowercase())) }
    }

    fn is_own(&self, address: IpAddr, port: u16) -> bool {
        self.own.iter().filter(|own| own.port() == port).any(|own| match own {
            OwnEndpoint::Address(own) => reached(own.ip()) == address,
            OwnEndpoint::AnyLocal(_) => is_local(address),
            OwnEndpoint::Name(..) => false,
        })
    }
}

fn denied_by(rule: &Rule) -> Denied {
    Denied::by(format!("deny: {rule}"))
}

/// The address that a packet reaches in the end: the IPv4 one inside a NAT64 address and its like.
fn reached(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => embedded_v4(v6).map_or(IpAddr::V6(v6), IpAddr::V4),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(policy: &Policy, host: &str, port: u16) -> bool {
        let host: Host = host.parse().expect("host");
        let Host::Address(address) = host else { return policy.check_name(&host, port).is_ok() };
        policy.check_name(&host, port).is_ok() && policy.check_addresses(&host, &[(address, port).into()], &[]).is_ok()
    }

    /// The operator is told by what a target was refused.
    #[test]
    fn what_refused_a_target() {
        let policy = |allow: &str, deny: &str| {
            let rules = |text: &str| text.split_whitespace().map(|t| t.parse().expect("rule")).collect();
            Policy { allow: rules(allow), deny: rules(deny), own: vec![OwnEndpoint::AnyLocal(1)], ..Policy::default() }
        };
        let by = |policy: &Policy, host: &str, port: u16| {
            let host: Host = host.parse().expect("host");
            let addresses: Vec<SocketAddr> = if let Host::Address(address) = host { vec![(address, port).into()] } else { Vec::new() };
            let verdict = policy.check_name(&host, port).and_then(|()| policy.check_addresses(&host, &addresses, &[]));
            verdict.err().map(Denied::into_rule).unwrap_or_default()
        };
        let plain = policy("", "10.0.0.0/8 .evil.example port:22-23");
        for (host, port, rule) in [
            ("192.0.2.7", 5432, "profile private: reserved"),
            ("127.0.0.1", 5432, "profile private: loopback"),
            ("localhost", 5432, "profile private: loopback"),
            ("169.254.169.254", 80, "profile private: metadata"),
            ("metadata.google.internal", 80, "a metadata service"),
            ("127.0.0.1", 1, "an endpoint of this server's own"),
            ("10.1.2.3", 5432, "deny: 10.0.0.0/8"),
            ("db.evil.example", 5432, "deny: .evil.example"),
            ("8.8.8.8", 22, "deny: port:22-23"),
            ("8.8.8.8", 0, "port 0"),
            ("8.8.8.8", 5432, ""),
        ] {
            assert_eq!(by(&plain, host, port), rule, "{host}:{port}");
        }
        assert_eq!(by(&policy("port:5432", ""), "8.8.8.8", 3306), "allow: other ports only");
        assert_eq!(by(&policy(".example.com", ""), "db.example.net", 3306), "allow: other hosts only");
        assert_eq!(by(&policy(".example.com", ""), "8.8.8.8", 3306), "allow: other hosts only");
    }

    /// A policy that went through a pipe decides as before.
    #[test]
    fn both_ways() {
        let rules = |texts: &[&str]| texts.iter().map(|t| t.parse().expect("rule")).collect();
        let policy = Policy {
            profile: Profile::Dev,
            allow: rules(&["10.0.0.0/8", "2001:db8::/32", ".example.com", "port:5432", "port:1-9"]),
            deny: rules(&["192.0.2.7"]),
            own: vec![OwnEndpoint::AnyLocal(3000), OwnEndpoint::Address(([10, 0, 0, 1], 5432).into()), OwnEndpoint::Name("meta".into(), 1)],
            moved: vec!["a.example=http://127.0.0.1:1".parse().expect("moved")],
            dns: vec!["[::1]:53".parse().expect("address")],
        };
        let text = serde_json::to_string(&policy).expect("json");
        let again: Policy = serde_json::from_str(&text).expect("a policy");
        assert_eq!((again.profile, &again.allow, &again.deny, &again.own), (policy.profile, &policy.allow, &policy.deny, &policy.own));
        assert_eq!((&again.moved, &again.dns), (&policy.moved, &policy.dns));
        assert!(serde_json::from_str::<Policy>(&text.replace(".example.com", "a b")).is_err());
    }

    #[test]
    fn profiles() {
        for (host, private, public, dev) in [
            ("8.8.8.8", true, true, true),
            ("10.0.0.1", true, false, true),
            ("fd12::1", true, false, true),
            ("127.0.0.1", false, false, true),
            ("2130706433", false, false, true),
            ("::ffff:127.0.0.1", false, false, true),
            ("localhost", false, false, true),
            ("a.localhost", false, false, true),
            ("169.254.169.254", false, false, false),
            ("::ffff:169.254.169.254", false, false, false),
            ("64:ff9b::a9fe:a9fe", false, false, false),
            ("metadata.google.internal.", false, false, false),
            ("100.100.100.200", false, false, false),
            ("fe80::1", false, false, false),
            ("224.0.0.1", false, false, false),
            ("0.0.0.0", false, false, false),
            ("203.0.113.1", false, false, false),
        ] {
            for (profile, wanted) in [(Profile::Private, private), (Profile::Public, public), (Profile::Dev, dev)] {
                let policy = Policy { profile, ..Policy::default() };
                assert_eq!(verdict(&policy, host, 5432), wanted, "{host} in {profile:?}");
            }
        }
    }

    #[test]
    fn lists() {
        let rules = |texts: &[&str]| texts.iter().map(|t| t.parse().expect("rule")).collect::<Vec<Rule>>();
        let policy = Policy {
            allow: rules(&["127.0.0.0/8", "port:5432", "169.254.0.0/16"]),
            deny: rules(&["10.1.0.0/16", ".evil.net"]),
            ..Policy::default()
        };
        assert!(verdict(&policy, "127.0.0.1", 5432));
        assert!(!verdict(&policy, "127.0.0.1", 22), "only the listed port");
        assert!(!verdict(&policy, "10.1.2.3", 5432), "denied network");
        assert!(verdict(&policy, "10.2.2.3", 5432));
        assert!(!verdict(&policy, "db.evil.net", 5432));
        assert!(verdict(&policy, "169.254.1.1", 5432), "an exception the operator asked for");
        assert!(!verdict(&policy, "169.254.169.254", 5432), "no list opens a metadata service");
        let narrow = Policy { allow: rules(&[".example.com", "10.0.0.0/8"]), ..Policy::default() };
        assert!(verdict(&narrow, "db.example.com", 1) && verdict(&narrow, "10.0.0.1", 1));
        assert!(!verdict(&narrow, "db.example.org", 1) && !verdict(&narrow, "8.8.8.8", 1));
        let name: Host = "db.example.com".parse().expect("host");
        assert!(
            narrow.check_addresses(&name, &["127.0.0.1:1".parse().expect("address")], &[]).is_err(),
            "a suffix does not lift the address check"
        );
    }

    /// A public or private address of this machine; none where it has no network.
    fn own_address() -> Option<IpAddr> {
        let all = if_addrs::get_if_addrs().expect("interfaces");
        let usable = |ip: &IpAddr| matches!(classify(*ip), AddressClass::Public | AddressClass::Private);
        all.into_iter().map(|interface| interface.ip()).find(usable)
    }

    /// Threat S5: this machine is this machine by whatever address, and the metadata database has all of them.
    #[test]
    fn s5_own_addresses() {
        // Without a network there is nothing but loopback, of which the same holds.
        let address = own_address().unwrap_or(IpAddr::from([127, 0, 0, 1]));
        let host = address.to_string();
        let loopback: IpAddr = [127, 0, 0, 1].into();
        for profile in [Profile::Private, Profile::Public] {
            assert!(!verdict(&Policy { profile, ..Policy::default() }, &host, 5432), "{host} in {profile:?}");
        }
        assert!(verdict(&Policy { profile: Profile::Dev, ..Policy::default() }, &host, 5432));
        let allow: Vec<Rule> = [host.as_str(), "127.0.0.0/8"].iter().map(|text| text.parse().expect("rule")).collect();
        let opened = Policy { allow: allow.clone(), ..Policy::default() };
        assert!(verdict(&opened, &host, 5432), "the operator can open it");
        // But never the listener, nor the database: given by this address, or by a name that leads to it.
        let by_address = OwnEndpoint::new(host.parse().expect("host"), 5432);
        let listener = OwnEndpoint::AnyLocal(3000);
        let policy = Policy { allow, own: vec![by_address, listener], ..Policy::default() };
        for (host, port) in [(host.as_str(), 5432), ("127.0.0.1", 5432), ("127.9.9.9", 5432), (host.as_str(), 3000)] {
            assert!(!verdict(&policy, host, port), "{host}:{port}");
        }
        let policy = Policy { profile: Profile::Dev, own: vec![OwnEndpoint::Name("meta.internal".into(), 5432)], ..Policy::default() };
        let target = Host::Address(loopback);
        let judged = |own: IpAddr| policy.check_addresses(&target, &[(loopback, 5432).into()], &[(own, 5432).into()]);
        assert!(judged(address).is_err(), "the name leads here, so every address of ours is the database's");
        assert!(judged([8, 8, 8, 8].into()).is_ok(), "it leads elsewhere");
    }

    /// Threat S5: the server's own listener and metadata database, in every profile.
    #[test]
    fn s5_own_endpoints_are_denied() {
        let own = vec![OwnEndpoint::AnyLocal(3000), OwnEndpoint::Address("127.0.0.1:5432".parse().expect("address"))];
        let policy = Policy { profile: Profile::Dev, own, ..Policy::default() };
        assert!(!verdict(&policy, "127.0.0.1", 3000) && !verdict(&policy, "::1", 3000) && !verdict(&policy, "127.9.9.9", 3000));
        assert!(!verdict(&policy, "127.0.0.1", 5432) && !verdict(&policy, "::ffff:127.0.0.1", 5432));
        assert!(verdict(&policy, "127.0.0.1", 5433));
        let own =
            vec![OwnEndpoint::new("10.0.0.7".parse().expect("host"), 5432), OwnEndpoint::new("localhost".parse().expect("host"), 6000)];
        let policy = Policy { profile: Profile::Dev, own, ..Policy::default() };
        assert!(!verdict(&policy, "10.0.0.7", 5432) && !verdict(&policy, "64:ff9b::a00:7", 5432), "by NAT64 too");
        assert!(!verdict(&policy, "127.0.0.2", 6000) && !verdict(&policy, "::1", 6000), "a database on this machine has all its addresses");
    }
}

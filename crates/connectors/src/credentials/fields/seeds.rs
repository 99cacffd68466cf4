//! One host or several, each with a port of its own if it likes: how members of a replica set are named.

use egress::{Host, Target};

use super::form::form;

/// As many as anybody names by hand.
const SEEDS: usize = 50;

/// Hosts, in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seeds(Vec<(Host, Option<u16>)>);

form!(Seeds, "x-seeds", Seeds::parse);

impl Seeds {
    /// Where to, for hosts that say no port.
    pub(crate) fn targets(&self, port: u16) -> Vec<Target> {
        self.0.iter().map(|(host, own)| Target::new(host.clone(), own.unwrap_or(port))).collect()
    }

    /// One member, as a server names it; none if that is no host.
    pub(crate) fn member(text: &str) -> Option<Target> {
        seed(text).map(|(host, port)| Target::new(host, port.unwrap_or(27017)))
    }

    /// Reads `a:1,b,[::1]:2`.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let seeds: Vec<_> = text.split(',').map(seed).collect::<Option<_>>().ok_or(
            "must be a host name or an IP address, or several of a replica set (a:27017,b:27017), without scheme, user, path or socket file",
        )?;
        if seeds.len() > SEEDS { Err("must be at most 50 hosts") } else { Ok(Self(seeds)) }
    }
}

fn seed(text: &str) -> Option<(Host, Option<u16>)> {
    let text = text.trim();
    let bare: Result<Host, _> = text.parse();
    if let Ok(host) = bare {
        return Some((host, None));
    }
    let (host, port) = text.rsplit_once(':')?;
    // An IPv6 address with a port stands in brackets.
    if host.contains(':') && !host.ends_with(']') {
        return None;
    }
    let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let port: u16 = port.parse().ok().filter(|port| digits && *port > 0)?;
    Some((host.parse().ok()?, Some(port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        let targets = |text: &str| {
            Seeds::parse(text).map(|seeds| seeds.targets(27017).iter().map(|t| format!("{} {}", t.host, t.port)).collect::<Vec<_>>())
        };
        assert_eq!(targets("DB.example.com"), Ok(vec!["db.example.com 27017".to_owned()]));
        assert_eq!(targets("a:1, b,[::1]:2,::1"), Ok(["a 1", "b 27017", "::1 2", "::1 27017"].map(str::to_owned).to_vec()));
        for wrong in
            ["", ",", "a:", "a:0", "a:70000", "a:+1", "/tmp/mongodb-27017.sock", "%2Ftmp%2Fs.sock", "mongodb://a", "u@a", "a/b", "::1:2:x"]
        {
            assert!(targets(wrong).is_err(), "{wrong}");
        }
        assert!(targets(&vec!["a"; 51].join(",")).is_err());
    }
}

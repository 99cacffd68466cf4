//! Where the server listens, in the spellings that people use.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use egress::{Host, Resolve, SystemResolver};
use tokio::net::TcpListener;

/// `ADDRESS:PORT`, `NAME:PORT`, or `:PORT` for every IPv4 address of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listen {
    host: Host,
    port: u16,
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "write ADDRESS:PORT, NAME:PORT or :PORT, for example 127.0.0.1:3000".to_owned();
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(form)?;
        let port = port.parse().map_err(|_| form())?;
        let host = match host {
            "" | "*" => Host::Address(Ipv4Addr::UNSPECIFIED.into()),
            // An IPv6 address stands in brackets, so that its end can be told from the port.
            bare if bare.contains(':') && !bare.starts_with('[') => return Err(form()),
            host => host.parse().map_err(|_| form())?,
        };
        Ok(Self { host, port })
    }
}

impl Listen {
    /// As it was given, for messages.
    fn shown(&self) -> String {
        match &self.host {
            Host::Name(name) => format!("{name}:{}", self.port),
            Host::Address(address) => SocketAddr::new(*address, self.port).to_string(),
        }
    }

    /// Opens the server's own socket, as `setting` says. Of a name's addresses an IPv4 one is taken first: what asks for `localhost` tries it, too.
    pub(crate) async fn open(&self, setting: &str) -> Result<TcpListener, String> {
        let failed = |cause: &str| format!("{setting}: cannot listen on {}: {cause}", self.shown());
        let address = match &self.host {
            Host::Address(address) => *address,
            Host::Name(name) => {
                let found = SystemResolver.resolve(name).await.unwrap_or_default();
                *found.iter().min_by_key(|address| address.is_ipv6()).ok_or_else(|| failed("the name cannot be resolved"))?
            }
        };
        TcpListener::bind((address, self.port)).await.map_err(|error| failed(&error.to_string()))
    }

    /// Where somebody on the same machine reaches the server.
    pub(crate) fn near(&self) -> (Host, u16) {
        let host = match &self.host {
            Host::Address(IpAddr::V4(address)) if address.is_unspecified() => Host::Address(Ipv4Addr::LOCALHOST.into()),
            Host::Address(IpAddr::V6(address)) if address.is_unspecified() => Host::Address(Ipv6Addr::LOCALHOST.into()),
            other => other.clone(),
        };
        (host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (text, shown) in [
            ("127.0.0.1:3000", "127.0.0.1:3000"),
            (":3000", "0.0.0.0:3000"),
            ("*:3000", "0.0.0.0:3000"),
            ("localhost:3000", "localhost:3000"),
            ("[::1]:3000", "[::1]:3000"),
            ("[::]:0", "[::]:0"),
        ] {
            assert_eq!(text.parse::<Listen>().map(|listen| listen.shown()), Ok(shown.to_owned()), "{text}");
        }
        for text in ["", "3000", "localhost", "localhost:", ":x", ":65536", "::1:3000", "a b:1", "http://h:1", "h:-1"] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
        assert_eq!(":1".parse::<Listen>().map(|l| l.near()), Ok((Host::Address(Ipv4Addr::LOCALHOST.into()), 1)));
        assert_eq!("[::]:1".parse::<Listen>().map(|l| l.near()), Ok((Host::Address(Ipv6Addr::LOCALHOST.into()), 1)));
    }
}

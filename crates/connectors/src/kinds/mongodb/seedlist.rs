//! Whom a connection string leads to: the hosts that it names, or those that DNS names for it (`mongodb+srv`).
//!
//! By MongoDB's "Initial DNS Seedlist Discovery": SRV records whose hosts lie under the name's parent domain, and at most one TXT
//! record, which may say three things and no more.

use egress::{Announced, Host, Target};
use percent_encoding::percent_decode_str;

use super::credentials::MongoCredentials;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::route::Way;

/// The field that all of this stands in.
const FIELD: &str = "connectionString";

/// Where to go, and what was said besides.
pub(super) struct Seedlist {
    /// The servers, in the order in which they are tried.
    pub(super) targets: Vec<Target>,
    /// Where the user may be kept, in the order in which that is tried.
    pub(super) sources: Vec<String>,
    /// The name that the replica set must have.
    pub(super) replica_set: Option<String>,
    /// Whether a load balancer stands before the servers.
    pub(super) load_balanced: bool,
}

/// What a TXT record says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    auth_source: Option<String>,
    replica_set: Option<String>,
    load_balanced: Option<bool>,
}

/// Finds it, asking DNS if the connection string wants that.
pub(super) async fn seedlist(credentials: &MongoCredentials, way: &Way) -> Result<Seedlist, ConnectError> {
    let mut targets = credentials.targets();
    let mut said = Said::default();
    if let Some(srv) = credentials.srv() {
        let announced = way.announced(&srv.service).await.map_err(|error| match error.kind {
            K::Unresolved => error.with_field(FIELD).with_remedy(format!(
                "check the host after mongodb+srv://: DNS has no SRV records of the service {} (_{}._tcp) for it",
                srv.service, srv.service
            )),
            _ => error.with_field(FIELD),
        })?;
        (targets, said) = judge(announced, &way.target().host)?;
        if srv.most > 0 {
            targets.truncate(srv.most);
        }
    }
    let replica_set = credentials.replica_set().map(str::to_owned).or(said.replica_set);
    let load_balanced = credentials.load_balanced().or(said.load_balanced).unwrap_or(false);
    if load_balanced && (replica_set.is_some() || targets.len() != 1) {
        return Err(unusable("a load balancer (loadBalanced) is one host, and no replica set"));
    }
    if credentials.srv().is_some_and(|srv| srv.most > 0) && replica_set.is_some() {
        return Err(unusable("srvMaxHosts is not for a replica set: leave it out"));
    }
    let sources = credentials.sources(said.auth_source.as_deref()).into_iter().map(str::to_owned).collect();
    Ok(Seedlist { targets, sources, replica_set, load_balanced })
}

fn unusable(remedy: &str) -> ConnectError {
    ConnectError::from(K::RecordsUnusable).with_field(FIELD).with_remedy(remedy.to_owned())
}

fn judge(announced: Announced, seed: &Host) -> Result<(Vec<Target>, Said), ConnectError> {
    let Host::Name(seed) = seed else { return Err(K::Internal.into()) };
    if announced.targets.iter().any(|target| !is_under(&target.host, seed)) {
        return Err(unusable("mend the SRV records: every host has to lie under the parent domain of the name, and one does not"));
    }
    let said = match announced.texts.as_slice() {
        [] => Some(Said::default()),
        [text] => said(text),
        _ => None,
    };
    let said =
        said.ok_or_else(|| unusable("mend the TXT record: one at most, with no options but authSource, replicaSet and loadBalanced"))?;
    Ok((announced.targets, said))
}

/// A name of three parts or more vouches for the domain that it is in; a shorter one for what is below itself alone.
fn is_under(host: &Host, seed: &str) -> bool {
    let Host::Name(host) = host else { return false };
    let parent = match seed.split_once('.') {
        Some((_, parent)) if parent.contains('.') => parent,
        _ => seed,
    };
    host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

fn said(text: &str) -> Option<Said> {
    let mut said = Said::default();
    for option in text.split('&').filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=')?;
        let value = percent_decode_str(value).decode_utf8().ok()?.into_owned();
        match name.to_ascii_lowercase().as_str() {
            _ if value.is_empty() => return None,
            // Only SCRAM with a password is supported.
            "authsource" if value != "$external" && said.auth_source.is_none() => said.auth_source = Some(value),
            "replicaset" if said.replica_set.is_none() => said.replica_set = Some(value),
            "loadbalanced" if said.load_balanced.is_none() => said.load_balanced = Some(value.parse().ok()?),
            _ => return None,
        }
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threat S16: by the rule of the specification, whatever the spelling.
    #[test]
    fn s16_hosts_under_the_parent_domain() {
        for (seed, host, wanted) in [
            ("cluster.example.com", "a.example.com", true),
            ("cluster.example.com", "a.b.example.com", true),
            ("cluster.example.com", "A.Example.COM.", true),
            ("cluster.example.com", "example.com", false),
            ("cluster.example.com", "aexample.com", false),
            ("cluster.example.com", ".example.com", false),
            ("cluster.example.com", "a.example.com.evil.net", false),
            ("cluster.example.com", "a.example.org", false),
            ("cluster.example.com", "127.0.0.1", false),
            ("a.b.example.com", "c.example.com", false),
            ("example.com", "a.example.com", true),
            ("example.com", "example.com", false),
            ("example.com", "a.com", false),
            ("localhost", "a.localhost", true),
            ("localhost", "localhost", false),
        ] {
            let found = host.parse::<Host>().is_ok_and(|host| is_under(&host, seed));
            assert_eq!(found, wanted, "{host} for {seed}");
        }
    }

    #[test]
    fn s16_what_a_text_may_say() {
        let all = said("authSource=a%2Fb&replicaSet=rs&loadBalanced=false").expect("reads");
        assert_eq!((all.auth_source.as_deref(), all.replica_set.as_deref(), all.load_balanced), (Some("a/b"), Some("rs"), Some(false)));
        assert_eq!(said(""), Some(Said::default()));
        for wrong in [
            "tls=false",
            "authSource=$external",
            "authSource=%24external",
            "replicaSet",
            "replicaSet=",
            "loadBalanced=yes",
            "authSource=a&authSource=b",
            "authSource=a&tlsCAFile=/etc/passwd",
            "v=spf1 -all",
        ] {
            assert_eq!(said(wrong), None, "{wrong}");
        }
    }
}

//! Where a service of a name is (SRV), and what stands beside it (TXT).

use std::net::SocketAddr;

use hickory_resolver::net::NetError;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::{records, resolver};
use crate::exhausted::is_exhausted;
use crate::target::{Host, Target};

/// As many as anybody names by hand: more are not taken, and not cut either.
const MOST: usize = 50;

/// What a name announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Where the service is. Nobody vouches for these hosts: whoever dials them asks the policy, as for any other.
    pub targets: Vec<Target>,
    /// The texts of the name itself.
    pub texts: Vec<String>,
}

/// Why a name announces nothing that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Policy refused the name before it was asked about.
    #[error("this server's egress policy does not allow the host or port")]
    Denied,
    /// It has no such record.
    #[error("the name has no such record")]
    Absent,
    /// No name server answered, or none that could.
    #[error("no name server answered in time")]
    Unanswered,
    /// More hosts than anybody has, hosts that are none, texts that are none.
    #[error("the name's records cannot be used")]
    Unusable,
    /// We have no descriptor or memory left.
    #[error("this server has no file descriptor or memory left for the question")]
    Exhausted,
}

impl From<NetError> for RecordError {
    fn from(error: NetError) -> Self {
        match error {
            NetError::Io(error) if is_exhausted(&error) => Self::Exhausted,
            error if error.is_no_records_found() => Self::Absent,
            // What is no name has no records.
            NetError::Proto(_) => Self::Absent,
            _ => Self::Unanswered,
        }
    }
}

/// Asks where the service (`mongodb`, say) of `name` is, and for the texts of `name`.
pub(crate) async fn announced(servers: &[SocketAddr], service: &str, name: &str) -> Result<Announced, RecordError> {
    let resolver = resolver(servers)?;
    let found = records(&resolver, &format!("_{service}._tcp.{name}"), RecordType::SRV).await?;
    if found.len() > MOST {
        return Err(RecordError::Unusable);
    }
    let mut targets = Vec::new();
    for record in found {
        let target = target(&record).ok_or(RecordError::Unusable)?;
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    if targets.is_empty() {
        return Err(RecordError::Absent);
    }
    let found = match records(&resolver, name, RecordType::TXT).await.map_err(RecordError::from) {
        Err(RecordError::Absent) => Vec::new(),
        found => found?,
    };
    if found.len() > MOST {
        return Err(RecordError::Unusable);
    }
    let texts = found.iter().filter_map(text).collect::<Result<_, _>>().map_err(|_| RecordError::Unusable)?;
    Ok(Announced { targets, texts })
}

fn target(record: &RData) -> Option<Target> {
    let RData::SRV(service) = record else { return None };
    let host: Host = service.target.to_ascii().parse().ok()?;
    (service.port > 0).then(|| Target::new(host, service.port))
}

/// The parts of a text are one text.
fn text(record: &RData) -> Option<Result<String, std::string::FromUtf8Error>> {
    let RData::TXT(text) = record else { return None };
    Some(String::from_utf8(text.txt_data.concat()))
}

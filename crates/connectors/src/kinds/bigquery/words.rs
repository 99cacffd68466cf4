//! What this kind says where others speak of host and port: no credential of it says where Google is.

/// For whoever cannot get there.
const REACH: &str = "let this server reach bigquery.googleapis.com and oauth2.googleapis.com on port 443";

/// For whoever gets somewhere else.
const OTHER: &str =
    "something answers that is not Google: look for a proxy between, or at the place that this server's operator has set instead of it";

/// Whole remedies, then fields; a field that there is none for has no word.
pub(super) const RENAMED: &[(&str, &str)] = &[
    ("check the spelling of the host", REACH),
    ("try again, give an address instead of the name, or ask the operator of this server to check its DNS", REACH),
    ("check host and port, and that the server is running", REACH),
    ("check the host and the network between", REACH),
    ("check host, port and firewalls between", REACH),
    ("check the port, and what the server logs about it", REACH),
    (
        "ask the operator of this server to allow it",
        "ask the operator of this server to allow bigquery.googleapis.com and oauth2.googleapis.com",
    ),
    ("check that the port speaks TLS 1.2 or later", OTHER),
    ("use the name in the certificate as host, or set sslVerify to ca", OTHER),
    ("give the final host and port", OTHER),
    ("check that host and port are the right ones", OTHER),
    ("check port and datasourceType", OTHER),
    ("host", ""),
    ("port", ""),
    ("sslMode", ""),
    ("sslCert", ""),
    ("database", "projectId"),
    ("schema", "datasetId"),
    ("privateKey", "credentialsJson"),
    ("username", "credentialsJson"),
    ("password", "credentialsJson"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ConnectError, ConnectErrorKind as K};

    /// What may go wrong on the way has a remedy that can be followed, and no field that is not there.
    #[test]
    fn no_field_that_is_not_there() {
        let fields = ["credentialsJson", "projectId", "datasetLocation", "datasetId", "sslCa", "sslVerify"];
        for kind in [
            K::Denied,
            K::Unresolved,
            K::ResolveTimedOut,
            K::Refused,
            K::Unreachable,
            K::TimedOut,
            K::Closed,
            K::TlsFailed,
            K::CertificateName,
            K::CertificateUntrusted,
            K::CertificateExpired,
            K::CaInvalid,
            K::Redirected,
            K::TooMuch,
            K::Protocol,
            K::Rejected,
            K::NoPrivilege,
            K::SchemaNotFound,
            K::WrongLocation,
            K::PrivateKeyInvalid,
        ] {
            let error = ConnectError::from(kind).renamed(RENAMED);
            assert!(error.field().is_none_or(|field| fields.contains(&field)), "{kind:?}: {:?}", error.field());
            let remedy = error.remedy();
            assert!(!remedy.contains("host") && !remedy.contains("the port"), "{kind:?}: {remedy}");
        }
    }
}

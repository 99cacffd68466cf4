//! From error packets to our own kinds. Of what a server says only its number gets out.

use crate::error::{ConnectError, ConnectErrorKind as K};

/// Reads an error packet (first byte 0xff): the number follows, then a text that is not looked at.
pub(super) fn of_packet(packet: &[u8]) -> ConnectError {
    match packet {
        [0xff, low, high, ..] => of_code(u16::from_le_bytes([*low, *high])),
        _ => K::Protocol.into(),
    }
}

/// Numbers: MySQL's "Server Error Message Reference", MariaDB's "Error Codes", SingleStore's "Error codes".
fn of_code(code: u16) -> ConnectError {
    let kind = match code {
        1045 | 1698 => K::Rejected,
        1044 | 1142 | 1143 | 1227 | 1370 => K::NoPrivilege,
        1049 | 1046 => K::DatabaseNotFound,
        1040 | 1203 => K::TooManyConnections,
        1129 | 1130 => K::NotAdmitted,
        1251 | 1275 | 1524 => K::AuthenticationUnsupported,
        1820 | 1862 => K::PasswordExpired,
        3118 | 3955 | 4151 => K::AccountLocked,
        3159 => K::TlsRequired,
        1053 | 1079 | 3032 => K::NotReady,
        1290 | 1792 | 1836 => K::ReadOnly,
        1037 | 1038 | 1041 | 1104 | 1226 | 1317 | 1969 | 3024 => K::Exhausted,
        1152 | 1158..=1161 | 1184 | 1927 | 4031 => K::Closed,
        _ => K::Server,
    };
    let error = ConnectError::with_code(kind, &code.to_string());
    let remedy = match (kind, code) {
        (_, 1226) => {
            "raise the account's limits (ALTER USER … WITH …) or try again later: it has used up its queries, updates or connections"
        }
        (_, 1129) => "run mysqladmin flush-hosts at the server: it has blocked this address after many failed connections",
        (_, 1130) => "create the user for this server's address at the database ('user'@'%')",
        (K::AuthenticationUnsupported, _) => PLUGINS,
        (K::NoPrivilege, _) => "grant SELECT and SHOW VIEW on the database to the user's account",
        _ => return error,
    };
    error.with_remedy(remedy.to_owned())
}

/// Ways to log in that we have.
pub(super) const PLUGINS: &str = "let the user log in with caching_sha2_password, sha256_password, mysql_native_password or ed25519";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (packet, kind, code) in [
            (&b"\xff\x15\x04#28000Access denied for user 'canary'"[..], K::Rejected, Some("1045")),
            (b"\xff\x10\x04Too many connections", K::TooManyConnections, Some("1040")),
            (b"\xff\x19\x04#42000", K::DatabaseNotFound, Some("1049")),
            (b"\xff\x57\x0c#HY000", K::TlsRequired, Some("3159")),
            (b"\xff\xff\xff", K::Server, Some("65535")),
            (b"\xff\x15", K::Protocol, None),
            (b"\x00", K::Protocol, None),
        ] {
            let error = of_packet(packet);
            assert_eq!((error.kind, error.server_code.as_deref()), (kind, code), "{packet:?}");
            assert!(!error.to_string().contains("canary"));
        }
    }
}

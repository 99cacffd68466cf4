//! From Snowflake's numbers to our own kinds. Of what a server says only the number gets out.

use http::StatusCode;

use crate::error::{ConnectError, ConnectErrorKind as K};

/// What the vendor says to who may not log in.
pub(super) fn of_login(number: &str, by_key: bool) -> ConnectError {
    let with = |kind: K| ConnectError::with_code(kind, number);
    match number {
        "390144" => of_key(number),
        _ if number.starts_with("3943") => of_key(number),
        "390100" if by_key => of_key(number),
        "390100" => with(K::Rejected),
        "390189" => with(K::RoleNotFound),
        "390422" | "390432" => with(K::NotAdmitted).with_remedy("let the account's network policy admit this server's address".to_owned()),
        // A second factor, or a device.
        _ if number.starts_with("39012") || number.starts_with("39450") => with(K::AuthenticationUnsupported).with_remedy(
            "use Key-pair authentication, or a user of TYPE = SERVICE or LEGACY_SERVICE that needs no second factor".to_owned(),
        ),
        "390103" | "390104" | "390112" | "390114" => with(K::Closed),
        _ => with(K::Server),
    }
}

fn of_key(number: &str) -> ConnectError {
    ConnectError::with_code(K::Rejected, number).with_field("privateKey").with_remedy(
        "check host and username, that the public key is set (ALTER USER … SET RSA_PUBLIC_KEY = …), and this machine's clock".to_owned(),
    )
}

/// What came of a statement.
pub(super) fn of_statement(number: &str) -> ConnectError {
    let kind = match number {
        "003001" | "003041" => K::NoPrivilege,
        // Cancelled by a limit; a monitor's quota is used up.
        "000604" | "000630" | "090073" => K::Exhausted,
        "390103" | "390104" | "390112" | "390114" => K::Closed,
        _ => K::Server,
    };
    let error = ConnectError::with_code(kind, number);
    match kind {
        K::NoPrivilege => error.with_remedy("grant USAGE on the database and the schema, and SELECT on its tables, to the role".to_owned()),
        K::Exhausted => {
            error.with_remedy("raise the limit (STATEMENT_TIMEOUT_IN_SECONDS, or the resource monitor's), or try again later".to_owned())
        }
        _ => error,
    }
}

/// Whether the server says that there is no such thing, or none for this role: it does not tell the two apart.
pub(super) fn is_unknown(error: &ConnectError) -> bool {
    matches!(error.server_code.as_deref(), Some("002003" | "002043" | "003001" | "003013" | "003041" | "390189" | "390201" | "391918"))
}

/// Whether the server failed at what was asked, and not at being asked.
pub(super) fn is_corner(error: &ConnectError) -> bool {
    error.server_code.is_some() && matches!(error.kind, K::Server | K::NoPrivilege | K::Exhausted)
}

/// Whether the server has no time for an answer of that size.
pub(super) fn is_too_much(error: &ConnectError) -> bool {
    error.server_code.as_deref() == Some("090030")
}

/// An answer that is none of the protocol's. Whatever the account is, its host exists: the vendor's names are wildcards.
pub(super) fn of_status(status: StatusCode) -> ConnectError {
    match status {
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => ConnectError::from(K::AccountNotFound)
            .with_field("host")
            .with_remedy("check host: the account's identifier, with its region where it has one".to_owned()),
        StatusCode::TOO_MANY_REQUESTS => K::TooManyConnections.into(),
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => K::NotReady.into(),
        _ => ConnectError::from(K::Protocol).with_field("host").with_remedy("check host: what answers there is no Snowflake".to_owned()),
    }
}

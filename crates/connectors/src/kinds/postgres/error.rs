//! From the driver's errors to ours, by SQLSTATE where there is one.

use std::error::Error as _;
use std::io;

use egress::Step;
use tokio_postgres::Error;
use tokio_postgres::error::DbError;

use super::guard::GuardError;
use crate::error::{ConnectError, ConnectErrorKind as K};

pub(super) fn map(error: &Error) -> ConnectError {
    if let Some(db) = error.as_db_error() {
        return of_server(db);
    }
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    if let Some(io) = io {
        return match io.get_ref().and_then(|inner| inner.downcast_ref::<GuardError>()) {
            Some(GuardError::PasswordExposed) => K::PasswordExposed,
            Some(GuardError::MessageLength | GuardError::Flood | GuardError::UnknownType) => K::Protocol,
            None if io.to_string().starts_with("unknown authentication tag") => K::AuthenticationUnsupported,
            // A message that ends before its fields do is no end of the connection.
            None if error.to_string().starts_with("error parsing response") => K::Protocol,
            None if matches!(io.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => K::Protocol,
            None => K::Closed,
        }
        .into();
    }
    if error.is_closed() {
        return K::Closed.into();
    }
    // The driver names its own reasons only in text: these two are constants of its source.
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    if text.contains("unsupported authentication method") || text.contains("unsupported SASL mechanism") {
        return K::AuthenticationUnsupported.into();
    }
    K::Protocol.into()
}

/// SQLSTATE classes: PostgreSQL documentation, appendix A. Servers speak other languages, so texts tell nothing; what is looked for
/// in them is the name of a file.
fn of_server(error: &DbError) -> ConnectError {
    let kind = match error.code().code() {
        // A server says which of its routines failed; a pooler has none.
        "08P01" if error.routine().is_none() => of_pooler(error.message()),
        "28000" if error.message().contains("pg_hba.conf") => K::NotAdmitted,
        "28P01" | "28000" => K::Rejected,
        "3D000" => K::DatabaseNotFound,
        "3F000" => K::SchemaNotFound,
        "42501" => K::NoPrivilege,
        "53300" | "53400" => K::TooManyConnections,
        "57P01" | "57P02" | "57P03" => K::NotReady,
        "57014" => K::TimedOut,
        _ => K::Server,
    };
    ConnectError::with_code(kind, error.code().code())
}

/// PgBouncer has one code for whatever it has to say, and its own sentences are never translated. What it passes on from the server
/// is: of that only English is understood, and the rest is [`K::Pooler`], which says all that it may be.
fn of_pooler(text: &str) -> K {
    for (words, kind) in [
        ("statement pooling", K::PoolerMode),
        ("no such database", K::DatabaseNotFound),
        ("no such user", K::Rejected),
        ("authentication failed", K::Rejected),
        ("SSL required", K::TlsRequired),
        ("TLS connection required", K::TlsRequired),
        ("no more connections", K::TooManyConnections),
    ] {
        if text.contains(words) {
            return kind;
        }
    }
    let of_a_database = text.starts_with("database \"") && text.ends_with("\" does not exist");
    if of_a_database { K::DatabaseNotFound } else { K::Pooler }
}

/// What a failure means at login: a server opens the database once it has let the user in, and does not say whether it missed a rule
/// or TLS.
pub(super) fn of_login(error: ConnectError, tls: bool) -> ConnectError {
    match error.kind {
        K::DatabaseNotFound => error.at(Step::DATABASE),
        K::NotAdmitted if !tls => error.with_remedy(
            "set sslMode to true if the server takes this user over TLS only; otherwise add a rule for user, database and client address to pg_hba.conf"
                .to_owned(),
        ),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_poolers() {
        for (text, kind) in [
            ("no such database: nodb", K::DatabaseNotFound),
            ("database \"nodb\" does not exist", K::DatabaseNotFound),
            // The same from a server that speaks German, or French.
            ("Datenbank »nodb« existiert nicht", K::Pooler),
            ("la base de données « nodb » n'existe pas", K::Pooler),
            ("password authentication failed", K::Rejected),
            ("SASL authentication failed", K::Rejected),
            ("no such user: x", K::Rejected),
            ("SSL required", K::TlsRequired),
            ("no more connections allowed (max_client_conn)", K::TooManyConnections),
            ("query_wait_timeout", K::Pooler),
            ("client_login_timeout (server down)", K::Pooler),
            ("server login has been failing, try again later (server_login_retry)", K::Pooler),
            ("transaction blocks not allowed in statement pooling mode", K::PoolerMode),
        ] {
            assert_eq!(of_pooler(text), kind, "{text}");
        }
    }
}

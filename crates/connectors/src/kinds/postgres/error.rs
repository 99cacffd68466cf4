//! From the driver's errors to ours, by SQLSTATE where there is one.

use std::error::Error as _;
use std::io;

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

/// SQLSTATE classes: PostgreSQL documentation, appendix A.
fn of_server(error: &DbError) -> ConnectError {
    let text = error.message();
    let kind = match error.code().code() {
        "28000" if text.contains("pg_hba.conf") && (text.contains("no encryption") || text.contains("SSL off")) => K::TlsRequired,
        "28000" if text.contains("pg_hba.conf") => K::NotAdmitted,
        "28P01" | "28000" => K::Rejected,
        "3D000" => K::DatabaseNotFound,
        "3F000" => K::SchemaNotFound,
        "42501" => K::NoPrivilege,
        "53300" | "53400" => K::TooManyConnections,
        "57P01" | "57P02" | "57P03" => K::NotReady,
        "57014" => K::TimedOut,
        // PgBouncer has one code for whatever it has to say.
        "08P01" if text.contains("no such database") => K::DatabaseNotFound,
        "08P01" if text.contains("no such user") || text.contains("authentication failed") => K::Rejected,
        "08P01" if text.contains("SSL required") => K::TlsRequired,
        "08P01" if text.contains("no more connections") => K::TooManyConnections,
        _ => K::Server,
    };
    ConnectError::with_code(kind, error.code().code())
}

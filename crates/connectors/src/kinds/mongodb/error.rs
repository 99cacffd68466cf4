//! From the driver's errors to our own kinds: by the server's number, by what the gateway saw, never by a text.

use std::error::Error as _;
use std::io;

use egress::{Fault, Gateway, Objection, TlsError};
use mongodb::error::{Error, ErrorKind};

use crate::error::{ConnectError, ConnectErrorKind as K};

/// What a failed command means.
pub(super) fn of(error: &Error, gateway: &Gateway) -> ConnectError {
    if let Some(code) = code(error) {
        return of_code(code);
    }
    match &*error.kind {
        ErrorKind::Authentication { .. } => match gateway.fault() {
            Some(fault @ Fault::Objection(_)) => of_fault(fault),
            _ => K::AuthenticationUnsupported.into(),
        },
        ErrorKind::Io(_) | ErrorKind::ServerSelection { .. } | ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::ProxyConnect { .. } => {
            match (gateway.fault(), &*error.kind) {
                (Some(fault), _) => of_fault(fault),
                (None, ErrorKind::Io(error)) if error.kind() != io::ErrorKind::TimedOut => K::Closed.into(),
                (None, _) => K::TimedOut.into(),
            }
        }
        ErrorKind::IncompatibleServer { .. } => ConnectError::from(K::Protocol).with_remedy("MongoDB 4.2 or later is needed".to_owned()),
        _ => K::Protocol.into(),
    }
}

/// The server's number, also of an error that another one wraps.
fn code(error: &Error) -> Option<i32> {
    let (mut error, mut depth) = (error, 0);
    loop {
        if let ErrorKind::Command(command) = &*error.kind {
            return Some(command.code);
        }
        depth += 1;
        // The driver keeps it in a box, which is an error of its own.
        let source = error.source()?;
        error = source.downcast_ref::<Box<Error>>().map(|inner| &**inner).or_else(|| source.downcast_ref()).filter(|_| depth < 8)?;
    }
}

fn of_fault(fault: Fault) -> ConnectError {
    match fault {
        Fault::Dial(error) => error.into(),
        Fault::Tls(TlsError::Handshake) => K::TlsFailed.into(),
        Fault::Tls(error) => error.into(),
        Fault::Objection(Objection::TooLarge) => K::TooMuch.into(),
        Fault::Objection(Objection::TooCostly) => K::LoginCostly.into(),
        Fault::Objection(Objection::Protocol) => K::Protocol.into(),
    }
}

/// Numbers: `src/mongo/base/error_codes.yml` of MongoDB; 8000 is Atlas's.
fn of_code(code: i32) -> ConnectError {
    let kind = match code {
        11 | 18 | 8000 => K::Rejected,
        334 => K::AuthenticationUnsupported,
        13 => K::NoPrivilege,
        24 | 50 | 146 | 262 | 292 => K::Exhausted,
        89 | 202 => K::TimedOut,
        462 => K::TooManyConnections,
        91 | 189 | 10107 | 11600 | 11602 | 13435 | 13436 => K::NotReady,
        73 => K::DatabaseNotFound,
        _ => K::Server,
    };
    ConnectError::with_code(kind, &code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (code, kind) in
            [(18, K::Rejected), (13, K::NoPrivilege), (50, K::Exhausted), (91, K::NotReady), (59, K::Server), (-1, K::Server)]
        {
            assert_eq!(of_code(code).kind, kind, "{code}");
        }
        assert_eq!(of_code(59).server_code.as_deref(), Some("59"));
    }
}

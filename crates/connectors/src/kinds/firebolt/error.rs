//! From Firebolt's answers to our own kinds. Of what a server says only a number gets out.

use http::StatusCode;

use crate::error::{ConnectError, ConnectErrorKind as K};

/// What the token's server says to who may not log in.
pub(super) fn of_token(status: StatusCode) -> ConnectError {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            ConnectError::from(K::Rejected).with_remedy("check clientId and clientSecret: those of a service account".to_owned())
        }
        other => of_status(other),
    }
}

/// What the API says of an account.
pub(super) fn of_account(status: StatusCode) -> ConnectError {
    match status {
        StatusCode::NOT_FOUND => {
            ConnectError::from(K::AccountNotFound).with_remedy("check account, and that the service account has a user in it".to_owned())
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ConnectError::from(K::NoPrivilege)
            .with_field("account")
            .with_remedy("add a user for the service account to the account".to_owned()),
        other => of_status(other),
    }
}

/// What came of a statement that failed, by its status and the number in its answer.
pub(super) fn of_statement(status: StatusCode, number: &str) -> ConnectError {
    match status {
        StatusCode::FORBIDDEN => ConnectError::with_code(K::NoPrivilege, number)
            .with_field("clientId")
            .with_remedy("grant USAGE on the database, the schema and the engine to the role of the service account's user".to_owned()),
        StatusCode::UNAUTHORIZED => ConnectError::with_code(K::Closed, number),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            of_status(status)
        }
        _ => ConnectError::with_code(K::Server, if number.is_empty() { status.as_str() } else { number }),
    }
}

/// Whether the server failed at what was asked.
pub(super) fn is_refusal(error: &ConnectError) -> bool {
    error.kind == K::NoPrivilege || (error.kind == K::Server && error.server_code.is_some())
}

fn of_status(status: StatusCode) -> ConnectError {
    match status {
        StatusCode::TOO_MANY_REQUESTS => K::TooManyConnections.into(),
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => K::NotReady.into(),
        _ => ConnectError::from(K::Protocol)
            .with_field("host")
            .with_remedy("check apiEndpoint: what answers there is no Firebolt".to_owned()),
    }
}

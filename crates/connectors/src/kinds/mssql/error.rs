//! From tiberius's errors to our own kinds. Of what a server says only the number gets out.

use std::io::ErrorKind;

use tiberius::error::Error;

use crate::error::{ConnectError, ConnectErrorKind as K};

/// The words for a failure of the driver's.
pub(super) fn map(error: &Error) -> ConnectError {
    match error {
        Error::Server(token) => of_number(token.code()),
        Error::Io { kind: ErrorKind::TimedOut, .. } => K::TimedOut.into(),
        Error::Io { .. } => K::Closed.into(),
        Error::Routing { .. } => K::Redirected.into(),
        _ => K::Protocol.into(),
    }
}

/// Numbers: "Database Engine events and errors" of SQL Server's documentation, and "Troubleshoot connectivity" of Azure SQL's.
pub(super) fn of_number(number: u32) -> ConnectError {
    let kind = match number {
        18451 | 18452 | 18456 | 40531 | 40532 => K::Rejected,
        18470 | 18486 => K::AccountLocked,
        18487 | 18488 => K::PasswordExpired,
        911 | 4060 | 4064 => K::DatabaseNotFound,
        229 | 230 | 262 | 297 | 300 | 916 => K::NoPrivilege,
        17892 | 40615 | 40914 | 47073 => K::NotAdmitted,
        10928 | 10929 | 10936 | 17809 | 40501 | 49918..=49920 => K::TooManyConnections,
        923 | 924 | 926 | 927 | 942 | 945 | 976 | 982 | 40613 => K::DatabaseUnavailable,
        615 | 921 | 922 | 952 | 983 | 988 | 1205 | 1222 | 4221 | 17142 | 17187 | 17188 | 18401 | 18461 | 40197 => K::NotReady,
        978 | 979 | 3906 => K::ReadOnly,
        701 | 8645 => K::Exhausted,
        47072 => K::TlsFailed,
        _ => K::Server,
    };
    let error = ConnectError::with_code(kind, &number.to_string());
    let remedy = match number {
        978 => "set readOnlyIntent to true: this replica takes no other connections",
        979 => "set readOnlyIntent to false: this replica takes no connections that only read",
        4060 | 4064 | 911 => "check database, and that the login has a user in it",
        916 => "create a user for the login in the database (CREATE USER … FOR LOGIN …)",
        40615 | 40914 | 47073 => "add this server's address to the firewall rules of the database server",
        17892 => "let the server's logon trigger admit this login",
        40531 | 40532 => "give the user as user@server, with the first part of the server's name",
        18452 => "check user and password, and that the server allows SQL Server authentication",
        1205 | 1222 => "another session holds locks on the catalog: try again later",
        _ if kind == K::NoPrivilege => "let the login see the catalog: GRANT VIEW DEFINITION in the database, or SELECT on its tables",
        _ => return error,
    };
    let error = error.with_remedy(remedy.to_owned());
    match number {
        978 | 979 => error.with_field("readOnlyIntent"),
        40615 | 40914 | 47073 => error.with_field("host"),
        40531 | 40532 => error.with_field("username"),
        _ => error,
    }
}

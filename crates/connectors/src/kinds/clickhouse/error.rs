//! From ClickHouse's exceptions to our own kinds. Of what a server says only the number gets out.

use http::StatusCode;

use crate::error::{ConnectError, ConnectErrorKind as K};

/// `Code: 60. DB::Exception: …`, or with a comma in older versions: the number.
pub(super) fn code_in(text: &str) -> Option<u16> {
    let after = &text[text.find("Code: ")? + 6..];
    let digits = after.bytes().take_while(u8::is_ascii_digit).take(5).count();
    let ends = matches!(after.as_bytes().get(digits), Some(b'.' | b','));
    after[..digits].parse().ok().filter(|_| ends)
}

/// An answer that is no success: by the exception's number, else by the status.
pub(super) fn of_answer(status: StatusCode, code: Option<u16>, text: &str) -> ConnectError {
    match code {
        Some(code) => of_code(code),
        None => match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => K::Rejected,
            // "The plain HTTP request was sent to HTTPS port"
            StatusCode::BAD_REQUEST if text.contains("HTTPS") => K::TlsRequired,
            StatusCode::TOO_MANY_REQUESTS => K::TooManyConnections,
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => K::NotReady,
            _ => K::Protocol,
        }
        .into(),
    }
}

/// Numbers: `src/Common/ErrorCodes.cpp` of ClickHouse. 192 to 195 and 291 are those of 2018.
pub(super) fn of_code(code: u16) -> ConnectError {
    let kind = match code {
        516 | 192 | 193 | 194 => K::Rejected,
        195 => K::NotAdmitted,
        81 => K::DatabaseNotFound,
        497 | 291 => K::NoPrivilege,
        164 => K::ReadOnly,
        202 | 203 | 439 => K::TooManyConnections,
        158..=160 | 173 | 201 | 241 | 290 | 307 | 394 | 396 => K::Exhausted,
        _ => K::Server,
    };
    let error = ConnectError::with_code(kind, &code.to_string());
    match kind {
        K::NotAdmitted => error.with_remedy("add this server's address to the user's allowed hosts at the database (HOST IP)".to_owned()),
        K::NoPrivilege if code == 291 => error.with_remedy("add the database to the user's allow_databases at the server".to_owned()),
        K::NoPrivilege => error.with_remedy("grant SHOW TABLES, SHOW COLUMNS and SELECT on the database to the user".to_owned()),
        K::ReadOnly => error.with_remedy("allow the user to run SELECT (readonly = 0, 1 or 2)".to_owned()),
        _ => error,
    }
}

/// Whether it says that a table or a database is not there any more: 60 `UNKNOWN_TABLE`, 81 `UNKNOWN_DATABASE`, 218 `TABLE_IS_DROPPED`.
pub(super) fn is_gone(error: &ConnectError) -> bool {
    matches!(error.server_code.as_deref(), Some("60" | "81" | "218"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_ages() {
        for (text, code) in [
            ("Code: 60, e.displayText() = DB::Exception: Table x doesn't exist, e.what() = DB::Exception\n", Some(60)),
            ("Code: 516. DB::Exception: app: Authentication failed: … (AUTHENTICATION_FAILED) (version 26.9.2.1)\n", Some(516)),
            ("Poco::Exception. Code: 1000, e.code() = 0", Some(1000)),
            ("\r\n__exception__\r\nabcdefghijklmnop\r\nCode: 241. DB::Exception: …", Some(241)),
            ("{\"exception\": \"Code: 395. DB::Exception: …\"}", Some(395)),
            ("Code: 999999. x", None),
            ("Code: x", None),
            ("Code: 12", None),
            ("<html>", None),
        ] {
            assert_eq!(code_in(text), code, "{text}");
        }
    }
}

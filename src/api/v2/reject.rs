//! What every surface has to refuse, in this API's envelope and words.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::error::{ApiError, Code};
use super::ignored::is_printable;
use super::wording;
use crate::http::{JsonFault, Reject};

/// The answer to a request that went no further.
pub(crate) fn render(reject: &Reject) -> Response {
    ApiError::from(reject).into_response()
}

impl From<Reject> for ApiError {
    fn from(reject: Reject) -> Self {
        Self::from(&reject)
    }
}

impl From<&Reject> for ApiError {
    fn from(reject: &Reject) -> Self {
        let invalid = |text: &str| Self::invalid(text);
        let error = match reject {
            Reject::Unauthenticated => Self::new(Code::AuthenticationError, "API key is invalid or expired"),
            Reject::RateLimited(seconds) => {
                let text = "too many requests with a bad API key came from this address; a good one is still taken";
                Self::new(Code::RateLimited, text).retrying_after(*seconds)
            }
            Reject::ReadOnly => {
                let text = "this token is read-only: use a token of scope write";
                // The contract has one code for everything about tokens, and one status for the code.
                return Self::new(Code::AuthenticationError, text).with_status(StatusCode::UNAUTHORIZED);
            }
            Reject::NoSuchPath => Self::new(Code::NotFound, "there is no such path"),
            Reject::WrongMethod => Self::new(Code::MethodNotAllowed, "this path does not take this method"),
            Reject::MediaType => invalid("Content-Type must be application/json"),
            Reject::NoForm => invalid("Content-Type must be multipart/form-data, with a boundary"),
            Reject::BrokenForm => invalid("the request body is not a form as multipart/form-data has it"),
            Reject::Encoding => invalid("Content-Encoding is not supported: send the body as it is"),
            Reject::TooLarge(limit) => invalid(&format!("the request body is larger than {limit} bytes")),
            Reject::Late => invalid("the request body did not arrive in time"),
            Reject::Incomplete => invalid("the request body did not arrive whole"),
            Reject::Json { fault, line, column } => {
                let what = match fault {
                    JsonFault::Syntax => "is not valid JSON",
                    JsonFault::Nesting => "is nested too deeply",
                };
                invalid(&format!("the request body {what} (line {line}, column {column})"))
            }
            Reject::Repeated(path) => invalid(&repeated(path)),
            Reject::Empty => invalid("the request body is empty: send a JSON object"),
            Reject::NotObject(found) => invalid(&format!("\"value\" must be of type object, and is {found}: send a JSON object")),
            Reject::QueryEncoding => invalid("the query is not valid UTF-8"),
            Reject::Parameter(name, rule) => wording::broken(name, rule),
            Reject::Unavailable => Self::unavailable(),
            Reject::Internal => Self::new(Code::InternalServerError, "Internal server error"),
        };
        error.with_status(reject.status())
    }
}

fn repeated(path: &[String]) -> String {
    if path.iter().all(|key| is_printable(key)) {
        format!("\"{}\" stands twice in the request body", path.join("."))
    } else {
        "a key stands twice in the request body".to_owned()
    }
}

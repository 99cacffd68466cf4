//! Why a request never came to the work it asked for.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use connectors::Rule;

/// A fact without words: it travels in the response's extensions to where the surface of the path renders it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reject {
    /// No token, or none that is good.
    Unauthenticated,
    /// Too many tokens from there were not good; for how many seconds the next one like them is not looked at.
    RateLimited(u64),
    /// The token may only read.
    ReadOnly,
    /// There is no such path.
    NoSuchPath,
    /// The path does not take this method.
    WrongMethod,
    /// The body is announced as something else than JSON.
    MediaType,
    /// The body is not announced as a form with files.
    NoForm,
    /// The body is no such form.
    BrokenForm,
    /// The body is announced as compressed.
    Encoding,
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// The body did not arrive in time.
    Late,
    /// The body did not arrive whole.
    Incomplete,
    /// The body is no JSON, from this place on.
    Json { fault: JsonFault, line: usize, column: usize },
    /// There is no body.
    Empty,
    /// A key of the body stands twice in one object: its path.
    Repeated(Vec<String>),
    /// The body is JSON, but no object: what it is.
    NotObject(&'static str),
    /// The query is no UTF-8.
    QueryEncoding,
    /// A parameter of the query breaks a rule.
    Parameter(String, Rule),
    /// The store is away for a while; the cause is in the log.
    Unavailable,
    /// A failure of ours; its cause is in the log.
    Internal,
}

/// What is wrong with a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonFault {
    /// The grammar.
    Syntax,
    /// The depth.
    Nesting,
}

impl Reject {
    /// A failure of ours: the cause goes to the log, and nowhere else.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(cause = %cause, "request failed");
        Self::Internal
    }

    /// The status that HTTP has for it.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::ReadOnly => StatusCode::FORBIDDEN,
            Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::MediaType
            | Self::NoForm
            | Self::BrokenForm
            | Self::Encoding
            | Self::Incomplete
            | Self::Json { .. }
            | Self::Repeated(_)
            | Self::Empty
            | Self::NotObject(_)
            | Self::QueryEncoding
            | Self::Parameter(..) => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Reject {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

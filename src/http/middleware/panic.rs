//! A panic is an answer, not a broken connection.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::http::reject::Reject;

/// Answers for a handler that panicked. What it panicked with may hold anything and is not shown.
pub(crate) fn on_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    Reject::internal(&"a handler panicked").into_response()
}

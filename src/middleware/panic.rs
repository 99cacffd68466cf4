//! A panic is a 500 in the contract's shape, not a broken connection.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::error::{ApiError, Code};

/// Answers for a handler that panicked. What it panicked with may hold anything and is not shown.
pub(crate) fn on_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::internal(Code::InternalServerError, &"a handler panicked").into_response()
}

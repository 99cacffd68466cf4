//! One route: all that router, OpenAPI and authentication need to know of it, in one place.

use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter};
use serde_json::Value;

use super::access::Access;
use crate::app::AppState;

/// An entry in the list of routes.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    /// Its operation in the OpenAPI document; none if it is not documented there.
    pub(crate) operation: Option<fn() -> Value>,
    handler: fn(MethodFilter) -> MethodRouter<AppState>,
}

/// An entry; the handler is told the method that it is put on.
pub(crate) const fn route(
    method: Method,
    path: &'static str,
    access: Access,
    operation: Option<fn() -> Value>,
    handler: fn(MethodFilter) -> MethodRouter<AppState>,
) -> Route {
    Route { method, path, access, operation, handler }
}

impl Route {
    /// The handler on its method.
    pub(crate) fn handler(&self) -> MethodRouter<AppState> {
        let method = MethodFilter::try_from(self.method.clone()).expect("a method of HTTP's own");
        (self.handler)(method)
    }
}

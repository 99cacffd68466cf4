//! Every route, once: the router, the OpenAPI document and what is open to anybody are made from this list.

use std::sync::LazyLock;

use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::on;
use connectors::Registry;
use serde_json::Value;

use crate::api::v2::{create, delete, details, list, progress, schema, sync, test, types, update, upload};
use crate::api::{self, health, metrics, v2};
use crate::http::Access::{Open, Read, Write};
use crate::http::{Prepared, Route, route};

const DATASOURCE: &str = "/api/v2/datasource";

/// All routes, in the order of the document.
pub(crate) static ROUTES: [Route; 17] = [
    route(Method::GET, DATASOURCE, Read, Some(list::operation), |method| on(method, list::list)),
    route(Method::POST, DATASOURCE, Write, Some(create::operation), |method| on(method, create::create)),
    route(Method::PUT, DATASOURCE, Write, Some(update::operation), |method| on(method, update::update)),
    route(Method::DELETE, DATASOURCE, Write, Some(delete::operation), |method| on(method, delete::delete)),
    route(Method::POST, "/api/v2/datasource/sync", Write, Some(sync::operation), |method| on(method, sync::sync)),
    route(Method::GET, "/api/v2/datasource/types", Read, Some(types::operation), |method| on(method, types::types)),
    route(Method::GET, "/api/v2/datasource/details", Read, Some(details::operation), |method| on(method, details::details)),
    route(Method::GET, "/api/v2/datasource/schema", Read, Some(schema::operation), |method| on(method, schema::schema)),
    route(Method::POST, "/api/v2/datasource/test", Write, Some(test::operation), |method| on(method, test::test)),
    route(Method::POST, "/api/v2/datasource/upload", Write, Some(upload::operation), |method| on(method, upload::upload)),
    route(Method::POST, "/api/v2/datasource/getDatasourceProgress", Read, Some(progress::operation), |method| {
        on(method, progress::progress)
    }),
    route(Method::GET, "/health/live", Open, Some(health::live_operation), |method| on(method, health::live)),
    route(Method::GET, "/health/ready", Open, Some(health::ready_operation), |method| on(method, health::ready)),
    route(Method::GET, "/api/health/live", Open, None, |method| on(method, health::live)),
    route(Method::GET, "/api/health/ready", Open, None, |method| on(method, health::ready)),
    route(Method::GET, "/metrics", Open, None, |method| on(method, metrics::metrics)),
    route(Method::GET, "/openapi.json", Open, None, |method| on(method, openapi)),
];

/// The OpenAPI document.
pub(crate) fn document() -> Value {
    api::document(&ROUTES, &v2::components(Registry))
}

static DOCUMENT: LazyLock<Prepared> = LazyLock::new(|| Prepared::json(&document()));

/// `GET /openapi.json`
async fn openapi(headers: HeaderMap) -> Response {
    DOCUMENT.answer(&headers)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::Access;

    #[test]
    fn what_is_not_documented_is_known_by_name() {
        let undocumented: Vec<_> = ROUTES.iter().filter(|route| route.operation.is_none()).map(|route| route.path).collect();
        assert_eq!(undocumented, ["/api/health/live", "/api/health/ready", "/metrics", "/openapi.json"]);
    }

    #[test]
    fn the_document_has_every_other_route_and_says_what_is_open() {
        let document = document();
        let mut documented = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let route = ROUTES.iter().find(|route| route.path == path && route.method.as_str().eq_ignore_ascii_case(method));
                let route = route.unwrap_or_else(|| panic!("{method} {path} is no route"));
                assert_eq!(operation["security"].is_array(), route.access == Access::Open, "{method} {path}");
                documented.insert((path.clone(), method.to_uppercase()));
            }
        }
        let routed: BTreeSet<_> = ROUTES
            .iter()
            .filter(|route| route.operation.is_some())
            .map(|route| (route.path.to_owned(), route.method.as_str().to_owned()))
            .collect();
        assert_eq!(documented, routed);
    }

    /// Whatever needs a token is in the document, so the test over HTTP that goes by the document leaves nothing out.
    #[test]
    fn what_needs_a_token_is_documented() {
        for route in ROUTES.iter().filter(|route| route.access != Access::Open) {
            assert!(route.operation.is_some(), "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn no_route_stands_twice() {
        let distinct: BTreeSet<_> = ROUTES.iter().map(|route| (route.path, route.method.as_str())).collect();
        assert_eq!(distinct.len(), ROUTES.len());
    }
}

//! The OpenAPI document: 3.1, put together from the routes and from what each surface says of its parts.
//!
//! 3.1 takes JSON Schema as it is, so the credentials schemas that validate requests stand in the document unchanged:
//! no generator lies between that could lose something.

use serde_json::{Map, Value, json};

use super::openapi;
use crate::http::Route;

/// The whole document for `routes`, whose operations refer to the schemas in `components`.
pub(crate) fn document(routes: &[Route], components: &Map<String, Value>) -> Value {
    let shared = openapi::shared();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Headwater",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Datasource connections: typed credentials in, tested connection and cached schema out.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"serviceToken": []}],
        "paths": paths(routes),
        "components": {
            "schemas": components,
            "responses": shared["responses"],
            "headers": shared["headers"],
            "securitySchemes": {"serviceToken": {"type": "http", "scheme": "bearer", "description": "A service token (dbn_live_…) of the organisation."}},
        },
    })
}

fn paths(routes: &[Route]) -> Value {
    let mut paths = json!({});
    for route in routes {
        if let Some(operation) = route.operation {
            paths[route.path][route.method.as_str().to_ascii_lowercase()] = operation();
        }
    }
    paths
}

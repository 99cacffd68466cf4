//! `GET /openapi.json`: OpenAPI 3.1.
//!
//! 3.1 takes JSON Schema as it is, so the credentials schemas that validate requests stand in the document unchanged:
//! no generator lies between that could lose something. Each endpoint file describes its own operation.

use axum::Json;
use connectors::Registry;
use serde_json::{Map, Value, json};

use super::{health, v2};

/// The document.
pub(crate) async fn openapi() -> Json<Value> {
    Json(document(Registry))
}

/// The whole document for the kinds in `registry`.
pub(crate) fn document(registry: Registry) -> Value {
    let mut schemas = Map::new();
    let mut bodies = Vec::new();
    for entry in registry.kinds() {
        let name = format!("{}Credentials", entry.name);
        schemas.insert(name.clone(), credentials(entry));
        bodies.push(json!({
            "type": "object",
            "title": entry.title,
            "required": ["datasourceType", "credentials"],
            "properties": {
                "datasourceType": {"const": entry.name},
                "credentials": {"$ref": format!("#/components/schemas/{name}")},
                "tenancySettings": {"$ref": "#/components/schemas/TenancySettings"},
            },
        }));
    }
    schemas.insert("Datasource".to_owned(), json!({"oneOf": bodies}));
    schemas.insert("TenancySettings".to_owned(), v2::tenancy::schema());
    schemas
        .insert("DatasourceName".to_owned(), json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}));
    schemas.insert("DatasourceReference".to_owned(), v2::sync::reference());
    schemas.insert(
        "Error".to_owned(),
        json!({"type": "object", "required": ["error"], "properties": {"error": {
            "type": "object", "required": ["code", "message"], "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }}}),
    );
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
        "paths": {
            "/api/v2/datasource": {
                "get": v2::list::operation(),
                "post": v2::create::operation(),
                "put": v2::update::operation(),
                "delete": v2::delete::operation(),
            },
            "/api/v2/datasource/sync": {"post": v2::sync::operation()},
            "/api/v2/datasource/types": {"get": v2::types::operation()},
            "/api/v2/datasource/details": {"get": v2::details::operation()},
            "/api/v2/datasource/schema": {"get": v2::schema::operation()},
            "/api/v2/datasource/test": {"post": v2::test::operation()},
            "/api/v2/datasource/getDatasourceProgress": {"post": v2::progress::operation()},
            "/health/live": {"get": health::operation("live", "The process runs")},
            "/health/ready": {"get": health::operation("ready", "The server can do its work")},
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"serviceToken": {"type": "http", "scheme": "bearer", "description": "A service token (dbn_live_…) of the organisation."}},
        },
    })
}

/// A kind's credentials with the `name` that every kind has.
pub(crate) fn credentials(entry: &connectors::Kind) -> Value {
    let mut schema = entry.schema().clone();
    let mut example: Value = serde_json::from_str(entry.example).unwrap_or_default();
    example["name"] = json!(format!("my-{}", entry.name));
    schema["title"] = json!(format!("{} credentials", entry.title));
    schema["examples"] = json!([example]);
    schema["properties"]["name"] =
        json!({"type": "string", "minLength": 1, "maxLength": 255, "description": "Unique name of the datasource in the organisation."});
    if let Some(required) = schema["required"].as_array_mut() {
        required.insert(0, json!("name"));
    }
    schema
}

/// An operation: what a success looks like, and which errors there are (status, codes).
pub(crate) fn operation(id: &str, summary: &str, success: &Value, errors: &[(u16, &str)]) -> Value {
    let mut responses =
        Map::from_iter([("200".to_owned(), json!({"description": "Success", "content": {"application/json": {"schema": success}}}))]);
    for (status, codes) in errors.iter().chain(&[(401, "AUTHENTICATION_ERROR")]) {
        let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}});
        responses.insert(status.to_string(), json!({"description": codes, "content": content}));
    }
    json!({"operationId": id, "summary": summary, "tags": ["datasource"], "responses": responses})
}

/// A JSON body of a component's schema.
pub(crate) fn body(component: &str) -> Value {
    json!({"required": true, "content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{component}")}}}})
}

/// A query parameter.
pub(crate) fn query(name: &str, required: bool, schema: &Value, description: &str) -> Value {
    json!({"name": name, "in": "query", "required": required, "schema": schema, "description": description})
}

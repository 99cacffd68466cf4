//! What OpenAPI operations are made of. Each endpoint file describes its own operation with them.

use serde_json::{Map, Value, json};

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

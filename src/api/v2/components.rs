//! The schemas that this API's operations refer to.

use connectors::{Kind, Registry};
use serde_json::{Map, Value, json};

use super::{reference, tenancy};

/// All of them, for the kinds in `registry`.
pub(crate) fn components(registry: Registry) -> Map<String, Value> {
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
    let name = json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}});
    let error = json!({"type": "object", "required": ["error"], "properties": {"error": {
        "type": "object", "required": ["code", "message"], "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    }}});
    for (component, schema) in [
        ("Datasource", json!({"oneOf": bodies})),
        ("TenancySettings", tenancy::schema()),
        ("DatasourceName", name),
        ("DatasourceReference", reference::schema()),
        ("Error", error),
    ] {
        schemas.insert(component.to_owned(), schema);
    }
    schemas
}

/// A kind's credentials with the `name` that every kind has.
pub(super) fn credentials(entry: &Kind) -> Value {
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

//! The schemas that this API's operations refer to.

use connectors::{Kind, Registry};
use serde_json::{Map, Value, json};

use super::error::Code;
use super::{definition, groups, reference, tenancy, test};
use crate::api::openapi::{object, or_null, schema};

/// All of them, for the kinds in `registry`.
pub(crate) fn components(registry: Registry) -> Map<String, Value> {
    let mut schemas = Map::new();
    let (mut bodies, mut mapping) = (Vec::new(), Map::new());
    let mut add = |component: &str, schema: Value| drop(schemas.insert(component.to_owned(), schema));
    for kind in registry.kinds() {
        let (credentials_of, body_of) = (format!("{}Credentials", kind.name), format!("{}Datasource", kind.name));
        add(&credentials_of, groups::referred_to(credentials(kind)));
        let members = json!({
            "datasourceType": {"type": "string", "const": kind.name},
            "credentials": schema(&credentials_of),
            "tenancySettings": or_null(&schema(tenancy::component(kind))),
        });
        let mut body = object(&members, &["tenancySettings"]);
        body["title"] = json!(format!("{} datasource", kind.title));
        add(&body_of, body);
        mapping.insert(kind.name.to_owned(), schema(&body_of)["$ref"].clone());
        bodies.push(schema(&body_of));
    }
    let discriminator = json!({"propertyName": "datasourceType", "mapping": mapping});
    add("Datasource", json!({"oneOf": bodies, "discriminator": discriminator}));
    for (group, schema) in groups::all(registry)
        .into_iter()
        .chain(tenancy::schemas())
        .chain(definition::schemas())
        .chain(test::schemas())
        .chain(reference::schemas())
    {
        add(group, schema);
    }
    add("DatasourceName", object(&json!({"name": {"type": "string"}}), &[]));
    add("Error", object(&json!({"error": schema("ErrorDetails")}), &[]));
    add("ErrorDetails", object(&json!({"code": schema("ErrorCode"), "message": {"type": "string"}}), &[]));
    add("ErrorCode", error_codes());
    schemas
}

fn error_codes() -> Value {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).chain([RESERVED]).collect();
    let about = format!("{RESERVED} is reserved: nothing here refers to a datasource, so every one can be deleted.");
    json!({"type": "string", "enum": codes, "description": about})
}

/// A code of the contract's that is never answered.
pub(super) const RESERVED: &str = "DATASOURCE_IN_USE";

/// A kind's credentials with the `name` that every kind has.
pub(super) fn credentials(kind: &Kind) -> Value {
    let mut schema = kind.schema().clone();
    let mut example: Value = serde_json::from_str(kind.example).unwrap_or_default();
    example["name"] = json!(format!("my-{}", kind.name));
    schema["title"] = json!(format!("{} credentials", kind.title));
    schema["examples"] = json!([example]);
    schema["properties"]["name"] =
        json!({"type": "string", "minLength": 1, "maxLength": 255, "description": "Unique name of the datasource in the organisation."});
    if let Some(required) = schema["required"].as_array_mut() {
        required.insert(0, json!("name"));
    }
    schema
}

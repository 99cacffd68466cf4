//! `tenancySettings`: six keys, five of them only for level `TABLE`.

use connectors::Kind;
use serde_json::{Map, Value, json};
use store::{Tenancy, TenancyLevel};

use super::error::ApiError;
use super::members::{filled, member, object, one_of, string};

/// Where the settings stand in a body.
pub(super) const PATH: &str = "tenancySettings.";

pub(super) const MEMBERS: [&str; 6] =
    ["tenancyLevel", "clientColumnType", "schemaName", "tableName", "tableClientNameColumn", "tablePrimaryKeyColumn"];

/// Whether a kind has schemas, so that its settings must name one.
pub(super) fn has_schemas(kind: &Kind) -> bool {
    kind.schema()["properties"].get("schema").is_some()
}

/// Reads the settings of a request; absent and `null` mean none. Only a kind that `has_schemas` must name one.
pub(super) fn read(body: &Map<String, Value>, has_schemas: bool) -> Result<Option<Tenancy>, ApiError> {
    if member(body, "", "tenancySettings")?.is_none_or(Value::is_null) {
        return Ok(None);
    }
    let settings = object(body, "", "tenancySettings")?;
    let level = one_of(settings, PATH, "tenancyLevel", &["TABLE", "DATABASE"])?;
    if level == "DATABASE" {
        let none = None::<String>;
        return Ok(Some(Tenancy {
            level: TenancyLevel::Database,
            client_column_type: none.clone(),
            schema_name: none.clone(),
            table_name: none.clone(),
            client_name_column: none.clone(),
            primary_key_column: none,
        }));
    }
    let text = |key| filled(settings, PATH, key).map(|text| Some(text.to_owned()));
    Ok(Some(Tenancy {
        level: TenancyLevel::Table,
        client_column_type: Some(one_of(settings, PATH, "clientColumnType", &["NUMBER", "STRING"])?.to_owned()),
        schema_name: if has_schemas { text("schemaName")? } else { Some(string(settings, PATH, "schemaName")?.to_owned()) },
        table_name: text("tableName")?,
        client_name_column: text("tableClientNameColumn")?,
        primary_key_column: text("tablePrimaryKeyColumn")?,
    }))
}

/// The component of a kind's settings.
pub(super) fn component(kind: &Kind) -> &'static str {
    if has_schemas(kind) { "TenancySettingsWithSchema" } else { "TenancySettings" }
}

/// For the OpenAPI document.
pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let text = json!({"type": "string", "minLength": 1});
    vec![
        ("TenancySettings", schema(&json!({"type": "string", "description": "May be empty: the kind has no schemas."}))),
        ("TenancySettingsWithSchema", schema(&text)),
    ]
}

fn schema(schema_name: &Value) -> Value {
    let text = json!({"type": "string", "minLength": 1});
    json!({
        "type": "object",
        "required": ["tenancyLevel"],
        "properties": {
            "tenancyLevel": {"type": "string", "enum": ["TABLE", "DATABASE"]},
            "clientColumnType": {"type": "string", "enum": ["NUMBER", "STRING"]},
            "schemaName": schema_name,
            "tableName": text,
            "tableClientNameColumn": text,
            "tablePrimaryKeyColumn": text,
        },
        "if": {"properties": {"tenancyLevel": {"const": "TABLE"}}, "required": ["tenancyLevel"]},
        "then": {"required": ["clientColumnType", "schemaName", "tableName", "tableClientNameColumn", "tablePrimaryKeyColumn"]},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(settings: Value) -> String {
        let body = Map::from_iter([("tenancySettings".to_owned(), settings)]);
        read(&body, false).err().map(|e| e.message().to_owned()).unwrap_or_default()
    }

    #[test]
    fn absent_and_null_mean_none() {
        assert_eq!(read(&Map::new(), true), Ok(None));
        assert_eq!(read(&Map::from_iter([("tenancySettings".to_owned(), Value::Null)]), true), Ok(None));
    }

    #[test]
    fn each_rule_has_its_message() {
        let full = json!({"tenancyLevel": "TABLE", "clientColumnType": "STRING", "schemaName": "", "tableName": "t", "tableClientNameColumn": "c", "tablePrimaryKeyColumn": "id"});
        assert_eq!(message(full.clone()), "");
        assert_eq!(message(json!({"tenancyLevel": "DATABASE"})), "");
        assert_eq!(message(json!({"tenancyLevel": "DATABASE", "tableName": 5})), "", "the other five are not looked at");
        assert_eq!(message(json!({})), "\"tenancySettings.tenancyLevel\" is required");
        assert_eq!(message(json!([])), "\"tenancySettings\" must be of type object");
        assert_eq!(message(json!({"tenancyLevel": "ROW"})), "\"tenancySettings.tenancyLevel\" must be one of [TABLE, DATABASE]");
        for key in ["clientColumnType", "schemaName", "tableName", "tableClientNameColumn", "tablePrimaryKeyColumn"] {
            let mut without = full.clone();
            without.as_object_mut().expect("object").remove(key);
            assert_eq!(message(without), format!("\"tenancySettings.{key}\" is required"));
            let mut wrong = full.clone();
            wrong[key] = json!(1);
            assert_eq!(message(wrong), format!("\"tenancySettings.{key}\" must be a string"));
        }
        let mut empty = full;
        let body = Map::from_iter([("tenancySettings".to_owned(), empty.clone())]);
        assert_eq!(read(&body, true).expect_err("a schema").message(), "\"tenancySettings.schemaName\" is not allowed to be empty");
        empty["tableName"] = json!("");
        assert_eq!(message(empty), "\"tenancySettings.tableName\" is not allowed to be empty");
    }
}

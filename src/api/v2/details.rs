//! `GET /api/v2/datasource/details?datasourceName=`, an addition: what is known of a datasource, secrets left out.

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};
use store::{Datasource, Lifecycle, Tenancy, TenancyLevel};

use super::error::{ApiError, Code};
use crate::api::openapi;
use crate::app::AppState;
use crate::clock::rfc3339;
use crate::datasource::{Described, describe};
use crate::http::{Caller, Query};

/// Answers one datasource.
pub(crate) async fn details(State(app): State<AppState>, Caller(tenant): Caller, query: Query) -> Result<Json<Value>, ApiError> {
    let name = query.filled("datasourceName")?;
    let failed = |e: &(dyn std::error::Error + 'static)| ApiError::internal(Code::InternalServerError, e);
    let stored = app.store.datasource(tenant, name).await.map_err(|e| failed(&e))?;
    let stored = stored.ok_or_else(|| ApiError::new(Code::DatasourceNameError, "Datasource not found"))?;
    let Described { fields, fingerprints, warnings, exposure } = describe(&app, tenant, &stored).await.map_err(|e| failed(&e))?;
    let schema = stored.summary.as_deref().map(counts).transpose().map_err(|e| failed(&e))?;
    let mut data = json!({
        "id": stored.uuid.to_string(),
        "name": stored.name,
        "type": stored.kind,
        "status": status(&stored),
        "syncError": stored.sync_error,
        "createdAt": rfc3339(stored.created_at),
        "updatedAt": rfc3339(stored.updated_at),
        "testedAt": stored.tested_at.map(rfc3339),
        "syncedAt": stored.synced_at.map(rfc3339),
        "server": stored.server.map(|server| json!({"product": server.product, "version": server.version})),
        "schema": schema,
        "tenancySettings": stored.tenancy.as_ref().map(tenancy),
        "credentials": fields,
        "secretFingerprints": fingerprints,
    });
    // Only where there is something to warn of.
    if !warnings.is_empty() {
        data["warnings"] = warnings.into_iter().map(|violation| ApiError::from(violation).message().to_owned()).collect();
    }
    if let Some(exposure) = exposure {
        data["protection"] = json!(exposure.as_str());
    }
    Ok(Json(json!({"data": data})))
}

fn status(stored: &Datasource) -> &'static str {
    match stored.lifecycle {
        Lifecycle::Untested => "untested",
        Lifecycle::Verified if stored.sync_error.is_some() => "sync_failed",
        Lifecycle::Verified => "connected",
    }
}

/// Counts of the cached schema, and what was left out of it. Notes are there only if something was.
fn counts(summary: &str) -> Result<Value, serde_json::Error> {
    let summary: Value = serde_json::from_str(summary)?;
    let mut schema = json!({"schemas": summary["schemas"].as_array().map(Vec::len), "tables": summary["tables"], "columns": summary["columns"], "partial": summary["partial"]});
    for key in ["notes", "notesTotal"] {
        if let Some(value) = summary.get(key) {
            schema[key] = value.clone();
        }
    }
    Ok(schema)
}

fn tenancy(tenancy: &Tenancy) -> Value {
    let mut settings = Map::from_iter([("tenancyLevel".to_owned(), json!(tenancy.level.as_str()))]);
    if tenancy.level == TenancyLevel::Table {
        for (key, value) in [
            ("clientColumnType", &tenancy.client_column_type),
            ("schemaName", &tenancy.schema_name),
            ("tableName", &tenancy.table_name),
            ("tableClientNameColumn", &tenancy.client_name_column),
            ("tablePrimaryKeyColumn", &tenancy.primary_key_column),
        ] {
            settings.insert(key.to_owned(), json!(value));
        }
    }
    Value::Object(settings)
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let text = json!({"type": "string"});
    let maybe = json!({"type": ["string", "null"]});
    let moment = json!({"type": "string", "format": "date-time"});
    let maybe_moment = json!({"type": ["string", "null"], "format": "date-time"});
    let number = json!({"type": "integer"});
    let server = openapi::object(&json!({"product": text, "version": text}), &[]);
    let counts = json!({
        "schemas": number,
        "tables": number,
        "columns": number,
        "partial": {"type": "array", "items": text},
        "notes": {"type": "array", "items": openapi::schema("Note")},
        "notesTotal": number,
    });
    let schema = openapi::object(&counts, &["notes", "notesTotal"]);
    let warnings = "What would be refused of these credentials if they were sent today; only there if there is any.";
    let fingerprints = "For each secret a keyed hash that changes when the secret does.";
    let data = openapi::object(
        &json!({
            "id": {"type": "string", "format": "uuid"},
            "name": text,
            "type": text,
            "status": {"type": "string", "enum": ["connected", "sync_failed", "untested"]},
            "syncError": maybe,
            "createdAt": moment,
            "updatedAt": moment,
            "testedAt": maybe_moment,
            "syncedAt": maybe_moment,
            "server": openapi::or_null(&server),
            "schema": openapi::or_null(&schema),
            "tenancySettings": openapi::or_null(&openapi::schema("TenancySettings")),
            "credentials": {"type": "object", "description": "Without secrets.", "additionalProperties": true},
            "secretFingerprints": {"type": "object", "description": fingerprints, "additionalProperties": text},
            "protection": super::test::protection(),
            "warnings": {"type": "array", "items": text, "description": warnings},
        }),
        &["protection", "warnings"],
    );
    let success = openapi::object(&json!({"data": data}), &[]);
    let errors = [(400, "INVALID_REQUEST_BODY, DATASOURCE_NAME_ERROR"), (500, "INTERNAL_SERVER_ERROR")];
    let mut operation = openapi::operation("getDatasourceDetails", "What is known of a datasource, secrets left out", &success, &errors);
    operation["parameters"] = json!([openapi::query("datasourceName", true, &json!({"type": "string", "minLength": 1}), "Exact name.")]);
    operation
}

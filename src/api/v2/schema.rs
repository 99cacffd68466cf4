//! `GET /api/v2/datasource/schema?datasourceName=`, an addition: the cached schema, a hundred tables a page.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use store::{Page, Tables};

use super::error::{ApiError, Code};
use super::paging::page_number;
use crate::api::openapi;
use crate::app::AppState;
use crate::http::{Caller, Query, is_known};

const PER_PAGE: i64 = 100;

/// The summary of a schema that was never read: an empty one.
const NEVER_READ: &str = r#"{"schemas":[],"tables":0,"columns":0,"partial":[]}"#;

#[derive(Serialize)]
struct Answer {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    /// Schemas, counts and marks of the whole cache.
    summary: Box<RawValue>,
    tables: Vec<Table>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    /// Canonical JSON, not parsed again.
    definition: Box<RawValue>,
    row_estimate: Option<i64>,
    /// What a sample showed, where the source declares no schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample: Option<Box<RawValue>>,
}

/// Answers one page; `ETag` is the root hash of the schema, so an unchanged one costs a 304.
pub(crate) async fn schema(
    State(app): State<AppState>,
    Caller(tenant): Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name = query.filled("datasourceName")?;
    let which = Tables { schema: query.get("schema")?, table: query.get("table")? };
    let page = Page { limit: PER_PAGE, offset: page_number(&query)?.saturating_mul(PER_PAGE) };
    let failed = |e: &(dyn std::error::Error + 'static)| ApiError::internal(Code::InternalServerError, e);
    let stored = app.store.datasource(tenant, name).await.map_err(|e| failed(&e))?;
    let stored = stored.ok_or_else(|| ApiError::new(Code::DatasourceNameError, "Datasource not found"))?;
    // The representation depends on the query too, but a query is part of the URL that a cache goes by.
    let tag = HeaderValue::try_from(format!("\"{}\"", URL_SAFE_NO_PAD.encode(stored.root.unwrap_or_default()))).map_err(|e| failed(&e))?;
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let tables = app.store.cached_tables(tenant, stored.uuid, which, page).await.map_err(|e| failed(&e))?;
    let raw = |text: String| RawValue::from_string(text).map_err(|e| failed(&e));
    let table = |(entry, body): (store::TableEntry, String)| {
        let sample = entry.sample.map(|sample| sample.text().map_err(|e| failed(&e)).and_then(raw)).transpose()?;
        Ok(Table { definition: raw(catalog::shown(body))?, row_estimate: entry.row_estimate, sample })
    };
    let tables = tables.into_iter().map(table).collect::<Result<_, ApiError>>()?;
    Ok((
        [(header::ETAG, tag)],
        Json(Answer { data: Data { summary: raw(stored.summary.unwrap_or_else(|| NEVER_READ.to_owned()))?, tables } }),
    )
        .into_response())
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let row_estimate = json!({"type": ["integer", "null"]});
    let table = openapi::object(
        &json!({"definition": openapi::schema("TableDefinition"), "rowEstimate": row_estimate, "sample": openapi::schema("Sample")}),
        &["sample"],
    );
    let tables = json!({"type": "array", "items": table});
    let data = openapi::object(&json!({"summary": openapi::schema("SchemaSummary"), "tables": tables}), &[]);
    let success = openapi::object(&json!({"data": data}), &[]);
    let errors = [(400, "INVALID_REQUEST_BODY, DATASOURCE_NAME_ERROR"), (500, "INTERNAL_SERVER_ERROR")];
    let mut operation = openapi::operation("getDatasourceSchema", "The cached schema, a hundred tables a page", &success, &errors);
    let text = json!({"type": "string"});
    operation["parameters"] = json!([
        openapi::query("datasourceName", true, &json!({"type": "string", "minLength": 1}), "Exact name."),
        openapi::query("schema", false, &text, "Tables of this schema only."),
        openapi::query("table", false, &text, "Tables of this name only."),
        openapi::query("pageNumber", false, &json!({"type": "string", "pattern": "^[1-9][0-9]*$", "default": "1"}), "The page, from 1."),
    ]);
    openapi::with_tag(operation)
}

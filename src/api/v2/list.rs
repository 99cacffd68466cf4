//! `GET /api/v2/datasource`: names in order of creation, all of them or ten a page.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Value, json};
use store::Page;

use super::error::{ApiError, Code};
use super::paging::page_number;
use crate::api::openapi;
use crate::app::AppState;
use crate::http::{Caller, Query};

const PER_PAGE: i64 = 10;

/// `{"data":[{"name":…}]}`
#[derive(Serialize)]
pub(crate) struct Names {
    data: Vec<Name>,
}

#[derive(Serialize)]
struct Name {
    name: String,
}

/// Answers names only.
pub(crate) async fn list(State(app): State<AppState>, Caller(tenant): Caller, query: Query) -> Result<Json<Names>, ApiError> {
    let page = page(&query)?;
    let names = app.store.datasource_names(tenant, page).await.map_err(|e| ApiError::internal(Code::InternalServerError, &e))?;
    Ok(Json(Names { data: names.into_iter().map(|name| Name { name }).collect() }))
}

fn page(query: &Query) -> Result<Option<Page>, ApiError> {
    let paged = match query.get("isPagination")? {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(ApiError::invalid("\"isPagination\" must be one of [true, false]")),
    };
    let before = page_number(query)?;
    Ok(paged.then(|| Page { limit: PER_PAGE, offset: before.saturating_mul(PER_PAGE) }))
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let names = json!({"type": "array", "items": openapi::schema("DatasourceName")});
    let success = openapi::object(&json!({"data": names}), &[]);
    let errors = [(400, "INVALID_REQUEST_BODY"), (500, "INTERNAL_SERVER_ERROR")];
    let mut operation = openapi::operation("listDatasources", "List the names of all datasources in order of creation", &success, &errors);
    operation["parameters"] = json!([
        openapi::query(
            "isPagination",
            false,
            &json!({"type": "string", "enum": ["true", "false"], "default": "false"}),
            "Ten datasources a page."
        ),
        openapi::query("pageNumber", false, &json!({"type": "string", "pattern": "^[1-9][0-9]*$", "default": "1"}), "The page, from 1."),
    ]);
    operation
}

//! `POST /api/v2/datasource/test`, an addition: the connection test of create or of a stored datasource, step by step.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use connectors::{ConnectErrorKind, Exposure, Outcome, StepReport};
use egress::Step;
use serde_json::{Map, Value, json};
use store::Tenant;

use super::body::DatasourceBody;
use super::error::{ApiError, Code};
use super::ignored::Ignored;
use super::members::has;
use super::reference::{find, means};
use crate::api::openapi;
use crate::app::{App, AppState};
use crate::datasource::{Diagnosis, diagnose, stored_source};
use crate::http::{Caller, JsonObject};
use crate::runner::Order;

/// Answers a diagnosis. A test that failed is an answer like any other: 200.
pub(crate) async fn test(State(app): State<AppState>, Caller(tenant): Caller, JsonObject(body): JsonObject) -> Result<Response, ApiError> {
    let (first, ignored) = order(&app, tenant, body.clone()).await?;
    let mut diagnosis = diagnose(&app, tenant, first).await;
    if diagnosis.lacks_files {
        // They may have been replaced, or deleted with their datasource, meanwhile: what is there now counts.
        let (again, _) = order(&app, tenant, body).await?;
        diagnosis = diagnose(&app, tenant, again).await;
    }
    Ok((ignored.header(), Json(json!({"data": render(&diagnosis)}))).into_response())
}

/// The credentials of the body, or of the stored datasource that it refers to.
async fn order(app: &App, tenant: Tenant, body: Map<String, Value>) -> Result<(Order, Ignored), ApiError> {
    if !means(&body) || has(&body, "credentials") {
        let DatasourceBody { request, ignored } = DatasourceBody::read(body, app.registry)?;
        return Ok((Order::new(request.kind, &request.credentials)?, ignored));
    }
    let stored = find(app, tenant, &body).await?;
    let order = stored_source(app, tenant, &stored).await.map_err(|e| ApiError::internal(Code::InternalServerError, &e))?;
    Ok((order, Ignored::default()))
}

fn render(diagnosis: &Diagnosis) -> Value {
    json!({
        "success": diagnosis.succeeded(),
        "steps": diagnosis.steps.iter().map(|report| step(report, diagnosis)).collect::<Vec<_>>(),
        "server": diagnosis.server.as_ref().map(|s| json!({"product": s.product, "version": s.version})),
        "counts": diagnosis.counts.as_ref().map(|c| json!({"schemas": c.schemas.len(), "tables": c.tables, "columns": c.columns})),
        "durationMs": u64::try_from(diagnosis.took.as_millis()).unwrap_or(u64::MAX),
    })
}

fn step(report: &StepReport, diagnosis: &Diagnosis) -> Value {
    let (status, code, field, message, remedy) = match &report.outcome {
        Outcome::Ok => ("ok", None, None, None, None),
        Outcome::Skipped(why) => ("skipped", None, None, Some((*why).to_owned()), None),
        Outcome::Failed(error) => {
            let field = error.field().map(|field| format!("/credentials/{field}"));
            ("failed", Some(error.kind.code()), field, Some(error.sentence()), Some(error.remedy()))
        }
    };
    let mut step = json!({
        "step": report.step.as_str(), "status": status, "code": code, "field": field, "message": message, "remedy": remedy,
        "durationMs": u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
    });
    // The login is what wants protection.
    if let Some(exposure) = diagnosis.exposure.filter(|_| report.step == Step::AUTHENTICATE) {
        step["protection"] = json!(exposure.as_str());
    }
    // What the read left out or replaced, if it did.
    if let Some(read) = diagnosis.counts.as_ref().filter(|read| report.step == Step::READ && read.notes_total > 0) {
        step["notes"] = json!(read.notes);
        step["notesTotal"] = json!(read.notes_total);
    }
    step
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let text = json!({"type": "string"});
    let number = json!({"type": "integer"});
    let server = openapi::object(&json!({"product": text, "version": text}), &[]);
    let counts = openapi::object(&json!({"schemas": number, "tables": number, "columns": number}), &[]);
    let data = openapi::object(
        &json!({
            "success": {"type": "boolean"},
            "steps": {"type": "array", "items": openapi::schema("TestStep")},
            "server": openapi::or_null(&server),
            "counts": openapi::or_null(&counts),
            "durationMs": number,
        }),
        &[],
    );
    let errors = [(400, "INVALID_REQUEST_BODY, DATASOURCE_ID_ERROR, DATASOURCE_NAME_ERROR"), (500, "INTERNAL_SERVER_ERROR")];
    let success = openapi::object(&json!({"data": data}), &[]);
    let summary = "Test credentials, or a stored datasource, step by step; stores nothing";
    let body = json!({"anyOf": [openapi::schema("Datasource"), openapi::schema("DatasourceReference")]});
    openapi::with_ignored_fields(openapi::with_body(openapi::operation("testDatasource", summary, &success, &errors), &body))
}

/// For the OpenAPI document: what protects a login too little.
pub(super) fn protection() -> Value {
    let about = "Only there if others than the server may have the login: it is sent to whoever answers (unverified), or as it is (plain).";
    json!({"type": "string", "enum": Exposure::ALL.map(Exposure::as_str), "description": about})
}

/// For the OpenAPI document: one step of a diagnosis.
pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let maybe = json!({"type": ["string", "null"]});
    let codes: Vec<_> = ConnectErrorKind::ALL.iter().map(|kind| kind.code()).collect();
    let step = json!({
        "step": {
            "type": "string",
            "enum": [
                "validate", "policy", "resolve", "ssh.connect", "ssh.host_key", "ssh.auth", "connect", "tls", "authenticate", "product", "account", "role",
                "workgroup", "warehouse", "bucket", "database", "schema", "engine", "list", "query", "read"
            ],
        },
        "status": {"type": "string", "enum": ["ok", "failed", "skipped"]},
        "code": openapi::or_null(&openapi::schema("TestCode")),
        "field": {"type": ["string", "null"], "description": "A JSON pointer into the body, for example /credentials/port."},
        "message": maybe,
        "remedy": maybe,
        "durationMs": {"type": "integer"},
        "protection": protection(),
        "notes": {"type": "array", "items": openapi::schema("Note"), "description": "Corners that the read left out or replaced: the first hundred."},
        "notesTotal": {"type": "integer"},
    });
    vec![
        ("TestStep", openapi::object(&step, &["protection", "notes", "notesTotal"])),
        ("TestCode", json!({"type": "string", "enum": codes})),
    ]
}

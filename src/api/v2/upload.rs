//! `POST /api/v2/datasource/upload`, an addition: files for a datasource of kind csv.

use std::collections::HashSet;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use catalog::{Note, NoteCode};
use connectors::Rule;
use connectors::credentials::fold;
use serde_json::{Value, json};
use store::Tenant;

use super::error::{ApiError, Code, STAGING_FULL};
use super::ignored::Ignored;
use super::wording::broken;
use crate::api::openapi;
use crate::app::{App, AppState};
use crate::datasource::{Received, UploadError, Uploaded, upload as take_in};
use crate::http::{Caller, Form};

/// Files of one request.
const FILES: usize = 100;

/// Bytes of a file's name, and of a datasource's.
const NAME: usize = 1_024;

/// Room for what stands around the files of a form.
const AROUND: u64 = 1 << 20;

const FULL: &str = "the organisation has no room for these files: delete datasources that are not needed, or let the operator raise HEADWATER_MAX_FILE_BYTES";

/// Answers `{"name": …, "tables": […], "warnings": […]}`.
pub(crate) async fn upload(State(app): State<AppState>, Caller(tenant): Caller, request: Request) -> Result<Response, ApiError> {
    let Taken { name, files, mut warnings, ignored } = Box::pin(take(&app, tenant, request)).await?;
    let name = name.ok_or_else(|| broken("datasourceName", &Rule::Required).ignoring(ignored.clone()))?;
    if name.trim().is_empty() {
        return Err(broken("datasourceName", &Rule::Empty).ignoring(ignored));
    }
    if files.is_empty() {
        let error = if warnings.is_empty() { broken("files", &Rule::Required) } else { refused(&warnings) };
        return Err(error.ignoring(ignored));
    }
    match take_in(&app, tenant, &name, files).await {
        Ok(Uploaded { tables, warnings: more }) => {
            warnings.extend(more);
            Ok((ignored.header(), Json(json!({"name": name, "tables": tables, "warnings": warnings}))).into_response())
        }
        Err(UploadError::Refused(more)) => {
            warnings.extend(more);
            Err(refused(&warnings).ignoring(ignored))
        }
        Err(error) => Err(failure(&app, error).ignoring(ignored)),
    }
}

/// What a form brought.
#[derive(Default)]
struct Taken {
    name: Option<String>,
    files: Vec<Received>,
    warnings: Vec<Note>,
    ignored: Ignored,
}

async fn take(app: &App, tenant: Tenant, request: Request) -> Result<Taken, ApiError> {
    let failed = |e: &(dyn std::error::Error + 'static)| ApiError::internal(Code::InternalServerError, e);
    let limits = app.file_limits;
    let used = app.store.file_bytes(tenant).await.map_err(|e| failed(&e))?;
    let used = u64::try_from(used).unwrap_or_default();
    let mut form = Form::of(request, limits.max_file_bytes.saturating_add(AROUND), app.limits.arrival)?;
    let mut taken = Taken::default();
    let (mut names, mut count) = (HashSet::new(), 0);
    while let Some(part) = form.next().await? {
        let Some(file) = part.file else {
            match part.name {
                Some(name) if fold(&name) == fold("datasourceName") => taken.name = Some(form.text(NAME).await?),
                other => taken.ignored.add("", other),
            }
            continue;
        };
        count += 1;
        if count > FILES {
            return Err(ApiError::invalid(format!("\"files\" must be at most {FILES} in one request")));
        }
        if let Some(fault) = misnamed(&file, &mut names) {
            taken.warnings.push(Note::new(NoteCode::FileName, file, fault));
            continue;
        }
        let mut upload = app.files.begin(tenant).await.map_err(|e| failed(&e))?;
        let mut too_large = false;
        while let Some(piece) = form.piece().await? {
            too_large |= upload.bytes + piece.len() as u64 > limits.max_file;
            if too_large {
                continue;
            }
            if used + app.files.arriving(tenant) + piece.len() as u64 > limits.max_file_bytes {
                return Err(ApiError::invalid(FULL));
            }
            upload.write(piece).await.map_err(|e| failed(&e))?;
        }
        if too_large {
            let text = format!("it has more than {} bytes (HEADWATER_MAX_FILE)", limits.max_file);
            taken.warnings.push(Note::new(NoteCode::FileTooLarge, file, text));
            continue;
        }
        upload.finish().await.map_err(|e| failed(&e))?;
        taken.files.push(Received { name: file, upload });
    }
    Ok(taken)
}

/// What is wrong with the name of a file.
fn misnamed(name: &str, before: &mut HashSet<String>) -> Option<&'static str> {
    if name.is_empty() || name.len() > NAME || name.contains('\0') {
        Some("its name is empty, longer than 1024 bytes, or has a NUL in it")
    } else if before.insert(name.to_owned()) {
        None
    } else {
        Some("a file of this name came before it in the same request")
    }
}

/// None of the files was taken.
fn refused(warnings: &[Note]) -> ApiError {
    let Some(first) = warnings.first() else { return ApiError::invalid("none of the files could be read") };
    ApiError::invalid(format!("none of the files could be read; the first one: {} ({})", first.text, first.code.as_str()))
}

fn failure(app: &App, error: UploadError) -> ApiError {
    let failed = |text: &str| ApiError::new(Code::InternalServerError, text);
    match error {
        UploadError::NotFound => ApiError::new(Code::DatasourceNameError, "Datasource not found"),
        UploadError::OtherKind(kind) => {
            ApiError::invalid(format!("the datasource is of type {kind}: files are uploaded to one of type csv"))
        }
        UploadError::Refused(warnings) => refused(&warnings),
        UploadError::TooMany => {
            let most = app.file_limits.max_files;
            ApiError::invalid(format!(
                "the datasource would have more than {most} files: use another one, or let the operator raise HEADWATER_MAX_FILES"
            ))
        }
        UploadError::Full => ApiError::invalid(FULL),
        UploadError::Source(error) => ApiError::of_job(Code::InternalServerError, &error, "Upload failed: "),
        UploadError::Staging => failed(STAGING_FULL),
        UploadError::Contended => failed("the datasource was changed by others at the same time; try again"),
        UploadError::Failed(error) => ApiError::internal(Code::InternalServerError, &error),
    }
}

/// For the OpenAPI document.
pub(crate) fn operation() -> Value {
    let text = json!({"type": "string"});
    let notes = json!({"type": "array", "items": openapi::schema("Note"), "description": "Files that were refused, alone, and what else is to be told of files."});
    let tables = json!({"type": "array", "items": text, "description": "The tables that the datasource has now."});
    let success = openapi::object(&json!({"name": text, "tables": tables, "warnings": notes}), &[]);
    let errors = [(400, "INVALID_REQUEST_BODY, DATASOURCE_NAME_ERROR"), (500, "INTERNAL_SERVER_ERROR"), (503, "SERVICE_UNAVAILABLE")];
    let summary = "Upload files to a datasource of type csv; one of the same name is replaced";
    let operation = openapi::operation("uploadFiles", summary, &success, &errors);
    let name = json!({"type": "string", "minLength": 1});
    let file = json!({"type": "string", "format": "binary"});
    let form =
        openapi::object(&json!({"datasourceName": name, "files": {"type": "array", "items": file, "minItems": 1, "maxItems": FILES}}), &[]);
    openapi::with_ignored_fields(openapi::with_form(operation, &form))
}

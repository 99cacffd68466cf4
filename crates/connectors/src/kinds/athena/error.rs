//! What codes of Athena's mean beside those that all services have. Of what it says only the code gets out.

use aws_sdk_athena::config::http::HttpResponse;
use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};

use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::aws::{code, failed};

/// A failure of a call that needs `action` in IAM.
pub(super) fn of_call<E>(action: &str, error: &SdkError<E, HttpResponse>) -> ConnectError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let mapped = failed(error);
    match mapped.kind {
        K::NoPrivilege => mapped.with_remedy(format!("allow {action} in a policy of the key's user in IAM")),
        _ => mapped,
    }
}

/// Whether Athena says that something named in the request is not there or cannot be used.
pub(super) fn is_refused<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    matches!(code(error), "InvalidRequestException" | "MetadataException" | "ResourceNotFoundException" | "EntityNotFoundException")
}

//! AWS services by their SDKs: from their errors to our own kinds, and one more try where a service has no time.

use std::time::Duration;

use aws_sdk_athena::config::http::HttpResponse;
use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};
use egress::AwsHttp;

use crate::error::{ConnectError, ConnectErrorKind as K};

/// The words for the usual credentials that kinds of AWS have.
pub(crate) const RENAMED: &[(&str, &str)] =
    &[("username", "accessKeyId"), ("password", "secretAccessKey"), ("host", "region"), ("port", "endpoint")];

/// Tries of a request that a service refuses because there are too many.
const TRIES: u32 = 6;

/// The service's code for a failure: `AccessDeniedException`.
pub(crate) fn code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> &str {
    match error {
        SdkError::ServiceError(failure) => failure.err().code().unwrap_or_default(),
        _ => "",
    }
}

/// A failure of a call, by the service's code; what a code means for one call alone is that call's matter.
pub(crate) fn failed<E>(error: &SdkError<E, HttpResponse>) -> ConnectError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    if let Some(failure) = AwsHttp::failure(error) {
        return failure.into();
    }
    let code = match error {
        SdkError::ServiceError(failure) => failure.err().code(),
        _ => None,
    };
    match (code, error.raw_response().map(|answer| answer.status().as_u16())) {
        (Some(code), _) => of_code(code),
        // No answer of the service's: something stands in between.
        (None, Some(429)) => K::Exhausted.into(),
        (None, Some(500..)) => K::NotReady.into(),
        (None, Some(_)) => K::Protocol.into(),
        // What the SDK could not make of what we gave it.
        (None, None) => K::Internal.into(),
    }
}

/// What codes mean that all services have.
fn of_code(code: &str) -> ConnectError {
    let with = |kind: K, remedy: &str| ConnectError::from(kind).with_remedy(remedy.to_owned());
    match code {
        "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidAccessKeyId" => {
            with(K::Rejected, "check accessKeyId: there is no such key, it is inactive, or the account has not enabled the region")
                .with_field("accessKeyId")
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" | "IncompleteSignature" => {
            with(K::Rejected, "check secretAccessKey, and the clock of this server").with_field("secretAccessKey")
        }
        "RequestTimeTooSkewed" | "RequestExpired" => with(K::Rejected, "set the clock of this server: it is minutes off"),
        "ExpiredToken" | "ExpiredTokenException" | "InvalidToken" => {
            with(K::Rejected, "give the key of an IAM user: temporary keys are not supported").with_field("accessKeyId")
        }
        "OptInRequired" | "NotSignedUp" => with(K::NotAdmitted, "enable the service and the region in the AWS account"),
        "AccessDeniedException" | "AccessDenied" | "AllAccessDisabled" | "AccountProblem" => {
            with(K::NoPrivilege, "allow the key's user what is missing in IAM")
        }
        code if is_throttled(code) => K::Exhausted.into(),
        "InternalServerException" | "InternalError" | "InternalFailure" | "ServiceUnavailable" | "ServiceUnavailableException" => {
            K::NotReady.into()
        }
        code => ConnectError::with_code(K::Server, code.strip_suffix("Exception").unwrap_or(code)),
    }
}

fn is_throttled(code: &str) -> bool {
    matches!(code, "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "SlowDown" | "RequestLimitExceeded")
}

/// Sends a request, and again after a while if the service has no time for it. The job's deadline ends it.
pub(crate) async fn patient<T, E, F>(mut send: impl FnMut() -> F) -> Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata,
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
{
    let mut wait = Duration::from_millis(200);
    for _ in 1..TRIES {
        match Box::pin(send()).await {
            Err(error) if is_throttled(code(&error)) => tokio::time::sleep(wait).await,
            other => return other,
        }
        wait *= 2;
    }
    Box::pin(send()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for (code, kind, field) in [
            ("InvalidAccessKeyId", K::Rejected, Some("accessKeyId")),
            ("SignatureDoesNotMatch", K::Rejected, Some("secretAccessKey")),
            ("AccessDenied", K::NoPrivilege, Some("accessKeyId")),
            ("SlowDown", K::Exhausted, None),
            ("InternalError", K::NotReady, None),
            ("MetadataException", K::Server, None),
        ] {
            let error = of_code(code).renamed(RENAMED);
            assert_eq!((error.kind, error.field()), (kind, field), "{code}");
        }
        assert_eq!(of_code("InvalidRequestException").server_code.as_deref(), Some("InvalidRequest"));
        assert_eq!(of_code("<script>").server_code, None);
    }
}

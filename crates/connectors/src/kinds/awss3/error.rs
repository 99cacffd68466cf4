//! What codes of S3's mean beside those that all services have. Of what it says only codes and the name of a region get out.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::credentials::Region;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::files::FileError;
use crate::rest::aws::{code, failed};

/// A failure of a call that needs `action` in IAM.
pub(super) fn of_call<E>(action: &str, error: &SdkError<E, HttpResponse>) -> ConnectError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    if let Some(elsewhere) = wrong_region(error) {
        return elsewhere;
    }
    match code(error) {
        "NoSuchBucket" => return K::BucketNotFound.into(),
        "InvalidBucketName" => return ConnectError::from(K::BucketNotFound).with_remedy("check bucket: its name is none".to_owned()),
        _ => {}
    }
    let mapped = failed(error);
    match mapped.kind {
        K::NoPrivilege => {
            mapped.with_remedy(format!("allow {action} in a policy of the key's user in IAM, and in the bucket's own policy"))
        }
        _ => mapped,
    }
}

/// The bucket lies elsewhere: S3 says so by a redirect (which is not followed), or because the signature names the wrong region.
fn wrong_region<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<ConnectError> {
    let answer = error.raw_response()?;
    let status = answer.status().as_u16();
    let moved = matches!(status, 301 | 302 | 307 | 308);
    let code = code(error);
    if !moved
        && !matches!(
            code,
            "AuthorizationHeaderMalformed" | "PermanentRedirect" | "TemporaryRedirect" | "IllegalLocationConstraintException"
        )
    {
        return None;
    }
    let in_body = || {
        let body = std::str::from_utf8(answer.body().bytes()?).ok()?;
        Some(body.split_once("<Region>")?.1.split_once("</Region>")?.0)
    };
    match answer.headers().get("x-amz-bucket-region").or_else(in_body).and_then(Region::named) {
        Some(region) => Some(ConnectError::from(K::WrongRegion).with_remedy(format!("set region to {}", region.0))),
        None if moved => Some(K::Redirected.into()),
        // A region that S3 does not name may be one of a server of another make.
        None => Some(K::WrongRegion.into()),
    }
}

/// Why an object could not be read: a matter of this object, or of all.
pub(super) fn of_object<E>(error: &SdkError<E, HttpResponse>) -> FileError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    match code(error) {
        "AccessDenied" | "AllAccessDisabled" | "InvalidRequest" => FileError::Forbidden,
        // Keys of KMS that are disabled, deleted, or not for us.
        code if code.starts_with("KMS.") => FileError::Forbidden,
        "InvalidObjectState" => FileError::Archived,
        "NoSuchKey" | "InvalidRange" | "PreconditionFailed" => FileError::Missing,
        "" if status == Some(403) => FileError::Forbidden,
        "" if matches!(status, Some(404 | 416)) => FileError::Missing,
        _ => FileError::Failed(of_call("s3:GetObject", error)),
    }
}

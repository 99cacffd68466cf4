//! Connect, authenticate, list: one request proves the key, the bucket, its region and the permission to list.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use egress::{AwsHttp, Step};
use secrecy::ExposeSecret;

use super::connection::S3Connection;
use super::credentials::S3Credentials;
use super::error::of_call;
use crate::credentials::S3Path;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::aws::patient;
use crate::route::Way;
use crate::server::ServerInfo;

/// The bucket is there, and in the region.
pub(super) const BUCKET: Step = Step::new("bucket");

/// Bytes of one answer: the longest range that is asked for, and room for its head.
const ANSWER: usize = 17 << 20;

/// Requests of a job: files are many, and each takes a few.
const REQUESTS: usize = 400_000;

/// Connects, authenticates and checks.
pub(super) async fn open(credentials: &S3Credentials, way: &Way) -> Result<(S3Connection, ServerInfo), ConnectError> {
    let http = way.aws(ANSWER).at_most(REQUESTS).repeatable();
    Box::pin(http.connect()).await?;
    let connection = S3Connection {
        client: client(credentials, &http),
        http,
        bucket: credentials.bucket.0.clone(),
        prefix: credentials.prefix().to_owned(),
        level: credentials.level(),
    };
    let listed = way.step(Step::AUTHENTICATE, authenticate(&connection)).await?;
    let listed = way.step(BUCKET, async { usable(credentials, listed) }).await?;
    way.step(Step::LIST, async { listed }).await?;
    Ok((connection, ServerInfo::new("Amazon S3", String::new())))
}

/// Nothing but what is given: no look at the environment, at files or at the machine's own role. And no other host than the
/// bucket's: no access points, no regions out of ARNs, no acceleration, no sessions of their own.
fn client(credentials: &S3Credentials, http: &AwsHttp) -> Client {
    let keys = Credentials::new(
        credentials.access_key_id.0.as_str(),
        credentials.secret_access_key.expose_secret().trim(),
        None,
        None,
        "datasource",
    );
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(credentials.region.0.clone()))
        .credentials_provider(keys)
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        // A range has no checksum of its own.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .endpoint_url(credentials.endpoint().0.to_string())
        .force_path_style(credentials.by_path())
        .use_arn_region(false)
        .disable_multi_region_access_points(true)
        .disable_s3_express_session_auth(true)
        .accelerate(false)
        .http_client(http.clone())
        .build();
    Client::from_conf(config)
}

/// Lists one object. Whoever is let in may still be told that the bucket is elsewhere, or that listing is not allowed.
async fn authenticate(connection: &S3Connection) -> Result<Result<(), ConnectError>, ConnectError> {
    let S3Connection { client, bucket, prefix, .. } = connection;
    let prefix = Some(prefix.clone()).filter(|prefix| !prefix.is_empty());
    let sent = patient(|| client.list_objects_v2().bucket(bucket).set_prefix(prefix.clone()).max_keys(1).send()).await;
    let Err(error) = sent else { return Ok(Ok(())) };
    let error = of_call("s3:ListBucket", &error);
    match error.kind {
        K::BucketNotFound | K::WrongRegion | K::NoPrivilege => Ok(Err(error)),
        _ => Err(error),
    }
}

/// What was found out about the bucket; a failure to list it is left to its own step.
fn usable(credentials: &S3Credentials, listed: Result<(), ConnectError>) -> Result<Result<(), ConnectError>, ConnectError> {
    if credentials.path.as_ref().is_some_and(|path: &S3Path| path.is_elsewhere(&credentials.bucket)) {
        let remedy = "path names another bucket than bucket does: give the path alone".to_owned();
        return Err(ConnectError::from(K::BucketNotFound).with_field("path").with_remedy(remedy));
    }
    match listed {
        Err(error) if error.kind != K::NoPrivilege => Err(error),
        listed => Ok(listed),
    }
}

//! What a job has of S3 once it was let in.

use aws_sdk_s3::Client;
use egress::AwsHttp;

use crate::files::Level;

/// A client whose credentials were accepted, and what is read with it.
pub(super) struct S3Connection {
    pub(super) client: Client,
    pub(super) http: AwsHttp,
    pub(super) bucket: String,
    /// Empty, or ending in `/`.
    pub(super) prefix: String,
    pub(super) level: Level,
}

//! What a job has of Athena once it was let in.

use aws_sdk_athena::Client;
use egress::AwsHttp;

/// A client whose credentials were accepted.
pub(super) struct AthenaConnection {
    pub(super) client: Client,
    pub(super) http: AwsHttp,
    pub(super) catalog: String,
    pub(super) database: String,
}

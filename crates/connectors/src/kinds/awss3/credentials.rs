//! Credentials of an S3 datasource.

use egress::{Origin, TlsOptions};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{AccessKeyId, Bucket, Endpoint, Region, S3Path};
use crate::files::Level;
use crate::route::Route;

/// Credentials of an S3 datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct S3Credentials {
    /// The bucket.
    #[schemars(extend("x-aliases" = ["bucketName", "s3BucketName"]))]
    pub(super) bucket: Bucket,
    /// The path within the bucket; all of it if it is not given.
    #[schemars(extend("x-aliases" = ["bucketPath", "s3BucketPath", "prefix"]))]
    pub(super) path: Option<S3Path>,
    /// The region of the bucket.
    #[schemars(extend("x-aliases" = ["s3BucketRegion", "awsRegion"]))]
    pub(super) region: Region,
    /// What a table is made of.
    table_level: Option<TableLevel>,
    /// The ID of an IAM user's access key.
    #[schemars(extend("x-aliases" = ["accessKey", "awsAccessKeyId"]))]
    pub(super) access_key_id: AccessKeyId,
    /// The access key's secret.
    #[schemars(with = "String", length(min = 1), regex(pattern = r"\S"), extend("format" = "password", "writeOnly" = true, "x-aliases" = ["secretKey", "awsSecretAccessKey"]))]
    pub(super) secret_access_key: SecretString,
    /// Another endpoint than the region's own: one inside of a VPC, or a server that speaks S3's protocol.
    #[schemars(extend("x-aliases" = ["endpointUrl"]))]
    endpoint: Option<Endpoint>,
}

/// What a table is made of.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[schemars(inline)]
enum TableLevel {
    File,
    Folder,
}

impl S3Credentials {
    /// What the SDK is told: the service's host. It puts the bucket before it, unless it goes by path.
    pub(super) fn endpoint(&self) -> Endpoint {
        // A region is made of letters, digits and dashes.
        let own = || Endpoint::of(&format!("s3.{}.{}", self.region.0, self.region.domain()));
        self.endpoint.clone().or_else(own).expect("a region makes a host name")
    }

    /// Whether the bucket is the first part of the path, and not of the host: no certificate is for two labels, and other
    /// servers know one host only.
    pub(super) fn by_path(&self) -> bool {
        self.endpoint.is_some() || !self.bucket.is_label()
    }

    /// Where requests go.
    pub(super) fn route(&self) -> Route {
        let bucket_host = || Endpoint::of(&format!("{}.s3.{}.{}", self.bucket.0, self.region.0, self.region.domain()));
        let place = if self.by_path() { None } else { bucket_host() };
        let Endpoint(Origin { https, target }) = place.unwrap_or_else(|| self.endpoint());
        Route { target, tls: https.then(TlsOptions::default), tunnel: None }
    }

    /// What the keys begin with.
    pub(super) fn prefix(&self) -> &str {
        self.path.as_ref().map_or("", S3Path::prefix)
    }

    /// What a table is made of.
    pub(super) fn level(&self) -> Level {
        match self.table_level {
            None | Some(TableLevel::File) => Level::File,
            Some(TableLevel::Folder) => Level::Folder,
        }
    }
}

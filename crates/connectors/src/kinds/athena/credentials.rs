//! Credentials of an Athena datasource.

use egress::{Origin, TlsOptions};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::{AccessKeyId, Endpoint, Region, S3Location};
use crate::route::Route;

/// Credentials of an Athena datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AthenaCredentials {
    /// The database (a schema of the catalog).
    #[schemars(length(min = 1))]
    pub(super) database: String,
    /// Where Athena writes the results of queries.
    #[serde(rename = "s3OutputBucket")]
    #[schemars(extend("x-aliases" = ["outputBucket", "s3_output", "outputLocation", "s3OutputLocation"]))]
    pub(super) output: S3Location,
    /// The ID of an IAM user's access key.
    #[schemars(extend("x-aliases" = ["accessKey", "awsAccessKeyId"]))]
    pub(super) access_key_id: AccessKeyId,
    /// The region.
    #[schemars(extend("x-aliases" = ["awsRegion"]))]
    pub(super) region: Region,
    /// The access key's secret.
    #[schemars(with = "String", length(min = 1), regex(pattern = r"\S"), extend("format" = "password", "writeOnly" = true, "x-aliases" = ["secretKey", "awsSecretAccessKey"]))]
    pub(super) secret_access_key: SecretString,
    /// The data catalog; `AwsDataCatalog` if it is not given.
    #[schemars(extend("x-aliases" = ["catalog"]))]
    pub(super) datasource_id: Option<String>,
    /// The workgroup; primary if it is not given. It may enforce an output location of its own.
    pub(super) work_group: Option<String>,
    /// Another endpoint than the region's own, for example one inside of a VPC.
    #[schemars(extend("x-aliases" = ["endpointUrl"]))]
    endpoint: Option<Endpoint>,
}

impl AthenaCredentials {
    /// Where requests go.
    pub(super) fn endpoint(&self) -> Endpoint {
        let own = || Endpoint::of(&format!("athena.{}.{}", self.region.0, self.region.domain()));
        // A region is made of letters, digits and dashes.
        self.endpoint.clone().or_else(own).expect("a region makes a host name")
    }

    /// Where they lead.
    pub(super) fn route(&self) -> Route {
        let Endpoint(Origin { https, target }) = self.endpoint();
        Route { target, tls: https.then(TlsOptions::default), tunnel: None }
    }

    pub(super) fn catalog(&self) -> String {
        filled(self.datasource_id.as_deref()).unwrap_or("AwsDataCatalog").to_owned()
    }

    pub(super) fn work_group(&self) -> String {
        filled(self.work_group.as_deref()).unwrap_or("primary").to_owned()
    }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

//! Credentials of a BigQuery datasource.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::credentials::{ServiceAccount, TrustFields};

/// Credentials of a BigQuery datasource.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BigQueryCredentials {
    /// The JSON key of a service account, as text or as an object.
    #[schemars(extend("x-aliases" = ["credentials_json", "serviceAccountJson", "service_account_key", "credentials", "keyFile"]))]
    pub(super) credentials_json: ServiceAccount,
    /// The project.
    #[schemars(length(min = 1), extend("x-aliases" = ["project_id", "project"]))]
    pub(super) project_id: String,
    /// The location of the datasets: a multi-region (US, EU) or a region.
    #[schemars(length(min = 1), extend("x-aliases" = ["dataset_location", "location"], "x-place" = false))]
    pub(super) dataset_location: String,
    /// The one dataset that is read; without it all of the location.
    #[schemars(length(min = 1), extend("x-aliases" = ["dataset_id", "dataset"], "x-blank" = "absent", "x-place" = false))]
    pub(super) dataset_id: Option<String>,
    /// Whom to trust, where the operator has Google behind a certificate of its own.
    #[serde(flatten)]
    pub(super) trust: TrustFields,
}

//! Credentials of a datasource of uploaded files: there are none.

use schemars::JsonSchema;

/// Nothing but the name that every datasource has; files are uploaded when it is there.
#[derive(JsonSchema)]
pub(super) struct CsvCredentials {}

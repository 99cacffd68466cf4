//! Whom a job is to talk to.

use connectors::credentials::Violation;
use connectors::{Credentials, Exposure, Kind};
use egress::Plan;
use serde_json::Value;

use crate::files::Lent;

/// A kind, and credentials that are known to fit it.
pub(crate) struct Order {
    pub(super) kind: &'static Kind,
    pub(super) credentials: Credentials,
    /// The steps that come of them: known before anything runs, and whatever becomes of it.
    pub(super) plan: Plan,
    /// Who else may have the login.
    pub(crate) exposure: Option<Exposure>,
    /// The files that the job may read, if its kind has any.
    pub(super) files: Option<Lent>,
}

impl Order {
    /// An order for credentials in canonical form.
    pub(crate) fn new(kind: &'static Kind, canonical: &Value) -> Result<Self, Violation> {
        let plan = kind.bind(canonical.clone())?.plan();
        Ok(Self { kind, credentials: Credentials::new(canonical), plan, files: None, exposure: kind.exposure(canonical) })
    }

    /// The same for a job that may read these files.
    pub(crate) fn with_files(self, files: Lent) -> Self {
        Self { files: Some(files), ..self }
    }
}

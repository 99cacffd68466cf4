//! Whom a job is to talk to.

use bytes::Bytes;
use connectors::credentials::Violation;
use connectors::{Credentials, Exposure, Kind, Want};
use egress::Plan;
use serde_json::Value;

use super::remembered::Remembered;
use crate::files::{Greedy, Lent};

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
    /// What the tables were the last time, if that is to be kept up.
    pub(super) remembered: Option<Remembered>,
}

impl Order {
    /// An order for credentials in canonical form.
    pub(crate) fn new(kind: &'static Kind, canonical: &Value) -> Result<Self, Violation> {
        let plan = kind.bind(canonical.clone())?.plan();
        Ok(Self { kind, credentials: Credentials::new(canonical), plan, files: None, remembered: None, exposure: kind.exposure(canonical) })
    }

    /// The same for a job that may read these files.
    pub(crate) fn with_files(self, files: Lent) -> Self {
        Self { files: Some(files), ..self }
    }

    /// The same for a job that reads again what was read before.
    pub(crate) fn with_memory(self, remembered: Remembered) -> Self {
        Self { remembered: Some(remembered), ..self }
    }

    /// What its job wants; none if that cannot be had.
    pub(super) async fn give(&self, want: Want) -> Result<Option<Bytes>, Greedy> {
        match (want, &self.files, &self.remembered) {
            (Want::File(range), Some(files), _) => files.read(range).await,
            (Want::Known(place), _, Some(remembered)) => Ok(remembered.recall(&place).await),
            _ => Err(Greedy),
        }
    }
}

//! Whom a job is to talk to.

use connectors::credentials::Violation;
use connectors::{Credentials, Exposure, Kind};
use egress::Plan;
use serde_json::Value;

/// A kind, and credentials that are known to fit it.
pub(crate) struct Order {
    pub(super) kind: &'static Kind,
    pub(super) credentials: Credentials,
    /// The steps that come of them: known before anything runs, and whatever becomes of it.
    pub(super) plan: Plan,
    /// Who else may have the login.
    pub(crate) exposure: Option<Exposure>,
}

impl Order {
    /// An order for credentials in canonical form.
    pub(crate) fn new(kind: &'static Kind, canonical: &Value) -> Result<Self, Violation> {
        let plan = kind.bind(canonical.clone())?.plan();
        Ok(Self { kind, credentials: Credentials::new(canonical), plan, exposure: kind.exposure(canonical) })
    }
}

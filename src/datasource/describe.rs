//! A stored datasource for people: its fields, and of its secrets only whether they changed.

use connectors::{Exposure, Violation};
use serde_json::{Map, Value};
use store::{Datasource, Tenant};

use super::failure::Failure;
use super::sealed;
use crate::app::App;

/// Credentials without their secrets.
pub(crate) struct Described {
    /// The fields that are no secret.
    pub(crate) fields: Map<String, Value>,
    /// For each secret a keyed hash: equal as long as the secret is.
    pub(crate) fingerprints: Map<String, Value>,
    /// What would be refused if they were sent today. They go on working as they did.
    pub(crate) warnings: Vec<Violation>,
    /// Who else may have the login.
    pub(crate) exposure: Option<Exposure>,
}

/// Opens the credentials and sorts them by what their schema says of each field. What it does not know is a secret.
pub(crate) async fn describe(app: &App, tenant: Tenant, stored: &Datasource) -> Result<Described, Failure> {
    let credentials = sealed::open(app, tenant, stored).await?;
    let kind = app.registry.find(&stored.kind).ok_or(Failure::Unreadable)?;
    let canonical = Value::Object(credentials);
    let (warnings, exposure) = (kind.warnings(&canonical), kind.exposure(&canonical));
    let Value::Object(credentials) = canonical else { return Err(Failure::Unreadable) };
    let (fields, secrets) = kind.split(credentials);
    let mut fingerprints = Map::new();
    for (key, value) in secrets.iter().filter(|(_, value)| !value.is_null()) {
        let text = zeroize::Zeroizing::new(value.to_string());
        let fingerprint = app.cipher.fingerprint(sealed::binding(tenant, stored.uuid), key, text.as_bytes(), &stored.sealed).await?;
        fingerprints.insert(key.clone(), fingerprint.into());
    }
    Ok(Described { fields, fingerprints, warnings, exposure })
}

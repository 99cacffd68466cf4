//! A stored datasource for people: its fields, and of its secrets only whether they changed.

use serde_json::{Map, Value};
use store::{Datasource, Tenant};

use super::{Failure, credentials_of, open_credentials};
use crate::app::App;

/// Credentials without their secrets.
pub(crate) struct Described {
    /// The fields that are no secret.
    pub(crate) fields: Map<String, Value>,
    /// For each secret a keyed hash: equal as long as the secret is.
    pub(crate) fingerprints: Map<String, Value>,
}

/// Opens the credentials and sorts them by what their schema says of each field. What it does not know is a secret.
pub(crate) async fn describe(app: &App, tenant: Tenant, stored: &Datasource) -> Result<Described, Failure> {
    let place = credentials_of(tenant, stored.uuid);
    let Value::Object(credentials) = open_credentials(app, tenant, stored).await? else { return Err(Failure::Unreadable) };
    let entry = app.registry.find(&stored.kind).ok_or(Failure::Unreadable)?;
    let mut described = Described { fields: Map::new(), fingerprints: Map::new() };
    for (key, value) in credentials {
        let property = entry.schema()["properties"].get(&key);
        if property.is_some_and(|p| p["writeOnly"] != true) {
            described.fields.insert(key, value);
        } else if !value.is_null() {
            let text = zeroize::Zeroizing::new(value.to_string());
            let fingerprint = app.cipher.fingerprint(place, &key, text.as_bytes(), &stored.sealed).await?;
            described.fingerprints.insert(key, fingerprint.into());
        }
    }
    Ok(described)
}

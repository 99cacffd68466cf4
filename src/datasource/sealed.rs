//! Credentials at rest: a profile that can be read, and the secrets, sealed for the place that the profile names.

use connectors::{Kind, Registry};
use serde_json::{Map, Value};
use store::{Binding, Cipher, Credentials, Datasource, Tenant};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::failure::Failure;
use crate::app::App;
use crate::clock;

/// What the credentials of a datasource are sealed for, beside their place.
pub(super) fn binding(tenant: Tenant, datasource: Uuid) -> Binding {
    Binding { tenant, datasource, purpose: "credentials" }
}

fn object(json: &[u8]) -> Result<Map<String, Value>, Failure> {
    serde_json::from_slice(json).map_err(|_| Failure::Unreadable)
}

/// Parts credentials in canonical form, and seals the secrets among them.
pub(super) async fn seal(
    app: &App,
    tenant: Tenant,
    datasource: Uuid,
    kind: &Kind,
    canonical: Map<String, Value>,
) -> Result<Credentials, Failure> {
    let place = kind.place(&canonical);
    let (profile, secrets) = kind.split(canonical);
    let secrets = Zeroizing::new(Value::Object(secrets).to_string());
    let sealed = app.cipher.seal(binding(tenant, datasource), &place, secrets.as_bytes(), clock::now()).await?;
    Ok(Credentials { profile: Value::Object(profile).to_string(), sealed })
}

/// Opens what [`seal`] sealed, if the profile still names the same place: credentials in canonical form.
pub(super) async fn open(app: &App, tenant: Tenant, stored: &Datasource) -> Result<Map<String, Value>, Failure> {
    open_with(&app.cipher, app.registry, tenant, stored).await
}

/// The same without a server.
pub(super) async fn open_with(
    cipher: &Cipher,
    registry: Registry,
    tenant: Tenant,
    stored: &Datasource,
) -> Result<Map<String, Value>, Failure> {
    let binding = binding(tenant, stored.uuid);
    let Some(profile) = &stored.profile else {
        return object(&cipher.open_unplaced(binding, &stored.sealed).await?);
    };
    let kind = registry.find(&stored.kind).ok_or(Failure::Unreadable)?;
    let mut credentials = object(profile.as_bytes())?;
    let secrets = cipher.open(binding, &kind.place(&credentials), &stored.sealed).await?;
    credentials.extend(object(&secrets)?);
    Ok(credentials)
}

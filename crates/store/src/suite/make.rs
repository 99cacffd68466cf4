//! Things to store.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::any::Any;
use crate::{Catalog, Change, Credentials, Definition, NewDatasource, Page, Server, StagingLease, TableEntry, Tables, Tenant, Timestamp};

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub(crate) const LATER: Timestamp = Timestamp(1_800_000_001_000);
pub(crate) const ALL: Page = Page { limit: 100_000, offset: 0 };

/// An organisation of its own.
pub(crate) async fn tenant(store: &Any) -> Tenant {
    store.create_organisation(&format!("org {}", Uuid::new_v4()), NOW).await.expect("organisation").tenant
}

/// A definition of this body.
pub(crate) fn definition(body: &str) -> Definition {
    Definition { hash: Sha256::digest(body).into(), body: body.to_owned() }
}

/// The line of a table.
pub(crate) fn entry(schema: &str, table: &str, definition: &Definition, rows: i64) -> TableEntry {
    let (schema, table, kind) = (schema.to_owned(), table.to_owned(), "table".to_owned());
    TableEntry { schema, table, kind, hash: definition.hash, columns: 1, row_estimate: Some(rows), sample: None }
}

/// More than any test stages.
pub(crate) const MOST: u64 = 1 << 30;

/// Definitions staged for `uuid`.
pub(crate) async fn stage(store: &Any, tenant: Tenant, uuid: Uuid, definitions: &[Definition]) -> StagingLease {
    let lease = store.open_staging(tenant, uuid, LATER).await.expect("a lease");
    store.stage(tenant, lease, definitions, MOST, NOW).await.expect("stage");
    lease
}

/// A schema of tables that are named like their definitions, staged for `uuid`.
pub(crate) async fn catalog(store: &Any, tenant: Tenant, uuid: Uuid, tables: &[&str]) -> Catalog {
    let definitions: Vec<_> = tables.iter().map(|t| definition(t)).collect();
    let staged = Some(stage(store, tenant, uuid, &definitions).await);
    let tables: Vec<_> = tables.iter().zip(&definitions).map(|(name, d)| entry("public", name, d, 7)).collect();
    Catalog { staged, root: Sha256::digest(format!("{tables:?}")).into(), summary: "{}".into(), tables }
}

/// Credentials at rest.
pub(crate) fn credentials(sealed: &[u8]) -> Credentials {
    Credentials { profile: r#"{"host":"h"}"#.to_owned(), sealed: sealed.to_vec() }
}

fn server(version: &str) -> Server {
    Server { product: "PostgreSQL".into(), version: version.into() }
}

/// A datasource with such tables.
pub(crate) async fn new(store: &Any, tenant: Tenant, name: &str, tables: &[&str]) -> NewDatasource {
    let uuid = Uuid::new_v4();
    NewDatasource {
        uuid,
        name: name.into(),
        kind: "postgres".into(),
        credentials: credentials(b"sealed"),
        tenancy: None,
        server: Some(server("15")),
        catalog: Some(catalog(store, tenant, uuid, tables).await),
    }
}

/// The same, stored.
pub(crate) async fn create(store: &Any, tenant: Tenant, name: &str, tables: &[&str]) -> Uuid {
    let new = new(store, tenant, name, tables).await;
    store.create_datasource(tenant, &new, NOW).await.expect("create");
    new.uuid
}

/// A change of a tested datasource.
pub(crate) fn change(sealed: Option<&[u8]>, catalog: Option<Catalog>) -> Change {
    Change { credentials: sealed.map(credentials), tenancy: None, server: Some(server("16")), catalog, files: None }
}

/// Names and definitions of the cached tables.
pub(crate) async fn tables(store: &Any, tenant: Tenant, uuid: Uuid) -> Vec<(String, String)> {
    let all = store.cached_tables(tenant, uuid, Tables::default(), ALL).await.expect("tables");
    all.into_iter().map(|(entry, body)| (entry.table, body)).collect()
}

/// What [`tables`] says of tables that are named like their definitions.
pub(crate) fn pairs(names: &[&str]) -> Vec<(String, String)> {
    names.iter().map(|n| ((*n).to_owned(), (*n).to_owned())).collect()
}

//! Connect, authenticate, wake the warehouse, check: all of it, or no connection.

use egress::Step;
use serde::de::IgnoredAny;

use super::connection::DatabricksConnection;
use super::credentials::DatabricksCredentials;
use super::error::{is_absent, is_without_unity, rejected};
use super::hive;
use super::unity;
use super::waking::Waking;
use super::warehouse;
use super::workspace::Workspace;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::rest::encoded;
use crate::route::Way;
use crate::server::ServerInfo;

/// Connects, authenticates, wakes the warehouse and checks.
pub(super) async fn open(credentials: &DatabricksCredentials, way: &Way) -> Result<(DatabricksConnection, ServerInfo), ConnectError> {
    let mut client = way.http();
    client.connect().await?;
    let login = async {
        let mut workspace = Workspace::new(client, &credentials.token)?;
        let unity = authenticate(&mut workspace).await?;
        Ok::<_, ConnectError>((workspace, unity))
    };
    let (mut workspace, unity) = way.step(Step::AUTHENTICATE, login).await?;
    let id = credentials.path.id();
    let mut waking = Waking::new();
    let usual = way.step(warehouse::STEP, warehouse::wake(&mut workspace, id, &mut waking)).await.map_err(|error| waking.explain(error))?;
    // Unity writes names in lower case, and takes no others.
    let catalog = credentials.catalog.as_deref().map(|name| name.trim().to_lowercase());
    let mut connection = DatabricksConnection { workspace, warehouse: id.to_owned(), unity, catalog };
    let first = connection.catalog.clone().or(usual);
    way.step(Step::DATABASE, database(&mut connection, first.as_deref(), credentials.schema.as_deref())).await?;
    way.step(Step::LIST, list(&mut connection)).await?;
    Ok((connection, ServerInfo::new("Databricks", String::new())))
}

/// Whether the token is taken, by a list that everybody may see; and whether the workspace has a Unity Catalog.
async fn authenticate(workspace: &mut Workspace) -> Result<bool, ConnectError> {
    match workspace.get::<IgnoredAny>("/api/2.1/unity-catalog/catalogs?max_results=1").await {
        Ok(_) => Ok(true),
        Err(error) if is_without_unity(&error) => Ok(false),
        // A token that is none is forbidden, too.
        Err(error) if error.kind == K::NoPrivilege => Err(rejected(K::Rejected, error.server_code.as_deref().unwrap_or_default())),
        Err(error) => Err(error),
    }
}

/// The catalog of the credentials is there, and their schema in it (or in the default catalog).
async fn database(connection: &mut DatabricksConnection, first: Option<&str>, schema: Option<&str>) -> Result<(), ConnectError> {
    // The old catalog is proved by the list of its schemas, which answers for the schema, too.
    let mut listed = None;
    if let Some(catalog) = connection.catalog.clone() {
        let found = if hive::is(&catalog) {
            hive::schemas(connection).await.map(|schemas| listed = Some(schemas))
        } else {
            connection.workspace.get::<IgnoredAny>(&format!("/api/2.1/unity-catalog/catalogs/{}", encoded(&catalog))).await.map(drop)
        };
        found.map_err(|error| match error.kind {
            K::NoPrivilege => {
                error.with_field("catalog").with_remedy(format!("grant USE CATALOG on the catalog {catalog} to the token's user"))
            }
            _ if is_absent(&error) || (hive::is(&catalog) && error.kind == K::Server) => {
                ConnectError::with_code(K::DatabaseNotFound, error.server_code.as_deref().unwrap_or_default())
            }
            _ => error,
        })?;
    }
    let (Some(schema), Some(catalog)) = (schema, first) else { return Ok(()) };
    let schema = schema.trim().to_lowercase();
    if hive::is(catalog) {
        let schemas = match listed {
            Some(schemas) => schemas,
            None => hive::schemas(connection).await?,
        };
        return if schemas.contains(&schema) { Ok(()) } else { Err(K::SchemaNotFound.into()) };
    }
    // Each part of the name for itself: a point in one of them is no separator.
    let path = format!("/api/2.1/unity-catalog/schemas/{}.{}", encoded(catalog), encoded(&schema));
    connection.workspace.get::<IgnoredAny>(&path).await.map(drop).map_err(|error| match error.kind {
        K::NoPrivilege => error.with_field("schema").with_remedy(format!("grant USE SCHEMA on {catalog}.{schema} to the token's user")),
        _ if is_absent(&error) => ConnectError::with_code(K::SchemaNotFound, error.server_code.as_deref().unwrap_or_default()),
        _ => error,
    })
}

/// What will be read can be listed.
async fn list(connection: &mut DatabricksConnection) -> Result<(), ConnectError> {
    let listed = match connection.catalog.clone() {
        Some(catalog) if hive::is(&catalog) => Ok(()),
        Some(catalog) => unity::schemas(&catalog).next(&mut connection.workspace).await.map(drop),
        None if connection.unity => unity::catalogs().next(&mut connection.workspace).await.map(drop),
        None => hive::schemas(connection).await.map(drop),
    };
    listed.map_err(|error| match error.kind {
        K::NoPrivilege => error.with_field("catalog").with_remedy("grant USE CATALOG and USE SCHEMA to the token's user".to_owned()),
        _ => error,
    })
}

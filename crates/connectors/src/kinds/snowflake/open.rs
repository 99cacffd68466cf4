//! Connect, log in, and prove role, warehouse, database and schema one after the other: all of it, or no connection.

use egress::Step;

use super::credentials::SnowflakeCredentials;
use super::error::{is_corner, is_unknown};
use super::login::{login, prove};
use super::query::{Statement, execute, name, text};
use super::session::Session;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::route::Way;
use crate::server::ServerInfo;

/// The role is granted to the user.
pub(super) const ROLE: Step = Step::new("role");
/// The warehouse is there; whether it runs does not matter.
pub(super) const WAREHOUSE: Step = Step::new("warehouse");
/// The schema is there.
pub(super) const SCHEMA: Step = Step::new("schema");

/// A session that has everything that it needs.
pub(super) struct SnowflakeConnection {
    pub(super) session: Session,
    pub(super) warehouse: String,
    pub(super) database: String,
    pub(super) schema: String,
}

impl SnowflakeConnection {
    /// The schema with its database, as SQL has it.
    pub(super) fn place(&self) -> String {
        format!("{}.{}", name(&self.database), name(&self.schema))
    }
}

/// Connects, logs in and checks.
pub(super) async fn open(credentials: &SnowflakeCredentials, way: &Way) -> Result<(SnowflakeConnection, ServerInfo), ConnectError> {
    let proof = prove(credentials)?;
    if !credentials.host.of_vendor && !way.is_named() {
        return Err(ConnectError::from(K::Denied).with_remedy(
            "give the account's identifier, or its host under snowflakecomputing.com; the operator of this server may allow another by its name"
                .to_owned(),
        ));
    }
    let mut client = way.http();
    client.connect().await?;
    let mut session = Session::new(client, way.clone());
    let version = way.step(Step::AUTHENTICATE, login(&mut session, credentials, proof)).await?;
    let role = Choice { what: "role", kind: K::RoleNotFound, within: "", written: &credentials.role };
    way.step(ROLE, choose(&mut session, &role)).await?;
    let warehouse = Choice { what: "warehouse", kind: K::WarehouseNotFound, within: "", written: &credentials.warehouse };
    let warehouse = way.step(WAREHOUSE, choose(&mut session, &warehouse)).await?;
    let database = Choice { what: "database", kind: K::DatabaseNotFound, within: "", written: &credentials.database };
    let database = way.step(Step::DATABASE, choose(&mut session, &database)).await?;
    let within = format!("{}.", name(&database));
    let schema = Choice { what: "schema", kind: K::SchemaNotFound, within: &within, written: &credentials.schema };
    let schema = way.step(SCHEMA, choose(&mut session, &schema)).await?;
    let mut connection = SnowflakeConnection { session, warehouse, database, schema };
    let sql = format!("show objects in schema {} limit 1", connection.place());
    let list = async {
        let mut statement = Statement::run(&mut connection.session, &sql).await?;
        while statement.next().await?.is_some() {}
        Ok::<_, ConnectError>(())
    };
    way.step(Step::LIST, list).await?;
    Ok((connection, ServerInfo::new("Snowflake", version)))
}

/// Something that is used by its name.
struct Choice<'a> {
    what: &'static str,
    kind: K,
    /// What it is in, as SQL has it.
    within: &'a str,
    written: &'a str,
}

/// Uses the thing by its name as it is written, else in upper case, as names are kept that were made without quotes.
async fn choose(session: &mut Session, choice: &Choice<'_>) -> Result<String, ConnectError> {
    let Choice { what, kind, within, written } = choice;
    let tried = spellings(written);
    let mut number = String::new();
    for spelling in &tried {
        match execute(session, &format!("use {what} {within}{}", name(spelling))).await {
            Ok(_) => return Ok(spelling.clone()),
            Err(error) if is_unknown(&error) => number = error.server_code.unwrap_or_default(),
            Err(error) => return Err(error),
        }
    }
    let there = others(session, choice, &tried).await?;
    let tried: Vec<_> = tried.iter().map(|spelling| name(spelling)).collect();
    let remedy = match (there, kind) {
        (Some(there), _) => format!("check {what}: there is {}, and names are compared with their case", name(&there)),
        (None, K::RoleNotFound) => format!("check role: {} is not there, or not granted to the user", tried.join(" or ")),
        (None, _) => format!(
            "check {what}: the role sees no {}; names are compared with their case (USAGE may have to be granted)",
            tried.join(" or ")
        ),
    };
    Err(ConnectError::with_code(*kind, &number).with_field(what).with_remedy(remedy))
}

/// A name that differs from those that were tried in the case of its letters alone, if there is one to be seen.
async fn others(session: &mut Session, choice: &Choice<'_>, tried: &[String]) -> Result<Option<String>, ConnectError> {
    let Some(wanted) = tried.first() else { return Ok(None) };
    let place = choice.within.strip_suffix('.').map(|database| format!(" in database {database}")).unwrap_or_default();
    let mut rows = match Statement::run(session, &format!("show {}s like {}{place}", choice.what, text(wanted))).await {
        Ok(rows) => rows,
        // Nobody has to be allowed to look.
        Err(error) if is_corner(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let at = rows.position("name");
    let mut found = None;
    while let Some(row) = rows.next().await? {
        // The pattern has wildcards.
        let there = row.text(at);
        if found.is_none() && there.to_lowercase() == wanted.to_lowercase() && !tried.iter().any(|name| name == there) {
            found = Some(there.to_owned());
        }
    }
    Ok(found)
}

/// As written, then in upper case; what stands in quotes is meant as it stands.
fn spellings(written: &str) -> Vec<String> {
    if let Some(exact) = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|exact| !exact.is_empty()) {
        return vec![exact.replace("\"\"", "\"")];
    }
    let upper = written.to_uppercase();
    if upper == written { vec![upper] } else { vec![written.to_owned(), upper] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_written_then_in_upper_case() {
        assert_eq!(spellings("Sales"), ["Sales", "SALES"]);
        assert_eq!(spellings("SALES"), ["SALES"]);
        assert_eq!(spellings("\"Sales \"\"x\"\"\""), ["Sales \"x\""]);
        assert_eq!(spellings("\""), ["\""]);
        assert_eq!(spellings("straße"), ["straße", "STRASSE"]);
    }
}

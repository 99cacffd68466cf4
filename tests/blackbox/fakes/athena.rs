//! Athena's API as far as a schema needs it, with signatures checked. A fake: boto3 judges it.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::http::{Reply, Request, Running, json as answer, serve};
use super::sigv4::{Refused, check};

/// The key that is let in.
pub(crate) const KEY: (&str, &str) = ("AKIAFAKEFAKEFAKEFAKE", "fake/secret+key");

/// What the fake is like.
#[derive(Clone)]
pub(crate) struct Fake {
    /// Databases of the one catalog, `AwsDataCatalog`.
    pub(crate) databases: Vec<&'static str>,
    /// The tables of each of them.
    pub(crate) tables: Vec<Value>,
    /// The state of the one workgroup, primary.
    pub(crate) state: &'static str,
    /// States of the statement: one for each look at it, the last one stays.
    pub(crate) statement: Vec<Value>,
    /// Calls that fail, with the code.
    pub(crate) failing: Vec<(&'static str, &'static str)>,
}

impl Default for Fake {
    fn default() -> Self {
        let states = ["QUEUED", "RUNNING", "SUCCEEDED"].map(|state| json!({"State": state}));
        Self { databases: vec!["default", "sales"], tables: Vec::new(), state: "ENABLED", statement: states.to_vec(), failing: Vec::new() }
    }
}

fn refused(code: &str) -> Reply {
    answer(if code.starts_with("Internal") { 500 } else { 400 }, &json!({"__type": code, "Message": "canary <script>"}))
}

/// One page of a list: fifty of them or as many as are asked for.
fn page(name: &str, all: &[Value], asked: &Value) -> Value {
    let from = asked["NextToken"].as_str().and_then(|token| token.parse::<usize>().ok()).unwrap_or(0).min(all.len());
    let most = asked["MaxResults"].as_u64().map_or(50, |n| n.min(50));
    let to = (from + usize::try_from(most).expect("small")).min(all.len());
    let mut out = json!({name: all[from..to]});
    if to < all.len() {
        out["NextToken"] = json!(to.to_string());
    }
    out
}

impl Fake {
    pub(crate) async fn start(self) -> Running {
        let looks = std::sync::Mutex::new(HashMap::<String, usize>::new());
        serve(move |_, request| self.answer(request, &looks)).await
    }

    /// What comes of a request.
    pub(crate) fn answer(&self, request: &Request, looks: &std::sync::Mutex<HashMap<String, usize>>) -> Reply {
        match check(request, "athena", KEY) {
            Err(Refused::Key) => return refused("UnrecognizedClientException"),
            Err(Refused::Signature) => return refused("InvalidSignatureException"),
            Ok(()) => {}
        }
        let call = request.header("x-amz-target").and_then(|target| target.strip_prefix("AmazonAthena.")).unwrap_or_default();
        let asked: Value = serde_json::from_str(&request.body).unwrap_or_default();
        if let Some((_, code)) = self.failing.iter().find(|(name, _)| *name == call) {
            return refused(code);
        }
        let elsewhere = |member: &str| asked.get(member).is_some_and(|name| name != "AwsDataCatalog");
        let missing = |name: &Value| !self.databases.iter().any(|known| name == *known);
        match call {
            "GetWorkGroup" if asked["WorkGroup"] == "primary" => answer(
                200,
                &json!({"WorkGroup": {"Name": "primary", "State": self.state,
                    "Configuration": {"EngineVersion": {"EffectiveEngineVersion": "Athena engine version 3"}}}}),
            ),
            "GetWorkGroup" => refused("InvalidRequestException"),
            "GetDatabase" | "ListDatabases" | "ListTableMetadata" if elsewhere("CatalogName") => refused("InvalidRequestException"),
            "GetDatabase" | "ListTableMetadata" if missing(&asked["DatabaseName"]) => refused("MetadataException"),
            "GetDatabase" => answer(200, &json!({"Database": {"Name": asked["DatabaseName"]}})),
            "ListDatabases" => {
                let all: Vec<_> = self.databases.iter().map(|name| json!({"Name": name})).collect();
                answer(200, &page("DatabaseList", &all, &asked))
            }
            "ListTableMetadata" => answer(200, &page("TableMetadataList", &self.tables, &asked)),
            "StartQueryExecution" if self.state == "DISABLED" => refused("InvalidRequestException"),
            "StartQueryExecution" => answer(200, &json!({"QueryExecutionId": uuid::Uuid::new_v4().to_string()})),
            "GetQueryExecution" => {
                let id = asked["QueryExecutionId"].as_str().unwrap_or_default().to_owned();
                let mut looks = looks.lock().expect("lock");
                let look = looks.entry(id).or_default();
                let status = &self.statement[(*look).min(self.statement.len() - 1)];
                *look += 1;
                answer(200, &json!({"QueryExecution": {"QueryExecutionId": asked["QueryExecutionId"], "Status": status}}))
            }
            _ => refused("UnknownOperationException"),
        }
    }
}

//! A coordinator that speaks Trino's REST protocol: queued, running, paged, with Basic authentication.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::http::{self, Reply, Request, Running, serve_with};

/// What comes of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Names and types of columns, and rows.
    Rows(&'static [(&'static str, &'static str)], Vec<Value>),
    /// Name, number and type of an error.
    Error(&'static str, i64, &'static str),
}

/// What the fake is like.
#[derive(Clone)]
pub(crate) struct Fake {
    /// With TLS, and Basic authentication for `app` with this password.
    pub(crate) password: Option<&'static str>,
    /// Catalogs by name; others are not found.
    pub(crate) catalogs: &'static [&'static str],
    /// Rows of a page.
    pub(crate) page: usize,
    /// The first whose text a statement contains is its answer; otherwise it is a syntax error.
    pub(crate) answers: Vec<(&'static str, Answer)>,
}

impl Default for Fake {
    fn default() -> Self {
        Self { password: None, catalogs: &["hive"], page: 2, answers: Vec::new() }
    }
}

/// `varchar(3)` as the client wants it taken apart; the arguments of other types do not matter to it here.
fn signature(name: &str) -> Value {
    let raw = name.split('(').next().expect("a part");
    let arguments = match raw {
        "varchar" => json!([{"kind": "LONG", "value": 2_147_483_647}]),
        _ => json!([]),
    };
    json!({"rawType": raw, "arguments": arguments})
}

impl Fake {
    pub(crate) async fn start(self) -> Running {
        let queries: Arc<Mutex<HashMap<usize, Answer>>> = Arc::default();
        serve_with(self.password.is_some(), move |port, request| self.answer(&queries, port, request)).await
    }

    pub(crate) fn answer(&self, queries: &Mutex<HashMap<usize, Answer>>, port: u16, request: &Request) -> Reply {
        let scheme = if self.password.is_some() { "https" } else { "http" };
        let base = format!("{scheme}://{}", request.header("host").map_or_else(|| format!("127.0.0.1:{port}"), str::to_owned));
        let page = |id: usize, state: &str, next: Option<String>| {
            let mut page = json!({"id": format!("20260101_{id}"), "infoUri": format!("{base}/ui/query.html?{id}"), "warnings": [],
                "stats": {"state": state, "queued": state == "QUEUED", "scheduled": true, "nodes": 1}});
            if let Some(next) = next {
                page["nextUri"] = json!(format!("{base}/v1/statement/{next}"));
            }
            page
        };
        if request.method == "GET" && request.path == "/v1/info" {
            return http::json(
                200,
                &json!({"nodeVersion": {"version": "476"}, "environment": "test", "coordinator": true, "starting": false}),
            );
        }
        let parts: Vec<_> = request.path.trim_start_matches("/v1/statement").split('/').collect();
        if request.method == "DELETE" {
            return Reply::Whole(204, vec![], String::new());
        }
        if let Some(password) = self.password
            && request.header("authorization") != Some(&format!("Basic {}", STANDARD.encode(format!("app:{password}"))))
        {
            return Reply::Whole(401, vec![("WWW-Authenticate", "Basic realm=\"Trino\"".to_owned())], "Access Denied: canary".to_owned());
        }
        if request.method == "POST" {
            let lower = request.body.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            let known = self.answers.iter().find(|(needle, _)| lower.contains(needle)).map(|(_, answer)| answer.clone());
            let answer = match request.header("x-trino-catalog") {
                Some(catalog) if !self.catalogs.contains(&catalog) => Answer::Error("CATALOG_NOT_FOUND", 44, "USER_ERROR"),
                _ if lower == "select 1" => Answer::Rows(&[("_col0", "integer")], vec![json!([1])]),
                _ => known.unwrap_or(Answer::Error("SYNTAX_ERROR", 1, "USER_ERROR")),
            };
            let mut queries = queries.lock().expect("lock");
            let id = queries.len();
            queries.insert(id, answer);
            return http::json(200, &page(id, "QUEUED", Some(format!("queued/{id}/slug/1"))));
        }
        let [_, state, id, "slug", token] = parts.as_slice() else { return Reply::Whole(404, vec![], "not found".to_owned()) };
        let (Ok(id), Ok(token)) = (id.parse::<usize>(), token.parse::<usize>()) else { return Reply::Whole(404, vec![], String::new()) };
        let Some(answer) = queries.lock().expect("lock").get(&id).cloned() else { return Reply::Whole(404, vec![], String::new()) };
        match answer {
            _ if *state == "queued" => http::json(200, &page(id, "RUNNING", Some(format!("executing/{id}/slug/0")))),
            Answer::Error(name, code, kind) => {
                let mut last = page(id, "FAILED", None);
                last["error"] = json!({"message": "canary <script>", "errorCode": code, "errorName": name, "errorType": kind,
                    "failureInfo": {"type": "X", "message": "canary", "stack": [], "suppressed": []}});
                http::json(200, &last)
            }
            Answer::Rows(columns, rows) => {
                let from = (token * self.page).min(rows.len());
                let to = (from + self.page).min(rows.len());
                let more = (to < rows.len()).then(|| format!("executing/{id}/slug/{}", token + 1));
                let mut out = page(id, if more.is_some() { "RUNNING" } else { "FINISHED" }, more);
                out["columns"] =
                    columns.iter().map(|(name, kind)| json!({"name": name, "type": kind, "typeSignature": signature(kind)})).collect();
                if to > from {
                    out["data"] = json!(rows[from..to]);
                }
                http::json(200, &out)
            }
        }
    }
}

//! Firebolt's REST interface: tokens, the account's endpoint, statements to the system's engine and to an engine of the account's.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::http::{self, Reply, Request, Running, serve_with};

/// The secret that is right.
pub(crate) const SECRET: &str = "right-secret";

/// Parts of statements with their rows, or a status and an error's number.
pub(crate) type Answers = Vec<(&'static str, Result<Vec<Value>, (u16, i64)>)>;

/// What the fake is like. It knows account `acme`, database `Sales "x"` and engines `main` and `idle`.
#[derive(Clone)]
pub(crate) struct Fake {
    /// Where the API says that statements go; none: here.
    pub(crate) engine_url: Option<String>,
    /// What USE ENGINE says; none: nothing.
    pub(crate) update: Option<String>,
    /// The status of engine `main`.
    pub(crate) status: &'static str,
    /// The first whose text a statement contains is its answer: columns are texts.
    pub(crate) answers: Answers,
}

impl Default for Fake {
    fn default() -> Self {
        Self { engine_url: None, update: None, status: "RUNNING", answers: Vec::new() }
    }
}

impl Fake {
    pub(crate) async fn start(self) -> Running {
        serve_with(true, move |port, request| self.answer(port, request)).await
    }

    pub(crate) fn answer(&self, port: u16, request: &Request) -> Reply {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if path == "/oauth/token" {
            let form: Vec<_> = form_urlencoded::parse(request.body.as_bytes()).into_owned().collect();
            let is = |name: &str, value: &str| form.iter().any(|(n, v)| n == name && v == value);
            let sound = is("client_id", "app")
                && is("client_secret", SECRET)
                && is("grant_type", "client_credentials")
                && is("audience", "https://api.firebolt.io");
            return if sound {
                http::json(200, &json!({"access_token": "access-token", "token_type": "Bearer", "expires_in": 86400}))
            } else {
                http::json(401, &json!({"error": "access_denied", "error_description": "canary"}))
            };
        }
        if request.header("authorization") != Some("Bearer access-token") {
            return http::json(401, &json!({"error": "canary"}));
        }
        if let Some(account) = path.strip_prefix("/web/v3/account/").and_then(|rest| rest.strip_suffix("/engineUrl")) {
            let url = self.engine_url.clone().unwrap_or_else(|| format!("localhost:{port}?account_id=01"));
            return if account == "acme" {
                http::json(200, &json!({"engineUrl": url}))
            } else {
                http::json(404, &json!({"message": "canary"}))
            };
        }
        let parameters: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let said = |name: &str| parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        if path != "/" || said("output_format") != Some("JSON_Compact") {
            return Reply::Whole(404, vec![], "canary".to_owned());
        }
        let sql = request.body.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((_, answer)) = self.answers.iter().find(|(needle, _)| sql.contains(needle)) {
            return match answer {
                Ok(rows) => table(rows),
                Err((status, code)) => refused(*status, *code),
            };
        }
        match sql.as_str() {
            r#"USE DATABASE "Sales ""x""""# => {
                Reply::Whole(200, vec![("Firebolt-Update-Parameters", "database=Sales \"x\"".to_owned())], String::new())
            }
            r#"USE DATABASE "plain""# => {
                Reply::Whole(200, vec![("Firebolt-Update-Parameters", "database=plain".to_owned())], String::new())
            }
            r#"USE ENGINE "main""# => match &self.update {
                Some(endpoint) => {
                    Reply::Whole(200, vec![("Firebolt-Update-Endpoint", endpoint.replace('$', &port.to_string()))], String::new())
                }
                None => Reply::Whole(200, vec![("Firebolt-Update-Parameters", "engine=main".to_owned())], String::new()),
            },
            _ if sql.starts_with("USE ") => refused(400, 7),
            _ if sql.starts_with("select status from information_schema.engines") => {
                let known = sql.ends_with("'main'").then_some(self.status).or(sql.ends_with("'idle'").then_some("STOPPED"));
                table(&known.map(|status| vec![json!([status])]).unwrap_or_default())
            }
            // Everything else wants an engine.
            _ if said("engine") != Some("main") || said("database").is_none() => refused(400, 3),
            "select version()" => table(&[json!(["4.31.2"])]),
            "select 'judge'" => table(&[json!(["judge"])]),
            _ => refused(400, 1),
        }
    }
}

fn table(rows: &[Value]) -> Reply {
    let width = rows.first().and_then(Value::as_array).map_or(0, Vec::len);
    let meta: Vec<_> = (0..width).map(|n| json!({"name": format!("c{n}"), "type": "text null"})).collect();
    http::json(200, &json!({"query": {"query_id": "x"}, "meta": meta, "data": rows, "rows": rows.len(), "statistics": {"elapsed": 0.1}}))
}

fn refused(status: u16, code: i64) -> Reply {
    http::json(
        status,
        &json!({"errors": [{"code": code.to_string(), "name": "canary", "severity": "ERROR", "description": "canary <script>"}]}),
    )
}

//! A workspace of Databricks: Unity Catalog by REST, and a SQL warehouse, over TLS.

use std::collections::HashMap;
use std::sync::Mutex;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::http::{self, Reply, Request, Running, serve_with};

/// The token that is taken.
pub(crate) const TOKEN: &str = "dapi-secret";

/// The warehouse that there is.
pub(crate) const WAREHOUSE: &str = "1234567890abcdef";

/// A schema: its name, and its tables as Unity Catalog prints them; none if they may not be listed.
pub(crate) type Schema = (String, Option<Vec<Value>>);

/// What the fake is like.
#[derive(Clone)]
pub(crate) struct Fake {
    /// Catalogs by name, with their schemas; none if they may not be listed.
    pub(crate) catalogs: Vec<(&'static str, Option<Vec<Schema>>)>,
    /// Whether there is a Unity Catalog at all.
    pub(crate) unity: bool,
    /// Items of a page; every other page is empty.
    pub(crate) page: usize,
    /// How often a statement is asked after before the warehouse runs.
    pub(crate) asleep: usize,
    /// The first whose text a statement contains gives the rows, in chunks of two, or the code of an error.
    pub(crate) answers: Vec<(&'static str, Result<Vec<Value>, &'static str>)>,
}

impl Default for Fake {
    fn default() -> Self {
        Self { catalogs: Vec::new(), unity: true, page: 2, asleep: 0, answers: vec![("current_catalog()", Ok(vec![json!(["main"])]))] }
    }
}

/// Statements by ID: how often they have been asked after, and what they say.
type Statements = Mutex<HashMap<usize, (usize, String)>>;

fn error(status: u16, code: &str) -> Reply {
    http::json(status, &json!({"error_code": code, "message": "canary <script>"}))
}

impl Fake {
    pub(crate) async fn start(self) -> Running {
        let statements = Statements::default();
        serve_with(true, move |_, request| self.answer(&statements, request)).await
    }

    pub(crate) fn answer(&self, statements: &Statements, request: &Request) -> Reply {
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return error(403, "PERMISSION_DENIED");
        }
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let query: HashMap<_, _> = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k, decoded(v))).collect();
        if let Some(rest) = path.strip_prefix("/api/2.1/unity-catalog/") {
            return if self.unity { self.unity(&decoded(rest), &query) } else { error(404, "METASTORE_DOES_NOT_EXIST") };
        }
        if let Some(id) = path.strip_prefix("/api/2.0/sql/warehouses/") {
            let state = if self.asleep > 0 { "STARTING" } else { "RUNNING" };
            return if id == WAREHOUSE {
                http::json(200, &json!({"id": id, "name": "w", "state": state}))
            } else {
                error(404, "RESOURCE_DOES_NOT_EXIST")
            };
        }
        let Some(rest) = path.strip_prefix("/api/2.0/sql/statements") else { return error(404, "ENDPOINT_NOT_FOUND") };
        if request.method == "POST" && rest.is_empty() {
            let body: Value = serde_json::from_str(&request.body).expect("JSON");
            if body["warehouse_id"] != WAREHOUSE {
                return error(400, "INVALID_PARAMETER_VALUE");
            }
            let mut statements = statements.lock().expect("lock");
            let id = statements.len();
            statements.insert(id, (0, body["statement"].as_str().expect("SQL").to_owned()));
            drop(statements);
            return http::json(200, &json!({"statement_id": format!("01ef-{id}"), "status": {"state": "PENDING"}}));
        }
        self.statement(statements, rest)
    }

    fn statement(&self, statements: &Statements, rest: &str) -> Reply {
        let parts: Vec<_> = rest.trim_start_matches("/01ef-").split('/').collect();
        let mut statements = statements.lock().expect("lock");
        let Some((asked, sql)) = parts[0].parse().ok().and_then(|id: usize| statements.get_mut(&id)) else {
            return error(404, "NOT_FOUND");
        };
        if parts.get(1) == Some(&"cancel") {
            return http::json(200, &json!({}));
        }
        *asked += 1;
        let id = format!("01ef-{}", parts[0]);
        if *asked <= self.asleep {
            return http::json(200, &json!({"statement_id": id, "status": {"state": "PENDING"}}));
        }
        let known = self.answers.iter().find(|(needle, _)| sql.contains(needle)).map_or(Err("BAD_REQUEST"), |(_, answer)| answer.clone());
        let rows = match known {
            Ok(rows) => rows,
            Err(code) => {
                let status = json!({"state": "FAILED", "error": {"error_code": code, "message": "canary"}});
                return http::json(200, &json!({"statement_id": id, "status": status}));
            }
        };
        let n: usize = parts.get(3).and_then(|n| n.parse().ok()).unwrap_or(0);
        let (from, to) = ((n * 2).min(rows.len()), (n * 2 + 2).min(rows.len()));
        let mut chunk = json!({"chunk_index": n, "row_offset": from, "row_count": to - from, "data_array": rows[from..to]});
        if to < rows.len() {
            chunk["next_chunk_index"] = json!(n + 1);
            chunk["next_chunk_internal_link"] = json!(format!("/api/2.0/sql/statements/{id}/result/chunks/{}?row_offset={to}", n + 1));
        }
        if parts.len() > 1 {
            return http::json(200, &chunk);
        }
        let manifest = json!({"format": "JSON_ARRAY", "schema": {"column_count": 1, "columns": []}, "total_row_count": rows.len()});
        http::json(200, &json!({"statement_id": id, "status": {"state": "SUCCEEDED"}, "manifest": manifest, "result": chunk}))
    }

    fn unity(&self, path: &str, query: &HashMap<&str, String>) -> Reply {
        let of = |name: &str| self.catalogs.iter().find(|(known, _)| *known == name);
        let given = |key: &str| query.get(key).map(String::as_str).unwrap_or_default();
        match path.split_once('/') {
            None if path == "catalogs" => {
                self.paged("catalogs", &self.catalogs.iter().map(|(name, _)| json!({"name": name})).collect::<Vec<_>>(), query)
            }
            None if path == "schemas" => match of(given("catalog_name")) {
                None => error(404, "CATALOG_DOES_NOT_EXIST"),
                Some((_, None)) => error(403, "PERMISSION_DENIED"),
                Some((_, Some(schemas))) => {
                    let schemas: Vec<_> =
                        schemas.iter().map(|(name, _)| json!({"name": name, "catalog_name": given("catalog_name")})).collect();
                    self.paged("schemas", &schemas, query)
                }
            },
            None if path == "tables" => {
                let schemas = of(given("catalog_name")).and_then(|(_, schemas)| schemas.as_ref());
                match schemas.and_then(|schemas| schemas.iter().find(|(name, _)| name == given("schema_name"))) {
                    None => error(404, "SCHEMA_DOES_NOT_EXIST"),
                    Some((_, None)) => error(403, "PERMISSION_DENIED"),
                    Some((_, Some(tables))) => self.paged("tables", tables, query),
                }
            }
            Some(("catalogs", name)) => match of(name) {
                None => error(404, "CATALOG_DOES_NOT_EXIST"),
                Some((_, None)) => error(403, "PERMISSION_DENIED"),
                Some(_) => http::json(200, &json!({"name": name})),
            },
            Some(("schemas", full)) => {
                let (catalog, schema) = full.split_once('.').expect("two names");
                let schemas = of(catalog).and_then(|(_, schemas)| schemas.as_ref());
                match schemas.and_then(|schemas| schemas.iter().find(|(name, _)| name == schema)) {
                    None => error(404, "SCHEMA_DOES_NOT_EXIST"),
                    Some(_) => http::json(200, &json!({"name": schema, "full_name": full})),
                }
            }
            _ => error(404, "ENDPOINT_NOT_FOUND"),
        }
    }

    fn paged(&self, key: &str, all: &[Value], query: &HashMap<&str, String>) -> Reply {
        let token: usize = query.get("page_token").and_then(|token| token.strip_prefix("t+/=")?.parse().ok()).unwrap_or(0);
        let size = query.get("max_results").and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(self.page).min(self.page);
        // Pages of an even number are empty.
        let (from, to) = ((token / 2 * size).min(all.len()), ((token / 2 + token % 2) * size).min(all.len()));
        let mut page = json!({key: all[from..to.max(from)]});
        if to < all.len() {
            page["next_page_token"] = json!(format!("t+/={}", token + 1));
        }
        http::json(200, &page)
    }
}

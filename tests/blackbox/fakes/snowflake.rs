//! An account that speaks the protocol of Snowflake's drivers: login by password or token, statements that run on, results in chunks,
//! SHOW by pages, an `information_schema` that refuses what is too large.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::http::{self, Reply, Request, Running, serve_with};

/// A column: name, type as SHOW has it, type as `information_schema` has it with its sizes, whether it may be null, default, comment.
#[derive(Clone)]
pub(crate) struct Column(
    pub(crate) &'static str,
    pub(crate) Value,
    pub(crate) [Option<&'static str>; 4],
    pub(crate) bool,
    pub(crate) &'static str,
    pub(crate) &'static str,
);

/// A table or view.
#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) name: String,
    /// As SHOW OBJECTS has it.
    pub(crate) kind: &'static str,
    pub(crate) comment: &'static str,
    pub(crate) rows: Option<u32>,
    pub(crate) columns: Arc<Vec<Column>>,
}

/// What the fake is like.
#[derive(Clone)]
pub(crate) struct Fake {
    /// With TLS.
    pub(crate) tls: bool,
    /// What may be used: `role`, `warehouse`, `database`, `schema`, each with its name in quotes as SQL has it.
    pub(crate) names: Vec<(&'static str, &'static str)>,
    /// The warehouse's state, and whether it resumes by itself.
    pub(crate) warehouse: (&'static str, bool),
    pub(crate) objects: Vec<Object>,
    /// Rows that SHOW prints at most, and tables that `information_schema` has time for.
    pub(crate) limits: (usize, usize),
    /// Rows of a chunk; none: everything comes at once.
    pub(crate) chunk: Option<usize>,
    /// The first whose text a statement contains is answered with this number.
    pub(crate) errors: Vec<(&'static str, &'static str)>,
    /// What login is answered with in place of a session.
    pub(crate) login: Option<Value>,
}

/// The password that is right.
pub(crate) const PASSWORD: &str = "right-pw";

type Rows = Vec<Vec<Option<String>>>;

#[expect(clippy::unnecessary_wraps, reason = "cells can be null")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// What stands in the last quotes of this kind before the end, or after a word.
fn between<'a>(sql: &'a str, before: &str, quote: char) -> Option<&'a str> {
    let (_, rest) = sql.split_once(before)?;
    rest.split(quote).next()
}

impl Fake {
    pub(crate) async fn start(self) -> Running {
        serve_with(self.tls, move |port, request| self.answer(port, request)).await
    }

    pub(crate) fn answer(&self, port: u16, request: &Request) -> Reply {
        let path = request.path.split('?').next().unwrap_or_default();
        let authorized = request.header("authorization") == Some("Snowflake Token=\"session-token\"");
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        match path {
            "/session/v1/login-request" => self.login(&body["data"]),
            "/telemetry/send" => http::json(200, &json!({"success": true, "code": null, "data": null})),
            _ if path.starts_with("/chunk/") => chunk(request),
            _ if !authorized => http::json(401, &json!({"success": false, "code": "390104", "message": "canary", "data": null})),
            "/session" | "/queries/v1/abort-request" => http::json(200, &json!({"success": true, "code": null, "data": null})),
            // A statement is still running when it is first asked about.
            "/queries/v1/query-request" => {
                let sql = body["sqlText"].as_str().unwrap_or_default();
                if sql == "select 'judge'" {
                    let url = "/queries/judge/result";
                    return http::json(
                        200,
                        &json!({"success": true, "code": "333334", "message": "running", "data": {"getResultUrl": url, "queryId": "q"}}),
                    );
                }
                self.query(port, sql)
            }
            "/queries/judge/result" => self.table(port, &["'JUDGE'"], (0..5).map(|n| vec![Some(format!("judge,\"{n}\""))]).collect()),
            _ => Reply::Whole(404, vec![], "not found".to_owned()),
        }
    }

    fn login(&self, data: &Value) -> Reply {
        if let Some(answer) = &self.login {
            return http::json(200, answer);
        }
        let by_token = data["AUTHENTICATOR"] == "SNOWFLAKE_JWT" && data["TOKEN"].is_string() && data["PASSWORD"].is_null();
        if data["LOGIN_NAME"] != "app" || !(by_token || data["PASSWORD"] == PASSWORD) {
            return http::json(
                200,
                &json!({"success": false, "code": "390100", "message": "Incorrect username or password: canary.", "data": {"nextAction": "RETRY_LOGIN"}}),
            );
        }
        http::json(
            200,
            &json!({"success": true, "code": null, "message": null, "data": {"token": "session-token", "masterToken": "master",
            "validityInSeconds": 3600, "masterValidityInSeconds": 14400, "displayUserName": "APP", "serverVersion": "9.30.1", "sessionId": 1, "parameters": [],
            "sessionInfo": {"databaseName": null, "schemaName": null, "warehouseName": null, "roleName": "PUBLIC"}}}),
        )
    }

    fn query(&self, port: u16, sql: &str) -> Reply {
        let flat = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((_, number)) = self.errors.iter().find(|(needle, _)| flat.contains(needle)) {
            return refused(number);
        }
        if let Some(used) = flat.strip_prefix("use ") {
            let known = self.names.iter().any(|(what, name)| used == format!("{what} {name}"));
            return if known {
                self.table(port, &["status"], vec![vec![some("Statement executed successfully.")]])
            } else {
                refused("002043")
            };
        }
        if flat.starts_with("show warehouses like ") {
            let row = |name: &str, state: &str| vec![some(state), some(name), some(if self.warehouse.1 { "true" } else { "false" })];
            // The pattern has wildcards: another one matches too.
            return self.table(port, &["state", "name", "auto_resume"], vec![row("W1", self.warehouse.0), row("WX", "STARTED")]);
        }
        if let Some((what, _)) = flat.strip_prefix("show ").and_then(|rest| rest.split_once("s like ")) {
            // Too many of them rather than too few: patterns have wildcards.
            let there = self.names.iter().filter(|(kind, _)| *kind == what).filter_map(|(_, name)| name.rsplit('"').nth(1));
            return self.table(port, &["created_on", "name"], there.map(|name| vec![some("2026-01-01"), some(name)]).collect());
        }
        if flat.starts_with("show objects") {
            return self.objects(port, &flat, |_| true);
        }
        if let Some((what, _)) =
            flat.strip_prefix("show ").and_then(|rest| rest.split_once(" in schema")).filter(|(what, _)| what.contains(' '))
        {
            return match what {
                "materialized views" => self.objects(port, &flat, |object| object.name == "mv"),
                "external tables" => self.objects(port, &flat, |object| object.name == "files"),
                "event tables" => refused("001003"),
                "primary keys" => self.keys(port),
                _ => self.imported(port),
            };
        }
        if flat.starts_with("show columns in ") {
            return self.shown(port, &flat);
        }
        if flat.contains(".information_schema.tables ") {
            if self.objects.len() > self.limits.1 {
                return refused("090030");
            }
            let kinds = |object: &Object| match object.kind {
                "TABLE" if object.name == "mv" => "MATERIALIZED VIEW",
                "TABLE" if object.name == "files" => "EXTERNAL TABLE",
                "TABLE" => "BASE TABLE",
                other => other,
            };
            let rows =
                self.objects.iter().map(|o| vec![some(&o.name), some(kinds(o)), o.rows.map(|n| n.to_string()), some(o.comment)]).collect();
            return self.table(port, &["TABLE_NAME", "TABLE_TYPE", "ROW_COUNT", "COMMENT"], rows);
        }
        if flat.contains(".information_schema.columns ") {
            return self.listed(port, &flat);
        }
        refused("001003")
    }

    fn objects(&self, port: u16, sql: &str, wanted: impl Fn(&Object) -> bool) -> Reply {
        let from = between(sql, " from '", '\'').unwrap_or_default();
        // FROM goes on behind the first whose name begins so.
        let mut left = self.objects.iter().filter(|o| wanted(o)).skip_while(|o| !from.is_empty() && !o.name.starts_with(from));
        if !from.is_empty() {
            left.next();
        }
        let limit = sql.split(" limit ").nth(1).and_then(|n| n.split(' ').next()?.parse().ok()).unwrap_or(usize::MAX);
        let rows = left.take(limit.min(self.limits.0));
        let rows =
            rows.map(|o| vec![some("2026-01-01"), some(&o.name), some(o.kind), some(o.comment), o.rows.map(|n| n.to_string())]).collect();
        self.table(port, &["created_on", "name", "kind", "comment", "rows"], rows)
    }

    fn keys(&self, port: u16) -> Reply {
        let key = |table: &str, column: &str, n: &str| vec![some(table), some("s"), some("pk"), some(n), some(column)];
        self.table(
            port,
            &["table_name", "schema_name", "constraint_name", "key_sequence", "column_name"],
            vec![key("orders", "region", "2"), key("orders", "ID", "1")],
        )
    }

    fn imported(&self, port: u16) -> Reply {
        let columns = ["pk_schema_name", "pk_table_name", "pk_column_name", "fk_table_name", "fk_column_name", "key_sequence", "fk_name"];
        self.table(port, &columns, vec![["sales", "orders", "ID", "lines", "order_id", "1", "fk"].map(some).to_vec()])
    }

    fn shown(&self, port: u16, sql: &str) -> Reply {
        let one = sql
            .strip_prefix("show columns in table ")
            .map(|place| place.rsplit("\".\"").next().unwrap_or_default().trim_end_matches('"').replace("\"\"", "\""));
        let mut rows = Rows::new();
        for object in self.objects.iter().filter(|object| one.as_ref().is_none_or(|one| *one == object.name)) {
            for Column(name, shown, _, nullable, default, comment) in object.columns.iter() {
                let counted = if *default == "identity" { "IDENTITY START 1 INCREMENT 1 NOORDER" } else { "" };
                let default = if counted.is_empty() { default } else { "" };
                rows.push(vec![
                    some(&object.name),
                    some(name),
                    Some(shown.to_string()),
                    some(&nullable.to_string()),
                    some(default),
                    some(comment),
                    some(counted),
                ]);
            }
        }
        rows.truncate(self.limits.0);
        self.table(port, &["table_name", "column_name", "data_type", "null?", "default", "comment", "autoincrement"], rows)
    }

    fn listed(&self, port: u16, sql: &str) -> Reply {
        let unquoted = |text: &str| text.replace("''", "'").replace("\\\\", "\\");
        let range = sql.split(" and table_name between '").nth(1).and_then(|rest| rest.split("' order by").next()?.split_once("' and '"));
        let range = range.map(|(from, to)| unquoted(from)..=unquoted(to));
        let wanted: Vec<_> = self.objects.iter().filter(|object| range.as_ref().is_none_or(|range| range.contains(&object.name))).collect();
        if wanted.len() > self.limits.1 {
            return refused("090030");
        }
        let mut rows = Rows::new();
        for object in wanted {
            for Column(name, _, [kind, length, precision, scale], nullable, default, comment) in object.columns.iter() {
                let text = |value: Option<&str>| value.map(str::to_owned);
                let identity = *default == "identity";
                let default = (!identity && !default.is_empty()).then(|| (*default).to_owned());
                rows.push(vec![
                    some(&object.name),
                    some(name),
                    text(*kind),
                    some(if *nullable { "YES" } else { "NO" }),
                    default,
                    (!comment.is_empty()).then(|| (*comment).to_owned()),
                    some(if identity { "YES" } else { "NO" }),
                    text(*length),
                    text(*precision),
                    text(*scale),
                ]);
            }
        }
        self.table(
            port,
            &["TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "IS_NULLABLE", "COLUMN_DEFAULT", "COMMENT", "IS_IDENTITY", "L", "P", "S"],
            rows,
        )
    }

    fn table(&self, port: u16, columns: &[&str], mut rows: Rows) -> Reply {
        let kinds: Vec<_> = columns
            .iter()
            .map(|name| json!({"name": name, "type": "text", "nullable": true, "length": 100, "precision": null, "scale": null, "byteLength": 400}))
            .collect();
        let mut data = json!({"rowtype": kinds, "total": rows.len(), "returned": rows.len(), "queryId": "q", "queryResultFormat": "json", "parameters": [],
            "statementTypeId": 4096, "version": 1});
        let rest = rows.split_off(self.chunk.unwrap_or(usize::MAX).min(rows.len()));
        data["rowset"] = json!(rows);
        if !rest.is_empty() {
            let scheme = if self.tls { "https" } else { "http" };
            let chunks = rest.chunks(self.chunk.unwrap_or(1)).map(|part| {
                let text = Value::from(part.iter().map(|row| json!(row)).collect::<Vec<_>>()).to_string();
                let hex = text.bytes().fold(String::new(), |mut hex, byte| {
                    let _ = write!(hex, "{byte:02x}");
                    hex
                });
                json!({"url": format!("{scheme}://localhost:{port}/chunk/{hex}?X-Amz-Signature=x"), "rowCount": part.len(), "uncompressedSize": text.len(), "compressedSize": text.len()})
            });
            data["chunks"] = chunks.collect();
            data["chunkHeaders"] = json!({"x-amz-server-side-encryption-customer-key": "sse-key", "x-amz-server-side-encryption-customer-algorithm": "AES256"});
        }
        http::json(200, &json!({"success": true, "code": null, "message": null, "data": data}))
    }
}

fn refused(number: &str) -> Reply {
    http::json(
        200,
        &json!({"success": false, "code": number, "message": "canary <script>", "data": {"errorCode": number, "sqlState": "02000", "queryId": "q"}}),
    )
}

/// The object store: it knows no session, wants the key of the encryption, and has everything compressed.
fn chunk(request: &Request) -> Reply {
    if request.header("authorization").is_some() || request.header("x-amz-server-side-encryption-customer-key") != Some("sse-key") {
        return Reply::Whole(400, vec![], "InvalidRequest".to_owned());
    }
    let hex = request.path.trim_start_matches("/chunk/").split('?').next().unwrap_or_default();
    let text: Vec<u8> = (0..hex.len() / 2).map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).expect("hex")).collect();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&text[1..text.len() - 1]).expect("in memory");
    let packed = packed.finish().expect("in memory");
    Reply::Raw(
        [format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len()).into_bytes(), packed].concat(),
    )
}

//! The real ClickHouse of 2018, and the engine of a current one.

use std::process::Command;

use serde_json::{Value, json};

use super::peers::variable;

/// A server, and a database of its own in it.
pub(crate) struct ClickHouse {
    pub(crate) port: u16,
    pub(crate) database: String,
    _own: Option<Own>,
}

/// A peer in a folder of its own, which ends with the test.
struct Own(tempfile::TempDir);

impl Drop for Own {
    fn drop(&mut self) {
        if let Ok(pid) = std::fs::read_to_string(self.0.path().join("chdb/pid")) {
            let _ = Command::new("kill").args(["-9", pid.trim()]).status();
        }
    }
}

impl ClickHouse {
    /// The server of 2018.
    pub(crate) async fn old() -> Self {
        Self::at("HEADWATER_TEST_CLICKHOUSE_PORT").await
    }

    /// The current engine, which is one process for all tests.
    pub(crate) async fn current() -> Self {
        Self::at("HEADWATER_TEST_CHDB_PORT").await
    }

    /// The current engine in a process of its own, for what holds for a whole server.
    pub(crate) async fn alone() -> Self {
        let own = Own(tempfile::tempdir().expect("a folder"));
        let folder = own.0.path().join("chdb");
        std::fs::create_dir(&folder).expect("a folder");
        let start = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/chdb/start");
        let mut command = Command::new(start);
        command.arg(&folder).env("HEADWATER_PEERS", own.0.path());
        let out = tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("the peer starts");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        let port = said.split('\'').nth(1).and_then(|port| port.parse().ok()).expect("a port");
        let this = Self { port, database: "own".to_owned(), _own: Some(own) };
        this.ask("create database own").await;
        this
    }

    async fn at(name: &str) -> Self {
        let database = format!("src_{}", uuid::Uuid::new_v4().simple());
        let this = Self { port: variable(name).parse().expect("port"), database, _own: None };
        this.ask(&format!("create database {}", this.database)).await;
        this
    }

    /// Runs a statement.
    #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
    pub(crate) async fn ask(&self, sql: &str) -> String {
        let request = reqwest::Client::new().post(format!("http://127.0.0.1:{}/", self.port)).basic_auth("app", Some("pw"));
        let answer = request.body(sql.to_owned()).send().await.expect("an answer");
        let (status, text) = (answer.status(), answer.text().await.expect("text"));
        assert!(status.is_success(), "{sql}: {text}");
        text
    }

    /// Runs statements in the database, one after the other; `$` stands for its name.
    pub(crate) async fn sql(&self, statements: &[&str]) {
        for sql in statements {
            self.ask(&sql.replace('$', &self.database)).await;
        }
    }

    /// A whole body for create.
    pub(crate) fn body(&self, name: &str) -> Value {
        json!({"datasourceType": "clickhouse", "credentials": {"name": name, "host": "127.0.0.1", "port": self.port, "username": "app", "password": "pw",
            "database": self.database}})
    }
}

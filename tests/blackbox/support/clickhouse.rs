//! The real ClickHouse of 2018, and the engine of a current one.

use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::peers::variable;

/// A server, and a database of its own in it.
pub(crate) struct ClickHouse {
    pub(crate) port: u16,
    pub(crate) database: String,
    _process: Option<Ended>,
}

/// A process that ends with the test.
struct Ended(std::process::Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The folder of a peer may be any below `tests/peers`.
fn script(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find_map(|path| match path.file_name() {
        Some(name) if name == "chdb_http.py" => Some(path),
        _ if path.is_dir() => script(&path),
        _ => None,
    })
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
    #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
    pub(crate) async fn alone() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let script = script(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers"))).expect("chdb_http.py");
        let mut command = std::process::Command::new(variable("HEADWATER_TEST_PYTHON"));
        command.arg(script).arg(port.to_string()).args(["app", "pw"]).stderr(std::process::Stdio::null());
        let process = Ended(command.spawn().expect("Python starts"));
        let this = Self { port, database: "own".to_owned(), _process: Some(process) };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                this.ask("create database own").await;
                return this;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the engine did not start");
    }

    async fn at(name: &str) -> Self {
        let database = format!("src_{}", uuid::Uuid::new_v4().simple());
        let this = Self { port: variable(name).parse().expect("port"), database, _process: None };
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

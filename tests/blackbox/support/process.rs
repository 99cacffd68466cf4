//! The built binary: as a command, and as a running server.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::client::Client;

/// A command line of the binary, with a clean environment.
pub(crate) fn headwater(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    command(arguments, environment).output().expect("the binary runs")
}

fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    command_of(&[&[env!("CARGO_BIN_EXE_headwater")], arguments].concat(), environment)
}

/// Any command line, with a clean environment.
pub(crate) fn command_of(words: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).env_clear().envs(environment.iter().copied()).stdin(Stdio::null());
    command
}

/// Standard output of a command that must succeed.
pub(crate) fn output(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let out = headwater(arguments, environment);
    assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("text").trim_end().to_owned()
}

/// Which store a server keeps its metadata in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreKind {
    Sqlite,
    Postgres,
}

pub(crate) const BOTH_STORES: [StoreKind; 2] = [StoreKind::Sqlite, StoreKind::Postgres];

/// A fresh metadata store and what servers on it are started with.
pub(crate) struct Setup {
    pub(crate) kind: StoreKind,
    pub(crate) database_url: String,
    pub(crate) master_keys: String,
    /// Where servers keep uploaded files; removed with the set-up.
    pub(crate) folder: tempfile::TempDir,
}

impl Setup {
    /// An empty store.
    pub(crate) async fn new(kind: StoreKind) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let database_url = match kind {
            StoreKind::Sqlite => format!("sqlite:{}", folder.path().join("store.db").display()),
            StoreKind::Postgres => postgres_database().await,
        };
        Self { kind, database_url, master_keys: output(&["keys", "generate", "--id", "test"], &[]), folder }
    }

    /// An embedded store.
    pub(crate) async fn sqlite() -> Self {
        Self::new(StoreKind::Sqlite).await
    }

    /// A command that works on this store.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        output(arguments, &[("DATABASE_URL", &self.database_url)])
    }

    /// A token of the organisation `name`, which is made if need be.
    pub(crate) fn token(&self, name: &str) -> String {
        let environment = [("DATABASE_URL", self.database_url.as_str())];
        headwater(&["org", "create", name], &environment);
        self.run(&["token", "create", "--org", name])
    }

    /// A server in the profile `dev`.
    pub(crate) fn start(&self) -> Server {
        self.start_with(&[])
    }

    /// A server with other or more environment variables.
    pub(crate) fn start_with(&self, environment: &[(&str, &str)]) -> Server {
        self.start_by(|merged| Server::spawn(&["serve"], merged), environment)
    }

    /// The same with so many file descriptors at most.
    pub(crate) fn start_within(&self, descriptors: u32, environment: &[(&str, &str)]) -> Server {
        let limit = format!("--nofile={descriptors}:{descriptors}");
        let start = |merged: &[(&str, &str)]| {
            let mut command = Command::new("prlimit");
            command.args([&limit, env!("CARGO_BIN_EXE_headwater"), "serve"]).env_clear().envs(merged.iter().copied()).stdin(Stdio::null());
            Server::of(command)
        };
        self.start_by(start, environment)
    }

    fn start_by(&self, start: impl FnOnce(&[(&str, &str)]) -> Server, environment: &[(&str, &str)]) -> Server {
        let runner = std::env::var("HEADWATER_TEST_RUNNER").unwrap_or_else(|_| "child".to_owned());
        let defaults = [
            ("HEADWATER_RUNNER", runner.as_str()),
            ("DATABASE_URL", self.database_url.as_str()),
            ("HEADWATER_MASTER_KEYS", &self.master_keys),
            ("HEADWATER_DATA_DIR", self.folder.path().to_str().expect("a path")),
            ("HEADWATER_LISTEN", "127.0.0.1:0"),
            ("HEADWATER_EGRESS", "dev"),
            ("HEADWATER_LOG_FORMAT", "json"),
            ("HEADWATER_LOG", "debug"),
        ];
        let merged: Vec<_> = defaults
            .into_iter()
            .filter(|(k, _)| environment.iter().all(|(other, _)| other != k))
            .chain(environment.iter().copied())
            .collect();
        start(&merged)
    }

    /// A server with a token of an organisation of its own.
    pub(crate) fn client(&self) -> (Server, Client) {
        let server = self.start();
        let client = server.client(&self.token("acme"));
        (server, client)
    }

    /// Runs statements in the store, as somebody with a database client would.
    pub(crate) async fn sql(&self, statements: &str) {
        match self.kind {
            StoreKind::Sqlite => {
                let options: sqlx::sqlite::SqliteConnectOptions = self.database_url.parse().expect("url");
                let mut connection = options.connect().await.expect("store");
                sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.expect("statements");
                connection.close().await.expect("closed");
            }
            StoreKind::Postgres => {
                let mut connection = sqlx::PgConnection::connect(&self.database_url).await.expect("store");
                sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.expect("statements");
            }
        }
    }

    /// The one number that a statement answers in the store.
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        match self.kind {
            StoreKind::Sqlite => {
                let options: sqlx::sqlite::SqliteConnectOptions = self.database_url.parse().expect("url");
                let mut connection = options.connect().await.expect("store");
                let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a number");
                connection.close().await.expect("closed");
                number
            }
            StoreKind::Postgres => {
                let mut connection = sqlx::PgConnection::connect(&self.database_url).await.expect("store");
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a number")
            }
        }
    }

    /// The one text that a statement answers in an embedded store.
    pub(crate) async fn text(&self, sql: &'static str) -> String {
        let options: sqlx::sqlite::SqliteConnectOptions = self.database_url.parse().expect("url");
        let mut connection = options.connect().await.expect("store");
        let text = sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("a text");
        connection.close().await.expect("closed");
        text
    }

    /// Every row of every table of the store as text, secrets and all: what a thief of the database would read.
    pub(crate) async fn dump(&self) -> String {
        match self.kind {
            StoreKind::Sqlite => {
                let name = self.database_url.trim_start_matches("sqlite:").to_owned();
                let files = ["", "-wal"].map(|suffix| std::fs::read(format!("{name}{suffix}")).unwrap_or_default());
                files.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
            }
            StoreKind::Postgres => {
                let mut connection = sqlx::PgConnection::connect(&self.database_url).await.expect("store");
                // A row as text has its bytes in hex.
                let sql = "select string_agg(query_to_xml('select t::text as row from ' || quote_ident(table_name) || ' t', true, true, '')::text, '') \
                           from information_schema.tables where table_schema = 'public'";
                sqlx::query_scalar(sql).fetch_one(&mut connection).await.expect("dump")
            }
        }
    }
}

/// A fresh database on the PostgreSQL server for metadata.
async fn postgres_database() -> String {
    let url = super::peers::variable("HEADWATER_TEST_STORE_URL");
    let mut connection = sqlx::PgConnection::connect(&url).await.expect("the metadata server answers");
    let name = format!("meta_{}", uuid::Uuid::new_v4().simple());
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await.expect("database");
    let (server, _) = url.rsplit_once('/').expect("a database in the URL");
    format!("{server}/{name}")
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Starts the binary and waits until it listens.
    pub(crate) fn spawn(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::of(command(arguments, environment))
    }

    /// Starts a command line that becomes the binary, likewise.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let log = Arc::new(Mutex::new(String::new()));
        let (listening, listens) = mpsc::channel();
        let (reader, shared) = (BufReader::new(child.stderr.take().expect("piped")), log.clone());
        std::thread::spawn(move || {
            for line in reader.lines().map_while(Result::ok) {
                let parsed: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                if parsed["message"] == "listening" {
                    let _ = listening.send(parsed["address"].as_str().expect("address").to_owned());
                }
                let mut log = shared.lock().expect("log");
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut server = Self { child, base: String::new(), log };
        let address = listens.recv_timeout(Duration::from_secs(20));
        let address = address.unwrap_or_else(|error| panic!("the server does not listen ({error}): {}", server.log()));
        server.base = format!("http://{address}");
        server
    }

    pub(crate) fn client(&self, token: &str) -> Client {
        Client::new(&self.base, token)
    }

    /// `host:port` it listens on.
    pub(crate) fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The most memory that it has had, in MiB, and with it the largest of its children.
    pub(crate) fn peak(&self) -> u64 {
        let own = peak(self.child.id()).expect("a process");
        // A child may end at any moment.
        let children = self.children().into_iter().filter_map(peak).max().unwrap_or_default();
        (own + children) / 1_024
    }

    /// The processes that run its jobs or wait for them.
    pub(crate) fn children(&self) -> Vec<u32> {
        let id = self.child.id();
        let processes = std::fs::read_dir("/proc").expect("processes").filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        processes.filter(|process| status(*process, "PPid:") == Some(id.into())).collect()
    }

    /// Everything it has logged.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("log").clone()
    }

    /// Whether `text` comes up in the log: lines arrive a moment after the answers they belong to.
    pub(crate) fn logged(&self, text: &str) -> bool {
        let began = Instant::now();
        while !self.log().contains(text) {
            if began.elapsed() > Duration::from_secs(10) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// SIGTERM; waits for the end.
    pub(crate) fn terminate(&mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill").success());
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(&mut self, within: Duration) -> std::process::ExitStatus {
        let began = Instant::now();
        while began.elapsed() < within {
            if let Some(status) = self.child.try_wait().expect("state") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not end");
    }
}

/// A number in the status of a process, while there is one.
pub(crate) fn status(process: u32, key: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(key))?.trim().trim_end_matches(" kB").parse().ok()
}

/// The most memory that a process has had, in KiB.
fn peak(process: u32) -> Option<u64> {
    status(process, "VmHWM:")
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

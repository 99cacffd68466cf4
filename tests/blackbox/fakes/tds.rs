//! A server that speaks TDS 7.4: prelogin, TLS inside of packets, login, batches, routing.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::Stream;
use super::tds_tls::wrapped;
use super::tls::acceptor_tls12;

/// Type and name of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `nvarchar(4000)`
    Text,
    /// `nvarchar(max)`
    Max,
    /// `int`
    Int,
    /// `bigint`
    Big,
}

/// What comes of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Rows(&'static [(&'static str, Kind)], Vec<Value>),
    Error(u32),
    /// Tokens as they are.
    Raw(Vec<u8>),
    /// Tokens again and again.
    Endless(Vec<u8>, Vec<u8>),
}

/// What comes of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// By user and password.
    Check,
    /// An error, in the way that failed logins have.
    Error(u32),
    /// Go elsewhere; 0 stands for this server's own port.
    Route(&'static str, u16),
}

/// What the fake is like.
#[derive(Clone)]
pub(crate) struct Fake {
    /// What is answered to the question for encryption: 1 on, 2 not supported, 0 for the login alone.
    pub(crate) encryption: u8,
    pub(crate) verdict: Verdict,
    /// The databases that a login may name.
    pub(crate) databases: &'static [&'static str],
    /// The first whose text a statement contains is its answer; otherwise it names an object that is not there (208).
    pub(crate) answers: Vec<(String, Answer)>,
}

impl Default for Fake {
    fn default() -> Self {
        Self { encryption: 1, verdict: Verdict::Check, databases: &["shop"], answers: Vec::new() }
    }
}

/// What a login said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) client: String,
    pub(crate) server: String,
    pub(crate) database: String,
    pub(crate) read_only: bool,
}

/// A fake that runs.
pub(crate) struct Running {
    pub(crate) port: u16,
    logins: Arc<Mutex<Vec<Login>>>,
    statements: Arc<Mutex<Vec<String>>>,
    _task: tokio::task::JoinSet<()>,
}

impl Running {
    pub(crate) fn logins(&self) -> Vec<Login> {
        self.logins.lock().expect("lock").clone()
    }

    pub(crate) fn statements(&self) -> Vec<String> {
        self.statements.lock().expect("lock").clone()
    }
}

const COLLATION: [u8; 5] = [9, 4, 0xd0, 0, 0x34];

impl Fake {
    pub(crate) async fn start(self) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let (logins, statements) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let shared = (logins.clone(), statements.clone());
        let mut task = tokio::task::JoinSet::new();
        task.spawn(async move {
            let mut sessions = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (fake, (logins, statements)) = (self.clone(), shared.clone());
                // A client that goes away is its own business.
                sessions.spawn(async move { fake.session(Box::new(stream), port, &logins, &statements).await.unwrap_or_default() });
            }
        });
        Running { port, logins, statements, _task: task }
    }

    async fn session(
        self,
        mut stream: Box<dyn Stream>,
        port: u16,
        logins: &Mutex<Vec<Login>>,
        statements: &Mutex<Vec<String>>,
    ) -> std::io::Result<()> {
        receive(&mut stream).await?;
        let options = [
            &[0, 0, 26, 0, 6, 1, 0, 32, 0, 1, 2, 0, 33, 0, 1, 3, 0, 34, 0, 0, 4, 0, 34, 0, 1, 0xff][..],
            &[16, 0, 16, 39, 0, 0],
            &[self.encryption, 0, 0],
        ];
        send(&mut stream, &options.concat()).await?;
        if self.encryption == 1 {
            let (below, finish) = wrapped(stream);
            let session = acceptor_tls12().accept(below).await?;
            finish();
            stream = Box::new(session);
        }
        let (_, message) = receive(&mut stream).await?;
        let login = parse(&message);
        logins.lock().expect("lock").push(login.clone());
        match &self.verdict {
            Verdict::Error(number) => return send(&mut stream, &[error(*number), done(2)].concat()).await,
            Verdict::Route(host, to) => {
                let to = if *to == 0 { port } else { *to };
                let name = utf16(host);
                let length = u16::try_from(5 + name.len()).expect("short");
                let value = [
                    &[20][..],
                    &length.to_le_bytes(),
                    &[0],
                    &to.to_le_bytes(),
                    &u16::try_from(host.len()).expect("short").to_le_bytes(),
                    &name,
                    &[0, 0],
                ];
                let change = token(0xe3, &value.concat());
                return send(&mut stream, &[acknowledged(), change, done(0)].concat()).await;
            }
            Verdict::Check if (login.user.as_str(), login.password.as_str()) != ("app", "pw") => {
                return send(&mut stream, &[error(18_456), done(2)].concat()).await;
            }
            Verdict::Check if !login.database.is_empty() && !self.databases.contains(&login.database.as_str()) => {
                return send(&mut stream, &[error(4_060), error(18_456), done(2)].concat()).await;
            }
            Verdict::Check => {}
        }
        let database = if login.database.is_empty() { "master" } else { &login.database };
        let changed = [&[1][..], &[u8::try_from(database.len()).expect("short")], &utf16(database), &[0]].concat();
        let size = [&[4][..], &[4], &utf16("4096"), &[4], &utf16("4096")].concat();
        let collation = [&[7, 5][..], &COLLATION, &[0]].concat();
        send(&mut stream, &[token(0xe3, &changed), token(0xe3, &collation), acknowledged(), token(0xe3, &size), done(0)].concat()).await?;
        loop {
            let (kind, message) = receive(&mut stream).await?;
            match kind {
                1 => {
                    let sql = batch(&message);
                    statements.lock().expect("lock").push(sql.clone());
                    self.answer(&mut stream, &sql).await?;
                }
                // A transaction is begun, or ended.
                14 => {
                    let at = u32::from_le_bytes([message[0], message[1], message[2], message[3]]) as usize;
                    let change = match message[at] {
                        5 => [&[8, 8][..], &[1, 0, 0, 0, 0, 0, 0, 0], &[0]].concat(),
                        7 => [&[9, 0, 8][..], &[1, 0, 0, 0, 0, 0, 0, 0]].concat(),
                        _ => [&[10, 0, 8][..], &[1, 0, 0, 0, 0, 0, 0, 0]].concat(),
                    };
                    send(&mut stream, &[token(0xe3, &change), done(0)].concat()).await?;
                }
                6 => send(&mut stream, &done(0x20)).await?,
                _ => return Ok(()),
            }
        }
    }

    async fn answer(&self, stream: &mut Box<dyn Stream>, sql: &str) -> std::io::Result<()> {
        let lower = sql.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let known = self.answers.iter().find(|(needle, _)| lower.contains(needle.as_str())).map(|(_, answer)| answer);
        match known {
            None if ["set ", "use ", "begin", "commit", "rollback"].iter().any(|word| lower.starts_with(word)) => {
                send(stream, &done(0)).await
            }
            None => send(stream, &[error(208), done(2)].concat()).await,
            Some(Answer::Error(number)) => send(stream, &[error(*number), done(2)].concat()).await,
            Some(Answer::Raw(tokens)) => send(stream, tokens).await,
            Some(Answer::Endless(first, again)) => {
                // One message that never ends: no packet is its last.
                stream.write_all(&packets(first, false)).await?;
                let more = packets(again, false);
                loop {
                    stream.write_all(&more).await?;
                }
            }
            Some(Answer::Rows(columns, rows)) => {
                let mut out = result(columns, rows);
                let count = rows.len() as u64;
                out.extend([&[0xfd, 0x10, 0, 0xc1, 0][..], &count.to_le_bytes()].concat());
                send(stream, &out).await
            }
        }
    }
}

/// `COLMETADATA`
pub(crate) fn metadata(columns: &[(&str, Kind)]) -> Vec<u8> {
    let mut out = vec![0x81];
    out.extend(u16::try_from(columns.len()).expect("few").to_le_bytes());
    for (name, kind) in columns {
        out.extend([0, 0, 0, 0, 9, 0]);
        match kind {
            Kind::Text => out.extend([&[0xe7, 0x40, 0x1f][..], &COLLATION].concat()),
            Kind::Max => out.extend([&[0xe7, 0xff, 0xff][..], &COLLATION].concat()),
            Kind::Int => out.extend([0x26, 4]),
            Kind::Big => out.extend([0x26, 8]),
        }
        out.push(u8::try_from(name.len()).expect("short"));
        out.extend(utf16(name));
    }
    out
}

/// `COLMETADATA` and `ROW`s
fn result(columns: &[(&str, Kind)], rows: &[Value]) -> Vec<u8> {
    let mut out = metadata(columns);
    for row in rows {
        out.push(0xd1);
        for ((_, kind), value) in columns.iter().zip(row.as_array().expect("a list")) {
            encode(&mut out, *kind, value);
        }
    }
    out
}

/// Rows that break off with an error.
pub(crate) fn broken(columns: &[(&str, Kind)], rows: &[Value], number: u32) -> Answer {
    Answer::Raw([result(columns, rows), error(number), done(2)].concat())
}

fn encode(out: &mut Vec<u8>, kind: Kind, value: &Value) {
    match (kind, value) {
        (Kind::Text, Value::Null) => out.extend([0xff, 0xff]),
        (Kind::Max, Value::Null) => out.extend([0xff; 8]),
        (Kind::Int | Kind::Big, Value::Null) => out.push(0),
        (Kind::Int, value) => {
            out.push(4);
            out.extend(i32::try_from(value.as_i64().expect("a number")).expect("an int").to_le_bytes());
        }
        (Kind::Big, value) => {
            out.push(8);
            out.extend(value.as_i64().expect("a number").to_le_bytes());
        }
        (Kind::Text, value) => {
            let text = utf16(value.as_str().expect("text"));
            out.extend(u16::try_from(text.len()).expect("short").to_le_bytes());
            out.extend(text);
        }
        (Kind::Max, value) => {
            let text = utf16(value.as_str().expect("text"));
            out.extend((text.len() as u64).to_le_bytes());
            // In two parts, as servers do.
            for part in text.chunks((text.len() / 2).max(2)) {
                out.extend(u32::try_from(part.len()).expect("short").to_le_bytes());
                out.extend(part);
            }
            out.extend([0; 4]);
        }
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn token(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &u16::try_from(body.len()).expect("short").to_le_bytes(), body].concat()
}

fn done(status: u16) -> Vec<u8> {
    [&[0xfd][..], &status.to_le_bytes(), &[0; 10]].concat()
}

fn acknowledged() -> Vec<u8> {
    let name = "Microsoft SQL Server\0\0";
    token(0xad, &[&[1, 0x74, 0, 0, 4, 22][..], &utf16(name), &[16, 0, 16, 39]].concat())
}

fn error(number: u32) -> Vec<u8> {
    let text = "canary <script>";
    token(
        0xaa,
        &[
            &number.to_le_bytes()[..],
            &[1, 14],
            &u16::try_from(text.len()).expect("short").to_le_bytes(),
            &utf16(text),
            &[0, 0],
            &[1, 0, 0, 0],
        ]
        .concat(),
    )
}

/// An `INFO` token of some size.
pub(crate) fn info() -> Vec<u8> {
    let text = "x".repeat(500);
    token(0xab, &[&[1, 0, 0, 0, 1, 0][..], &500_u16.to_le_bytes(), &utf16(&text), &[0, 0], &[1, 0, 0, 0]].concat())
}

fn packets(message: &[u8], ends: bool) -> Vec<u8> {
    let count = message.chunks(4_088).count();
    let packet = |(n, part): (usize, &[u8])| {
        let length = u16::try_from(part.len() + 8).expect("short").to_be_bytes();
        [&[4, u8::from(ends && n + 1 == count), length[0], length[1], 0, 0, 1, 0][..], part].concat()
    };
    message.chunks(4_088).enumerate().flat_map(packet).collect()
}

async fn send(stream: &mut Box<dyn Stream>, message: &[u8]) -> std::io::Result<()> {
    stream.write_all(&packets(message, true)).await?;
    stream.flush().await
}

async fn receive(stream: &mut Box<dyn Stream>) -> std::io::Result<(u8, Vec<u8>)> {
    let mut message = Vec::new();
    loop {
        let mut head = [0; 8];
        stream.read_exact(&mut head).await?;
        let mut part = vec![0; usize::from(u16::from_be_bytes([head[2], head[3]])).saturating_sub(8)];
        stream.read_exact(&mut part).await?;
        message.extend(part);
        if head[1] & 1 == 1 {
            return Ok((head[0], message));
        }
    }
}

/// `LOGIN7`
fn parse(message: &[u8]) -> Login {
    let number = |at: usize| usize::from(u16::from_le_bytes([message[at], message[at + 1]]));
    let bytes = |at: usize| message[number(at)..number(at) + number(at + 2) * 2].to_vec();
    let text = |bytes: Vec<u8>| String::from_utf16_lossy(&bytes.chunks(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect::<Vec<_>>());
    let clear = bytes(44).into_iter().map(|b| (b ^ 0xa5).rotate_left(4)).collect();
    Login {
        user: text(bytes(40)),
        password: text(clear),
        client: text(bytes(36)),
        server: text(bytes(52)),
        database: text(bytes(68)),
        read_only: message[26] & 0x20 != 0,
    }
}

fn batch(message: &[u8]) -> String {
    let at = u32::from_le_bytes([message[0], message[1], message[2], message[3]]) as usize;
    String::from_utf16_lossy(&message[at..].chunks(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect::<Vec<_>>())
}

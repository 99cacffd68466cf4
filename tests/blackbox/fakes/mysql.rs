//! A server that speaks MySQL's protocol as far as clients go: greeting, TLS, four ways to log in, text results.

use std::sync::{Arc, Mutex};

use mysql_common::auth::plugins::caching_sha2_password::scramble_sha256;
use mysql_common::auth::plugins::mysql_native_password::scramble_native;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

use super::Stream;
use super::tls::acceptor;

/// How the fake wants its users to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plugin {
    Native,
    /// `true`: the password is not in the server's cache, so the client must send it.
    CachingSha2(bool),
    Sha256,
    Clear,
}

impl Plugin {
    fn name(self) -> &'static str {
        match self {
            Self::Native => "mysql_native_password",
            Self::CachingSha2(_) => "caching_sha2_password",
            Self::Sha256 => "sha256_password",
            Self::Clear => "mysql_clear_password",
        }
    }
}

/// What comes of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Column names, and rows.
    Rows(&'static [&'static str], Vec<Vec<Option<String>>>),
    Error(u16),
    /// A payload as it is.
    Raw(Vec<u8>),
    /// Nothing, ever.
    Silence,
}

/// Rows of text.
pub(crate) fn rows(columns: &'static [&'static str], rows: &[&[&str]]) -> Answer {
    let value = |text: &&str| (*text != "\0").then(|| (*text).to_owned());
    Answer::Rows(columns, rows.iter().map(|row| row.iter().map(value).collect()).collect())
}

/// What the fake is like.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) version: &'static str,
    pub(crate) plugin: Plugin,
    pub(crate) tls: bool,
    pub(crate) password: &'static str,
    /// In place of the greeting, the answer to the login, or after it.
    pub(crate) greeting: Option<Vec<u8>>,
    pub(crate) verdict: Vec<Vec<u8>>,
    /// The first whose text a statement contains is its answer; otherwise it is not understood (1064).
    pub(crate) answers: Vec<(&'static str, Answer)>,
}

impl Default for Fake {
    fn default() -> Self {
        let version = "8.0.36";
        Self { version, plugin: Plugin::Native, tls: false, password: "pw", greeting: None, verdict: Vec::new(), answers: Vec::new() }
    }
}

/// A fake that runs.
pub(crate) struct Running {
    pub(crate) port: u16,
    statements: Arc<Mutex<Vec<String>>>,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    _task: tokio::task::JoinSet<()>,
}

impl Running {
    /// Every statement so far.
    pub(crate) fn statements(&self) -> Vec<String> {
        self.statements.lock().expect("lock").clone()
    }

    /// Every byte that clients sent after TLS, or without it.
    pub(crate) fn heard(&self) -> Vec<u8> {
        self.packets().concat()
    }

    /// The same, packet by packet.
    pub(crate) fn packets(&self) -> Vec<Vec<u8>> {
        self.heard.lock().expect("lock").clone()
    }
}

const NONCE: &[u8; 20] = b"abcdefgh0123456789ij";

/// `CLIENT_SSL`, and the rest of what all clients need: protocol 4.1, secure connection, plugin auth, length-encoded data, attributes.
const SSL: u32 = 0x800;
const CAPABILITIES: u32 = 0x003b_a20d & !SSL;

impl Fake {
    pub(crate) async fn start(self) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let (statements, heard) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let mut task = tokio::task::JoinSet::new();
        let shared = (statements.clone(), heard.clone());
        task.spawn(async move {
            let mut sessions = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (fake, (statements, heard)) = (self.clone(), shared.clone());
                // A client that goes away is its own business.
                sessions.spawn(async move { fake.session(stream, statements, heard).await.unwrap_or_default() });
            }
        });
        Running { port, statements, heard, _task: task }
    }

    fn greeting(&self) -> Vec<u8> {
        let capabilities = CAPABILITIES | if self.tls { SSL } else { 0 };
        let caps = capabilities.to_le_bytes();
        let mut out = vec![10];
        out.extend(
            [self.version.as_bytes(), b"\0", &7_u32.to_le_bytes(), &NONCE[..8], b"\0", &caps[..2], &[45, 2, 0], &caps[2..], &[21]].concat(),
        );
        out.extend([&[0; 10][..], &NONCE[8..], b"\0", self.plugin.name().as_bytes(), b"\0"].concat());
        out
    }

    async fn session<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self,
        stream: S,
        statements: Arc<Mutex<Vec<String>>>,
        heard: Arc<Mutex<Vec<Vec<u8>>>>,
    ) -> std::io::Result<()> {
        let mut wire = Wire { stream: Box::new(stream), sequence: 0, heard };
        wire.send(&self.greeting.clone().unwrap_or_else(|| self.greeting())).await?;
        let mut response = wire.receive().await?;
        if response.len() == 32 {
            let Wire { stream, sequence, heard } = wire;
            wire = Wire { stream: Box::new(acceptor().accept(stream).await?), sequence, heard };
            response = wire.receive().await?;
        }
        if !self.verdict.is_empty() {
            for packet in &self.verdict {
                wire.send(packet).await?;
                // What is said to that is only listened to.
                wire.receive().await?;
            }
            return Ok(());
        }
        if !self.admits(&mut wire, &response).await? {
            return wire.send(b"\xff\x15\x04#28000Access denied for user 'canary'@'127.0.0.1'").await;
        }
        wire.send(b"\0\0\0\x02\0\0\0").await?;
        loop {
            wire.sequence = 0;
            let command = wire.receive().await?;
            match command.first() {
                Some(3) => {
                    let sql = String::from_utf8_lossy(&command[1..]).into_owned();
                    statements.lock().expect("lock").push(sql.clone());
                    self.answer(&mut wire, &sql).await?;
                }
                Some(2) if command[1..] == *b"gone" => wire.send(b"\xff\x19\x04#42000Unknown database").await?,
                Some(2 | 14) => wire.send(b"\0\0\0\x02\0\0\0").await?,
                _ => return Ok(()),
            }
        }
    }

    async fn admits(&self, wire: &mut Wire, response: &[u8]) -> std::io::Result<bool> {
        let rest = response.get(32..).unwrap_or_default();
        let user = rest.iter().position(|b| *b == 0).unwrap_or(0);
        let rest = rest.get(user + 1..).unwrap_or_default();
        let length = usize::from(rest.first().copied().unwrap_or(0));
        let mut data = rest.get(1..=length).unwrap_or_default().to_vec();
        if !String::from_utf8_lossy(rest.get(length + 1..).unwrap_or_default()).contains(self.plugin.name()) {
            wire.send(&[b"\xfe", self.plugin.name().as_bytes(), b"\0", NONCE, b"\0"].concat()).await?;
            data = wire.receive().await?;
        }
        let password = self.password.as_bytes();
        let bare = [password, b"\0"].concat();
        Ok(match self.plugin {
            Plugin::Native => scramble_native(NONCE, password).is_some_and(|wanted| data == wanted),
            Plugin::Sha256 | Plugin::Clear => data == bare,
            Plugin::CachingSha2(cold) => {
                let fast = scramble_sha256(NONCE, password).is_some_and(|wanted| data == wanted);
                if fast && !cold {
                    wire.send(b"\x01\x03").await?;
                    return Ok(true);
                }
                wire.send(b"\x01\x04").await?;
                let mut said = wire.receive().await?;
                if said == b"\x02" {
                    // A key of whoever is in the middle.
                    wire.send(b"\x01-----BEGIN PUBLIC KEY-----\nrogue\n-----END PUBLIC KEY-----\n").await?;
                    said = wire.receive().await?;
                }
                said == bare
            }
        })
    }

    async fn answer(&self, wire: &mut Wire, sql: &str) -> std::io::Result<()> {
        let lower = sql.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let known = self.answers.iter().find(|(needle, _)| lower.contains(needle)).map(|(_, answer)| answer);
        match known {
            None if lower.starts_with("set ") || lower == "commit" || lower == "rollback" => wire.send(b"\0\0\0\x02\0\0\0").await,
            None => wire.send(b"\xff\x28\x04#42000You have an error in your SQL syntax").await,
            Some(Answer::Error(code)) => wire.send(&[&[0xff], &code.to_le_bytes()[..], b"#HY000canary"].concat()).await,
            Some(Answer::Raw(payload)) => wire.send(payload).await,
            Some(Answer::Silence) => std::future::pending().await,
            Some(Answer::Rows(columns, rows)) => {
                wire.send(&[u8::try_from(columns.len()).expect("few columns")]).await?;
                for name in *columns {
                    let mut definition = [text("def"), text(""), text(""), text(""), text(name), text(name)].concat();
                    // utf8mb4, a length, VAR_STRING.
                    definition.extend([&[12, 45, 0][..], &1024_u32.to_le_bytes(), &[253, 0, 0, 0, 0, 0]].concat());
                    wire.send(&definition).await?;
                }
                wire.send(b"\xfe\0\0\x02\0").await?;
                for row in rows {
                    let packet: Vec<u8> = row.iter().flat_map(|v| v.as_deref().map_or(vec![0xfb], text)).collect();
                    wire.send(&packet).await?;
                }
                wire.send(b"\xfe\0\0\x02\0").await
            }
        }
    }
}

fn text(value: &str) -> Vec<u8> {
    let length = u16::try_from(value.len()).expect("short");
    let mut out = if length < 0xfb { vec![u8::try_from(length).expect("short")] } else { [&[0xfc], &length.to_le_bytes()[..]].concat() };
    out.extend(value.as_bytes());
    out
}

struct Wire {
    stream: Box<dyn Stream>,
    sequence: u8,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Wire {
    async fn send(&mut self, payload: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(payload.len()).expect("short").to_le_bytes();
        self.stream.write_all(&[&length[..3], &[self.sequence], payload].concat()).await?;
        self.sequence = self.sequence.wrapping_add(1);
        self.stream.flush().await
    }

    async fn receive(&mut self) -> std::io::Result<Vec<u8>> {
        let mut head = [0; 4];
        self.stream.read_exact(&mut head).await?;
        let mut payload = vec![0; u32::from_le_bytes([head[0], head[1], head[2], 0]) as usize];
        self.stream.read_exact(&mut payload).await?;
        self.sequence = head[3].wrapping_add(1);
        self.heard.lock().expect("lock").push(payload.clone());
        Ok(payload)
    }
}

//! An HTTP server that answers byte for byte what a test wants, sound or not.

use std::io::Read as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::Stream;
use super::tls::acceptor;

/// A request: its line, its headers as they came, its body.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    /// A header, if it was sent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// What is sent back.
pub(crate) enum Reply {
    /// A sound answer.
    Whole(u16, Vec<(&'static str, String)>, String),
    /// Bytes, and then the connection is closed.
    Raw(Vec<u8>),
    /// Bytes again and again, until the client has had enough.
    Endless(Vec<u8>),
    /// Bytes, and then one more at a time after such a while, for ever.
    Drip(Vec<u8>, Duration),
    /// Nothing, ever.
    Silence,
    /// An answer after a while.
    Late(Duration, Box<Reply>),
}

/// JSON with a status.
pub(crate) fn json(status: u16, body: &serde_json::Value) -> Reply {
    Reply::Whole(status, vec![("Content-Type", "application/json".to_owned())], body.to_string())
}

/// A server that runs.
pub(crate) struct Running {
    pub(crate) port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
    _task: tokio::task::JoinSet<()>,
}

impl Running {
    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("lock").clone()
    }
}

/// Starts a server; `answer` gets its port and the request.
pub(crate) async fn serve(answer: impl Fn(u16, &Request) -> Reply + Send + Sync + 'static) -> Running {
    serve_with(false, answer).await
}

/// Starts a server, with the peers' certificate if `tls` is true.
pub(crate) async fn serve_with(tls: bool, answer: impl Fn(u16, &Request) -> Reply + Send + Sync + 'static) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    let (requests, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
    let shared = requests.clone();
    let mut task = tokio::task::JoinSet::new();
    task.spawn(async move {
        let mut sessions = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let (requests, answer) = (shared.clone(), answer.clone());
            sessions.spawn(async move {
                let mut stream: Box<dyn Stream> = Box::new(stream);
                if tls {
                    let Ok(session) = acceptor().accept(stream).await else { return };
                    stream = Box::new(session);
                }
                while let Some(request) = read(&mut stream).await {
                    requests.lock().expect("lock").push(request.clone());
                    let mut reply = answer(port, &request);
                    while let Reply::Late(after, then) = reply {
                        tokio::time::sleep(after).await;
                        reply = *then;
                    }
                    let sent = match reply {
                        Reply::Whole(status, headers, body) => {
                            let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{}\r\n", body.len(), headers.concat());
                            stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await
                        }
                        Reply::Raw(bytes) => {
                            let _ = stream.write_all(&bytes).await;
                            let _ = stream.shutdown().await;
                            return;
                        }
                        Reply::Endless(bytes) => loop {
                            if stream.write_all(&bytes).await.is_err() {
                                return;
                            }
                        },
                        Reply::Drip(bytes, every) => {
                            let mut next = bytes;
                            while stream.write_all(&next).await.is_ok() {
                                tokio::time::sleep(every).await;
                                next = b" ".to_vec();
                            }
                            return;
                        }
                        Reply::Silence | Reply::Late(..) => std::future::pending().await,
                    };
                    if sent.is_err() {
                        return;
                    }
                }
            });
        }
    });
    Running { port, requests, _task: task }
}

async fn read(stream: &mut Box<dyn Stream>) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
        // Servers hang up on what begins with no method: TLS, for example.
        if !head[0].is_ascii_uppercase() {
            return None;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut request = Request { method, path, head, body: String::new() };
    let length = request.header("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    // Some clients compress what they send.
    if request.header("content-encoding") == Some("gzip") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut plain).ok()?;
        body = plain;
    }
    request.body = String::from_utf8_lossy(&body).into_owned();
    Some(request)
}

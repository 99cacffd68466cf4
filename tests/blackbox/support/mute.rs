//! A way to a real server that falls silent when a client says a certain word, and stays open.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Passes bytes on to a server of this machine until a client says the word.
pub(crate) struct Mute {
    pub(crate) port: u16,
    came: Arc<AtomicUsize>,
    muted: Arc<AtomicUsize>,
    _task: JoinSet<()>,
}

impl Mute {
    /// In front of the port `to`.
    pub(crate) async fn start(to: u16, word: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let (came, muted) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counts = (came.clone(), muted.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut sessions = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                counts.0.fetch_add(1, Ordering::Relaxed);
                sessions.spawn(session(client, to, word, counts.1.clone()));
            }
        });
        Self { port, came, muted, _task: task }
    }

    /// One that is silent from the first word on.
    pub(crate) async fn silent() -> Self {
        Self::start(0, "").await
    }

    /// How many came.
    pub(crate) fn came(&self) -> usize {
        self.came.load(Ordering::Relaxed)
    }

    /// Waits until so many clients have said the word.
    pub(crate) async fn muted(&self, number: usize) {
        let began = Instant::now();
        while self.muted.load(Ordering::Relaxed) < number {
            let seen = (self.came(), self.muted.load(Ordering::Relaxed));
            assert!(began.elapsed() < Duration::from_secs(30), "{seen:?} of {number}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
async fn session(mut client: TcpStream, to: u16, word: &str, muted: Arc<AtomicUsize>) {
    let mut buffer = vec![0; 65_536];
    if !word.is_empty() {
        let mut server = TcpStream::connect(("127.0.0.1", to)).await.expect("the server listens");
        let (mut said, mut answer) = (Vec::new(), vec![0; 65_536]);
        loop {
            tokio::select! {
                read = client.read(&mut buffer) => {
                    let Ok(n @ 1..) = read else { return };
                    said.extend_from_slice(&buffer[..n]);
                    if said.windows(word.len()).any(|w| w == word.as_bytes()) {
                        break;
                    }
                    if server.write_all(&buffer[..n]).await.is_err() {
                        return;
                    }
                }
                read = server.read(&mut answer) => {
                    let Ok(n @ 1..) = read else { return };
                    if client.write_all(&answer[..n]).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
    muted.fetch_add(1, Ordering::Relaxed);
    // Until the client goes.
    while client.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
}

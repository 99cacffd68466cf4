//! A proxy that only listens in: what a connector says to a real server, counted.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Passes bytes on to a server on this machine, and keeps what clients said.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    said: Arc<Mutex<Vec<u8>>>,
    _task: tokio::task::JoinSet<()>,
}

impl Proxy {
    #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
    pub(crate) async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let said = Arc::new(Mutex::new(Vec::new()));
        let shared = said.clone();
        let mut task = tokio::task::JoinSet::new();
        task.spawn(async move {
            let mut sessions = tokio::task::JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let said = shared.clone();
                sessions.spawn(async move {
                    let server = TcpStream::connect(("127.0.0.1", to)).await.expect("the server listens");
                    let ((mut from, mut back), (mut answers, mut onward)) = (client.into_split(), server.into_split());
                    let up = async {
                        let mut buffer = [0; 16_384];
                        while let Ok(n @ 1..) = from.read(&mut buffer).await {
                            said.lock().expect("lock").extend(&buffer[..n]);
                            if onward.write_all(&buffer[..n]).await.is_err() {
                                break;
                            }
                        }
                        let _ = onward.shutdown().await;
                    };
                    let down = async {
                        let _ = tokio::io::copy(&mut answers, &mut back).await;
                        let _ = back.shutdown().await;
                    };
                    tokio::join!(up, down);
                });
            }
        });
        Self { port, said, _task: task }
    }

    /// How often clients said `words`.
    pub(crate) fn count(&self, words: &[u8]) -> usize {
        self.said.lock().expect("lock").windows(words.len()).filter(|w| *w == words).count()
    }
}

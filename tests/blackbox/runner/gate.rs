//! A source that lets nobody in until it is opened: jobs hang for as long as a test wants them to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A closed gate, with a server of this machine behind it, or nothing.
pub(super) struct Gate {
    pub(super) port: u16,
    came: Arc<AtomicUsize>,
    left: Arc<AtomicUsize>,
    open: watch::Sender<bool>,
    _task: JoinSet<()>,
}

impl Gate {
    /// A gate before the port `to`.
    pub(super) async fn before(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let (open, opened) = watch::channel(false);
        let (came, left) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counts = (came.clone(), left.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut sessions = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                counts.0.fetch_add(1, Ordering::Relaxed);
                let (left, opened) = (counts.1.clone(), opened.clone());
                sessions.spawn(async move {
                    session(client, to, opened).await;
                    left.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        Self { port, came, left, open, _task: task }
    }

    /// One that has nothing behind it: whoever comes waits for ever.
    pub(super) async fn closed() -> Self {
        Self::before(0).await
    }

    /// Lets everybody in.
    pub(super) fn open(&self) {
        self.open.send_replace(true);
    }

    /// How many came.
    pub(super) fn came(&self) -> usize {
        self.came.load(Ordering::Relaxed)
    }

    /// How many of them are gone.
    pub(super) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }
}

#[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
async fn session(mut client: TcpStream, to: u16, mut opened: watch::Receiver<bool>) {
    let mut said = Vec::new();
    let wait = async { while client.read_buf(&mut said).await.is_ok_and(|n| n > 0) {} };
    tokio::select! {
        () = wait => return,
        _ = opened.wait_for(|open| *open) => {}
    }
    let mut server = TcpStream::connect(("127.0.0.1", to)).await.expect("the server listens");
    tokio::io::AsyncWriteExt::write_all(&mut server, &said).await.expect("said");
    // Either side may break off.
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

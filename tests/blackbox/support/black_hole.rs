//! A proxy between a server and its database that can turn into a hole: connections stay open, and nothing comes through.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What becomes of new connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Door {
    /// They are passed on.
    #[default]
    Open,
    /// They are closed.
    Shut,
    /// They are accepted, and never answered.
    Silent,
}

/// Passes bytes on to a server on this machine for as long as it is asked to.
pub(crate) struct BlackHole {
    pub(crate) port: u16,
    state: Arc<State>,
    _task: JoinSet<()>,
}

#[derive(Default)]
struct State {
    /// Connections of an earlier generation have been swallowed.
    generation: AtomicUsize,
    door: Mutex<Door>,
    /// A connection whose client says this is swallowed then and there; once.
    mark: Mutex<Option<&'static str>>,
}

impl State {
    /// Whether these bytes of a client are what was waited for.
    fn is_met(&self, bytes: &[u8]) -> bool {
        let mut mark = self.mark.lock().expect("lock");
        let met = mark.is_some_and(|mark| bytes.windows(mark.len()).any(|part| part.eq_ignore_ascii_case(mark.as_bytes())));
        if met {
            *mark = None;
        }
        met
    }
}

impl BlackHole {
    /// In front of the server at this port.
    #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
    pub(crate) async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let state = Arc::new(State::default());
        let (shared, mut task) = (state.clone(), JoinSet::new());
        task.spawn(async move {
            let mut sessions = JoinSet::new();
            let mut held = Vec::new();
            while let Ok((client, _)) = listener.accept().await {
                let door = *shared.door.lock().expect("lock");
                match door {
                    Door::Open => {
                        let server = TcpStream::connect(("127.0.0.1", to)).await.expect("the server listens");
                        sessions.spawn(pass(client, server, shared.clone()));
                    }
                    Door::Shut => drop(client),
                    Door::Silent => held.push(client),
                }
            }
        });
        Self { port, state, _task: task }
    }

    /// All connections that there are stay open, and are deaf and dumb from now on. New ones work.
    pub(crate) fn swallow(&self) {
        self.state.generation.fetch_add(1, Ordering::SeqCst);
    }

    /// The next connection whose client says this (in one piece, in any case) goes silent there: these words do not come
    /// through, nor does anything after them.
    pub(crate) fn swallow_at(&self, words: &'static str) {
        *self.state.mark.lock().expect("lock") = Some(words);
    }

    /// Whether a connection has been swallowed at the words.
    pub(crate) fn has_swallowed(&self) -> bool {
        self.state.mark.lock().expect("lock").is_none()
    }

    /// What becomes of new connections from now on.
    pub(crate) fn door(&self, door: Door) {
        *self.state.door.lock().expect("lock") = door;
    }
}

/// Passes on until it is swallowed; what is sent afterwards is taken, so that the sender's kernel is content.
async fn pass(client: TcpStream, server: TcpStream, state: Arc<State>) {
    let born = state.generation.load(Ordering::SeqCst);
    let silent = AtomicBool::new(false);
    let ((mut from, mut back), (mut answers, mut onward)) = (client.into_split(), server.into_split());
    let one_way = async |from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, asks: bool| {
        let mut buffer = [0; 16_384];
        while let Ok(n @ 1..) = from.read(&mut buffer).await {
            if asks && state.is_met(&buffer[..n]) {
                silent.store(true, Ordering::SeqCst);
            }
            let swallowed = silent.load(Ordering::SeqCst) || state.generation.load(Ordering::SeqCst) != born;
            if !swallowed && to.write_all(&buffer[..n]).await.is_err() {
                break;
            }
        }
    };
    // The end of either side is the end of both.
    tokio::select! {
        () = one_way(&mut from, &mut onward, true) => {}
        () = one_way(&mut answers, &mut back, false) => {}
    }
    if silent.load(Ordering::SeqCst) {
        // The server never hears that its client has gone.
        std::future::pending::<()>().await;
    }
}

//! For tests: a server that says what it was told to say, in pieces of any size.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use egress::{BoxStream, Deadline, DialError, Dialer, HttpClient, Origin, Session, Target, TlsOptions, Trace};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Runs `work` on this thread, so that it can be measured; what waits for ever fails.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), work).await.expect("nothing waits for ever") })
}

/// What has been sent to a server.
pub(crate) type Heard = Arc<Mutex<Vec<u8>>>;

/// A server that says what it was told to say, and then closes.
pub(crate) struct Script {
    /// What is said at first, and after each time that somebody has spoken.
    answers: std::vec::IntoIter<Vec<u8>>,
    saying: Vec<u8>,
    said: usize,
    pieces: Vec<usize>,
    /// Which piece is next.
    turn: usize,
    waiting: bool,
    /// Who reads before it has spoken.
    reader: Option<Waker>,
    heard: Heard,
}

impl Script {
    /// Says everything, whatever it hears.
    pub(crate) fn monologue(bytes: Vec<u8>, pieces: &[usize]) -> (Self, Heard) {
        let mut this = Self::dialogue(Vec::new(), pieces, Heard::default());
        this.saying = bytes;
        let heard = this.heard.clone();
        (this, heard)
    }

    /// Gives an answer to each thing that it hears.
    fn dialogue(answers: Vec<Vec<u8>>, pieces: &[usize], heard: Heard) -> Self {
        let pieces = pieces.to_vec();
        Self {
            waiting: !answers.is_empty(),
            answers: answers.into_iter(),
            saying: Vec::new(),
            said: 0,
            pieces,
            turn: 0,
            reader: None,
            heard,
        }
    }
}

impl AsyncRead for Script {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.said == this.saying.len() && this.waiting {
            this.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let left = &this.saying[this.said..];
        let part = left.len().min(buffer.remaining()).min(this.pieces[this.turn % this.pieces.len()]);
        this.turn += 1;
        buffer.put_slice(&left[..part]);
        this.said += part;
        this.waiting = this.said == this.saying.len() && this.answers.len() > 0;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Script {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.heard.lock().expect("lock").extend_from_slice(bytes);
        if self.waiting {
            (self.saying, self.said, self.waiting) = (self.answers.next().unwrap_or_default(), 0, false);
            self.reader.take().into_iter().for_each(Waker::wake);
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A network on which everybody is the same server.
struct Everywhere {
    answers: Mutex<Vec<Vec<u8>>>,
    pieces: Vec<usize>,
    heard: Heard,
}

impl fmt::Debug for Everywhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Everywhere")
    }
}

#[async_trait]
impl Dialer for Everywhere {
    async fn dial(&self, _: &Target, _: Deadline, _: &Trace) -> Result<BoxStream, DialError> {
        // Nobody is there twice.
        let answers = std::mem::take(&mut *self.answers.lock().expect("lock"));
        if answers.is_empty() {
            return Err(DialError::Refused);
        }
        Ok(Box::new(Script::dialogue(answers, &self.pieces, self.heard.clone())))
    }
}

/// A client of an HTTP server at `db.test` that gives these bodies, each with its status and further headers, and then no more.
pub(crate) fn http(answers: &[(u16, &str, Vec<u8>)], pieces: &[usize]) -> (HttpClient, Heard) {
    let heard = Heard::default();
    let whole = |(status, headers, body): &(u16, &str, Vec<u8>)| {
        let head = format!("HTTP/1.1 {status} Whatever\r\n{headers}content-length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let dialer = Everywhere { answers: Mutex::new(answers.iter().map(whole).collect()), pieces: pieces.to_vec(), heard: heard.clone() };
    let session = Session::new(Arc::new(dialer), Deadline::after(Duration::from_secs(15)), Trace::default());
    let target = Target::new("db.test".parse().expect("a host"), 80);
    (HttpClient::new(session, Origin { https: false, target }, TlsOptions::default()), heard)
}

//! One connection: its requests know where they come from, and its first one has to come soon.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::stream::WriteLimited;
use crate::http::Peer;

/// A connection that sends no whole request head for this long is closed: one that waits for its next request, too. Proxies keep
/// idle connections for a minute.
const IDLE: Duration = Duration::from_secs(75);

/// The largest head of a request. No token is asked for before it is read.
const HEAD_BYTES: usize = 32 << 10;

/// What is read ahead of a head or a body.
const READ_BYTES: usize = 64 << 10;

/// A connection over HTTP/1.1.
pub(super) type Connection = http1::Connection<TokioIo<WriteLimited<TcpStream>>, Served>;

/// The application, told of each request's origin.
pub(super) struct Served {
    router: TowerToHyperService<Router>,
    peer: Peer,
    asked: Arc<Notify>,
}

impl Service<hyper::Request<Incoming>> for Served {
    type Response = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<hyper::Request<Incoming>>>::Future;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        self.asked.notify_one();
        request.extensions_mut().insert(self.peer);
        self.router.call(request)
    }
}

/// A connection whose writing may stand still for `write`, and what tells that it has asked for something.
pub(super) fn connection(stream: TcpStream, peer: SocketAddr, router: Router, write: Duration) -> (Connection, Arc<Notify>) {
    // Small answers go out at once; if the option cannot be set they go out later.
    let _ = stream.set_nodelay(true);
    let asked = Arc::new(Notify::new());
    let served = Served { router: TowerToHyperService::new(router), peer: Peer(peer), asked: asked.clone() };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .max_headers(100)
        .max_header_size(HEAD_BYTES)
        .max_buf_size(READ_BYTES)
        .serve_connection(TokioIo::new(WriteLimited::new(stream, write)), served);
    (connection, asked)
}

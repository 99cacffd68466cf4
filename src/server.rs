//! Accepting connections, and ending without breaking off what runs.

mod connection;
mod stream;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use self::connection::connection;

/// What a client may take of the server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientLimits {
    /// Connections at once; more wait in the listener's queue.
    pub(crate) connections: usize,
    /// Time for the head of the first request on a connection.
    pub(crate) first: Duration,
    /// Time for which nothing of an answer is taken.
    pub(crate) write: Duration,
}

/// Serves until `stop` resolves, then lets requests end for `grace` at most.
pub(crate) async fn serve(listener: TcpListener, router: Router, limits: ClientLimits, stop: impl Future<Output = ()>, grace: Duration) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(limits.connections));
    let mut stop = std::pin::pin!(stop);
    let mut out_of_breath = false;
    loop {
        let slot = tokio::select! {
            slot = slots.clone().acquire_owned() => slot.expect("never closed"),
            () = &mut stop => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    rest(&error, &mut out_of_breath).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        out_of_breath = false;
        let (connection, asked) = connection(stream, peer, router.clone(), limits.write);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = &mut connection => Some(ended),
                () = asked.notified() => None,
                () = tokio::time::sleep(limits.first) => {
                    metrics::counter!("headwater_limited_total", "limit" => "head_time").increment(1);
                    return;
                }
            };
            let ended = if let Some(ended) = ended { ended } else { connection.await };
            // A client that breaks off is no event; one with too much to say has its answer already.
            if ended.is_err_and(|error| error.is_parse_too_large()) {
                metrics::counter!("headwater_limited_total", "limit" => "head_size").increment(1);
            }
            drop(slot);
        });
    }
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests still running at the end of the grace period are rolled back");
    }
}

/// Out of file descriptors: wait for some to come back, instead of spinning. Said once, not ten times a second.
async fn rest(error: &io::Error, out_of_breath: &mut bool) {
    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        if !*out_of_breath {
            tracing::warn!(%error, "cannot accept connections; trying again until it works");
        }
        *out_of_breath = true;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

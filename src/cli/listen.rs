//! The server's own sockets.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::CliError;

/// Opens one.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, CliError> {
    TcpListener::bind(address).await.map_err(|e| CliError::Text(format!("cannot listen on {address}: {e}")))
}

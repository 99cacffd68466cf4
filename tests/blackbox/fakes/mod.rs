//! Servers of our own, in process, for what no real server here can show. Each is judged by the vendor's own client
//! before a connector is judged by it. They are fakes: what they prove is the protocol, not the product.

pub(crate) mod athena;
pub(crate) mod bigquery;
pub(crate) mod databricks;
pub(crate) mod dns;
pub(crate) mod firebolt;
pub(crate) mod http;
pub(crate) mod mongodb;
pub(crate) mod mysql;
pub(crate) mod s3;
pub(crate) mod search;
pub(crate) mod sigv4;
pub(crate) mod snowflake;
pub(crate) mod tds;
mod tds_tls;
pub(crate) mod tls;
pub(crate) mod trino;

use tokio::io::{AsyncRead, AsyncWrite};

/// A client's connection, with TLS or without.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A server that says `words` to whoever connects, and listens.
pub(crate) async fn speaker(words: &'static [u8]) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                stream.write_all(words).await?;
                stream.read_to_end(&mut Vec::new()).await
            });
        }
    });
    port
}

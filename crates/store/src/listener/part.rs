//! What can be asked of servers and where they listen.

use std::net::SocketAddr;

use async_trait::async_trait;
use uuid::Uuid;

use crate::error::StoreError;
use crate::model::Timestamp;

/// Keeps where servers listen, each until its lease runs out. A server is the id that it gave itself when it started.
#[async_trait]
pub trait Listeners {
    /// Notes where a server listens, or renews its lease. This always writes, so that who renews knows that writing is possible.
    async fn keep_listener(&self, server: Uuid, addresses: &[SocketAddr], until: Timestamp) -> Result<(), StoreError>;

    /// Where servers other than `server` listen whose lease has not run out.
    async fn other_listeners(&self, server: Uuid, now: Timestamp) -> Result<Vec<SocketAddr>, StoreError>;

    /// Removes a server that ends, and those whose lease ran out before `before`.
    async fn drop_listeners(&self, server: Uuid, before: Timestamp) -> Result<(), StoreError>;
}

//! Listeners in SQL.

use std::net::SocketAddr;

use async_trait::async_trait;
use uuid::Uuid;

use super::part::Listeners;
use crate::backend::Row;
use crate::error::StoreError;
use crate::model::Timestamp;
use crate::sql::SqlStore;

/// A row has all addresses of a server, with spaces between.
fn addresses(row: &Row) -> Result<Vec<SocketAddr>, StoreError> {
    let text = row.text(0)?;
    text.split_whitespace().map(|a| a.parse().map_err(|_| StoreError::Damaged("a listener's address is none"))).collect()
}

#[async_trait]
impl Listeners for SqlStore {
    async fn keep_listener(&self, server: Uuid, addresses: &[SocketAddr], until: Timestamp) -> Result<(), StoreError> {
        let sql = "insert into listener (server, addresses, expires_at) values ($1, $2, $3) \
                   on conflict (server) do update set addresses = excluded.addresses, expires_at = excluded.expires_at";
        let addresses: Vec<_> = addresses.iter().map(SocketAddr::to_string).collect();
        self.backend.prove(sql, &[server.into(), (&addresses.join(" ")).into(), until.into()]).await
    }

    async fn other_listeners(&self, server: Uuid, now: Timestamp) -> Result<Vec<SocketAddr>, StoreError> {
        let sql = "select addresses from listener where server <> $1 and expires_at > $2";
        Ok(self.all(sql, &[server.into(), now.into()], addresses).await?.into_iter().flatten().collect())
    }

    async fn drop_listeners(&self, server: Uuid, before: Timestamp) -> Result<(), StoreError> {
        self.run("delete from listener where server = $1 or expires_at < $2", &[server.into(), before.into()]).await.map(drop)
    }
}

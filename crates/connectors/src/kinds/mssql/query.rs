//! Statements and their rows.

use futures_util::TryStreamExt;
use tiberius::{Client, ColumnData, QueryItem, QueryStream};
use tokio_util::compat::Compat;

use super::shim::{Meter, Shim};
use crate::error::ConnectError;

/// The driver over our stream.
pub(super) type Driver = Client<Compat<Shim<egress::TlsStream>>>;

/// Runs a statement; its rows are read as they are asked for.
pub(super) async fn query<'a>(driver: &'a mut Driver, meter: &'a Meter, sql: &'a str) -> Result<Rows<'a>, ConnectError> {
    meter.row();
    let stream = driver.simple_query(sql).await.map_err(|e| meter.map(&e))?;
    Ok(Rows { stream, meter })
}

/// Runs a statement that sets something. That a server refuses it is no failure.
pub(super) async fn settle(driver: &mut Driver, meter: &Meter, sql: &str) -> Result<(), ConnectError> {
    let work = async {
        let mut rows = query(driver, meter, sql).await?;
        while rows.next().await?.is_some() {}
        Ok(())
    };
    match work.await {
        Err(ConnectError { server_code: Some(_), .. }) => Ok(()),
        other => other,
    }
}

/// The rows of a statement.
pub(super) struct Rows<'a> {
    stream: QueryStream<'a>,
    meter: &'a Meter,
}

impl Rows<'_> {
    /// The next row, if there is one. An error of the server's comes at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Row>, ConnectError> {
        while let Some(item) = self.stream.try_next().await.map_err(|e| self.meter.map(&e))? {
            if let QueryItem::Row(row) = item {
                self.meter.row();
                return Ok(Some(Row(row)));
            }
        }
        Ok(None)
    }
}

/// A row. Values are taken for what they are: a server that sends another type than asked for sends no value.
pub(super) struct Row(tiberius::Row);

impl Row {
    fn value(&self, column: usize) -> Option<&ColumnData<'static>> {
        self.0.get_column_data(column).ok()
    }

    /// Text, unless it is null.
    pub(super) fn get(&self, column: usize) -> Option<&str> {
        match self.value(column)? {
            ColumnData::String(text) => text.as_deref(),
            _ => None,
        }
    }

    /// Text that is never null.
    pub(super) fn text(&self, column: usize) -> &str {
        self.get(column).unwrap_or_default()
    }

    /// A whole number of any size.
    pub(super) fn number(&self, column: usize) -> Option<i64> {
        match self.value(column)? {
            ColumnData::U8(n) => n.map(i64::from),
            ColumnData::I16(n) => n.map(i64::from),
            ColumnData::I32(n) => n.map(i64::from),
            ColumnData::I64(n) => *n,
            ColumnData::Bit(n) => n.map(i64::from),
            _ => None,
        }
    }

    /// Whether a number or bit is there and not zero.
    pub(super) fn flag(&self, column: usize) -> bool {
        self.number(column).is_some_and(|n| n != 0)
    }
}

//! Values of statements, rows of answers.

use sqlx::Row as _;
use uuid::Uuid;

use crate::error::StoreError;
use crate::model::{Hash, Tenant, Timestamp};

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    /// 64-bit number.
    Big(i64),
    /// 32-bit number.
    Int(i32),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// UUID.
    Uuid(Uuid),
    /// No value.
    Null,
}

impl<'a> Value<'a> {
    /// A value that may be absent.
    pub(crate) fn maybe<T: Into<Value<'a>>>(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

macro_rules! value {
    ($($from:ty => |$value:ident| $to:expr),+ $(,)?) => {
        $(impl<'a> From<$from> for Value<'a> {
            fn from($value: $from) -> Self {
                $to
            }
        })+
    };
}

value! {
    i64 => |value| Value::Big(value),
    i32 => |value| Value::Int(value),
    &'a str => |value| Value::Text(value),
    &'a String => |value| Value::Text(value),
    &'a [u8] => |value| Value::Bytes(value),
    &'a Vec<u8> => |value| Value::Bytes(value),
    &'a Hash => |value| Value::Bytes(value),
    Uuid => |value| Value::Uuid(value),
    Tenant => |value| Value::Big(value.0),
    Timestamp => |value| Value::Big(value.0),
}

/// The type of a column that many rows are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Big,
    Int,
    Text,
    Bytes,
    Uuid,
}

/// Where many rows of one form go.
#[derive(Debug)]
pub(crate) struct Rows {
    /// The table.
    pub(crate) table: &'static str,
    /// Its columns, in the order of the values.
    pub(crate) columns: &'static [(&'static str, Column)],
    /// What becomes of a row that is there already (`on conflict …`); none if none can be: then the fastest way is taken.
    pub(crate) conflict: Option<&'static str>,
}

impl Rows {
    /// The names of the columns, as a list.
    pub(crate) fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// A row of either database; columns by position.
pub(crate) enum Row {
    Postgres(tokio_postgres::Row),
    Sqlite(sqlx::sqlite::SqliteRow),
}

macro_rules! column {
    ($name:ident, $type:ty) => {
        pub(crate) fn $name(&self, column: usize) -> Result<$type, StoreError> {
            match self {
                Self::Postgres(row) => Ok(row.try_get(column)?),
                Self::Sqlite(row) => Ok(row.try_get(column)?),
            }
        }
    };
}

impl Row {
    column!(big, i64);
    column!(maybe_big, Option<i64>);
    column!(int, i32);
    column!(text, String);
    column!(maybe_text, Option<String>);
    column!(bytes, Vec<u8>);
    column!(maybe_bytes, Option<Vec<u8>>);
    column!(uuid, Uuid);

    /// 32 bytes.
    pub(crate) fn hash(&self, column: usize) -> Result<Hash, StoreError> {
        exact(self.bytes(column)?)
    }

    /// 32 bytes, or none.
    pub(crate) fn maybe_hash(&self, column: usize) -> Result<Option<Hash>, StoreError> {
        self.maybe_bytes(column)?.map(exact).transpose()
    }
}

fn exact(bytes: Vec<u8>) -> Result<Hash, StoreError> {
    bytes.try_into().map_err(|_| StoreError::Damaged("a hash is not 32 bytes long"))
}

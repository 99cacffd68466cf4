//! The two databases, and what they have in common: statements with values in, rows out.

mod connect;
mod copy;
mod doubt;
mod limits;
mod patience;
pub(crate) mod postgres;
mod retry;
mod room;
mod session;
mod shared;
mod sqlite;
pub(crate) mod url;
mod value;

pub(crate) use postgres::Postgres;
pub(crate) use retry::retry;
pub(crate) use session::{Backend, Session};
pub(crate) use sqlite::SqliteFile;
pub(crate) use value::{Column, Row, Rows, Value};

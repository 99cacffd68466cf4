//! One file a kind.

mod cockroachdb;
mod postgres;
mod redshift;

pub(crate) use cockroachdb::CockroachDb;
pub(crate) use postgres::Postgres;
pub(crate) use redshift::Redshift;

//! One folder a family, with the same rooms in each: `mod` (the kinds), `open`, `credentials`, `error`, `introspect`, `types`, `README.md`.

pub(crate) mod clickhouse;
pub(crate) mod mssql;
pub(crate) mod mysql;
pub(crate) mod postgres;
pub(crate) mod trino;

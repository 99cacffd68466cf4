//! Databrain's v2 datasource API.

mod body;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod details;
pub(crate) mod list;
pub(crate) mod progress;
pub(crate) mod schema;
pub(crate) mod sync;
pub(crate) mod tenancy;
pub(crate) mod test;
pub(crate) mod types;
pub(crate) mod update;

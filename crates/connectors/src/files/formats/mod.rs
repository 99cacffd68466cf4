//! One file a format.

pub(super) mod avro;
pub(super) mod csv;
pub(super) mod json;
pub(super) mod orc;
pub(super) mod parquet;
mod scan;
mod shape;
pub(super) mod xlsx;

//! The HTTP surfaces, one endpoint a file.

pub(crate) mod health;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod v2;

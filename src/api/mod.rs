//! The HTTP surfaces, one endpoint a file.

mod document;
pub(crate) mod health;
pub(crate) mod metrics;
mod openapi;
mod surface;
pub(crate) mod v2;

pub(crate) use document::document;
pub(crate) use surface::render;

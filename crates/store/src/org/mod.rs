//! Organisations: the tenants.

mod delete;
mod model;
mod part;
mod sql;
#[cfg(feature = "testing")]
pub(crate) mod suite;

pub use model::Organisation;
pub use part::Organisations;

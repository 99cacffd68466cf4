//! Data keys in their wrapping.

mod model;
mod part;
mod sql;
#[cfg(feature = "testing")]
pub(crate) mod suite;

pub use model::DataKey;
pub use part::DataKeys;

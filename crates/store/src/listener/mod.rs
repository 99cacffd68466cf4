//! Servers that run over this store: where each of them listens.

mod part;
mod sql;
#[cfg(feature = "testing")]
pub(crate) mod suite;

pub use part::Listeners;

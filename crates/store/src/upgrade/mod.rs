//! Moving what 0.1.0 stored (migration 0001) into this version's form, a little at a time.

mod model;
mod part;
mod sql;
#[cfg(feature = "testing")]
pub(crate) mod suite;

pub use model::{DefinitionMark, SchemaMark, Whole};
pub use part::Upgrades;

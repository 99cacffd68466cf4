//! Cached schemas: definitions by hash, trees of them, snapshots of trees.

mod definition;
mod model;
mod part;
mod snapshot;
mod sql;
mod staging;
#[cfg(feature = "testing")]
pub(crate) mod staging_suite;
#[cfg(feature = "testing")]
pub(crate) mod suite;
mod tree;

pub use definition::Packed;
pub(crate) use definition::{ANEW as DEFINITIONS_ANEW, pack};
pub use model::{Catalog, Definition, StagingLease, TableEntry, Tables};
pub use part::Catalogs;
pub(crate) use snapshot::{drop_snapshots, write_snapshot};
pub(crate) use staging::{Taken, drop_unnamed, take};
pub(crate) use tree::{refresh_estimates, write_trees};

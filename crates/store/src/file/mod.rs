//! Files that were uploaded: their names and sizes. Their bytes are elsewhere.

mod model;
mod part;
mod sql;
#[cfg(feature = "testing")]
pub(crate) mod suite;

pub use model::{File, FilesChange};
pub use part::Files;
pub(crate) use sql::write_files;

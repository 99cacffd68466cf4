//! Uploaded files: where their bytes are, and what a job gets to see of them.

mod folder;
mod lent;

pub(crate) use folder::{FileStore, Upload};
pub(crate) use lent::{Greedy, Lent};

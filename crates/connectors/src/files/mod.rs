//! Tables out of files: what a file holds is found out from a bounded part of its bytes, whatever its name says.
//!
//! A [`FileSource`] gives ranges of bytes (an object store, the server's own file store), [`plan`] says which files make which
//! table, and [`read`] finds out the columns and writes the tables. A file that cannot be read is a note, never the end of a job.

mod compression;
mod encoding;
mod fault;
mod formats;
mod infer;
mod inferred;
mod lattice;
mod layout;
mod merge;
mod names;
mod sample;
mod seen;
mod source;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use layout::{Level, Planned, is_data, plan};
pub(crate) use names::Names;
pub(crate) use source::{FileError, FileSource, Object};
pub(crate) use tables::read;

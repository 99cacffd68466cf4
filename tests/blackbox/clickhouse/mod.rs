//! ClickHouse: the server of 2018, the engine of a current one behind HTTP, and hostile ones.

mod catalog;
mod corners;
mod failures;
pub(crate) mod rogue;

//! What is kept of a data key.

use crate::model::Tenant;

/// A data key in its wrapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKey {
    /// Whose it is.
    pub tenant: Tenant,
    /// Which of the organisation's keys, from 1.
    pub version: i32,
    /// The id of the master key that wraps it.
    pub master_id: String,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

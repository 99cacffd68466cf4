//! What is left to move.

use uuid::Uuid;

use crate::model::{Hash, Tenant};

/// How far the definitions have been gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DefinitionMark(pub(crate) Uuid, pub(crate) Option<Hash>);

/// How far the schemas of the snapshots have been gone through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SchemaMark(pub(crate) Uuid, pub(crate) String);

/// A datasource whose credentials are sealed as a whole, for no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub tenant: Tenant,
    /// Its UUID.
    pub uuid: Uuid,
    /// `datasourceType`
    pub kind: String,
    /// All of its credentials, sealed.
    pub sealed: Vec<u8>,
}

//! What is kept of a datasource.

use uuid::Uuid;

use super::tenancy::Tenancy;
use crate::catalog::Catalog;
use crate::file::FilesChange;
use crate::model::{Hash, Timestamp};

/// How far a datasource has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// Its present credentials were never seen to work.
    Untested,
    /// Its present credentials worked.
    Verified,
}

impl Lifecycle {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Verified => "verified",
        }
    }
}

/// Credentials at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// What is no secret, as JSON.
    pub profile: String,
    /// The secrets, sealed for the place that the profile names.
    pub sealed: Vec<u8>,
}

/// What a server called itself when the credentials worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Product, for example `PostgreSQL`.
    pub product: String,
    /// Version of that product.
    pub version: String,
}

/// A datasource to be stored.
#[derive(Debug, Clone)]
pub struct NewDatasource {
    /// Its UUID, drawn before its definitions were staged.
    pub uuid: Uuid,
    /// Its name, unique in the organisation byte for byte.
    pub name: String,
    /// `datasourceType`
    pub kind: String,
    /// Its credentials.
    pub credentials: Credentials,
    /// Tenancy, if given.
    pub tenancy: Option<Tenancy>,
    /// The server that the test found; none: the credentials were not tested.
    pub server: Option<Server>,
    /// Its schema, if it was read.
    pub catalog: Option<Catalog>,
}

/// A stored datasource, without its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datasource {
    /// Its number, unique on the server.
    pub id: i64,
    /// Its UUID.
    pub uuid: Uuid,
    /// Its name.
    pub name: String,
    /// `datasourceType`
    pub kind: String,
    /// Counts changes: a writer that saw another revision lost a race.
    pub revision: i64,
    /// How far it has come.
    pub lifecycle: Lifecycle,
    /// What of its credentials is no secret, as JSON. None in a row of 0.1.0: then all of them are sealed, for no place.
    pub profile: Option<String>,
    /// Sealed secrets.
    pub sealed: Vec<u8>,
    /// Tenancy, if there is one.
    pub tenancy: Option<Tenancy>,
    /// The server behind it, as it was last seen.
    pub server: Option<Server>,
    /// Root hash of its schema, if that was ever read.
    pub root: Option<Hash>,
    /// JSON: schemas, counts, what was left out.
    pub summary: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its credentials or tenancy were last changed.
    pub updated_at: Timestamp,
    /// When credentials of it last worked.
    pub tested_at: Option<Timestamp>,
    /// When its schema was last read.
    pub synced_at: Option<Timestamp>,
    /// Why the last sync failed, if it did.
    pub sync_error: Option<String>,
}

/// What an update (credentials and schema) or a sync (schema alone) changes.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// New credentials; a sync has none.
    pub credentials: Option<Credentials>,
    /// New tenancy; none leaves the stored one.
    pub tenancy: Option<Tenancy>,
    /// The server that the test found; none: nothing was tested.
    pub server: Option<Server>,
    /// The schema, if it was read. If its root is the stored one, times and row estimates are all that is written.
    pub catalog: Option<Catalog>,
    /// The files that it has from now on; none leaves the stored ones.
    pub files: Option<FilesChange>,
}

/// How a [`Change`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// Written.
    Done,
    /// Somebody else changed the datasource meanwhile; nothing was written.
    Stale,
    /// The datasource is gone; nothing was written.
    Gone,
}

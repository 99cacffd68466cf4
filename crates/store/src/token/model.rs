//! What is kept of a token.

use std::str::FromStr;

use uuid::Uuid;

use crate::model::{Hash, Tenant, Timestamp};

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read only.
    Read,
    /// Everything.
    Write,
}

impl Scope {
    /// The word in the database and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "read" => Ok(Self::Read),
            "write" => Ok(Self::Write),
            other => Err(format!("`{other}` is not a scope: use read or write")),
        }
    }
}

/// A service token as the store keeps it: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The handle for listing and revoking.
    pub id: Uuid,
    /// Whose token it is.
    pub tenant: Tenant,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last seen, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A token to be stored.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The handle for listing and revoking.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of the token.
    pub hash: Hash,
    /// What it may do.
    pub scope: Scope,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
}

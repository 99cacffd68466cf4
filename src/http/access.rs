//! Who calls, and what a route asks of them.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use store::{Scope, Tenant};

use super::reject::Reject;
use crate::auth::Principal;

/// What a route asks of who calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing: it answers anybody.
    Open,
    /// A token of any scope.
    Read,
    /// A token of scope `write`.
    Write,
}

impl Access {
    /// Whether `principal` may call a route of this access.
    pub(super) fn admits(self, principal: Option<Principal>) -> Result<(), Reject> {
        match (self, principal.map(|p| p.scope)) {
            (Self::Open, _) | (Self::Read, Some(_)) | (Self::Write, Some(Scope::Write)) => Ok(()),
            (Self::Write, Some(Scope::Read)) => Err(Reject::ReadOnly),
            (Self::Read | Self::Write, None) => Err(Reject::Unauthenticated),
        }
    }
}

/// The organisation that calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) Tenant);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Reject;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Reject> {
        // A route that authentication did not see must not answer.
        parts.extensions.get::<Principal>().map(|p| Self(p.tenant)).ok_or(Reject::Unauthenticated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_access_admits_its_own() {
        let principal = |scope| Some(Principal { tenant: Tenant(1), scope, token: uuid::Uuid::nil() });
        for (access, nobody, reader, writer) in [
            (Access::Open, Ok(()), Ok(()), Ok(())),
            (Access::Read, Err(Reject::Unauthenticated), Ok(()), Ok(())),
            (Access::Write, Err(Reject::Unauthenticated), Err(Reject::ReadOnly), Ok(())),
        ] {
            assert_eq!(access.admits(None), nobody, "{access:?}");
            assert_eq!(access.admits(principal(Scope::Read)), reader, "{access:?}");
            assert_eq!(access.admits(principal(Scope::Write)), writer, "{access:?}");
        }
    }
}

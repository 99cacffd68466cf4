//! What can be asked of tokens.

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{NewToken, Token};
use crate::error::StoreError;
use crate::model::{Hash, Tenant, Timestamp};

/// Keeps service tokens, never the tokens themselves.
#[async_trait]
pub trait Tokens {
    /// Stores a token.
    async fn create_token(&self, tenant: Tenant, token: &NewToken, now: Timestamp) -> Result<(), StoreError>;

    /// All tokens with the names of their organisations, oldest first.
    async fn tokens(&self) -> Result<Vec<(Token, String)>, StoreError>;

    /// The token of a hash: the one question asked before the tenant is known.
    async fn token(&self, hash: &Hash) -> Result<Option<Token>, StoreError>;

    /// The tokens of many hashes, with their hashes: those that there are.
    async fn tokens_of(&self, hashes: &[Hash]) -> Result<Vec<(Hash, Token)>, StoreError>;

    /// Notes that a token was used.
    async fn touch_token(&self, tenant: Tenant, id: Uuid, now: Timestamp) -> Result<(), StoreError>;

    /// Revokes a token; false if there is none of that id.
    async fn revoke_token(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError>;

    /// Revokes all tokens of an organisation; how many of them had not been revoked before.
    async fn revoke_tokens(&self, tenant: Tenant, now: Timestamp) -> Result<u64, StoreError>;
}

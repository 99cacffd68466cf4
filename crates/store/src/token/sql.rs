//! Tokens in SQL.

use async_trait::async_trait;
use uuid::Uuid;

use super::model::{NewToken, Token};
use super::part::Tokens;
use crate::backend::{Row, Value};
use crate::error::StoreError;
use crate::model::{Hash, Tenant, Timestamp};
use crate::sql::SqlStore;

/// Columns of a token, in the order that [`token`] expects.
macro_rules! columns {
    () => {
        "t.id, t.org_id, t.name, t.scope, t.created_at, t.expires_at, t.revoked_at, t.last_used_at"
    };
}

/// Hashes that one statement asks for.
const TOGETHER: usize = 32;

fn token(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.uuid(0)?,
        tenant: Tenant(row.big(1)?),
        name: row.text(2)?,
        scope: row.text(3)?.parse().map_err(|_| StoreError::Damaged("unknown token scope"))?,
        created_at: Timestamp(row.big(4)?),
        expires_at: row.maybe_big(5)?.map(Timestamp),
        revoked_at: row.maybe_big(6)?.map(Timestamp),
        last_used_at: row.maybe_big(7)?.map(Timestamp),
    })
}

#[async_trait]
impl Tokens for SqlStore {
    async fn create_token(&self, tenant: Tenant, token: &NewToken, now: Timestamp) -> Result<(), StoreError> {
        let sql = "insert into service_token (id, org_id, name, hash, scope, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)";
        let end = Value::maybe(token.expires_at);
        let values =
            [token.id.into(), tenant.into(), (&token.name).into(), (&token.hash).into(), token.scope.as_str().into(), now.into(), end];
        self.run(sql, &values).await.map(drop)
    }

    async fn tokens(&self) -> Result<Vec<(Token, String)>, StoreError> {
        let sql = concat!(
            "select ",
            columns!(),
            ", o.name from service_token t join organisation o on o.id = t.org_id order by t.created_at, t.id"
        );
        self.all(sql, &[], |row| Ok((token(row)?, row.text(8)?))).await
    }

    async fn token(&self, hash: &Hash) -> Result<Option<Token>, StoreError> {
        self.one(concat!("select ", columns!(), " from service_token t where t.hash = $1"), &[hash.into()], token).await
    }

    async fn tokens_of(&self, hashes: &[Hash]) -> Result<Vec<(Hash, Token)>, StoreError> {
        const SQL: &str = concat!(
            "select ",
            columns!(),
            ", t.hash from service_token t where t.hash in \
             ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
             $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)"
        );
        let mut found = Vec::new();
        for some in hashes.chunks(TOGETHER) {
            // One statement for any number: what is left over asks for the last one again.
            let mut values: Vec<Value<'_>> = some.iter().map(Value::from).collect();
            values.resize_with(TOGETHER, || Value::from(&some[some.len() - 1]));
            let read = |row: &Row| Ok((row.hash(8)?, token(row)?));
            found.extend(self.all(SQL, &values, read).await?);
        }
        Ok(found)
    }

    async fn touch_token(&self, tenant: Tenant, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
        let sql = "update service_token set last_used_at = $3 where org_id = $1 and id = $2";
        self.run(sql, &[tenant.into(), id.into(), now.into()]).await.map(drop)
    }

    async fn revoke_token(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "update service_token set revoked_at = coalesce(revoked_at, $2) where id = $1";
        Ok(self.run(sql, &[id.into(), now.into()]).await? == 1)
    }

    async fn revoke_tokens(&self, tenant: Tenant, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "update service_token set revoked_at = $2 where org_id = $1 and revoked_at is null";
        self.run(sql, &[tenant.into(), now.into()]).await
    }
}

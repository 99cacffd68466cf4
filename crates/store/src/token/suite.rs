//! What every store must do with tokens.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::suite::any::Any;
use crate::suite::make::{LATER, NOW, tenant};
use crate::{Hash, NewToken, Scope};

/// Tokens are found by hash, revoked once and for all, and noted when used.
pub async fn tokens(store: Any) {
    let tenant = tenant(&store).await;
    let hash: Hash = Sha256::digest(Uuid::new_v4()).into();
    let token = NewToken { id: Uuid::new_v4(), name: "ci".into(), hash, scope: Scope::Read, expires_at: Some(LATER) };
    store.create_token(tenant, &token, NOW).await.expect("create");
    let found = store.token(&hash).await.expect("look-up").expect("there");
    assert_eq!(
        (found.id, found.tenant, found.scope, found.expires_at, found.revoked_at),
        (token.id, tenant, Scope::Read, Some(LATER), None)
    );
    assert_eq!(store.token(&[0; 32]).await.expect("look-up"), None);
    let mut many: Vec<Hash> = (0..70).map(|n| Sha256::digest([n]).into()).collect();
    many.extend([hash, hash]);
    let found = store.tokens_of(&many).await.expect("look-up");
    assert!(found.iter().all(|(of, found)| *of == hash && found.id == token.id) && !found.is_empty(), "{found:?}");
    assert_eq!(store.tokens_of(&many[..70]).await.expect("look-up"), []);
    assert_eq!(store.tokens_of(&[]).await.expect("look-up"), []);
    store.touch_token(tenant, token.id, LATER).await.expect("touch");
    assert!(store.revoke_token(token.id, LATER).await.expect("revoke"));
    assert!(store.revoke_token(token.id, NOW).await.expect("again"), "revoking twice is no failure");
    assert!(!store.revoke_token(Uuid::new_v4(), NOW).await.expect("unknown"));
    let listed = store.tokens().await.expect("list").into_iter().find(|(t, _)| t.id == token.id).expect("listed").0;
    assert_eq!((listed.revoked_at, listed.last_used_at), (Some(LATER), Some(LATER)));
}

/// All tokens of one organisation at once, and no other's.
pub async fn tokens_of_one_organisation(store: Any) {
    let (ours, theirs) = (tenant(&store).await, tenant(&store).await);
    let mut hashes = Vec::new();
    for of in [ours, ours, ours, theirs] {
        let hash: Hash = Sha256::digest(Uuid::new_v4()).into();
        let token = NewToken { id: Uuid::new_v4(), name: "t".into(), hash, scope: Scope::Write, expires_at: None };
        store.create_token(of, &token, NOW).await.expect("create");
        hashes.push((hash, token.id));
    }
    assert!(store.revoke_token(hashes[0].1, NOW).await.expect("revoke"));
    assert_eq!(store.revoke_tokens(ours, LATER).await.expect("revoke"), 2, "one was revoked before");
    assert_eq!(store.revoke_tokens(ours, LATER).await.expect("again"), 0);
    let mut revoked = Vec::new();
    for (hash, _) in &hashes {
        revoked.push(store.token(hash).await.expect("look-up").expect("there").revoked_at);
    }
    assert_eq!(revoked, [Some(NOW), Some(LATER), Some(LATER), None]);
}

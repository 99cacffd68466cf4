//! What every store must do with organisations.

use uuid::Uuid;

use crate::StoreError;
use crate::suite::any::Any;
use crate::suite::make::NOW;

/// Organisations have unique names and come back oldest first.
pub async fn organisations(store: Any) {
    let name = format!("Ünï \"x\" {}", Uuid::new_v4());
    let made = store.create_organisation(&name, NOW).await.expect("first");
    assert!(matches!(store.create_organisation(&name, NOW).await, Err(StoreError::NameTaken)));
    assert_eq!(store.organisation(&name).await.expect("look-up"), Some(made.clone()));
    assert_eq!(store.organisation(&name.to_uppercase()).await.expect("look-up"), None);
    let all = store.organisations().await.expect("list");
    assert!(all.contains(&made) && all.is_sorted_by_key(|o| o.tenant));
}

//! What every store must do with data keys, and what is sealed under them.

use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::suite::any::Any;
use crate::suite::make::{NOW, tenant};
use crate::{Binding, Cipher, CipherError, Hash, KeyError, MasterKeys, generate_master_key};

fn keys(text: &str) -> MasterKeys {
    MasterKeys::parse(&text.into()).expect("keys")
}

const PLACE: Hash = [7; 32];

/// A sealed value opens for its tenant, datasource, purpose and place, and for no other.
pub async fn sealed_values_open_in_their_place_only(store: Any) {
    let master = generate_master_key(&Uuid::new_v4().to_string());
    let cipher = Cipher::new(keys(master.expose_secret()), store.shared());
    let binding = Binding { tenant: tenant(&store).await, datasource: Uuid::new_v4(), purpose: "credentials" };
    let secret = b"q^G$F/@:?#% \"\\";
    let sealed = cipher.seal(binding, &PLACE, secret, NOW).await.expect("seal");
    assert_eq!(cipher.open(binding, &PLACE, &sealed).await.expect("open").as_slice(), secret);
    assert_ne!(cipher.seal(binding, &PLACE, secret, NOW).await.expect("seal"), sealed, "a nonce of its own");
    let elsewhere = [
        (Binding { datasource: Uuid::new_v4(), ..binding }, PLACE),
        (Binding { purpose: "other", ..binding }, PLACE),
        (Binding { tenant: tenant(&store).await, ..binding }, PLACE),
        (binding, [8; 32]),
    ];
    for (binding, place) in elsewhere {
        assert!(matches!(cipher.open(binding, &place, &sealed).await, Err(CipherError::Damaged)));
    }
    // What was sealed for no place is opened as such, and never stands in for what was sealed for one.
    let unplaced = cipher.seal_unplaced(binding, secret, NOW).await.expect("seal");
    assert_eq!(cipher.open_unplaced(binding, &unplaced).await.expect("open").as_slice(), secret);
    assert!(matches!(cipher.open(binding, &PLACE, &unplaced).await, Err(CipherError::Damaged)));
    assert!(matches!(cipher.open_unplaced(binding, &sealed).await, Err(CipherError::Damaged)));

    let print = async |binding, name, secret: &[u8]| cipher.fingerprint(binding, name, secret, &sealed).await.expect("fingerprint");
    let one = print(binding, "password", b"a").await;
    assert_eq!(print(binding, "password", b"a").await, one);
    assert_eq!(cipher.fingerprint(binding, "password", b"a", &unplaced).await.expect("fingerprint"), one, "wherever it was sealed");
    assert_ne!(print(binding, "password", b"b").await, one);
    assert_ne!(print(binding, "other", b"a").await, one);
    assert_ne!(print(Binding { datasource: Uuid::new_v4(), ..binding }, "password", b"a").await, one);
    for n in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[n] ^= 1;
        assert!(cipher.open(binding, &PLACE, &changed).await.is_err(), "byte {n}");
        assert!(cipher.open(binding, &PLACE, &sealed[..n]).await.is_err(), "cut at {n}");
    }
}

/// A server whose master keys lack the id in use, or have other bytes for it, finds out.
pub async fn wrong_master_keys_are_found(store: Any) {
    let id = Uuid::new_v4().to_string();
    let master = generate_master_key(&id);
    let place = Binding { tenant: tenant(&store).await, datasource: Uuid::new_v4(), purpose: "credentials" };
    let sealed = Cipher::new(keys(master.expose_secret()), store.shared()).seal(place, &PLACE, b"x", NOW).await.expect("seal");
    let wrong = Cipher::new(keys(generate_master_key(&id).expose_secret()), store.shared());
    assert!(matches!(wrong.open(place, &PLACE, &sealed).await, Err(CipherError::Key(KeyError::Wrong(_)))));
    let other = Cipher::new(keys(generate_master_key("other").expose_secret()), store.shared());
    assert!(matches!(other.open(place, &PLACE, &sealed).await, Err(CipherError::Key(KeyError::Unknown(_)))));
    assert!(matches!(other.verify().await, Err(CipherError::Key(_))));
    assert!(store.data_key_samples().await.expect("samples").iter().any(|key| key.master_id == id));
}

/// After rewrapping, the new master key alone opens what was sealed under the old one.
pub async fn rewrap(store: Any) {
    let (old, new) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
    let (old_key, new_key) = (generate_master_key(&old), generate_master_key(&new));
    let tenant = tenant(&store).await;
    let place = Binding { tenant, datasource: Uuid::new_v4(), purpose: "credentials" };
    let sealed = Cipher::new(keys(old_key.expose_secret()), store.shared()).seal(place, &PLACE, b"x", NOW).await.expect("seal");
    let both = Cipher::new(keys(&format!("{},{}", new_key.expose_secret(), old_key.expose_secret())), store.shared());
    assert_eq!(both.rewrap().await.expect("rewrap"), 1);
    assert_eq!(both.rewrap().await.expect("again"), 0);
    assert_eq!(store.data_keys(tenant).await.expect("keys")[0].master_id, new);
    assert_eq!(
        Cipher::new(keys(new_key.expose_secret()), store.shared()).open(place, &PLACE, &sealed).await.expect("open").as_slice(),
        b"x"
    );
}

//! What every store must do with listeners.

use std::net::SocketAddr;

use uuid::Uuid;

use crate::suite::any::Any;
use crate::suite::make::{LATER, NOW};

/// A server sees where the others listen until their leases run out or they end, and never itself.
pub async fn listeners(store: Any) {
    let [one, two] = [Uuid::new_v4(), Uuid::new_v4()];
    let at = |text: &str| text.split(' ').map(|a| a.parse::<SocketAddr>().expect("address")).collect::<Vec<_>>();
    store.keep_listener(one, &at("10.0.0.1:3000 [fd00::1]:3000"), NOW).await.expect("kept");
    store.keep_listener(two, &at("10.0.0.2:3000"), NOW).await.expect("kept");
    store.keep_listener(two, &at("10.0.0.2:3001"), LATER).await.expect("renewed");
    let others = async |server, now| store.other_listeners(server, now).await.expect("look-up");
    let before = crate::Timestamp(NOW.0 - 1);
    assert_eq!(others(two, before).await, at("10.0.0.1:3000 [fd00::1]:3000"));
    assert_eq!(others(one, before).await, at("10.0.0.2:3001"));
    assert_eq!(others(two, NOW).await, [], "its lease has run out");
    assert_eq!(others(Uuid::new_v4(), before).await.len(), 3);
    store.drop_listeners(two, NOW).await.expect("dropped");
    assert_eq!(
        others(Uuid::new_v4(), before).await,
        at("10.0.0.1:3000 [fd00::1]:3000"),
        "it ended; the other's lease is kept until its end"
    );
    store.drop_listeners(two, LATER).await.expect("dropped");
    assert_eq!(others(Uuid::new_v4(), before).await, []);
}

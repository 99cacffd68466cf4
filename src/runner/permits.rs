//! Bulkheads: how many jobs run at once, in all and for one organisation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use store::Tenant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Permits for one sort of job. One organisation gets half of them at most: a single greedy one cannot keep the others out.
pub(super) struct Permits {
    all: Arc<Semaphore>,
    each: usize,
    tenants: Mutex<HashMap<Tenant, Arc<Semaphore>>>,
}

/// A permit; given back when dropped.
pub(super) struct Permit {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Permits {
    pub(super) fn new(number: u32) -> Self {
        let number = number as usize;
        Self { all: Arc::new(Semaphore::new(number)), each: (number / 2).max(1), tenants: Mutex::default() }
    }

    /// Waits for a permit, in order of asking.
    pub(super) async fn acquire(&self, tenant: Tenant) -> Permit {
        let own = {
            let mut tenants = self.tenants.lock().expect("no panic under this lock");
            // Organisations without a job are forgotten.
            tenants.retain(|_, s| Arc::strong_count(s) > 1);
            tenants.entry(tenant).or_insert_with(|| Arc::new(Semaphore::new(self.each))).clone()
        };
        // The own one first: who waits for it must not hold one that all share.
        let own = own.acquire_owned().await.expect("never closed");
        let all = self.all.clone().acquire_owned().await.expect("never closed");
        Permit { _own: own, _all: all }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn one_organisation_cannot_take_all() {
        let permits = Permits::new(4);
        let (greedy, modest) = (Tenant(1), Tenant(2));
        let held = (permits.acquire(greedy).await, permits.acquire(greedy).await);
        let soon = Duration::from_millis(50);
        assert!(tokio::time::timeout(soon, permits.acquire(greedy)).await.is_err());
        let other = tokio::time::timeout(soon, permits.acquire(modest)).await.expect("a permit is left");
        drop(held);
        drop(other);
        let _again = tokio::time::timeout(soon, permits.acquire(greedy)).await.expect("permits come back");
        assert_eq!(permits.tenants.lock().expect("lock").len(), 1);
    }
}

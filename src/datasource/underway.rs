//! Syncs that run, and how far they are. Of this server alone: they end with it, and a store would be written to at every file.

use std::collections::HashMap;
use std::sync::Mutex;

use catalog::Files;
use store::Tenant;
use uuid::Uuid;

type Key = (Tenant, Uuid);

/// The syncs of this server.
#[derive(Debug, Default)]
pub(crate) struct Underway(Mutex<HashMap<Key, Syncs>>);

/// Those of one datasource.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Syncs {
    running: usize,
    /// What was heard last, of any of them.
    pub(crate) files: Option<Files>,
}

/// A sync that runs until this is dropped.
pub(super) struct Sync<'a> {
    all: &'a Underway,
    key: Key,
}

impl Underway {
    /// Begins one.
    pub(super) fn begin(&self, tenant: Tenant, datasource: Uuid) -> Sync<'_> {
        let key = (tenant, datasource);
        self.0.lock().expect("no panic under this lock").entry(key).or_default().running += 1;
        Sync { all: self, key }
    }

    /// So many files were looked at until now; none if it begins anew. Of what is no sync nothing is kept.
    pub(super) fn looked_at(&self, tenant: Tenant, datasource: Uuid, files: Option<Files>) {
        if let Some(syncs) = self.0.lock().expect("no panic under this lock").get_mut(&(tenant, datasource)) {
            syncs.files = files;
        }
    }

    /// Those that run now, if any does.
    pub(crate) fn of(&self, tenant: Tenant, datasource: Uuid) -> Option<Syncs> {
        self.0.lock().expect("no panic under this lock").get(&(tenant, datasource)).copied()
    }
}

impl Drop for Sync<'_> {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().expect("no panic under this lock");
        if let Some(syncs) = all.get_mut(&self.key) {
            syncs.running -= 1;
            if syncs.running == 0 {
                all.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_long_as_one_runs() {
        let (underway, id) = (Underway::default(), Uuid::from_u128(1));
        let files = Some(Files { done: 1, total: 2 });
        underway.looked_at(Tenant(1), id, files);
        assert_eq!(underway.of(Tenant(1), id), None);
        let one = underway.begin(Tenant(1), id);
        assert_eq!((underway.of(Tenant(1), id), underway.of(Tenant(2), id)), (Some(Syncs { running: 1, files: None }), None));
        let other = underway.begin(Tenant(1), id);
        underway.looked_at(Tenant(1), id, files);
        drop(one);
        assert_eq!(underway.of(Tenant(1), id), Some(Syncs { running: 1, files }));
        drop(other);
        assert_eq!(underway.of(Tenant(1), id), None);
    }
}

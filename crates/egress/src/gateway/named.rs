//! Whom a job's gateway dials: what the job named, and what its server announced.

use std::sync::Mutex;

use crate::target::Target;

/// Members that a server may announce.
const MEMBERS: usize = 50;

/// The targets of one job. Policy judges each of them besides, when it is dialed.
pub(super) struct Named {
    own: Vec<Target>,
    announced: Mutex<Vec<Target>>,
}

impl Named {
    pub(super) fn new(own: Vec<Target>) -> Self {
        Self { own, announced: Mutex::default() }
    }

    /// Takes one more; none beyond the cap.
    pub(super) fn announce(&self, target: Target) -> bool {
        if self.own.contains(&target) {
            return true;
        }
        let Ok(mut announced) = self.announced.lock() else { return false };
        if announced.contains(&target) {
            return true;
        }
        let room = announced.len() < MEMBERS;
        if room {
            announced.push(target);
        }
        room
    }

    pub(super) fn holds(&self, target: &Target) -> bool {
        self.own.contains(target) || self.announced.lock().is_ok_and(|announced| announced.contains(target))
    }
}

//! A budget for what a read keeps in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What keeping a row costs beside its bytes.
const ROW_BYTES: usize = 128;

/// What a row costs that begins a map or a list of its own: a table, a key of several columns.
pub const ENTRY_BYTES: usize = 896;

/// The memory of a job, counted once however many parts of it keep rows.
#[derive(Debug, Clone)]
pub struct Budget(Arc<AtomicUsize>);

impl Budget {
    /// A budget of so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(bytes)))
    }

    /// A part of the job that keeps rows: what it takes comes back when it is dropped.
    pub fn hold(&self) -> Hold {
        Hold { budget: self.clone(), spent: AtomicUsize::new(0), over: AtomicBool::new(false) }
    }
}

/// What one part of a job takes of its budget. Rows beyond it are passed over, and the catalog is partial.
#[derive(Debug)]
pub struct Hold {
    budget: Budget,
    spent: AtomicUsize,
    over: AtomicBool,
}

impl Hold {
    /// Whether everything fitted.
    pub fn fitted(&self) -> bool {
        !self.over.load(Ordering::Relaxed)
    }

    /// Whether a row of so many bytes may be kept. After the first one that may not, none may.
    pub fn takes(&self, bytes: usize) -> bool {
        let cost = bytes.saturating_add(ROW_BYTES);
        let taken =
            self.fitted() && self.budget.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(cost)).is_ok();
        if taken {
            self.spent.fetch_add(cost, Ordering::Relaxed);
        } else {
            self.over.store(true, Ordering::Relaxed);
        }
        taken
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.budget.0.fetch_add(*self.spent.get_mut(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_once_over_all_parts() {
        let budget = Budget::new(10 * (ROW_BYTES + 72));
        let (one, other) = (budget.hold(), budget.hold());
        assert_eq!((0..6).filter(|_| one.takes(72)).count(), 6);
        assert_eq!((0..6).filter(|_| other.takes(72)).count(), 4, "the job has ten rows in all");
        assert!(one.fitted() && !other.fitted());
        assert!(!other.takes(0), "what follows a row that was passed over is passed over too");
        // What was held for one database is free for the next.
        drop(one);
        let next = budget.hold();
        assert_eq!((0..10).filter(|_| next.takes(72)).count(), 6);
        assert!(!budget.hold().takes(usize::MAX));
    }
}

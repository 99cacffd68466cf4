//! A budget for what a read keeps in memory.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How much of a catalog may be held in memory at once, over all statements. Columns are not held, they stream.
const HELD_BYTES: usize = 64 << 20;

/// What keeping a row costs beside its bytes.
const ROW_BYTES: usize = 128;

/// What a row costs that begins a map or a list of its own: a table, a key of several columns.
pub(crate) const ENTRY_BYTES: usize = 896;

/// What is left of the budget. Rows beyond it are passed over, and the catalog is partial.
pub(crate) struct Held(AtomicUsize);

impl Held {
    pub(crate) fn new() -> Self {
        Self(AtomicUsize::new(HELD_BYTES))
    }

    /// Whether everything fitted.
    pub(crate) fn fitted(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    /// Whether a row of so many bytes may be kept.
    pub(crate) fn takes(&self, bytes: usize) -> bool {
        let cost = bytes.saturating_add(ROW_BYTES);
        let spend = |left: usize| Some(left.saturating_sub(cost));
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).is_ok_and(|before| before > cost)
    }
}

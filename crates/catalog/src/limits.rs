//! Caps on what is read from one source.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What lies beyond is left out, and the catalog marked partial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Tables, views and the like.
    pub tables: usize,
    /// Columns of one table.
    pub columns_per_table: usize,
    /// Columns of all tables.
    pub columns: usize,
    /// Bytes of one table's finished definition.
    pub table_bytes: usize,
    /// Bytes of all definitions.
    pub catalog_bytes: usize,
    /// Characters of one comment or default.
    pub text_chars: usize,
    /// What a read may hold in memory at once, over all its statements. Columns are not held, they stream.
    pub held_bytes: usize,
    /// What is looked at where a source declares no schema.
    pub sample: SampleLimits,
}

/// Caps on the sample of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleLimits {
    /// Rows, or documents.
    pub rows: u32,
    /// Bytes.
    pub bytes: usize,
    /// How long the source may take for it.
    pub time: Duration,
}

impl Default for SampleLimits {
    fn default() -> Self {
        Self { rows: 1_000, bytes: 16 << 20, time: Duration::from_secs(2) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tables: 50_000,
            columns_per_table: 10_000,
            columns: 2_000_000,
            table_bytes: 4 << 20,
            catalog_bytes: 512 << 20,
            text_chars: 4_096,
            held_bytes: 128 << 20,
            sample: SampleLimits::default(),
        }
    }
}

/// Partitions for each table that a catalog may have.
const PARTS: usize = 10;

impl Limits {
    /// Partitions beside the tables. A partitioned table counts once, however many parts it has; but parts are not without end.
    pub fn partitions(&self) -> usize {
        self.tables.saturating_mul(PARTS)
    }
}

/// Names longer than this (bytes) are no names that any system gives.
pub(crate) const NAME_BYTES: usize = 1_024;

//! The scripts themselves.

/// Version, name, script, in order.
type Scripts = &'static [(i32, &'static str, &'static str)];

/// Of PostgreSQL.
pub(crate) const POSTGRES: Scripts = &[
    (1, "init", include_str!("../../../../migrations/postgres/0001_init.sql")),
    (2, "places_and_trees", include_str!("../../../../migrations/postgres/0002_places_and_trees.sql")),
    (3, "listeners", include_str!("../../../../migrations/postgres/0003_listeners.sql")),
    (4, "staging", include_str!("../../../../migrations/postgres/0004_staging.sql")),
    (5, "files", include_str!("../../../../migrations/postgres/0005_files.sql")),
    (6, "samples", include_str!("../../../../migrations/postgres/0006_samples.sql")),
];

/// Of SQLite.
pub(crate) const SQLITE: Scripts = &[
    (1, "init", include_str!("../../../../migrations/sqlite/0001_init.sql")),
    (2, "places_and_trees", include_str!("../../../../migrations/sqlite/0002_places_and_trees.sql")),
    (3, "listeners", include_str!("../../../../migrations/sqlite/0003_listeners.sql")),
    (4, "staging", include_str!("../../../../migrations/sqlite/0004_staging.sql")),
    (5, "files", include_str!("../../../../migrations/sqlite/0005_files.sql")),
    (6, "samples", include_str!("../../../../migrations/sqlite/0006_samples.sql")),
];

//! The migrations, compiled in: the binary carries all it needs.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

pub(crate) fn postgres() -> Migrator {
    migrator([(1, "init", include_str!("../../../migrations/postgres/0001_init.sql"))])
}

pub(crate) fn sqlite() -> Migrator {
    migrator([(1, "init", include_str!("../../../migrations/sqlite/0001_init.sql"))])
}

fn migrator<const N: usize>(all: [(i64, &'static str, &'static str); N]) -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(all.into_iter().map(migration).collect())
}

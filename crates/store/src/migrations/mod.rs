//! Bringing a database to this build's form. The scripts are compiled in: the binary carries all it needs.

mod run;
pub(crate) mod scripts;

pub(crate) use run::migrate;

//! Files that are uploaded here: csv, and whatever else is known by its content.

mod credentials;
mod introspect;
mod names;
mod source;

use self::credentials::CsvCredentials;
use self::source::CsvSource;
use crate::credentials::CredentialsSchema;
use crate::kind::{About, Kind};

/// `csv`
pub(crate) static CSV: Kind = Kind::of_files(
    About { name: "csv", title: "CSV", example: "{}", renamed: &[], page: include_str!("README.md") },
    CredentialsSchema::of::<CsvCredentials>,
    |_, _| Ok(Box::new(CsvSource::default())),
);

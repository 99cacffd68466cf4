//! The metadata store: one trait with PostgreSQL and SQLite behind it, and the envelope encryption of what it keeps.
//!
//! House rules: the tenant is the first parameter of every method that touches a tenant's data; a look-up returns an
//! [`Option`]; the time is a parameter; a write is one transaction. Each folder is a part of the store: what can be asked
//! (`part`), what is kept (`model`), the statements that both databases read alike (`sql`), and its share of the suite.

mod backend;
mod catalog;
mod cipher;
mod datasource;
mod error;
mod file;
mod key;
mod keyring;
mod listener;
mod migrations;
mod model;
mod open;
mod org;
mod sql;
mod store;
#[cfg(feature = "testing")]
pub mod suite;
mod token;
mod upgrade;

pub use catalog::{Catalog, Catalogs, Definition, Packed, StagingLease, TableEntry, Tables};
pub use cipher::{Binding, Cipher, CipherError};
pub use datasource::{Change, Credentials, Datasource, Datasources, Lifecycle, NewDatasource, Replaced, Server, Tenancy, TenancyLevel};
pub use error::{DatabaseError, OpenError, Silence, StoreError};
pub use file::{File, Files, FilesChange};
pub use key::{DataKey, DataKeys};
pub use keyring::{KeyError, MasterKeys, generate_master_key, is_key_id};
pub use listener::Listeners;
pub use model::{Hash, Page, Tenant, Timestamp};
pub use open::{DatabaseAddress, database_addresses, database_file, open};
pub use org::{Organisation, Organisations};
pub use store::Store;
pub use token::{NewToken, Scope, Token, Tokens};
pub use upgrade::{DefinitionMark, SchemaMark, Upgrades, Whole};

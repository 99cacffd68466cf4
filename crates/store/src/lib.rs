//! The metadata store: one trait with PostgreSQL and SQLite behind it, and the envelope encryption of what it keeps.
//!
//! House rules: the tenant is the first parameter of every method that touches a tenant's data; a look-up returns an
//! [`Option`]; the time is a parameter; a write is one transaction.

mod backend;
mod change;
mod cipher;
mod error;
mod keyring;
mod migrations;
mod model;
mod open;
mod postgres;
mod rows;
mod sql;
mod sqlite;
mod store;
#[cfg(feature = "testing")]
pub mod suite;

pub use cipher::{Binding, Cipher, CipherError};
pub use error::{DatabaseError, StoreError};
pub use keyring::{KeyError, MasterKeys, generate_master_key};
pub use model::{
    Catalog, Change, DataKey, Datasource, Definition, Hash, NewDatasource, NewToken, Organisation, Page, Replaced, Scope, TableEntry,
    Tables, Tenancy, TenancyLevel, Tenant, Timestamp, Token,
};
pub use open::{DatabaseAddress, OpenError, database_addresses, open};
pub use store::Store;

//! Datasources: written whole, changed whole, removed whole.

mod change;
mod model;
mod part;
mod rows;
mod sql;
#[cfg(feature = "testing")]
pub(crate) mod suite;
mod tenancy;

pub use model::{Change, Credentials, Datasource, Lifecycle, NewDatasource, Replaced, Server};
pub use part::Datasources;
pub use tenancy::{Tenancy, TenancyLevel};

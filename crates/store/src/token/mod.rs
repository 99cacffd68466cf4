//! Service tokens.

mod model;
mod part;
mod sql;
#[cfg(feature = "testing")]
pub(crate) mod suite;

pub use model::{NewToken, Scope, Token};
pub use part::Tokens;

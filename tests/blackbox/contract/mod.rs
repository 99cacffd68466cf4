//! The contract, line by line, from outside: the built binary over HTTP.
//!
//! Peers: postgres, store.

mod additions;
mod documents;
mod duplicates;
mod endpoints;
mod ignored;
mod isolation;
mod names;
mod shapes;
mod tenancy;
mod tokens;
mod validation;

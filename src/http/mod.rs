//! What every HTTP surface stands on: routes, who calls, bodies and queries, and why a request went no further.
//!
//! Nothing in here knows a surface's words: a [`Reject`] is a fact, and the surface that the path belongs to renders it.

mod access;
mod body;
mod client;
mod disposition;
mod form;
mod json;
pub(crate) mod knocks;
pub(crate) mod middleware;
mod prepared;
mod query;
mod reject;
mod route;

pub(crate) use access::{Access, Caller};
pub(crate) use body::JsonObject;
pub(crate) use client::Peer;
pub(crate) use form::Form;
pub(crate) use prepared::{Prepared, is_known};
pub(crate) use query::Query;
pub(crate) use reject::{JsonFault, Reject};
pub(crate) use route::{Route, route};

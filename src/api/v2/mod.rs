//! Databrain's v2 datasource API: its endpoints, its envelope, its codes and its words.

mod body;
mod components;
pub(crate) mod create;
mod definition;
pub(crate) mod delete;
pub(crate) mod details;
mod error;
mod groups;
mod ignored;
mod kinds;
pub(crate) mod list;
mod members;
mod paging;
pub(crate) mod progress;
mod reference;
mod reject;
pub(crate) mod schema;
pub(crate) mod sync;
mod tenancy;
pub(crate) mod test;
pub(crate) mod types;
pub(crate) mod update;
pub(crate) mod upload;
mod wording;

pub(crate) use components::components;
pub(crate) use reject::render;

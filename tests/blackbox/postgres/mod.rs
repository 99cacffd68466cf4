//! The PostgreSQL family against real servers (and, where none can be had, stand-ins that say so).
//!
//! Peers: postgres.

mod catalog;
mod corners;
mod facts;
mod family;
mod pooler;
mod privileges;
mod settings;
pub(crate) mod ssh;
mod tls;

pub(crate) use crate::support::cache::{cached, columns, named, summary};

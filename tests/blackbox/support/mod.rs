//! What the black-box tests share: the built binary as a server, a client, real PostgreSQL servers.

pub(crate) mod bastion;
pub(crate) mod client;
pub(crate) mod postgres;
pub(crate) mod process;

pub(crate) use client::{Answer, Client};
pub(crate) use postgres::Source;
pub(crate) use process::{Server, Setup, StoreKind, headwater};

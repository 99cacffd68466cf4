//! What the black-box tests share: the built binary as a server, a client, the real servers, the vendors' clients.

pub(crate) mod bastion;
pub(crate) mod cache;
pub(crate) mod clickhouse;
pub(crate) mod client;
pub(crate) mod diagnose;
pub(crate) mod mariadb;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod proxy;
pub(crate) mod python;

pub(crate) use client::{Answer, Client};
pub(crate) use postgres::Source;
pub(crate) use process::{Server, Setup, StoreKind, headwater};

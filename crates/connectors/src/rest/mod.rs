//! What kinds that are asked over HTTP have in common.

pub(crate) mod aws;
mod basic;
mod bearer;
mod encoded;
pub(crate) mod jwt;
mod pause;
mod row;
mod scalar;

pub(crate) use basic::authorization;
pub(crate) use bearer::{bearer, secret};
pub(crate) use encoded::encoded;
pub(crate) use pause::{RETRIES, pause};
pub(crate) use row::Row;
pub(crate) use scalar::Scalar;

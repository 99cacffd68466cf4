//! What kinds that are asked over HTTP have in common.

pub(crate) mod aws;
mod basic;
mod scalar;

pub(crate) use basic::authorization;
pub(crate) use scalar::Scalar;

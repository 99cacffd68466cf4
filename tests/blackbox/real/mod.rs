//! Real servers that take long to come: a stage of their own (`tests/peers/up --stage real`). What is tested beside fakes elsewhere is
//! held against the products here.

mod mysql;
mod search;
mod trino;

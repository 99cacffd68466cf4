//! Headwater: a self-hosted, multi-tenant server for datasource connections.
//!
//! A request travels `router` → `http::middleware` → one file in `api` → one use case in `datasource` → `runner` and the store.

mod api;
mod app;
mod auth;
pub mod cli;
mod clock;
mod config;
mod datasource;
mod files;
mod http;
mod limit;
mod readiness;
mod replicas;
mod router;
mod routes;
mod runner;
mod server;
mod telemetry;

//! The OpenAPI document in others' hands: a client generated from it, and a fuzzer that goes by it.
//!
//! Peers: openapi, postgres, store.

mod fuzzed;
mod generated;

const PYTHON: &str = "HEADWATER_TEST_OPENAPI_PYTHON";

//! Races, kills, silence, hostile servers, leaks.
//!
//! Peers: postgres, store.

mod bulkheads;
mod canary;
mod descriptors;
mod front;
mod kill;
mod metrics;
mod policy;
mod race;
mod rogue;
mod shutdown;
mod silence;

//! Races, kills, silence, hostile servers, leaks.
//!
//! Peers: postgres, store.

mod black_hole;
mod bulkheads;
mod canary;
mod descriptors;
mod front;
mod kill;
mod leftovers;
mod metrics;
mod policy;
mod race;
mod replicas;
mod rogue;
mod room;
mod rotation;
mod shutdown;
mod silence;

//! Races, kills, silence, hostile servers, leaks.
//!
//! Peers: postgres, store.

mod canary;
mod kill;
mod leftovers;
mod policy;
mod race;
mod rogue;
mod rotation;
mod shutdown;
mod silence;

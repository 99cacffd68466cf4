//! Races, kills, silence, hostile servers, leaks.
//!
//! Peers: postgres, store.

mod canary;
mod kill;
mod policy;
mod race;
mod rogue;
mod shutdown;
mod silence;

//! Races, kills, silence, hostile servers, leaks.

mod canary;
mod kill;
mod policy;
mod race;
mod rogue;
mod shutdown;
mod silence;

//! What speaks MySQL's protocol: MariaDB for real, MySQL 8 and SingleStore as fakes.
//!
//! Peers: mariadb, tls, ssh.

mod catalog;
mod corners;
mod failures;
mod login;
mod rogue;
mod singlestore;

//! What a job has of a cluster once it was let in.

use super::cluster::Cluster;
use super::method::Method;
use super::product::Product;
use super::words::Words;

/// A cluster that is the product it should be, and can be listed.
pub(super) struct SearchConnection {
    pub(super) cluster: Cluster,
    pub(super) product: Product,
    /// By which request it can be listed.
    pub(super) method: Method,
    /// What failures are told in.
    pub(super) words: Words,
}
